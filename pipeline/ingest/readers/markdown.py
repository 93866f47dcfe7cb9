"""Markdown (CommonMark with tables and strikethrough)."""

from __future__ import annotations

import re
from collections import deque
from itertools import pairwise
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

from pipeline.ingest.readers.base import Broken, Options, Parsed
from pipeline.ingest.readers.decode import read_text
from pipeline.ingest.readers.flow import Flow, Gap

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from markdown_it.token import Token

_FRONT_MATTER = re.compile(r"\A(---|\+\+\+)[ \t]*\n\s*\w[\w -]*[:=].*?^\1[ \t]*$", re.DOTALL | re.MULTILINE)
_FIELD = re.compile(r"^(title|date)[ \t]*[:=](.*)$", re.IGNORECASE | re.MULTILINE)
_GAPS: dict[str, Gap] = {
    **dict.fromkeys(("blockquote", "heading", "hr", "paragraph", "table"), "paragraph"),
    **dict.fromkeys(("list_item", "tr"), "line"),
    **dict.fromkeys(("td", "th"), "cell"),
}
# Deeper blocks are left out by the parser without a word; its own limit is 20.
_MAX_NESTING = 100
# For each bracket that might open a link the parser reads on to its end: minutes for 100 kB of them.
_MANY_BRACKETS = 500
_MAX_OPEN_BRACKETS = 4
_BRACKET_OR_BREAK = re.compile(r"\\.|[\[\]]|\n[ \t]*\n", re.DOTALL)
_BRACKET = "\x01"  # in no clean text


def read(path: Path, options: Options) -> Iterator[Parsed | Broken]:
    """One document. Its title is the front matter's or the first heading, its date the front matter's."""
    source, notes = read_text(path, options)
    fields, body = _front_matter(source)
    parser = MarkdownIt("commonmark", {"maxNesting": _MAX_NESTING}).enable(["table", "strikethrough"])
    tokens = parser.parse(_without_idle_brackets(body))
    text, heading = _flow(tokens).replace(_BRACKET, "["), (_first_heading(tokens) or "").replace(_BRACKET, "[")
    yield Parsed(text=text, title=fields.get("title") or heading, date=fields.get("date"), notes=notes)


def _without_idle_brackets(source: str) -> str:
    """`source` with a stand-in for each bracket that is never closed, or that more than a few others open within;
    unchanged when it holds few."""
    if source.count("[") < _MANY_BRACKETS:
        return source
    closed: set[int] = set()
    opened: deque[int] = deque(maxlen=_MAX_OPEN_BRACKETS)
    for match in _BRACKET_OR_BREAK.finditer(source):
        if match[0] == "[":
            opened.append(match.start())
        elif match[0] == "]":
            closed.update([opened.pop()] if opened else ())
        elif match[0][0] == "\n":
            opened.clear()
    return "".join(_BRACKET if each == "[" and at not in closed else each for at, each in enumerate(source))


def _front_matter(source: str) -> tuple[dict[str, str], str]:
    match = _FRONT_MATTER.match(source)
    if match is None:
        return {}, source
    fields = {name.lower(): value.strip().strip("\"'") for name, value in _FIELD.findall(match[0])}
    return fields, source[match.end() :]


def _first_heading(tokens: Sequence[Token]) -> str | None:
    for token, following in pairwise(tokens):
        if token.type == "heading_open":
            flow = Flow()
            _inline(following.children or (), flow)
            return str(flow)
    return None


def _flow(tokens: Sequence[Token]) -> str:
    flow = Flow()
    for token in tokens:
        kind = token.type.removesuffix("_open").removesuffix("_close")
        if kind == "inline":
            _inline(token.children or (), flow)
        elif kind in {"fence", "code_block"}:
            _code(token.content, flow)
        elif kind == "html_block":
            _html(token.content, flow)
        elif kind in {"bullet_list", "ordered_list"}:
            flow.gap("line" if token.level else "paragraph")
        elif not (token.hidden or (token.nesting < 0 and _GAPS.get(kind) == "cell")):
            flow.gap(_GAPS.get(kind, "none"))
    return str(flow)


def _inline(tokens: Sequence[Token], flow: Flow) -> None:
    for token in tokens:
        if token.type == "softbreak":
            flow.gap("space")
        elif token.type == "hardbreak":
            flow.gap("line")
        elif token.type != "html_inline":
            flow.text(token.content)


def _code(content: str, flow: Flow) -> None:
    flow.gap("paragraph")
    if content.strip():
        flow.verbatim(content.strip("\n").rstrip())
    flow.gap("paragraph")


def _html(content: str, flow: Flow) -> None:
    from pipeline.ingest.readers.html import to_text  # most Markdown holds none

    text = to_text(content)
    flow.gap("paragraph")
    if text:
        flow.verbatim(text)
    flow.gap("paragraph")
