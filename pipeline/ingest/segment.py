"""The `segment` stage: cut a document's text into chunks that partition it."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from graph_schema.models import Chunk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.ingest.read import RawDocument

__all__ = ["borders", "segment"]

_BLANK_LINE = re.compile(r"\n[^\S\n]*\n\s*")
_LINE_END = re.compile(r"\n\s*")
_SENTENCE_END = re.compile("[.!?…][\"'”’»)\\]]*\\s+|[。！？][”’」』）]*\\s*")
_OPENING = "\"'“‘«([「『（¿¡"
_INITIALS = re.compile(r"[^\W\d_](?:\.[^\W\d_])*")
_ABBREVIATED = (
    "Adm al approx Apr Aug Ave Bros Brig ca Capt cf Cmdr Co Col Corp Dec Dept Dr ed eds Esq est etc Feb fig Figs Fig"
    " Fr Gen Gov Hon Inc Jan Jr Jul Jun Lt Ltd Maj Mar Messrs Mme Mr Mrs Ms Mt No no Nov Oct p pp Pres Prof Rep Rev"
    " Sen Sep Sept Sgt Sr St Ste vol Vol vs"
)
_ABBREVIATIONS = frozenset(_ABBREVIATED.split())
_MAX_WORD_CHARS = 16


def segment(raw: RawDocument, *, max_chunk_chars: int) -> tuple[Chunk, ...]:
    """The chunks of `raw`: joined they are its text, each of 1 to `max_chunk_chars` characters.

    A border stands, in this order, after the last blank line that fits; in a paragraph too long for one chunk after a
    sentence, best one at the end of a line; at the end of a line; at white space; anywhere but within a character and
    its combining marks. White space at a border ends the earlier chunk, so a chunk begins with white space only where
    none fits any more. Linear in the length of the text, whatever its lines are.
    """
    key = raw.document.key
    chunks: list[Chunk] = []
    start = 0
    for end in borders(raw.text, max_chunk_chars):
        chunks.append(Chunk(document=key, index=len(chunks), start=start, end=end, text=raw.text[start:end]))
        start = end
    return tuple(chunks)


def borders(text: str, limit: int) -> Iterator[int]:
    """The end of each chunk of `text` of at most `limit` characters; the last is the end of the text."""
    start = 0
    while len(text) - start > limit:
        start = _border(text, start, start + limit)
        yield start
    if text:
        yield len(text)


def _border(text: str, start: int, stop: int) -> int:
    """Where to cut in `text[start + 1 : stop + 1]`; `text` goes on at `stop`."""
    window = text[start:stop]
    body = start + len(window) - len(window.lstrip())  # white space alone is no chunk while something fits behind it
    if body == stop:
        return stop
    middle = (start + stop) // 2
    return (
        _last_gap(_BLANK_LINE, text, body, stop)
        or _last_sentence(text, body, stop, middle)
        or _last_gap(_LINE_END, text, max(body, middle), stop)
        or _last_space(text, body, stop)
        or _hard(text, start, stop)
    )


def _last_gap(gap: re.Pattern[str], text: str, start: int, stop: int) -> int | None:
    """The end of the last `gap`, if all of its white space stands before `stop`."""
    last = None
    for match in gap.finditer(text, start, stop):
        if not _cuts_gap(text, match.end(), stop):
            last = match.end()
    return last


def _last_sentence(text: str, start: int, stop: int, middle: int) -> int | None:
    """The end of the last sentence that ends a line in the second half, else of the last sentence."""
    last = None
    for match in reversed(list(_SENTENCE_END.finditer(text, start, stop))):
        if last is not None and match.end() < middle:
            break
        if _cuts_gap(text, match.end(), stop) or not _ends_sentence(text, start, match):
            continue
        if "\n" in match[0] and match.end() >= middle:
            return match.end()
        last = last or match.end()
    return last


def _ends_sentence(text: str, start: int, match: re.Match[str]) -> bool:
    following = text[match.end()]
    if following.islower() or not (following.isalnum() or following in _OPENING or "\n" in match[0]):
        return False
    if match[0][0] != ".":
        return True
    words = text[max(start, match.start() - _MAX_WORD_CHARS) : match.start()].split()
    word = words[-1].lstrip(_OPENING) if words else ""
    return word not in _ABBREVIATIONS and not _INITIALS.fullmatch(word)


def _last_space(text: str, start: int, stop: int) -> int | None:
    """The start of the last word that does not fit; within white space only when it follows the one word there is."""
    if _cuts_gap(text, stop, stop):
        head = text[start:stop].rstrip().rsplit(None, 1)
        return start + text[start:stop].rindex(head[-1]) if len(head) > 1 else stop
    window = text[start:stop]
    if window[-1].isspace():
        return stop
    words = window.rsplit(None, 1)
    return stop - len(words[-1]) if len(words) > 1 else None


def _cuts_gap(text: str, border: int, stop: int) -> bool:
    return border == stop and text[stop].isspace()


def _hard(text: str, start: int, stop: int) -> int:
    for border in range(stop, start, -1):
        if not _attached(text, border):
            return border
    return stop


def _attached(text: str, border: int) -> bool:
    """Whether the character at `border` belongs to the one before: marks, joiners, skin tones, low surrogates."""
    char = text[border]
    return (
        unicodedata.category(char)[0] == "M"
        or "\u200d" in (char, text[border - 1])
        or "\U0001f3fb" <= char <= "\U0001f3ff"
        or "\udc00" <= char <= "\udfff"
    )
