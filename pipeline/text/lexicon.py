"""The words of `names.toml`: legal forms, given names, regions and the like, and what each word of a name is."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Literal

from rapidfuzz.distance import OSA

WordClass = Literal["legal", "descriptor", "unit", "region", "town", "number", "head"]
MIN_FUZZY_STEM_CHARS = 5
LONG_STEM_CHARS = 8
WORKS = ("fab", "werke", "werk", "gesellschaft", "maatschappij", "mij", "verwaltung")
MIN_COMPOUND_HEAD_CHARS = 5
MAX_ENDING_CHARS = 4


@dataclass(frozen=True, slots=True)
class Word:
    """A word of an organisation's name: its class, and one form for all words of that meaning."""

    text: str
    role: WordClass
    meaning: str


@cache
def section(name: str) -> dict[str, Any]:
    """One table of `names.toml`."""
    text = (files("pipeline.text") / "names.toml").read_text(encoding="utf-8")
    table: dict[str, Any] = tomllib.loads(text)[name]
    return table


@cache
def words(table: str, entry: str) -> frozenset[str]:
    """The words of one entry."""
    return frozenset(section(table)[entry].split())


@cache
def given_names() -> dict[str, str]:
    """Given name -> the first of the names that one person may bear by turns."""
    found: dict[str, str] = {}
    for group in section("person")["given"]:
        first, *others = group.split()
        for name in (first, *others):
            found.setdefault(name, first)
    return found


@cache
def places() -> dict[str, str]:
    """Folded name of a place -> the first of the names it goes by."""
    groups = [group.split("|") for group in section("place")["same"]]
    return {name: group[0] for group in groups for name in group}


@cache
def fields_of_work() -> dict[str, str]:
    """Occupation -> its field."""
    return {word: field for field, listed in section("occupations").items() for word in listed.split()}


@cache
def domains() -> dict[str, str]:
    """Word in the name of an organisation or a place -> the field of work it tells of."""
    return {word: field for field, listed in section("domains").items() for word in listed.split()}


@cache
def _organisation() -> tuple[dict[str, tuple[WordClass, str]], tuple[tuple[str, WordClass, str], ...]]:
    """Whole word -> class and meaning; and the stems with theirs, longest first."""
    entries: list[tuple[str, WordClass, str]] = []
    table = section("organisation")
    plain: tuple[tuple[str, WordClass], ...] = (("legal", "legal"), ("regions", "region"), ("towns", "town"))
    for name, role in plain:
        entries += [(word, role, word.rstrip("*")) for word in table[name].split()]
    groups: tuple[tuple[str, WordClass], ...] = (("descriptors", "descriptor"), ("units", "unit"))
    for name, role in groups:
        entries += [(word, role, group.split()[0].rstrip("*")) for group in table[name] for word in group.split()]
    whole = {word: (role, meaning) for word, role, meaning in reversed(entries) if not word.endswith("*")}
    stems = sorted(
        ((word[:-1], role, meaning) for word, role, meaning in entries if word.endswith("*")),
        key=lambda entry: (-len(entry[0]), entry),
    )
    return whole, tuple(stems)


@lru_cache(maxsize=65_536)
def organisation_word(text: str) -> Word:
    """What one folded word says in an organisation's name; a word that is in no list is part of its head."""
    whole, stems = _organisation()
    if text.isdigit():
        return Word(text, "number", text)
    if text in whole:
        return Word(text, *whole[text])
    for stem, role, meaning in stems:
        if text.startswith(stem):
            return Word(text, role, meaning)
    for stem, role, meaning in stems:
        if _nearly_begins(text, stem):
            return Word(text, role, meaning)
    if any(
        MIN_COMPOUND_HEAD_CHARS <= text.rfind(works) >= len(text) - len(works) - MAX_ENDING_CHARS for works in WORKS
    ):
        return Word(text, "legal", "works")
    return Word(text, "head", text)


def _nearly_begins(text: str, stem: str) -> bool:
    if len(stem) < MIN_FUZZY_STEM_CHARS or len(text) < len(stem) - 1 or text[0] != stem[0]:
        return False
    allowed = 1 if len(stem) < LONG_STEM_CHARS else 2
    lengths = {len(stem) - 1, len(stem), len(stem) + 1}
    return any(OSA.distance(text[:length], stem, score_cutoff=allowed) <= allowed for length in lengths)
