"""Plain text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.ingest.readers.base import Broken, Options, Parsed
from pipeline.ingest.readers.decode import read_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_TITLE = re.compile(r"\s*(\S[^\n]{0,119})\n\s*\S")


def read(path: Path, options: Options) -> Iterator[Parsed | Broken]:
    """One document: the file's text, its title line kept."""
    text, notes = read_text(path, options)
    yield Parsed(text=text, title=title_line(text), notes=notes)


def title_line(text: str) -> str | None:
    """The first line that holds something, when it is at most 120 characters, does not end in a period and more
    text follows."""
    match = _TITLE.match(text)
    line = match[1].rstrip() if match else ""
    return None if not line or line.endswith(".") else line
