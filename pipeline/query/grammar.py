"""The grammar of questions over names: chains of relations, and comparisons of two things.

It reads a question in which every name is replaced by a mark, so that nothing in a name can mislead it, and it reads
all of the question or nothing: what it does not know is no guess of its.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from pipeline.query.relations import by_noun, by_verb

Measure = Literal["birth", "death", "release", "inception", "age"]
MAX_RELATIONS = 3

_NAME = re.compile(r"§(\d)")
_TYPES = (
    "(?:film|movie|song|single|album|book|novel|magazine|newspaper|university|college|school|company|museum|band|group|"
    "play|opera|poem|person|man|woman|king|queen|organi[sz]ation|institution|work|television series|tv series)s?"
)
_WHAT = r"(?:who|what|which person|which man|which woman)"
_BE = r"(?:is|was|are|were)"
_FIRST = r"(?:first|earliest|earlier|before)"
_LAST = r"(?:last|latest|later|more recently|most recently|after)"
_VALUES = {
    "when": {"born": "birth", "die": "death", "founded": "inception", "established": "inception", "released": "release",
             "published": "release"},
    "where": {"born": "birthplace", "die": "deathplace", "buried": "burial", "study": "school", "educated": "school",
              "work": "employer", "work at": "employer", "work for": "employer"},
    "why": {"die": "cause"},
    "how": {"die": "cause"},
}  # fmt: skip
_SAME = {
    "country": r"(?:the )?same country|the same nation\b",
    "nationality": r"(?:the )?same (?:nationality|citizenship)",
    "birthplace": r"born in the same (?:place|city|town|village)",
    "deathplace": r"die(?:d)? in the same (?:place|city|town|village)",
    "school": r"(?:study|studied|educated) at the same (?:school|university|college|place)",
    "employer": r"work(?:ed)? (?:for|at) the same (?:company|place|employer|organi[sz]ation)",
}


@dataclass(frozen=True, slots=True)
class ChainAsked:
    """The relations that lead from name number `name` to what is asked for, the nearest first; none ask for the name's
    own thing."""

    name: int
    relations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ComparisonAsked:
    """Two names and what of them is compared, after `relations` were followed from each: which of them comes first or
    last by `measure`, or whether they have the same value of the relation `same`."""

    names: tuple[int, int]
    relations: tuple[str, ...]
    measure: Measure | None = None
    last: bool = False
    same: str | None = None


def read(masked: str) -> ChainAsked | ComparisonAsked | None:
    """Read a question in lower case, without its question mark, whose names are `§0`, `§1`; `None` when it is not of a
    form that the grammar knows."""
    text = " ".join(masked.replace("’", "'").split()).strip(" ?.!,:;")
    names = _NAME.findall(text)
    if len(names) == 1:
        return _chain(text)
    if len(names) == 2:
        return _same(text) or _which(text)
    return None


# chains


@cache
def _nouns() -> str:
    return "|".join(re.escape(noun) for noun in sorted(by_noun(), key=len, reverse=True))


@cache
def _verbs() -> str:
    return "|".join(re.escape(verb) for verb in sorted(by_verb(), key=len, reverse=True))


def _phrase(text: str) -> tuple[int, tuple[str, ...]] | None:
    """The name and the relations of a noun phrase: "the mother of the director of film §0", "§0's father"."""
    text = text.strip(" ,")
    if match := re.fullmatch(
        rf"(?:the )?(?:{_TYPES} )?(?:titled |called |named )?§(\d)(?: (?:film|song|movie))?", text
    ):
        return int(match[1]), ()
    if match := re.fullmatch(rf"(?:the |an? )?(?:name of the )?({_nouns()}) (?:of|to|for|at) (.+)", text):
        return _further(match[2], by_noun()[match[1]])
    if match := re.fullmatch(rf"(.+?)'s? ({_nouns()})", text):
        return _further(match[1], by_noun()[match[2]])
    if match := re.fullmatch(
        rf"(?:the |an? )?(?:{_TYPES}|one|artist|engineer) (?:who|that|which)(?: had| has)? ({_verbs()}) (.+)", text
    ):
        return _further(match[2], (by_verb()[match[1]],))
    return None


def _further(inner: str, relations: tuple[str, ...]) -> tuple[int, tuple[str, ...]] | None:
    found = _phrase(inner)
    if found is None or len(found[1]) + len(relations) > MAX_RELATIONS:
        return None
    return found[0], (*found[1], *relations)


def _chain(text: str) -> ChainAsked | None:
    for pattern, relation in _chain_forms():
        if match := pattern.fullmatch(text):
            more = relation or _outer(match)
            found = _phrase(match["phrase"])
            if found is not None and more is not None and 0 < len(found[1]) + len(more) <= MAX_RELATIONS:
                return ChainAsked(found[0], (*found[1], *more))
    return None


def _outer(match: re.Match[str]) -> tuple[str, ...] | None:
    groups = match.groupdict()
    if groups.get("verb") in by_verb():
        return (by_verb()[groups["verb"]],)
    if groups.get("asking"):
        relation = _VALUES[groups["asking"]].get(groups["said"])
        return (relation,) if relation else None
    return ()


@cache
def _chain_forms() -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    """Pattern of a whole question -> the relations outside of its noun phrase; where none, they are read from it."""
    did = r"(?:did|does|do|was|were|is|are)"
    forms: tuple[tuple[str, tuple[str, ...]], ...] = (
        (rf"(?:what|which) (?:nationality|citizenship) {_BE} (?P<phrase>.+)", ("nationality",)),
        (rf"(?:what|which) country(?: {_BE})? (?P<phrase>.+?)(?: (?:is|was|comes?|came))? from", ("nationality",)),
        (rf"(?:what|which) country {_BE} (?P<phrase>.+?) a citizen of", ("nationality",)),
        (r"where (?:does|did|do) (?P<phrase>.+?) come from", ("nationality",)),
        (r"(?:what|which) (?:award|prize)s? (?:did |has )?(?P<phrase>.+?) (?:received?|earned?|won|win)", ("award",)),
        (r"what is the award that (?P<phrase>.+?) (?:received?|earned?|won)", ("award",)),
        (r"(?:what|which) (?:university|college|school) did (?P<phrase>.+?) (?:attend|study at|graduate from)",
         ("school",)),
        (r"in (?:what|which) (?:town|city|village|place|country) (?:was|were) (?P<phrase>.+?) born", ("birthplace",)),
        (r"in (?:what|which) (?:town|city|village|place|country) did (?P<phrase>.+?) die", ("deathplace",)),
        (r"(?:in|on) (?:what|which) (?:year|date|day) (?:was|were) (?P<phrase>.+?) born", ("birth",)),
        (r"(?:in|on) (?:what|which) (?:year|date|day) did (?P<phrase>.+?) die", ("death",)),
        (rf"when {_BE} (?P<phrase>.+?)'s? (?:birthday|date of birth)", ("birth",)),
        (rf"(?P<asking>when|where|why|how) {did} (?P<phrase>.+?) (?P<said>born|die|buried|study|educated|work|work at|"
         r"work for|founded|established|released|published)(?: at)?", ()),
        (r"who did (?P<phrase>.+?) marry", ("spouse",)),
        (r"who (?:is|was) (?P<phrase>.+?) married to", ("spouse",)),
        (rf"(?:{_WHAT}|when|where) {_BE} (?P<phrase>.+)", ()),
        (rf"(?:who|which \w+|what) (?P<verb>{_verbs()}) (?P<phrase>.+)", ()),
    )  # fmt: skip
    return tuple((re.compile(pattern), relation) for pattern, relation in forms)


# comparisons

_PAIR = (
    r"(?P<one>§\d)(?: (?:film|movie|song)s?)?,? (?:or|and) (?:the )?(?:film |movie |song )?"
    r"(?P<other>§\d)(?: (?:film|movie|song)s?)?"
)


@cache
def _criteria() -> tuple[tuple[re.Pattern[str], Measure, bool], ...]:
    """Words of a comparison -> what is compared, and whether the last is asked for."""
    said: tuple[tuple[str, Measure], ...] = (
        (r"born", "birth"),
        (r"(?:died?|dies)", "death"),
        (r"(?:released|came out|come out|published|appeared|made)", "release"),
        (r"(?:founded|established|set up|opened|created|started|built|formed)", "inception"),
    )
    ordered = [
        (re.compile(rf"(?:(?:is|was|were|has been|did) )?{words} {when}"), measure, when == _LAST)
        for words, measure in said
        for when in (_FIRST, _LAST)
    ]
    plain: tuple[tuple[str, Measure, bool], ...] = (
        (rf"(?:{_BE} )?(?:the )?(?:older|oldest|elder)", "birth", False),
        (rf"(?:{_BE} )?(?:the )?(?:younger|youngest)", "birth", True),
        (r"(?:has )?lived (?:longer|longest)", "age", True),
        (r"(?:has )?lived shorter", "age", False),
        (rf"(?:{_BE} )?(?:the )?(?:newer|newest|more recent)", "release", True),
    )
    return (*ordered, *((re.compile(words), measure, last) for words, measure, last in plain))


def _criterion(text: str) -> tuple[Measure, bool] | None:
    text = text.strip(" ,").removesuffix(" than the other").removesuffix(" out of").removesuffix(" between").strip(" ,")
    return next(((measure, last) for words, measure, last in _criteria() if words.fullmatch(text)), None)


def _which(text: str) -> ComparisonAsked | None:
    """ "Which film came out first, §0 or §1", "which film has the director who was born later, §0 or §1"."""
    if match := re.fullmatch(rf"(?:was|is|did|were) {_PAIR} (?P<said>.+)", text):
        return _ordered(match, match["said"], ())
    if match := re.fullmatch(rf"(?P<said>.+?)[,:]? ?(?:between |out of |of )?{_PAIR}", text):
        said = match["said"].strip(" ,:")
        if inner := re.fullmatch(
            rf"(?:which|what) \w+(?: \w+)? (?:has|had|have|with|whose) (?:the |a )?(?P<noun>{_nouns()})"
            r"(?: (?:who|that|which))?(?: (?:is|was))? (?P<rest>.+)",
            said,
        ):
            return _ordered(match, inner["rest"], by_noun()[inner["noun"]])
        for words in ("", r" [\w-]+", r" [\w-]+ [\w-]+"):
            inner = re.fullmatch(rf"(?:who|what|which{words}) (?P<rest>.+)", said)
            if inner and (found := _ordered(match, inner["rest"], ())):
                return found
    return None


def _ordered(match: re.Match[str], said: str, relations: tuple[str, ...]) -> ComparisonAsked | None:
    criterion = _criterion(said)
    if criterion is None:
        return None
    measure, last = criterion
    return ComparisonAsked(_sides(match), relations, measure, last)


def _sides(match: re.Match[str]) -> tuple[int, int]:
    return int(match["one"][1:]), int(match["other"][1:])


def _same(text: str) -> ComparisonAsked | None:
    """ "Are §0 and §1 from the same country", "do both films §0 and §1 have directors of the same nationality"."""
    if not re.match(r"(?:are|were|do|did|does|is|was|have|has)\b", text):
        return None
    same = next((name for name, words in _SAME.items() if re.search(words, text)), None)
    if same is None:
        return None
    first, second = (int(number) for number in _NAME.findall(text))
    said = _NAME.sub("", text)
    nouns = [match[1] for match in re.finditer(rf"\b({_nouns()})s?\b", said) if match[1] not in _IN_SAME]
    relations = tuple(dict.fromkeys(relation for noun in nouns for relation in by_noun()[noun]))
    if re.search(r"\b(?:not|different|never)\b", said) or len(nouns) > 1:
        return None
    if same == "country" and relations:
        same = "nationality"
    return ComparisonAsked((first, second), relations, same=same)


_IN_SAME = frozenset({"country", "nationality", "citizenship"})
