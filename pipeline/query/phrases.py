"""Phrases: what stands right before the names that answer a relation, in sentences about the thing itself."""

from __future__ import annotations

import re

# What a relation of one gender is read by, before the gender is looked at.
BROADER = {
    "husband": "spouse",
    "wife": "spouse",
    "brother": "sibling",
    "sister": "sibling",
    "son": "child",
    "daughter": "child",
}
# Said of a thing in any sentence of its text, not only in those that begin with it.
OF_WORKS = frozenset("director performer composer author founder producer publisher owner designer acquirer".split())
OWN = r"\b(?:[Hh]is|[Hh]er|[Ii]ts|[A-Z]\w+'s)\s+(?:\w+(?:-\w+)?\s+){0,2}?"


def _until(words: str, ending: str, *, chars: int = 60, but: str = "") -> str:
    """`words`, then at most so many characters of the same sentence, then one of the words of `ending`."""
    barred = "|".join(each for each in (ending, but) if each)
    return rf"\b(?:{words})\b(?:(?!\b(?:{barred})\b)[^.;()]){{0,{chars}}}?\b(?:{ending})\s+"


def _by(words: str, *, chars: int = 90, but: str = "") -> str:
    return _until(words, "by", chars=chars, but=but)


_SOURCES: dict[str, tuple[str, ...]] = {
    "director": (
        _by("(?:[Cc]o-)?[Dd]irected"),
        r"\bdirectors?\s+(?=[A-Z])",
        r"\b(?:film|movie|comedy|drama|documentary|short|western|thriller|horror)\s+by\s+",
    ),
    "composer": (
        _by("music|score|soundtrack|songs", chars=60, but="directed|produced"),
        _by("[Cc]omposed"),
        r"\bcomposer\s+(?=[A-Z])",
        _by(r"song\s+(?:co-)?written", chars=40),
    ),
    "performer": (
        _by("performed|sung|recorded", chars=40),
        _by("song|single|track|album|ballad|hit|recording", chars=50, but="written|produced|composed|released"),
        r"\b(?:single|song|track)\s+(?:of|from)\s+(?=(?:[A-Za-z-]+\s+){0,4}(?:singer|band|rapper|group|artist)\b)",
    ),
    "author": (_by("[Ww]ritten|[Aa]uthored"), _by("novel|book|poem|play|story|essay|memoir", chars=30)),
    "producer": (_by("(?:[Cc]o-)?[Pp]roduced"),),
    "publisher": (_by("published"),),
    "founder": (_by("(?:co-)?(?:founded|established|set up|started|created)"),),
    "owner": (_by("owned"),),
    "acquirer": (_by("acquired|bought|purchased"),),
    "designer": (_by("designed|built|invented"),),
    "spouse": (
        r"\bmarried\s+(?:to\s+)?(?:(?!\b(?:in|on|and)\b)[^.;(),A-Z]){0,40}?",
        OWN + r"(?:wife|husband|spouse),?\s+(?:was\s+|is\s+)?",
        r"\b(?:wife|husband|widow|widower|spouse)\s+(?:and\s+\w+\s+)?(?:\([^)]*\)\s+)?(?:of|to)\s+",
        r"\b(?:by|his|her)\s+marriage (?:to|with)\s+",
        r"\bwed\s+",
    ),
    "sibling": (
        r"\b(?:brother|sister|sibling|twin)\s+(?:of|to)\s+",
        OWN + r"(?:brother|sister|sibling)s?,?\s+(?:was\s+|is\s+)?",
    ),
    "child": (
        r"\b(?:father|mother|parent)\s+of\s+",
        OWN + r"(?:son|daughter|child|children)s?,?\s+(?:was\s+|is\s+|were\s+|are\s+)?",
        r"\b(?:son|daughter),\s+",
    ),
    "school": (
        _until("studied|educated|trained|enrolled", "at", chars=50),
        r"\bgraduat(?:ed|e)\s+(?:from|of|at)\s+",
        r"\battended\s+",
        _until(r"degree|doctorate|PhD|Ph\.D\.|B\.A\.|M\.A\.", "from|at", chars=40),
    ),
    "employer": (
        _until("professor", "at|in the", chars=40),
        _until("taught|teaches|teaching|worked|works|lecturer|instructor", "at|for", chars=40),
    ),
    "award": (
        r"\b(?:won|received|awarded|earned|recipient of|winner of)\s+"
        r"(?:(?:the|a|an|two|three|several|his|her)\s+)*(?:\d{4}\s+)?",
    ),
    "burial": (_until("buried|interred|entombed", "in|at", chars=40),),
}
BEFORE_NAMES = {relation: tuple(map(re.compile, sources)) for relation, sources in _SOURCES.items()}
