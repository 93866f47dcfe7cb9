"""The forms one name takes within a document: surname and first name, initials, the head or the tail of a long name,
its acronym; and the gender that a given name suggests."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from pipeline.text import names

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_NAME_WORDS = 8
GENERATIONS = frozenset({"jr", "sr", "junior", "senior", "ii", "iii", "iv"})
SMALL_WORDS = frozenset("of the and for in on de la du des le et und der & a an to at".split())
PREPOSITIONS = frozenset("of for in on to at de la du des von".split())
COUNTRIES = {
    "us": "united states", "usa": "united states", "united states of america": "united states",
    "america": "united states", "uk": "united kingdom", "great britain": "united kingdom", "britain": "united kingdom",
    "ussr": "soviet union", "uae": "united arab emirates", "prc": "china", "eu": "european union",
    "un": "united nations",
}  # fmt: skip
_NICKNAME = re.compile(r"[\"“”‘’'(]\s*([^\W\d_][\w .-]*?)\s*[\"“”’')]")
_LETTERS = re.compile(r"\b(?:[a-z] )+[a-z]\b")
_WORD = re.compile(r"[^\W_]+")


def bare(surface: str) -> str:
    """`surface` without a nickname in quotation marks or brackets within it."""
    stripped = " ".join(_NICKNAME.sub(" ", surface).split())
    return stripped or surface


def nickname(surface: str) -> str | None:
    """What stands in quotation marks or brackets within a name: Wilfried "Willi" Schneider."""
    match = _NICKNAME.search(surface)
    return names.fold(match[1]) if match and match.start() else None


def unspelled(normal: str) -> str:
    """A folded name with single letters written together and a country's short name written out: "u s" -> "united
    states"."""
    together = _LETTERS.sub(lambda match: match[0].replace(" ", ""), normal)
    return COUNTRIES.get(together, together)


def generation(surface: str) -> str:
    """ "jr", "sr" or a numeral that ends a person's name, or nothing."""
    words = names.fold(surface).split()
    return words[-1] if len(words) > 1 and words[-1] in GENERATIONS else ""


def person_forms(normal: str) -> Iterator[str]:
    """Shorter forms of a person's folded name, in no more than a few times its words: Joseph Leonard Votel is Votel,
    Joseph, Leonard, Joseph Votel, Joseph L Votel, J L Votel, J Votel."""
    words = normal.split()[:MAX_NAME_WORDS]
    if len(words) < 2:
        return
    first, *middle, last = words
    yield last
    yield first
    for length in range(2, len(words)):
        yield " ".join(words[:length])
        yield " ".join(words[-length:])
    yield f"{first[0]} {last}"
    if len(words) == 2:
        yield f"{last} {first}"
    if middle:
        yield from (word for word in middle if len(word) > 2)
        yield f"{first} {last}"
        initials = [word[0] for word in middle]
        yield " ".join([first, *initials, last])
        yield " ".join([first, initials[0], last])
        yield " ".join([first[0], *initials, last])


def heads(normal: str) -> Iterator[str]:
    """The first words of a name: Halden Instruments is Halden."""
    words = normal.split()[:MAX_NAME_WORDS]
    yield from (" ".join(words[:length]) for length in range(1, len(words)) if words[length - 1] not in SMALL_WORDS)


def tails(normal: str) -> Iterator[str]:
    """The last words of a name: Minnesota Vikings is Vikings, but no Department of Defense is Defense."""
    words = normal.split()[-MAX_NAME_WORDS:]
    for start in range(1, len(words)):
        if words[start] in PREPOSITIONS:
            return
        if words[start] not in SMALL_WORDS:
            yield " ".join(words[start:])


def is_firm(surface: str) -> bool:
    """Whether a name ends in a legal form: "Halden Ltd."."""
    words = names.fold(surface).split()
    return len(words) > 1 and words[-1] in names.LEGAL_FORMS


def acronyms(surface: str) -> set[str]:
    """The acronyms a name of several words can have, in lower case: of its capitalised words, and of all its words."""
    words = _WORD.findall(surface)
    capitals = "".join(word[0] for word in words if word[0].isupper())
    every = "".join(word[0] for word in words if word.lower() not in {"the"})
    found = {capitals.lower(), every.lower()}
    return {each for each in found if len(words) > 1 and 2 <= len(each) <= MAX_NAME_WORDS}


def is_acronym(surface: str) -> bool:
    """Whether a name looks like an acronym: "NATO", "U.N."."""
    letters = [character for character in surface if character.isalpha()]
    return 2 <= len(letters) <= MAX_NAME_WORDS and all(each.isupper() for each in letters) and " " not in surface


def abbreviates(short: str, full: str) -> bool:
    """Whether `short` is an abbreviation of `full`, which stands beside it in brackets: its letters occur in this order
    in `full`, the first at the beginning of a word (Schwartz and Hearst 2003)."""
    letters = [character.lower() for character in short if character.isalnum()]
    capitals = sum(character.isupper() for character in short)
    if not 2 <= len(letters) <= 10 or capitals * 2 < len(letters) or len(short.split()) > 2 or len(full) <= len(short):
        return False
    if len(full.split()) < 2 and "-" not in full:
        return False
    text = full.lower()
    position = len(text)
    for letter in reversed(letters[1:]):
        position = text.rfind(letter, 0, position)
        if position < 0:
            return False
    starts = [match.start() for match in re.finditer(rf"(?<![^\W_]){re.escape(letters[0])}", text)]
    return any(start < position for start in starts)


def name_of_birth(name: str, born: str) -> str:
    """The whole name of someone called `name` who was `born` so: Maria Lopez, née Garcia, was Maria Garcia."""
    given = bare(name).split()[:-1]
    while given and given[-1].islower():
        given.pop()
    whole = " " in born and (born.split()[0] in given or gender_of_given_name(born) is not None)
    return born if whole else " ".join([*given, born])


def gender_of_given_name(name: str) -> str | None:
    """`m` or `f` when most who bear the first word of `name` as a given name are of one gender."""
    words = names.fold(name).split()
    return _given_names().get(words[0]) if words else None


@cache
def _given_names() -> dict[str, str]:
    lists = tomllib.loads((files(__package__) / "given_names.toml").read_text(encoding="utf-8"))
    return {name: gender for gender, text in lists.items() for name in text.split()}
