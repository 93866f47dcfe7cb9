"""Mailboxes (mbox): one mail after the other in one file, read as a stream."""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import TYPE_CHECKING

from pipeline.errors import DocumentError
from pipeline.ingest.readers.base import Broken, Options, Parsed, explained
from pipeline.ingest.readers.mail import MAX_MAIL_BYTES, documents, header, parsed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

_PIECE_BYTES = 1 << 20
_HASH_BYTES = 12
_SEPARATOR = re.compile(rb"From \S.*\d:\d\d.*\d{4}\s*$")
_QUOTED = re.compile(rb">+From ")


def read(path: Path, options: Options) -> Iterator[Parsed | Broken]:
    """The mails of the box and their attachments. A mail's record is its message id, or a hash of its bytes when it has
    none or another mail of the box has the same; an attachment's is that of its mail, `/` and its name.

    Raises `DocumentError` for a file that is no mailbox.
    """
    seen: dict[bytes, int] = {}
    taken: set[bytes] = set()
    with path.open("rb") as file:
        for line, data in _mails(file):
            if data is None:
                reason = f"line {line}: the mail has more than {MAX_MAIL_BYTES} bytes."
                yield Broken(record=None, reason=reason, remedy="Save its attachments as files of their own.")
                continue
            try:
                mail = parsed(data)
            except Exception as error:
                said = explained(error)
                yield Broken(record=None, reason=f"line {line}: {said.message}", remedy=said.remedy)
                continue
            content, record = _hash(data), (header(mail, "Message-ID") or "").strip("<> ")
            if seen.setdefault(content, line) != line:
                reason = f"line {line}: the mail {record!r} is a copy of that on line {seen[content]}."
                yield Broken(record=None, reason=reason, remedy="Remove one of the two from the box.")
                continue
            if not record or (key := _hash(record.encode())) in taken:
                record = content.hex()
            else:
                taken.add(key)
            yield from documents(mail, record, options)


def _mails(file: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """The number of its first line (from 1) and the bytes of each mail, `None` for one of more than is allowed."""
    number = first = 0
    size = 0
    held: list[bytes] = []
    blank, begins = True, True
    while piece := file.readline(_PIECE_BYTES):
        number += begins
        if begins and blank and _SEPARATOR.match(piece):
            if first:
                yield first, None if size > MAX_MAIL_BYTES else b"".join(held)
            first, size, held = number, 0, []
        elif not first and piece.strip():
            raise DocumentError("it is no mailbox: its first line does not begin with 'From '.", "Rename it.")
        elif first:
            size += len(piece)
            if size <= MAX_MAIL_BYTES:
                held.append(piece[1:] if begins and _QUOTED.match(piece) else piece)
        blank, begins = begins and not piece.strip(), piece.endswith(b"\n")
    if first:
        yield first, None if size > MAX_MAIL_BYTES else b"".join(held)


def _hash(data: bytes) -> bytes:
    return blake2b(data, digest_size=_HASH_BYTES).digest()
