"""The structure of names: what two surfaces must share to be one name."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from pipeline.text import lexicon

if TYPE_CHECKING:
    from collections.abc import Iterable

HONORIFICS: dict[str, str | None] = {
    "mr": "m", "mister": "m", "sir": "m", "lord": "m", "king": "m", "prince": "m", "father": "m", "herr": "m",
    "mrs": "f", "ms": "f", "miss": "f", "madam": "f", "lady": "f", "queen": "f", "princess": "f", "dame": "f",
    "sister": "f", "frau": "f",
    "dr": None, "doctor": None, "prof": None, "professor": None, "rev": None, "reverend": None, "president": None,
    "senator": None, "governor": None, "mayor": None, "captain": None, "capt": None, "general": None, "gen": None,
    "colonel": None, "col": None, "major": None, "lieutenant": None, "lt": None, "sergeant": None, "sgt": None,
    "admiral": None, "judge": None, "justice": None, "chancellor": None, "secretary": None, "minister": None,
    "ambassador": None, "congressman": "m", "congresswoman": "f", "chairman": "m", "sheikh": "m",
}  # fmt: skip
LEGAL_FORMS = frozenset(
    "ltd limited inc incorporated corp corporation co company plc llc llp lp gmbh ag kg se sa sas sarl spa srl bv nv "
    "as asa ab oy a/s pty".split()
)

MAX_LAST_NAME_WORDS = 3

_PUNCTUATION = re.compile(r"[^\w&/]+")
_POSSESSIVE = re.compile(r"['’]s?$")


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """Lower case without accents, one space between words, no punctuation."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", _POSSESSIVE.sub("", text)).casefold())
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    return " ".join(_PUNCTUATION.sub(" ", plain.replace("'", "").replace("’", "")).split())


@lru_cache(maxsize=65_536)
def normalise(name: str, kind: str) -> str:
    """The name two mentions must share to be one entity: folded, without articles, honorifics (people) or legal forms
    (organisations). Never empty for a name that holds a word."""
    words = fold(in_order(name) if kind == "Person" else name).split()
    core = words[1:] if len(words) > 1 and words[0] == "the" else words
    if kind == "Person":
        core = _without_honorifics(core)
    elif kind == "Organization":
        core = _without_legal_forms(core)
    return " ".join(core or words)


def is_called(asked: str, kind: str, names: Iterable[str]) -> bool:
    """Whether `asked` is one of the names of something, but for case, accents, titles and legal forms."""
    known = normalise(asked, kind)
    return any(normalise(name, kind) == known for name in names)


def in_order(name: str) -> str:
    """A person's name as it is said: "Berg, Anna" is Anna Berg; "Anna Berg, Jr." stays."""
    before, comma, after = name.partition(",")
    said_after = set(fold(after).split()) if comma else set()
    turned = said_after and not said_after <= lexicon.words("person", "suffixes")
    return f"{after} {before}" if turned and len(fold(before).split()) <= MAX_LAST_NAME_WORDS else name


def _without_honorifics(words: list[str]) -> list[str]:
    while len(words) > 1 and words[0] in HONORIFICS:
        words = words[1:]
    while len(words) > 2 and words[-1] in {"jr", "sr"}:
        words = words[:-1]
    return words


def _without_legal_forms(words: list[str]) -> list[str]:
    while len(words) > 1 and words[-1] in LEGAL_FORMS:
        words = words[:-1]
    return words


def gender_of_title(name: str) -> str | None:
    """`m` or `f` when the name begins with a title that says so."""
    words = fold(name).split()
    return HONORIFICS.get(words[0]) if words else None


def is_acronym_of(short: str, full: str) -> bool:
    """Whether `short` is made of the first letters of the words of `full` ("NATO", "U.N.")."""
    letters = re.sub(r"[^A-Za-z]", "", short)
    if not 2 <= len(letters) <= 8 or letters != letters.upper():
        return False
    words = [word for word in re.findall(r"[^\W\d_]+", full) if word[0].isupper()]
    return len(words) >= 2 and "".join(word[0] for word in words).upper() == letters
