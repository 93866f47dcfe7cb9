"""Judge: whether an answer is what was labelled: exactly, by shared words, or by holding it."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.text.values import parse_date

if TYPE_CHECKING:
    from pipeline.query.evaluate.questions import LabelledQuestion

ARTICLES = frozenset({"a", "an", "the"})
WORDS = re.compile(r"\w+(?:[.,]\d+)*")


@dataclass(frozen=True, slots=True)
class Judgement:
    """`right`: the answer holds what was labelled; `exact`: it is that, once case, articles and punctuation are taken
    away; `f1` (0 to 1): of the words that both share. All false of an answer to what the documents do not say."""

    right: bool
    exact: bool
    f1: float


NOTHING = Judgement(right=False, exact=False, f1=0.0)


def judge(said: str, text: str, question: LabelledQuestion) -> Judgement:
    """Judge an answer: its value, `said`, and its whole `text`. Exact match and F1 are those of SQuAD (Rajpurkar et al.
    2016), over the best of the labelled answers; where every one of a list is needed, over the list."""
    if not question.answerable:
        return NOTHING
    if question.all_of:
        right = all(holds(text, each) for each in question.all_of)
        golds: tuple[str, ...] = (" ".join(question.all_of),)
        exact = Counter(words(said)) == Counter(words(golds[0]))
    else:
        golds = question.any_of
        exact = any(_is_same(said, each) for each in golds)
        right = exact or any(holds(text, each) for each in golds)
    return Judgement(right=right, exact=exact, f1=1.0 if exact else max(_f1(said, each) for each in golds))


def holds(text: str, phrase: str) -> bool:
    """Whether `text` has the words of `phrase` in a row, without regard to case, articles and punctuation; whole
    numbers, so that "3" is neither in "1983" nor in "3,000"."""
    wanted, found = words(phrase), words(text)
    return bool(wanted) and any(found[at : at + len(wanted)] == wanted for at in range(len(found) - len(wanted) + 1))


def words(text: str) -> list[str]:
    """Its words as they are compared."""
    plain = unicodedata.normalize("NFC", text).casefold()
    return [word for word in WORDS.findall(plain) if word not in ARTICLES]


def _is_same(said: str, gold: str) -> bool:
    if words(said) == words(gold):
        return True
    dates = parse_date(said.strip()), parse_date(gold.strip())
    return dates[0] is not None and dates[1] is not None and dates[0].normalised == dates[1].normalised


def _f1(said: str, gold: str) -> float:
    found, wanted = Counter(words(said)), Counter(words(gold))
    shared = (found & wanted).total()
    return 2 * shared / (found.total() + wanted.total()) if shared else 0.0
