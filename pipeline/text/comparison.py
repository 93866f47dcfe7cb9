"""Whether two names can be one name: by the structure that names of their kind have, never by likeness alone.

People have first and last names, initials, particles, suffixes, nicknames and spellings; organisations a head, legal
forms, regions, and words that set a part of a group apart; places have articles, endonyms and qualifiers. A comparison
is a function of the two names and their kind alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations

from rapidfuzz.distance import OSA

from graph_schema.ontology import UNKNOWN_KIND
from pipeline.text import lexicon
from pipeline.text.names import HONORIFICS, fold, gender_of_title, in_order, is_acronym_of

MIN_TYPO_CHARS = 6
LONG_WORD_CHARS = 8
VERY_LONG_WORD_CHARS = 12
MIN_COMPOUND_CHARS = 5
MIN_PART_CHARS = 3
MIN_ACRONYM_LETTERS = 3
REACH = frozenset("internat international global world worldwide europe european europa euro euros overseas".split())
PEOPLE = frozenset({"Person"})
ORGANISATIONS = frozenset({"Organization"})
PLACES = frozenset({"Place", "Facility"})

_SPELLINGS = (
    ("tsch", "c"), ("sch", "s"), ("tch", "c"), ("sh", "s"), ("ch", "c"), ("ph", "f"), ("th", "t"), ("dh", "d"),
    ("kh", "k"), ("gh", "g"), ("ck", "k"), ("q", "k"), ("x", "ks"), ("z", "s"), ("w", "v"), ("y", "i"), ("j", "i"),
)  # fmt: skip
_SOFT_C = re.compile(r"c(?=[ei])")
_DOUBLED = re.compile(r"(.)\1+")
_SILENT_H = re.compile(r"(?<=[a-z])h(?=[^aeiou]|$)")
_VOWEL_W = re.compile(r"(?<=[aeo])w(?![aeiou])")
_VOWELS = re.compile(r"[aeiou]+")
_DOTTED = re.compile(r"\b(?:[^\W\d_]\.){2,}")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Comparison:
    """How surely two names are one (0 to 1), by which rule, and what forbids it, if anything does."""

    score: float
    rule: str
    conflict: str | None = None


DIFFERENT = Comparison(0.0, "different")
UNRELATED = Comparison(0.0, "unrelated")


@dataclass(frozen=True, slots=True)
class PersonName:
    """First names and initials in order, the last name without its particles, suffix and gender where they are said."""

    first: tuple[str, ...]
    last: str
    suffix: str | None
    gender: str | None


@dataclass(frozen=True, slots=True)
class OrganisationName:
    """The words that are a name of its own, and the meanings of those that are not. What has no head but such words
    ("Bank of England") has them all as its head, and `own` is False."""

    heads: tuple[str, ...]
    tokens: tuple[str, ...]
    descriptors: frozenset[str]
    units: frozenset[str]
    regions: frozenset[str]
    numbers: frozenset[str]
    own: bool


@lru_cache(maxsize=131_072)
def phonetic(word: str) -> str:
    """One spelling for the usual ways to write the same sounds: philips and filips, raqqah and rakka."""
    word = _VOWEL_W.sub("u", word)
    for written, sound in _SPELLINGS:
        word = word.replace(written, sound)
    word = _SOFT_C.sub("s", word).replace("c", "k")
    return _DOUBLED.sub(r"\1", _SILENT_H.sub("", word))


@lru_cache(maxsize=131_072)
def skeleton(word: str) -> str:
    """The consonants of a word as they sound, with its first vowel where it begins with one."""
    sound = phonetic(word)
    return sound[:1] + _VOWELS.sub("", sound[1:]) if sound else ""


@lru_cache(maxsize=131_072)
def person_name(name: str) -> PersonName:
    """The parts of a person's name, whichever comes first: "Votel, Joseph" and "Gen. Joseph Votel" are one."""
    name = in_order(name)
    suffixes = lexicon.words("person", "suffixes")
    words = fold(name).split()
    gender = gender_of_title(name)
    while len(words) > 1 and (words[0] in HONORIFICS or words[0] in lexicon.fields_of_work()):
        words = words[1:]
    suffix = None
    if len(words) > 1 and words[-1] in suffixes:
        suffix = words[-1]
        words = words[:-1]
    particles = lexicon.words("person", "particles")
    kept = [word for word in words[:-1] if word not in particles] + words[-1:]
    return PersonName(tuple(kept[:-1]), kept[-1] if kept else "", _suffix(suffix), gender)


def _suffix(word: str | None) -> str | None:
    return {"junior": "jr", "senior": "sr"}.get(word, word) if word else None


@lru_cache(maxsize=131_072)
def organisation_name(name: str) -> OrganisationName:
    """The parts of an organisation's name."""
    joined = _DOTTED.sub(lambda letters: letters[0].replace(".", ""), name)
    found = [lexicon.organisation_word(word) for word in fold(joined).replace("/", " ").split()]
    tokens = tuple(word.text for word in found if len(word.text) > 1 or len(found) == 1)
    found = _rejoined([word for word in found if word.text in tokens])
    if not name.isupper():
        found = _inner_regions_as_heads(found)
    heads = tuple(dict.fromkeys(word.text for word in found if word.role == "head"))
    numbers = frozenset(word.text for word in found if word.role == "number")
    if not heads:
        said = tuple(word.meaning for word in found if word.role not in {"legal", "number"})
        return OrganisationName(said or tokens, tokens, frozenset(), frozenset(), frozenset(), numbers, own=False)
    meanings = {
        role: frozenset(word.meaning for word in found if word.role == role)
        for role in ("descriptor", "unit", "region")
    }
    return OrganisationName(
        heads, tokens, meanings["descriptor"], meanings["unit"], meanings["region"], numbers, own=True
    )


def _inner_regions_as_heads(found: list[lexicon.Word]) -> list[lexicon.Word]:
    """In prose a country in the middle is part of the name: "Royal Jordanian Air Force" is not the Royal Air Force."""
    said = [word for word in found if word.role != "legal"]
    inner = said[1:-1]
    return [
        lexicon.Word(word.text, "head", word.text) if word.role == "region" and word in inner else word
        for word in found
    ]


def _rejoined(found: list[lexicon.Word]) -> list[lexicon.Word]:
    """Two words that are one known word cut in two count as that word."""
    for first, second in permutations([word for word in found if word.role == "head"], 2):
        whole = lexicon.organisation_word(first.text + second.text)
        if whole.role != "head" and len(first.text) >= MIN_PART_CHARS and len(second.text) >= MIN_PART_CHARS:
            return [word for word in found if word not in (first, second)] + [whole]
    return found


def compare(first: str, second: str, kind: str) -> Comparison:
    """Compare two names of one kind. Symmetric; a name and itself are 1."""
    one, other = sorted((first, second))
    return _compare(one, other, kind)


@lru_cache(maxsize=262_144)
def _compare(first: str, second: str, kind: str) -> Comparison:
    if fold(first) == fold(second):
        return Comparison(1.0, "same-name")
    if "@" in first or "@" in second:  # of addresses only equal ones are one
        return DIFFERENT
    if set(_NUMBER.findall(first)) != set(_NUMBER.findall(second)):
        return Comparison(0.0, "different", "numbers")
    if kind in PEOPLE:
        return compare_people(person_name(first), person_name(second))
    if _endonym(first) == _endonym(second) is not None:
        return Comparison(0.98, "place-name")
    if kind in ORGANISATIONS:
        return _compare_organisations(first, second)
    if kind in PLACES:
        return _compare_places(first, second)
    return _compare_titles(first, second)


def _endonym(name: str) -> str | None:
    """The first of the names that a country, a union of countries or a town goes by."""
    return lexicon.places().get(fold(name).removeprefix("the "))


# people


def compare_people(one: PersonName, other: PersonName) -> Comparison:
    """First names must agree as far as both are given, last names in sound; suffixes and titles must not contradict."""
    if one.suffix and other.suffix and one.suffix != other.suffix:
        return Comparison(0.0, "different", "suffix")
    if one.gender and other.gender and one.gender != other.gender:
        return Comparison(0.0, "different", "gender")
    if not one.first or not other.first:
        return _compare_one_word(one, other)
    last = _last_names(one.last, other.last)
    if last is None:
        return _swapped(one, other)
    given = _given_names(one.first, other.first)
    if given.conflict:
        return given
    if last.score < 0.9 and given.score < 1.0:
        return DIFFERENT
    rule = next((each.rule for each in (given, last) if each.rule != "same-name"), "same-name")
    return Comparison(round(given.score * last.score, 4), rule)


def _compare_one_word(one: PersonName, other: PersonName) -> Comparison:
    short, full = (one, other) if not one.first else (other, one)
    if phonetic(short.last) == phonetic(full.last):
        return Comparison(0.95 if not full.first else 0.5, "last-name" if full.first else "spelling")
    if full.first and phonetic(short.last) == phonetic(full.first[0]):
        return Comparison(0.4, "first-name")
    return UNRELATED


def _last_names(one: str, other: str) -> Comparison | None:
    if one == other:
        return Comparison(1.0, "same-name")
    if phonetic(one) == phonetic(other):
        return Comparison(0.95, "spelling")
    if _vowels_apart(one, other):
        return Comparison(0.9, "transliteration")
    if min(len(one), len(other)) > MIN_TYPO_CHARS and one[0] == other[0] and _slip(one, other):
        return Comparison(0.7, "misspelling")
    return None


def _vowels_apart(one: str, other: str) -> bool:
    """Whether two spellings differ only in vowels that transliteration confuses: o and u, e and i, a and e."""
    if len(skeleton(one)) < 3 or skeleton(one) != skeleton(other):
        return False
    plain = [phonetic(each).translate(str.maketrans("oe", "ui")) for each in (one, other)]
    return _DOUBLED.sub(r"\1", plain[0]) == _DOUBLED.sub(r"\1", plain[1])


def _swapped(one: PersonName, other: PersonName) -> Comparison:
    if one.first == (other.last,) and other.first == (one.last,):
        return Comparison(0.75, "name-order")
    if one.last in other.first and _given_names(one.first[:1], other.first[:1]).score >= 0.9:
        return Comparison(0.5, "part-of-name")
    if other.last in one.first and _given_names(one.first[:1], other.first[:1]).score >= 0.9:
        return Comparison(0.5, "part-of-name")
    return Comparison(0.0, "different", "last names")


def _given_names(one: tuple[str, ...], other: tuple[str, ...]) -> Comparison:
    leading = _given_name(one[0], other[0])
    if leading is None:
        longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
        if len(shorter) == 1 and len(longer) > 1 and len(shorter[0]) > 1 and _goes_by_middle_name(longer, shorter[0]):
            return Comparison(0.75, "middle-name")
        return Comparison(0.0, "different", "first names")
    score, rule = leading
    for mine, theirs in zip(one[1:], other[1:], strict=False):
        middle = _given_name(mine, theirs)
        if middle is None:
            return Comparison(0.0, "different", "middle names")
        score = min(score, max(middle[0], 0.9))
    if len(one) != len(other) and rule == "same-name":
        return Comparison(min(score, 0.95), "middle-left-out")
    return Comparison(score, rule)


def _goes_by_middle_name(given: tuple[str, ...], called: str) -> bool:
    """Whether someone of these given names may be called by the second: "J. Robert" is Robert, but "John B." no Bob."""
    spelled = len(given[1]) > 1 or len(given[0]) == 1
    return spelled and _given_name(given[1], called) is not None


def _given_name(one: str, other: str) -> tuple[float, str] | None:
    if one == other:
        return 1.0, "same-name"
    if len(one) == 1 or len(other) == 1:
        known = lexicon.given_names()
        initials = {known.get(each, each)[0] for each in (one, other)} | {one[0], other[0]}
        return (0.75, "initials") if one[0] == other[0] or len(initials) == 1 else None
    if phonetic(one) == phonetic(other):
        return 0.97, "spelling"
    known = lexicon.given_names()
    if known.get(one, one) == known.get(other, other):
        return 0.92, "given-name-variant"
    if _vowels_apart(one, other):
        return 0.92, "transliteration"
    return None


# organisations


def _compare_organisations(first: str, second: str) -> Comparison:
    one, other = organisation_name(first), organisation_name(second)
    for short, full in ((first, second), (second, first)):
        if len(fold(short).replace(" ", "")) >= MIN_ACRONYM_LETTERS and is_acronym_of(short, full):
            return Comparison(0.8, "acronym")
    registers = first.isupper() and second.isupper()
    matched, left, right = _matched_heads(one, other, registers=registers)
    if not matched:
        return UNRELATED
    if (left and right) or one.own != other.own:
        return DIFFERENT
    if (left or right) and not _may_be_longer(one, other, len(matched), registers=registers):
        return DIFFERENT
    if one.numbers != other.numbers:
        return Comparison(0.0, "different", "numbers")
    if one.units != other.units:
        return Comparison(0.0, "different", "part of a group")
    if one.descriptors and other.descriptors and not one.descriptors & other.descriptors:
        return DIFFERENT
    if one.regions - REACH and other.regions - REACH and not one.regions & other.regions:
        return DIFFERENT
    score, rule = _graded(one, other, exact=all(matched), extra=bool(left or right))
    return Comparison(round(score, 4), rule)


def _may_be_longer(one: OrganisationName, other: OrganisationName, matched: int, *, registers: bool) -> bool:
    """Whether one name may have a word more: at its end in prose, not in front ("Free Syrian Army"); anywhere in a
    register, where words are out of order; if two others agree. A name of general words alone may not."""
    short, long = sorted((one, other), key=lambda name: len(name.heads))
    if not one.own or len(long.heads) - len(short.heads) > 1:
        return False
    if registers:
        return matched + len(one.descriptors & other.descriptors) + len(one.units & other.units) > 1
    return matched > 1 and long.heads[: len(short.heads)] == short.heads


def _graded(one: OrganisationName, other: OrganisationName, *, exact: bool, extra: bool) -> tuple[float, str]:
    score, rule = 0.98, "legal-form"
    for factor, name, applies in (
        (0.9, "spelling", not exact),
        (0.8, "longer-name", extra),
        (0.85, "region", one.regions != other.regions),
        (0.8, "line-of-business", one.descriptors != other.descriptors),
    ):
        if applies:
            score, rule = score * factor, name
    return score, rule


def _matched_heads(
    one: OrganisationName, other: OrganisationName, *, registers: bool
) -> tuple[list[bool], list[str], list[str]]:
    """For each pair of heads that match whether they do so letter by letter, and the heads of each that are left."""
    left, right = list(one.heads), list(other.heads)
    matched: list[bool] = []
    for exact in (True, False):
        chars = MIN_TYPO_CHARS - bool(matched)
        for head in list(left):
            found = next(
                (
                    each
                    for each in right
                    if (head == each if exact else alike(head, each, registers=registers, min_chars=chars))
                ),
                None,
            )
            if found is not None:
                left.remove(head)
                right.remove(found)
                matched.append(exact)
    for mine, theirs, tokens in ((left, right, other.tokens), (right, left, one.tokens)):
        for head in list(mine):
            parts = _compound(head, tokens)
            if parts:
                mine.remove(head)
                matched.append(False)
                theirs[:] = [each for each in theirs if each not in parts]
    return matched, [each for each in left if not _is_town(each)], [each for each in right if not _is_town(each)]


def _is_town(word: str) -> bool:
    return lexicon.organisation_word(word).role == "town"


def alike(one: str, other: str, *, registers: bool, min_chars: int = MIN_TYPO_CHARS) -> bool:
    """Whether two words are one word spelt otherwise or misspelt.

    Registers and scans, which write in capitals, are full of misspellings; in prose a letter more or less is more often
    another name, and another consonant nearly always is.
    """
    shorter = min(len(one), len(other))
    if phonetic(one) == phonetic(other):
        return shorter >= MIN_PART_CHARS
    if not registers:
        return shorter > LONG_WORD_CHARS and one[0] == other[0] and _slip(one, other)
    if shorter < min_chars or (one[0] != other[0] and shorter < LONG_WORD_CHARS):
        return False
    allowed = 1 if shorter < LONG_WORD_CHARS else 2 if shorter < VERY_LONG_WORD_CHARS else 3
    return OSA.distance(one, other, score_cutoff=allowed) <= allowed


def _slip(one: str, other: str) -> bool:
    """Whether one letter was left out, put in, or swapped with its neighbour."""
    if OSA.distance(one, other, score_cutoff=1) != 1:
        return False
    return len(one) != len(other) or sorted(one) == sorted(other)


def _compound(word: str, tokens: tuple[str, ...]) -> frozenset[str]:
    """The words of another name that `word` is made of, written as one; empty when it is not."""
    if len(word) < MIN_COMPOUND_CHARS:
        return frozenset()
    rest, parts = word, set()
    for token in sorted(tokens, key=lambda each: (-len(each), each)):
        if token in rest and token != word:
            rest = rest.replace(token, "", 1)
            parts.add(token)
    known = len(rest) < MIN_PART_CHARS or lexicon.organisation_word(rest).role != "head"
    return frozenset(parts) if known and any(len(part) >= MIN_PART_CHARS for part in parts) else frozenset()


# places and titles


@lru_cache(maxsize=131_072)
def place_name(name: str) -> tuple[str, str]:
    """A place's own name in one spelling, and what qualifies it ("Bergen, Norway"); empty where nothing does."""
    head, _, qualifier = name.partition(",")
    folded = fold(head)
    for prefix in lexicon.section("place")["prefixes"]:
        folded = folded.removeprefix(f"{prefix} ") if folded not in lexicon.places() else folded
    if folded in lexicon.places():
        return lexicon.places()[folded], fold(qualifier)
    words = folded.split()
    articles = lexicon.words("place", "articles")
    while len(words) > 1 and words[0] in articles:
        words = words[1:]
    folded = " ".join(words)
    return lexicon.places().get(folded, folded), fold(qualifier)


def _compare_places(first: str, second: str) -> Comparison:
    (one, within), (other, around) = place_name(first), place_name(second)
    if within and around and phonetic(within) != phonetic(around):
        return Comparison(0.0, "different", "different surroundings")
    factor = 1.0 if bool(within) == bool(around) else 0.9
    if one == other:
        return Comparison(0.98 * factor, "place-name")
    sounds = [phonetic(each.replace(" ", "")) for each in (one, other)]
    if sounds[0] == sounds[1] or _vowels_apart(one.replace(" ", ""), other.replace(" ", "")):
        return Comparison(round(0.9 * factor, 4), "spelling")
    if _same_words(one, other):
        return Comparison(round(0.8 * factor, 4), "transliteration")
    if alike(one.replace(" ", ""), other.replace(" ", ""), registers=False):
        return Comparison(round(0.75 * factor, 4), "misspelling")
    return UNRELATED


def _same_words(one: str, other: str) -> bool:
    """Whether two names of several words have the same consonants word by word, articles within them aside."""
    articles = lexicon.words("place", "articles") | {"ez", "es", "er", "ed"}
    bones = [[skeleton(word) for word in name.split() if word not in articles] for name in (one, other)]
    return bones[0] == bones[1] and len(bones[0]) > 1


@lru_cache(maxsize=131_072)
def main_title(name: str) -> str:
    """A title without article and subtitle, folded; short ones keep their subtitle."""
    head = re.split(r":| [-–—] ", name, maxsplit=1)[0]
    folded = fold(head if len(fold(head).split()) > 1 else name)
    return re.sub(r"^(?:the|a|an) (?=.)", "", folded)


def _compare_titles(first: str, second: str) -> Comparison:
    one, other = main_title(first), main_title(second)
    if one == other:
        whole = main_title(first.replace(":", "")) == main_title(second.replace(":", ""))
        subtitled = [each for each in (first, second) if ":" in each]
        if len(subtitled) == 2 and not whole:
            return Comparison(0.0, "different", "subtitles")
        return Comparison(0.98 if whole else 0.85, "article" if whole else "subtitle")
    if len(one) >= VERY_LONG_WORD_CHARS and OSA.distance(one, other, score_cutoff=1) == 1:
        return Comparison(0.8, "misspelling")
    return UNRELATED


# blocks


@lru_cache(maxsize=131_072)
def block_keys(name: str, kind: str) -> tuple[str, ...]:
    """The blocks a name lies in: two names that `compare` can join share one, but for rare misspellings. Each is a
    function of the name and its kind alone; the first says the name itself, whatever its kind."""
    keys = {f"={main_title(name)}"}
    if kind in PEOPLE:
        keys |= _person_keys(person_name(name))
    elif kind in ORGANISATIONS:
        keys |= _organisation_keys(name)
    elif kind in PLACES:
        bones = [skeleton(word) for word in place_name(name)[0].split()]
        keys |= {f"place:{skeleton(place_name(name)[0].replace(' ', ''))}", f"place:{bones[0]}" if bones else "place:"}
    else:
        keys.add(f"title:{skeleton(main_title(name).replace(' ', ''))[:12]}")
    if _endonym(name):
        keys.add(f"place:={_endonym(name)}")
    if kind == UNKNOWN_KIND:
        keys |= _person_keys(person_name(name)) if begins_with_a_given_name(name) else _organisation_keys(name)
    return tuple(sorted(keys))


@lru_cache(maxsize=131_072)
def begins_with_a_given_name(name: str) -> bool:
    """Whether a name begins with a known given name and goes on, as people's names do."""
    first = person_name(name).first
    return bool(first) and (first[0] in lexicon.given_names() or first[0] in lexicon.words("person", "alone"))


def _person_keys(name: PersonName) -> set[str]:
    last = skeleton(name.last)
    known = lexicon.given_names()
    keys = {f"last:{last}"}
    for given in name.first[:2]:
        initial = known.get(given, given)[0]
        keys |= {f"person:{last}:{initial}", f"person:{last}:{given[0]}"}
        keys |= {f"person:{skeleton(given)}:{name.last[0]}"} if len(name.first) == 1 and len(given) > 1 else set()
    return keys


def _organisation_keys(name: str) -> set[str]:
    parts = organisation_name(name)
    keys: set[str] = set()
    for head in parts.heads:
        bones = skeleton(head)
        keys |= {f"org:{bones[:4]}", f"org:*{bones[-4:]}"} if len(head) >= MIN_PART_CHARS else {f"org:{head}"}
    letters = fold(name).replace(" ", "")
    if MIN_ACRONYM_LETTERS <= len(letters) <= 8 and name.replace(".", "").replace(" ", "").isupper():
        keys.add(f"acronym:{letters}")
    capitals = [word[0] for word in re.findall(r"[^\W\d_]+", name) if word[0].isupper()]
    if len(capitals) >= MIN_ACRONYM_LETTERS:
        keys.add(f"acronym:{''.join(capitals).casefold()}")
    return keys
