"""Address lists of mails ("Anna Berg <anna@x.example>, "Dahl, Bo" <bo@x.example>, carl@x.example"), with offsets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Address", "addresses", "unquoted", "written"]

# No part of it can begin to match and then fail far away, so that it is linear.
_TOKEN = re.compile(
    r""""(?:[^"\\]|\\.)*"|\([^()]*\)|<[^<>]*>|[,;:]|=\?[^?\s]*\?[bq]\?[^?\s]*\?=|\\.|(?:(?!=\?)[^",;:<>()\\])+|.""",
    re.DOTALL | re.IGNORECASE,
)
_SPECIAL = re.compile(r"[,;:<>()@\"\\]")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Address:
    """One entry of a list: half-open spans of its name, without its quotation marks, and of its address; at least one
    of the two is there."""

    name: Span | None
    address: Span | None


def addresses(text: str) -> Iterator[Address]:
    """The entries of an address list in order, as it is written in a mail or by `written`; of a group its members.
    Linear, whatever `text` is."""
    parts: list[re.Match[str]] = []
    for token in _TOKEN.finditer(text):
        if token[0] == ":":
            parts = []
        elif token[0] in {",", ";"}:
            yield from _entry(text, parts)
            parts = []
        else:
            parts.append(token)
    yield from _entry(text, parts)


def written(name: str, address: str) -> str:
    """An entry that `addresses` takes apart again; `name` or `address` may be empty."""
    if name and _SPECIAL.search(name):
        name = '"' + name.replace("\\", " ").replace('"', "'") + '"'
    return f"{name} <{address}>" if name and address else name or address


def unquoted(name: str) -> str:
    """A name as it stands between quotation marks, without its escapes."""
    return _ESCAPED.sub(r"\1", name)


def _entry(text: str, parts: list[re.Match[str]]) -> Iterator[Address]:
    angle = next((part for part in parts if part[0][0] == "<" and len(part[0]) > 2), None)
    comment = next((part for part in parts if part[0][0] == "("), None)
    end, other = (len(text), "<(") if angle is None else (angle.start(), "<")
    words = [part for part in parts if part.start() < end and part[0][0] not in other and not part[0].isspace()]
    name = _trimmed(text, (words[0].start(), words[-1].end())) if words else None
    if angle is not None:
        address = _trimmed(text, (angle.start() + 1, angle.end() - 1))
        if name is not None or address is not None:
            yield Address(name, address)
    elif name is not None and "@" in text[slice(*name)] and text[name[0] - 1 : name[0]] != '"':
        said = None if comment is None else _trimmed(text, (comment.start() + 1, comment.end() - 1))
        yield Address(said, name)
    elif name is not None:
        yield Address(name, None)


def _trimmed(text: str, span: Span) -> Span | None:
    """`span` without white space and one pair of quotation marks at its ends; `None` when nothing is left."""
    start, end = span
    for marks in ("", "\"'", ""):
        if marks and end - start > 1 and text[start] in marks and text[start] == text[end - 1]:
            start, end = start + 1, end - 1
        while start < end and text[start].isspace():
            start += 1
        while start < end and text[end - 1].isspace():
            end -= 1
    return (start, end) if start < end else None
