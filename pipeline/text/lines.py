"""Line ends that only a fixed width made: in wrapped text a name, or a sentence, goes on in the next line."""

from __future__ import annotations

import re
from itertools import pairwise

MIN_WIDTH, MAX_WIDTH = 40, 120  # characters; narrower lines are lists and addresses, wider ones paragraphs
_LINE = re.compile(r"[^\n]+")
_FIRST_WORD = re.compile(r"[^\S\n]*(\S+)")
_OWN_LINE = re.compile(r"[^\S\n]*(?:[-*•·–—>|#+=_]|\(?(?:\d{1,3}|[A-Za-z])[.)]\s)")  # items, quoted mail, rules
_COLUMNS = re.compile(r"\S(?:\t| {3,})\s*\S")


def unwrap(text: str) -> str:
    """`text`, of the same length, with a space for each line end at which a sentence was only wrapped.

    That is one after which a line goes on in lower case, and one where the next line's first word had no room: the
    width is that of the longest line which so goes on. Blank lines, items of lists and rows of tables stay apart.
    """
    lines = list(_LINE.finditer(text))
    pairs = [
        (line[0].rstrip(), following[0], _end(line), line.end())
        for line, following in pairwise(lines)
        if line.end() + 1 == following.start() and _may_go_on(line[0], following[0])
    ]
    width = max((len(line) for line, following, *_ in pairs if _goes_on(following)), default=0)
    if not width:
        return text
    characters = list(text)
    for line, following, start, end in pairs:
        if _goes_on(following) or len(line) + 1 + len(_first_word(following)) > width:
            characters[start : end + 1] = " " * (end + 1 - start)
    return "".join(characters)


def _may_go_on(line: str, following: str) -> bool:
    return (
        MIN_WIDTH <= len(line.rstrip()) <= MAX_WIDTH
        and bool(following.strip())
        and not _OWN_LINE.match(following)
        and not _COLUMNS.search(line)
        and not _COLUMNS.search(following)
    )


def _end(line: re.Match[str]) -> int:
    return line.start() + len(line[0].rstrip("\r"))


def _goes_on(following: str) -> bool:
    return _first_word(following)[:1].islower()


def _first_word(line: str) -> str:
    match = _FIRST_WORD.match(line)
    return match[1] if match else ""
