"""The sentences of CoNLL04 as ordinary text: its tokens put together again, with the way back from characters."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_WRITTEN = {"_": "—", "--": "—", "-LRB-": "(", "-RRB-": ")", "-LCB-": "{", "-RCB-": "}", "-LSB-": "[", "-RSB-": "]"}
_CLINGS = re.compile(r"[,.;:?!)\]}%]+|\.\.\.|['’](?:s|t|re|m|ll|ve|d|clock)|n't")
_OPENS = re.compile(r"[(\[{$£]")


@dataclass(frozen=True, slots=True)
class Span:
    """An entity: tokens `start` to `end`, half-open, and its type."""

    start: int
    end: int
    type: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence. `token_at` gives the token of every character of `text`, `None` between tokens; `relations` are
    (type, index of the head's entity, index of the tail's)."""

    id: str
    text: str
    token_at: tuple[int | None, ...]
    entities: tuple[Span, ...]
    relations: tuple[tuple[str, int, int], ...]

    def tokens_of(self, start: int, end: int) -> tuple[int, int] | None:
        """The tokens, half-open, that characters `start` to `end` touch."""
        touched = [token for token in self.token_at[start:end] if token is not None]
        return (touched[0], touched[-1] + 1) if touched else None

    def characters_of(self, span: Span) -> tuple[int, int]:
        """The characters, half-open, of an entity. Empty when its tokens left none in the text."""
        within = [at for at, token in enumerate(self.token_at) if token is not None and span.start <= token < span.end]
        return (within[0], within[-1] + 1) if within else (0, 0)


def read(path: Path) -> list[Sentence]:
    """The sentences of a file. Raises `FileNotFoundError` when it is not there."""
    with path.open(encoding="utf-8") as lines:
        return [_sentence(number, json.loads(line)) for number, line in enumerate(lines, start=1)]


def _sentence(number: int, line: dict[str, Any]) -> Sentence:
    text, token_at = detokenised(line["tokens"])
    entities = tuple(Span(each["start"], each["end"], each["type"]) for each in line["entities"])
    relations = tuple((each["type"], each["head"], each["tail"]) for each in line["relations"])
    return Sentence(f"{number}", text, token_at, entities, relations)


def detokenised(tokens: list[str]) -> tuple[str, tuple[int | None, ...]]:
    """The text that `tokens` were cut from, as far as they tell, and the token of each of its characters.

    Quotation marks of two tokens become one character, which is the first token's.
    """
    text = ""
    token_at: list[int | None] = []
    joined = True
    for token, written, before, after in _pieces(tokens):
        if text and before and not joined:
            text += " "
            token_at.append(None)
        text += written
        token_at += [token] * len(written)
        joined = not after
    return text, tuple(token_at)


def _pieces(tokens: list[str]) -> Iterator[tuple[int, str, bool, bool]]:
    """Token index, what is written for it, and whether a space may stand before and after it."""
    open_quotes: set[str] = set()
    index = 0
    while index < len(tokens):
        token, pair = tokens[index], tokens[index : index + 2]
        written = _WRITTEN.get(token, token)
        width = 1
        if pair in (["`", "`"], ["'", "'"]):
            written, width = '"', 2
        elif token == "`":
            written = "'"
        if written in {'"', "'"}:
            closes = token == "'" if token in {"`", "'"} else written in open_quotes
            open_quotes.symmetric_difference_update(written)
            yield index, written, not closes, closes
        else:
            number = _in_number(tokens, index)
            clings = number or _CLINGS.fullmatch(written) is not None
            yield index, written, not clings, not (number or _OPENS.fullmatch(written) is not None)
        index += width


def _in_number(tokens: list[str], index: int) -> bool:
    """Whether the token is the comma or colon of a number or a time that was cut at it ("150 , 000", "4 : 45")."""
    if not 0 < index < len(tokens) - 1 or not tokens[index - 1][-1:].isdigit():
        return False
    after = tokens[index + 1]
    return (tokens[index] == "," and re.match(r"\d{3}(?!\d)", after) is not None) or (
        tokens[index] == ":" and re.match(r"\d\d(?!\d)", after) is not None
    )


def unique(sentences: Iterable[Sentence]) -> list[str]:
    """The distinct texts, in order."""
    return list(dict.fromkeys(sentence.text for sentence in sentences))
