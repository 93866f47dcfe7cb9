"""HTML: what a reader of the page reads, without its navigation, scripts and forms."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipeline.errors import DocumentError
from pipeline.ingest.readers.base import Broken, Options, Parsed
from pipeline.ingest.readers.decode import HEAD_BYTES, read_text
from pipeline.ingest.readers.flow import Flow, Gap

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LEFT_OUT = (
    "aside button canvas datalist footer head iframe math nav noscript object script select style svg template textarea"
)
_DROPPED = frozenset(_LEFT_OUT.split())
_PROSE = "article, h1, main, p"
_PARAGRAPHS = (
    "address article blockquote body caption details dialog div dl fieldset figcaption figure form h1 h2 h3 h4 h5 h6"
    " header hgroup hr main menu ol p pre section summary table ul"
)
_GAPS: dict[str, Gap] = {
    **dict.fromkeys(_PARAGRAPHS.split(), "paragraph"),
    **dict.fromkeys(("br", "dd", "dt", "legend", "li", "tr"), "line"),
    **dict.fromkeys(("td", "th"), "cell"),
}
_DATES = ("article:published_time", "datepublished", "date", "dc.date", "dcterms.date", "dcterms.created")
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
# The parser looks up all open elements at each tag, so that its time grows with their number. Those whose end is
# implied, and those without content, are not open for long.
_NESTING = re.compile(
    r"<(/?)(?!(?:area|base|br|col|dd|dt|embed|hr|img|input|li|link|meta|option|p|source|td|th|tr|wbr)\b)[a-z]",
    re.IGNORECASE,
)
_MAX_OPEN = 6_000


def read(path: Path, options: Options) -> Iterator[Parsed | Broken]:
    """One document. Its title is `<title>` or the first `<h1>`; its date a `<meta>` or the first `<time>`."""
    markup, notes = read_text(path, options, declared=_charset)
    page = _parse(markup)
    yield Parsed(text=_flow(page), title=_title(page), date=_date(page), notes=notes)


def to_text(markup: str) -> str:
    """The text of a piece of HTML: a blank line between blocks, a line a row, cells apart by `" | "`, white space
    collapsed outside `<pre>`, nothing put between inline elements. Raises `DocumentError` for what nests too deep."""
    return _flow(_parse(markup))


def _parse(markup: str) -> LexborHTMLParser:
    steps = (-1 if closing else 1 for closing in _NESTING.findall(markup))
    if max(accumulate(steps), default=0) > _MAX_OPEN:
        raise DocumentError(f"its HTML opens more than {_MAX_OPEN} elements within each other.", "Mend the file.")
    return LexborHTMLParser(markup)


def _flow(page: LexborHTMLParser) -> str:
    """Depth-first with a stack of its own: pages nest deeper than Python recurses."""
    flow = Flow()
    stack: list[LexborNode | Gap] = [page.root] if page.root else []
    while stack:
        node = stack.pop()
        if not isinstance(node, LexborNode):
            flow.gap(node)
        elif node.is_text_node:
            flow.text(node.text_content or "")
        elif node.is_element_node and not _dropped(node):
            _enter(node, flow, stack)
    return str(flow)


def _enter(element: LexborNode, flow: Flow, stack: list[LexborNode | Gap]) -> None:
    gap = _GAPS.get(element.tag or "")
    if gap is not None:
        flow.gap(gap)
        if gap != "cell":  # a cell is apart from the next one, not from what follows the row
            stack.append(gap)
    if element.tag == "pre":
        _preformatted(element, flow)
    else:
        stack.extend(reversed(list(element.iter(include_text=True))))


def _preformatted(element: LexborNode, flow: Flow) -> None:
    parts = ("\n" if each.tag == "br" else each.text_content or "" for each in element.traverse(include_text=True))
    text = "".join(parts).strip("\n").rstrip()
    if text:
        flow.verbatim(text)


def _dropped(element: LexborNode) -> bool:
    attributes = element.attrs
    if element.tag in _DROPPED or "hidden" in attributes or _HIDDEN_STYLE.search(attributes.sget("style")):
        return True
    # Whole pages stand in one form (ASP.NET): a form that holds prose is not one to fill in.
    return element.tag == "form" and element.css_first(_PROSE) is None


def _title(page: LexborHTMLParser) -> str | None:
    named = (each.text() for each in (page.css_first("title"), page.css_first("h1")) if each)
    return next((title for title in named if title.strip()), None)


def _date(page: LexborHTMLParser) -> str | None:
    given: dict[str, str] = {}
    for meta in page.css("meta[content]"):
        attributes = meta.attrs
        name = next((said for each in ("name", "property", "itemprop") if (said := attributes.sget(each))), "")
        given.setdefault(name.lower(), attributes.sget("content"))
    found = next((given[name] for name in _DATES if name in given), None)
    time = page.css_first("time[datetime]")
    return time.attrs.sget("datetime") if found is None and time else found


def _charset(data: bytes) -> str | None:
    match = _CHARSET.search(data, 0, HEAD_BYTES)
    return match[1].decode("ascii") if match else None
