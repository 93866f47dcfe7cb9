"""Names in running text: where one ends, and which shorter forms it has.

Used on the words behind "directed by" and the like, where the grammar says that a name follows; so capitals, particles
and titles ("John Wallop, 2nd Earl of Portsmouth") are enough to see where it ends.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.text.countries import country_of

MAX_NAME_WORDS = 12
MAX_DESCRIPTORS = 7
MAX_NAMES = 4

_WORD = re.compile(r"(?:(?![-–—](?:\s|$))[^\s,;:()\[\]\"“”–—])+")
_PARTICLES = frozenset(
    "of the de del della di da do dos du des la le les el al von van der den ter ten zu zur af av bin ibn bint abu mac "
    "mc ap ab y e i und et ut al- ní ni ua".split()
)
_OF_LANDS = frozenset({"and", "&"})
_RANKS = (
    "Duke|Duchess|Earl|Count|Countess|Prince|Princess|King|Queen|Lord|Lady|Landgrave|Landgravine|Margrave|Margravine|"
    "Marquess|Marquis|Marchioness|Baron|Baroness|Viscount|Viscountess|Elector|Electress|Abbess|Dauphin|Emperor|"
    "Empress|Infante|Infanta|Archduke|Archduchess|Grand|Baronet|Jr|Sr|Crown|Hereditary|Burgrave|Palatine|Tsar"
)
_TITLE = re.compile(rf",\s+(?=(?:the\s+)?(?:\d+(?:st|nd|rd|th)\s+)?(?:{_RANKS})\b)")
_ABBREVIATIONS = frozenset("st. jr. sr. dr. mr. mrs. ms. mt. ft. prof. rev. gen. col. capt. lt. sgt. hon.".split())
_RANK = re.compile(rf"\b(?:{_RANKS})\b")
_HONORIFIC = re.compile(
    rf"^(?:(?:{_RANKS}|Sir|Dame|Mr|Mrs|Ms|Dr|Saint|St|Pope|Caliph|Sultan|Shah|Captain|General|Colonel|Major|Admiral|Reverend|"
    r"Professor|President|Hon|Rt|Duke)\b\.?\s+)+(?=[^\W\d_])"
)
_INITIALS = re.compile(r"^(?:[^\W\d_]\.\s*)+(?=[^\W\d_]+ [^\W\d_])")
_NUMERAL = re.compile(r"[IVXLC]+")
_DOING = re.compile(
    r"(?!recording)[a-z-]+(?:ing|ed)$|^(?:stars|features|had|has|written|shown|seen|set|with|from|in|on|for|at|by|who|which|that|it|as|was|is|were|are|where|when|while|but|"
    r"also|to|of|his|her|its|a)$"
)
_SEPARATOR = re.compile(
    r"(?:\s*\([^()]*\))?"
    r"(?:,\s+(?!\w+ing\b|\w+ed\b|written|with|by|who|which|whose)[a-z][^,.;()]{0,40}(?=,?\s+and\b))?"
    r"(?:\s*,\s+and\s+|\s*,\s+|\s+and\s+|\s+&\s+)"
    r"(?:(?:by\s+)?(?:his|her|the)\s+[a-z, ]*?(?=[^\W\d_a-z]))?"
)


@dataclass(frozen=True, slots=True)
class NameAt:
    """The characters `start` to `end` (half-open) of a text are a name."""

    start: int
    end: int
    text: str

    @property
    def forms(self) -> tuple[str, ...]:
        """The name and what is left when its titles fall away, the fullest first."""
        parts = self.text.split(", ")
        whole = [", ".join(parts[:count]) for count in range(len(parts), 0, -1)]
        plain = [_HONORIFIC.sub("", form) for form in whole]
        return tuple(dict.fromkeys([*whole, *plain, *(_INITIALS.sub("", form) for form in plain)]))


def name_at(text: str, start: int) -> NameAt | None:
    """The name that begins at `start`; `None` when none does."""
    end, position, words = start, start, 0
    while words < MAX_NAME_WORDS and (match := _WORD.match(text, position)):
        word = match.group()
        lands = word in _OF_LANDS and _joins_lands(text, start, position)
        if not (lands or _may_stand(word, first=words == 0)):
            break
        ends_here = word.endswith(".") and not _is_abbreviated(word)
        if _is_capital(word):
            end = match.end() - (1 if ends_here else 0)
            end -= len(word) - len(_without_possessive(word)) if word[-1] in "s'’" else 0
        words += 1
        position = match.end()
        if ends_here or _without_possessive(word) != word:
            break
        if title := _TITLE.match(text, position):
            position = title.end()
            ordinal = re.match(r"(?:the\s+)?\d+(?:st|nd|rd|th)\s+", text[position:])
            position += ordinal.end() if ordinal else 0
        elif position < len(text) and text[position] == " ":
            position += 1
        else:
            break
    said = text[start:end]
    return NameAt(start, end, said) if said and _is_capital(said) and not _NUMERAL.fullmatch(said) else None


def _joins_lands(text: str, start: int, position: int) -> bool:
    """Whether the "and" at `position` joins the lands of a title ("Duke of Connaught and Strathearn")."""
    said = text[start:position]
    further = re.match(
        r"(?:and|&)\s+[A-ZÀ-Þ][\w-]*(?P<of>\s+(?:of|the|de|del|di|da|von|van|der|[A-ZÀ-Þ]))?", text[position:]
    )
    return _RANK.search(said) is not None and " of " in said and further is not None and further["of"] is None


def names_at(text: str, start: int) -> list[NameAt]:
    """The names of a list that begins at `start` ("A, B and C"), without the descriptions before them ("the American
    singer C")."""
    found: list[NameAt] = []
    position: int | None = start
    while position is not None and len(found) < MAX_NAMES:
        name = name_at(text, _skip_description(text, position))
        if name is None:
            break
        found.append(name)
        separator = _SEPARATOR.match(text, name.end)
        position = separator.end() if separator else None
    return found


def _skip_description(text: str, start: int) -> int:
    """Past lower-case words, adjectives of countries and genres before a name."""
    position = start
    for _ in range(MAX_DESCRIPTORS):
        match = _WORD.match(text, position)
        if match is None:
            return start
        word = match.group()
        after = match.end() + 1
        lower = word[0].islower() and word not in {"von", "van", "de", "di", "da", "al", "el", "la", "le", "du"}
        two = re.match(r"\S+ \S+", text[position:])
        if _DOING.fullmatch(word):
            return start
        if two and country_of(two.group()):
            after = position + two.end() + 1
        elif not (lower or word in {"R&B", "DJs", "K-pop", "J-pop"} or country_of(word.split("-")[0])):
            return position
        if not text[match.end() : match.end() + 1].isspace():
            return start
        position = after
    return start


def _may_stand(word: str, *, first: bool) -> bool:
    return (
        _is_capital(word)
        or (not first and (word in _PARTICLES or word.startswith("al-")))
        or (first and word in {"von", "van", "de", "di", "da", "al", "el", "la", "le", "du"})
        or (first and word.startswith("al-"))
    )


def _is_capital(word: str) -> bool:
    stripped = word.lstrip("'’‘\"“").removeprefix("al-").removeprefix("el-")
    return bool(stripped) and (stripped[0].isupper() or (stripped[0].isdigit() and len(stripped) > 4) or (
        stripped.split(" ")[0].lower() in {"von", "van", "de", "di", "da", "al", "el", "la", "le", "du"}
        and any(character.isupper() for character in stripped)
    ))  # fmt: skip


def _is_abbreviated(word: str) -> bool:
    return word.lower() in _ABBREVIATIONS or re.fullmatch(r"(?:[^\W\d_]\.-?)+", word) is not None


def _without_possessive(word: str) -> str:
    return re.sub(r"['’]s?$", "", word)
