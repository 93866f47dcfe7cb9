"""HTML: what a reader of the page reads, without its navigation, scripts and forms."""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING

from bs4 import BeautifulSoup, Tag, UnusualUsageWarning
from bs4.element import CData, NavigableString, PreformattedString
from bs4.exceptions import ParserRejectedMarkup

from pipeline.errors import DocumentError
from pipeline.ingest.readers.base import Broken, Options, Parsed
from pipeline.ingest.readers.decode import HEAD_BYTES, read_text
from pipeline.ingest.readers.flow import Flow, Gap

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LEFT_OUT = (
    "aside button canvas datalist footer iframe math nav noscript object script select style svg template textarea"
    " title"
)
_DROPPED = frozenset(_LEFT_OUT.split())
_PROSE = ("article", "h1", "main", "p")
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


def read(path: Path, options: Options) -> Iterator[Parsed | Broken]:
    """One document. Its title is `<title>` or the first `<h1>`; its date a `<meta>` or the first `<time>`."""
    markup, notes = read_text(path, options.max_document_chars, declared=_charset)
    soup = _parse(markup)
    yield Parsed(text=_flow(soup), title=_title(soup), date=_date(soup), notes=notes)


def to_text(markup: str) -> str:
    """The text of a piece of HTML: a blank line between blocks, a line a row, cells apart by `" | "`, white space
    collapsed outside `<pre>`, nothing put between inline elements. Raises `DocumentError` for what no parser takes."""
    return _flow(_parse(markup))


def _parse(markup: str) -> BeautifulSoup:
    with warnings.catch_warnings():
        # "This looks like a file name", "this looks like XML": a document may look like anything.
        warnings.simplefilter("ignore", UnusualUsageWarning)
        try:
            return BeautifulSoup(markup, "html.parser")
        except ParserRejectedMarkup as error:
            raise DocumentError(f"its HTML cannot be parsed: {error}.", "Mend the file.") from None


def _flow(soup: Tag) -> str:
    """Depth-first with a stack of its own: pages nest deeper than Python recurses."""
    flow = Flow()
    stack: list[object] = [soup]
    while stack:
        node = stack.pop()
        if isinstance(node, Tag):
            if not _dropped(node):
                _enter(node, flow, stack)
        elif isinstance(node, NavigableString):
            if isinstance(node, CData) or not isinstance(node, PreformattedString):
                flow.text(node)
        else:
            flow.gap(_GAPS[str(node)])
    return str(flow)


def _enter(tag: Tag, flow: Flow, stack: list[object]) -> None:
    gap = _GAPS.get(tag.name)
    if gap is not None:
        flow.gap(gap)
        if gap != "cell":  # a cell is apart from the next one, not from what follows the row
            stack.append(str(tag.name))
    if tag.name == "pre":
        _preformatted(tag, flow)
    else:
        stack.extend(reversed(tag.contents))


def _preformatted(tag: Tag, flow: Flow) -> None:
    for line_break in tag.find_all("br"):
        line_break.replace_with("\n")
    text = tag.get_text().strip("\n").rstrip()
    if text:
        flow.verbatim(text)


def _dropped(tag: Tag) -> bool:
    if tag.name in _DROPPED or tag.has_attr("hidden") or _HIDDEN_STYLE.search(str(tag.get("style") or "")):
        return True
    # Whole pages stand in one form (ASP.NET): a form that holds prose is not one to fill in.
    return tag.name == "form" and tag.find(_PROSE) is None


def _title(soup: Tag) -> str | None:
    named = (tag.get_text() for tag in (soup.find("title"), soup.find("h1")) if isinstance(tag, Tag))
    return next((title for title in named if title.strip()), None)


def _date(soup: Tag) -> str | None:
    given: dict[str, str] = {}
    for meta in soup.find_all("meta", content=True):
        name = str(meta.get("name") or meta.get("property") or meta.get("itemprop") or "").lower()
        given.setdefault(name, str(meta["content"]))
    found = next((given[name] for name in _DATES if name in given), None)
    time = soup.find("time", datetime=True)
    return str(time["datetime"]) if found is None and isinstance(time, Tag) else found


def _charset(data: bytes) -> str | None:
    match = _CHARSET.search(data, 0, HEAD_BYTES)
    return match[1].decode("ascii") if match else None
