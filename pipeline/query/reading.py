"""Read: what the text about something says of a relation, in its own words; extractive, with the characters that say it.

The text is one that is called after the thing, so that its first sentence speaks of it, and "he", "his" and "the film"
after that do too. What is said in any other form is not read.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from pipeline.query.lifetimes import normal_date, told
from pipeline.query.names import name_at, names_at
from pipeline.query.relations import Relation, relations
from pipeline.text.countries import country_words
from pipeline.text.names import fold, gender_of_title
from pipeline.text.values import MONTHS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.query.relations import Gender

MAX_OPENING_SENTENCES = 1
_BETWEEN = r"(?:(?!\bby\b)[^.;()]){0,90}?"
_OWN = r"\b(?:[Hh]is|[Hh]er|[Ii]ts|[A-Z]\w+'s)\s+"
_ORDER = r"(?:(?:first|second|third|fourth|fifth|eldest|elder|youngest|younger|older|oldest|only|late|former|then|own|then-future|longtime|\w+)\s+){0,2}?"
_MONTH_NAMES = "(?:" + "|".join(month.capitalize() for month in sorted(MONTHS, key=len, reverse=True)) + ")"
_DATED = rf"(?P<date>(?:\d{{1,2}}\s+{_MONTH_NAMES},?\s+|{_MONTH_NAMES}\s+\d{{1,2}},?\s+|{_MONTH_NAMES},?\s+)?(?:1\d{{3}}|20\d\d))(?!s)\b"

# relation -> what stands right before the names that answer it
_BEFORE_NAMES: dict[str, tuple[str, ...]] = {
    "director": (rf"\b(?:[Cc]o-)?[Dd]irected\b{_BETWEEN}\bby\s+", r"\bdirectors?\s+(?=[A-Z])", r"\b(?:film|movie|comedy|drama|documentary|short|western|thriller|horror)\s+by\s+"),
    "composer": (
        rf"\b(?:music|score|soundtrack|songs)\b(?:(?!\bby\b|\bdirected\b|\bproduced\b)[^.;()]){{0,60}}?\bby\s+", rf"\b[Cc]omposed\b{_BETWEEN}\bby\s+", r"\bcomposer\s+(?=[A-Z])",
        r"\bsong\s+(?:co-)?written\b(?:(?!\bby\b)[^.;()]){0,40}?\bby\s+",
    ),
    "performer": (
        r"\b(?:performed|sung|recorded|released)\b(?:(?!\bby\b)[^.;()]){0,40}?\bby\s+",
        r"\b(?:song|single|track|album|ballad|hit|recording)\b(?:(?!\bby\b|\bwritten\b|\bproduced\b|\bcomposed\b)[^.;()]){0,50}?\bby\s+",
        r"\b(?:single|song|track)\s+(?:of|from)\s+(?=(?:[A-Za-z-]+\s+){0,4}(?:singer|band|rapper|group|artist)\b)",
    ),
    "author": (rf"\b(?:[Ww]ritten|[Aa]uthored)\b{_BETWEEN}\bby\s+", r"\b(?:novel|book|poem|play|story|essay|memoir)\b(?:(?!\bby\b)[^.;()]){0,30}?\bby\s+"),
    "producer": (rf"\b(?:[Cc]o-)?[Pp]roduced\b{_BETWEEN}\bby\s+",),
    "publisher": (rf"\bpublished\b{_BETWEEN}\bby\s+",),
    "founder": (rf"\b(?:co-)?(?:founded|established|set up|started|created)\b{_BETWEEN}\bby\s+",),
    "owner": (rf"\bowned\b{_BETWEEN}\bby\s+",),
    "acquirer": (rf"\b(?:acquired|bought|purchased)\b{_BETWEEN}\bby\s+",),
    "designer": (rf"\b(?:designed|built|invented)\b{_BETWEEN}\bby\s+",),
    "spouse": (
        r"\bmarried\s+(?:to\s+)?(?:(?!\b(?:in|on|and)\b)[^.;(),A-Z]){0,40}?", rf"{_OWN}{_ORDER}(?:wife|husband|spouse),?\s+(?:was\s+|is\s+)?",
        r"\b(?:wife|husband|widow|widower|spouse|(?:queen |king )?consort|partner)\s+(?:\([^)]*\)\s+)?of\s+", r"\bby (?:her |his )?marriage (?:to|with)\s+", r"\bwed\s+",
    ),
    "sibling": (
        r"\b(?:brother|sister|sibling|twin)\s+(?:of|to)\s+", rf"{_OWN}{_ORDER}(?:brother|sister|sibling)s?,?\s+(?:was\s+|is\s+)?",
    ),
    "child": (
        r"\b(?:father|mother|parent)\s+of\s+", rf"{_OWN}{_ORDER}(?:son|daughter|child|children)s?,?\s+(?:was\s+|is\s+|were\s+|are\s+)?",
        r"\b(?:son|daughter),\s+",
    ),
    "school": (
        r"\b(?:studied|educated|trained|enrolled)\b(?:(?!\bat\b)[^.;()]){0,50}?\bat\s+", r"\bgraduat(?:ed|e)\s+(?:from|of|at)\s+", r"\battended\s+",
        r"\b(?:degree|doctorate|PhD|Ph\.D\.|B\.A\.|M\.A\.)\b(?:(?!\b(?:from|at)\b)[^.;()]){0,40}?\b(?:from|at)\s+",
    ),
    "employer": (
        r"\bprofessor\b(?:(?!\bat\b)[^.;()]){0,40}?\bat\s+", r"\b(?:taught|teaches|teaching|worked|works|lecturer|instructor)\b(?:(?!\b(?:at|for)\b)[^.;()]){0,40}?\b(?:at|for)\s+",
    ),
    "award": (r"\b(?:won|received|awarded|earned|recipient of|winner of)\s+(?:(?:the|a|an|two|three|several|his|her)\s+)*(?:\d{4}\s+)?",),
    "burial": (r"\b(?:buried|interred|entombed)\b(?:(?!\b(?:in|at)\b)[^.;()]){0,40}?\b(?:in|at)\s+",),
}  # fmt: skip
_CAUSE = re.compile(
    r"\b(?:died|death)\s+(?:\w+\s+){0,3}?(?:of|from|due to)\s+(?:an?\s+|the\s+)?(?P<cause>[a-z][a-z -]{2,40}?)(?=\s+(?:in|on|at|during|while|when|after|and|caused|aged)\b|[.,;()])"
)
_PARENTS = re.compile(
    r"\b(?P<child>son|daughter|child|children|offspring|heir|born(?:\s+in\s+[A-Z][\w, ]{1,40}?)?\s+to)\b(?:\s*\([^)]*\))?\s+(?:of\s+|(?<=to\s))?(?=[^.;()]*)"
)
_PARENT_OF = re.compile(
    r"\b(?:(?:son|daughter|child|children|offspring|heiress|heir)s?\s+(?:and\s+\w+\s+)?(?:of|to)|born\b[^.;()]{0,60}?\bto)\s+(?:parents\s+)?"
)
_PARENT_NAMED = re.compile(rf"{_OWN}{_ORDER}(?P<who>father|mother),?\s+(?:was\s+|is\s+)?(?:(?:the|an?)\s+)?")
_PARENT_REVERSED = re.compile(r"\b(?P<who>father|mother)\s+(?:was|is)\s+(?:(?:the|an?)\s+)?")
_FEMALE = re.compile(
    r"\b(?:[Ss]he|[Hh]er|actress|queen|princess|duchess|countess|empress|daughter of|wife of|heiress|abbess|songstress|businesswoman)\b"
)
_MALE = re.compile(r"\b(?:[Hh]e|[Hh]is|[Hh]im|actor|king|prince|duke|count|emperor|son of|husband of|businessman)\b")
_FEMALE_TITLES = frozenset("queen princess duchess countess empress lady infanta archduchess landgravine margravine dame baroness mrs miss "
                           "grand-duchess actress wife marchioness viscountess".split())  # fmt: skip
_MALE_TITLES = frozenset("king prince duke count emperor lord infante archduke landgrave margrave sir baron earl mr marquess viscount sultan "
                         "tsar shah emir caliph khan".split())  # fmt: skip
_IS = re.compile(r"\b(?:[Ii]s|was|are|were)\s+(?:(?:an?|the|one of the)\s+)?")
_ANYWHERE = frozenset(
    {"director", "performer", "composer", "author", "founder", "producer", "publisher", "owner", "designer"}
)


@dataclass(frozen=True, slots=True)
class Read:
    """The characters `start` to `end` (half-open) of a text answer a relation, in the sentence `quote_start` to
    `quote_end`. `normalised` is a date in ISO 8601 or a country; `forms` are the name and its shorter forms;
    `gender` is what the sentence tells of someone, by a title or by the order of two parents."""

    text: str
    start: int
    end: int
    quote_start: int
    quote_end: int
    forms: tuple[str, ...] = ()
    normalised: str | None = None
    gender: Gender | None = None


def read(relation: str, text: str) -> tuple[Read, ...]:
    """What the text about a thing says of `relation`, in order, each answer once."""
    asked = relations()[relation]
    found = _reader(asked)(asked, text)
    return tuple({each.normalised or fold(each.text): each for each in found}.values())


def gender_of(text: str) -> Gender | None:
    """Whether the text about a person says "she" or "he", whichever more, in its opening; `None` when it says neither."""
    opening = text[:600]
    said = Counter(f=len(_FEMALE.findall(opening)), m=len(_MALE.findall(opening)))
    return None if said["f"] == said["m"] else "f" if said["f"] > said["m"] else "m"


@cache
def _sentences(text: str) -> tuple[tuple[int, int], ...]:
    """Where the sentences of a text begin and end; initials and short forms end none."""
    ends = [
        match.end(1)
        for match in re.finditer(r"([.!?][\"”’']?)\s+(?=[\"“(]?[A-ZÀ-Þ0-9])", text)
        if not re.search(
            r"(?:\b[A-Z]|\b(?:St|Jr|Sr|Dr|Mr|Mrs|Ms|No|vs|Vol|Prof|Rev|Gen|Col|Capt|Lt|ca|c|b|d))\.$",
            text[: match.end(1)],
        )
    ]
    starts = [0, *ends]
    return tuple((start, end) for start, end in zip(starts, [*ends, len(text)], strict=True) if text[start:end].strip())


def _quoted(text: str, start: int, end: int, forms: tuple[str, ...] = (), normalised: str | None = None) -> Read:
    sentence = next(((first, last) for first, last in _sentences(text) if first <= start < last), (start, end))
    first = sentence[0] + len(text[slice(*sentence)]) - len(text[slice(*sentence)].lstrip())
    last = max(end, sentence[0] + len(text[slice(*sentence)].rstrip()))
    return Read(text[start:end], start, end, first, last, forms or (text[start:end],), normalised)


def _reader(relation: Relation):  # noqa: ANN202
    if relation.name in {"birth", "death", "birthplace", "deathplace"}:
        return _of_life
    if relation.name in {"mother", "father", "parent"}:
        return _parents
    return {
        "nationality": _nationality,
        "country": _country,
        "release": _release,
        "inception": _inception,
        "cause": _cause,
    }.get(relation.name, _named)


def _of_life(relation: Relation, text: str) -> Iterator[Read]:
    found = told(relation.name, text)  # type: ignore[arg-type]
    if found is not None:
        forms = (found.text.split(",")[0], found.text) if found.normalised is None else ()
        yield _quoted(text, found.start, found.end, forms, found.normalised)


_BROADER = {
    "husband": "spouse",
    "wife": "spouse",
    "brother": "sibling",
    "sister": "sibling",
    "son": "child",
    "daughter": "child",
}


def _named(relation: Relation, text: str) -> Iterator[Read]:
    """The names behind a phrase that says the relation, in a sentence about the thing itself."""
    own = set(fold(text[:40]).split())
    for number, (first, last) in enumerate(_sentences(text)):
        sentence = text[first:last]
        if number and not (relation.name in _ANYWHERE or _is_about_it(sentence, own)):
            continue
        found = False
        for pattern in _BEFORE_NAMES.get(_BROADER.get(relation.name, relation.name), ()):
            for match in re.finditer(pattern, sentence):
                if not _says_of_the_thing(relation, sentence, match):
                    continue
                for name in names_at(text, first + match.end()):
                    if set(fold(name.text).split()) <= own and relation.answer == "person":
                        continue
                    found = True
                    yield _quoted(text, name.start, name.end, name.forms)
            if found:
                break
        if found and relation.name in _ANYWHERE:
            return


def _says_of_the_thing(relation: Relation, sentence: str, match: re.Match[str]) -> bool:
    """Whether nothing before the phrase in its sentence turns it to another: a remake, the play a film is based on."""
    before = sentence[: match.start()]
    if relation.name in _ANYWHERE:
        return not re.search(
            r"\b(?:remake|sequel|prequel|based on|adaptation of|adapted from|version|inspired by|not to be confused)\b[^,;]*$",
            before,
        ) or bool(re.search(r",[^,]*$", before))
    if re.match(r"[Hh]is|[Hh]er", match.group()) and re.search(
        r"\b(?:son|daughter|child|children|brother|sister)s? of\b", before
    ):
        return False
    return not re.search(r"\b(?:whose|who)\b[^,]*$", before)


def _is_about_it(sentence: str, own: set[str]) -> bool:
    words = sentence.split()
    head = words[:4]
    return bool(words) and (
        any(word.strip(",") in {"He", "She", "It", "His", "Her", "Its", "he", "she", "his", "her"} for word in head)
        or words[0] in {"Born", "The", "In", "On", "After", "At"}
        or fold(words[0]) in own
    )


def _parents(relation: Relation, text: str) -> Iterator[Read]:
    wanted = relation.gender
    own = set(fold(text[:40]).split())
    for number, (first, last) in enumerate(_sentences(text)):
        sentence = text[first:last]
        if number and not _is_about_it(sentence, own):
            continue
        for pattern in (_PARENT_NAMED, _PARENT_REVERSED):
            for match in pattern.finditer(sentence):
                gender = "f" if match["who"] == "mother" else "m"
                names = names_at(text, first + match.end())[:1]
                if wanted in {None, gender} and names and fold(names[0].text) not in _PRONOUNS:
                    yield replace(_quoted(text, names[0].start, names[0].end, names[0].forms), gender=gender)
        match = _PARENT_OF.search(sentence)
        if match is None or re.search(
            r"\b(?:who|whose|married|(?:wife|husband|father|mother)\b(?! of\b[^,]* and\b))", sentence[: match.start()]
        ):
            continue
        names = names_at(text, first + match.end())[:2]
        for name, gender in zip(names, _genders(text, names), strict=True):
            if wanted is None or gender in {wanted, None}:
                yield replace(_quoted(text, name.start, name.end, name.forms), gender=gender)


_PRONOUNS = frozenset({"he", "she", "it", "his", "her", "they"})


def _genders(text: str, names) -> list[Gender | None]:  # noqa: ANN001
    """m or f of one or two parents, by their titles, and of two by their order where titles do not say it."""
    said = [_gender_by_title(text, name) for name in names]
    if len(said) == 2:  # noqa: PLR2004
        one, other = said
        if one is None and other is None:
            return ["m", "f"]
        if one is None:
            return ["m" if other == "f" else "f", other]
        if other is None:
            return [one, "m" if one == "f" else "f"]
    return said


def _gender_by_title(text: str, name) -> Gender | None:  # noqa: ANN001
    words = set(fold(name.text).split()) | set(fold(text[max(0, name.start - 30) : name.start]).split()[-2:])
    if words & _FEMALE_TITLES:
        return "f"
    if words & _MALE_TITLES:
        return "m"
    title = gender_of_title(name.text)
    return title if title in {"m", "f"} else None  # type: ignore[return-value]


def _nationality(relation: Relation, text: str) -> Iterator[Read]:
    """The countries' adjectives right behind "is a" of the first sentence, or the country one is "from"."""
    first, last = _sentences(text)[0]
    verb = _IS.search(text, _after_brackets(text), last)
    if verb is None:
        return
    words = [each for each in country_words(text[:last]) if each.start >= verb.end()]
    position = verb.end()
    for each in words:
        between = text[position : each.start]
        if each.form == "adjective" and re.fullmatch(r"[-\s/]*(?:and\s+)?(?:[a-z-]+\s+){0,2}", between):
            if other := re.match(r"-\s?born\b| descent", text[each.end :]):
                position = each.end + other.end()
                continue
            yield _quoted(text, each.start, each.end, (each.text,), each.country)
            position = each.end
        else:
            break
    if position == verb.end() and (match := re.search(r"\bfrom\s+(?=[A-Z])", text[verb.end() : last])):
        begin = verb.end() + match.end()
        for each in words:
            if each.start == begin:
                yield _quoted(text, each.start, each.end, (each.text,), each.country)


def _after_brackets(text: str) -> int:
    brackets = re.match(r"[^()]{0,120}\([^()]*\)", text)
    return brackets.end() if brackets else 0


def _country(relation: Relation, text: str) -> Iterator[Read]:
    """The country that the first sentence puts a place or a work in: of a place the first that it names, of a work the
    adjectives before its kind."""
    first, last = _sentences(text)[0]
    verb = _IS.search(text, _after_brackets(text), last)
    if verb is None:
        return
    words = [each for each in country_words(text[:last]) if each.start >= verb.end()]
    work = re.search(
        r"\b(?:film|movie|song|album|novel|series|documentary|magazine|newspaper|comedy|drama|single|band)\b",
        text[verb.end() : last],
    )
    if work:
        words = [each for each in words if each.form == "adjective" and each.start < verb.end() + work.end()]
    else:
        words = [each for each in words if each.form == "name"][:1] or words[:1]
    for each in words:
        yield _quoted(text, each.start, each.end, (each.text,), each.country)


def _release(relation: Relation, text: str) -> Iterator[Read]:
    """ "is a 1961 Hindi film", else "released on 3 May 1961"."""
    first, last = _sentences(text)[0]
    verb = _IS.search(text, _after_brackets(text), last)
    if verb and (match := re.match(rf"(?:[\w'-]+\s+){{0,3}}?{_DATED}", text[verb.end() : last])):
        yield _dated(text, verb.end(), match)
        return
    pattern = rf"\b(?:released|published|premiered|launched|issued|first appeared|broadcast|aired)\b[^.;]{{0,60}}?\b(?:on|in)\s+{_DATED}"
    if match := re.search(pattern, text):
        yield _dated(text, 0, match)
    elif match := re.search(rf"\bfrom\s+{_DATED}", text[first:last]):
        yield _dated(text, first, match)


def _inception(relation: Relation, text: str) -> Iterator[Read]:
    pattern = (
        r"\b(?:founded|established|set up|created|started|opened|inaugurated|incorporated|formed|launched|built|published|began|completed|dedicated)\b"
        rf"[^.;]{{0,60}}?\b(?:on|in|since|from)\s+{_DATED}"
    )
    if match := re.search(pattern, text):
        yield _dated(text, 0, match)
        return
    first, last = _sentences(text)[0]
    if match := re.search(rf"\(\s*{_DATED}\s*[-–—]", text[first:last]):
        yield _dated(text, first, match)


def _dated(text: str, offset: int, match: re.Match[str]) -> Read:
    return _quoted(text, offset + match.start("date"), offset + match.end("date"), (), normal_date(match["date"]))


def _cause(relation: Relation, text: str) -> Iterator[Read]:
    if match := _CAUSE.search(text):
        yield _quoted(text, match.start("cause"), match.end("cause"))
