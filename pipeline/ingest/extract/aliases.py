"""Two names that the words between them make one: an abbreviation in brackets, "also known as", "formerly", "née"; and
the short forms that a text states."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.ingest.extract.variants import abbreviates
from pipeline.text.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.text.mentions import RawMention

MAX_GAP_CHARS = 160

_FILLER = (
    r"(?:(?:is|was|are|were|be|been|being|has|had|have|and|or|who|which|that|it|he|she|they|also|more|most|better|best|"
    r"commonly|widely|usually|often|generally|sometimes|popularly|simply|officially|professionally|then|later|subsequently|"
    r"formerly|previously|originally|now|once|first|in\s+\d{4})\b[\s,]*)*"
)
# "was named", ", dubbed": who names another is not called so.
_PASSIVE = "(?:" + "|".join(
    rf"(?<={word}\s)" for word in "was is are were been being also later then now originally often sometimes".split()
) + r"|(?<=,\s)|(?<=\())"  # fmt: skip
_SAME_NAME = (
    r"(?:known\s+(?:as|under\s+the\s+name(?:\s+of)?|by\s+the\s+name(?:\s+of)?)|a\.?k\.?a\.?|alias|"
    rf"abbreviated(?:\s+(?:as|to))?|{_PASSIVE}(?:nicknamed|dubbed|(?:re)?named|styled)|"
    r"(?<=also\s)called|(?<=was\s)called|(?<=is\s)called|(?<=,\s)called|"
    r"(?<=\()called|(?<=often\s)called|(?<=now\s)called|(?<=sometimes\s)called|referred\s+to\s+as|short\s+for|"
    r"whose\s+(?:real|full|birth)\s+name\s+(?:is|was))(?:\s+(?:as|to|it))?"
)
_RENAMED = (
    rf"(?:{_PASSIVE}renamed|chang(?:ed|ing)\s+(?:its|his|her|their|the)\s+name\s+to|"
    r"(?:[,(]\s*)(?:formerly|previously|originally|now|today|n[ée]e|born|officially|later\s+renamed|since\s+renamed)|\sn[ée]e?)"
    r"(?:\s+(?:as|to))?(?:\s+(?:da|de|del|der|di|du|la|van|von))*"
)
_BORN = re.compile(r"\b(?:born|n[ée]e?)\b", re.IGNORECASE)
_ASIDE = r"(?:\s*\([^()]*\))?"
_ALIAS = re.compile(rf"{_ASIDE}[\s,(;:–—-]*{_FILLER}{_SAME_NAME}[\s,:]*[\"“‘'(]*(?:the\s+)?[\"“‘']*", re.IGNORECASE)
_RENAMING = re.compile(rf"{_ASIDE}(?:[\s,(]*{_FILLER})?{_RENAMED}[\s,:]*[\"“‘'(]*(?:the\s+)?[\"“‘']*", re.IGNORECASE)
_BRACKET = re.compile(r"(?:['’]s)?[\"”’']?\s*[(\[]\s*(?:the|or|abbreviated|in\s+short)?[\s:,]*[\"“‘']*", re.IGNORECASE)
_SHORT = r"[^\s\"“”‘’'()][^\"“”‘’'()\n]{0,40}"
_HEREIN = r"(?:herein(?:after|below)?|hereafter|henceforth)(?:\s+(?:referred\s+to|known|called|also|as))*"
_QUOTED = r"(?:the\s+)?[\"“‘'](?:the\s+)?({})[\"”’']"
_DEFINED = re.compile(
    rf"(?:\(\s*(?:(?P<herein>{_HEREIN})[\s,:]+)?|,\s*(?P<after>{_HEREIN})[\s,:]+)"
    rf"{_QUOTED.format(_SHORT)}(?:\s*,?\s*or\s+{_QUOTED.format(_SHORT)})?\s*[),;]",
    re.IGNORECASE,
)
_CODE = re.compile(r"\s*\(([A-Z][A-Z0-9&-]{0,6}(?:[ -]?\d{1,4})?)\)")
PARTIES = frozenset(
    "agent borrower buyer client contractor customer debtor distributor employer franchisee guarantor insurer issuer "
    "landlord lender lessee lessor licensee licensor parent purchaser seller subsidiary supplier tenant trustee "
    "vendor".split()
)
_SPLIT_NAME = re.compile(r"\s(?:of|in|for|and)\s[^()\n.]{2,60}\s\(")
_NUMBER_IN_BRACKET = re.compile(r"[ -]?\d+\)")
_AFTER_BRACKET = re.compile(r"[\"”’']*\s*[)\];,]")


def alias(text: str, offset: int, one: RawMention, other: RawMention) -> tuple[str, float] | None:
    """The rule by which the words between two mentions of a chunk make them one, and how surely; `None` where they do
    not. The chunk begins at `offset`; `other` comes later in its text."""
    between = text[one.end - offset : other.start - offset]
    if "(" in one.surface:
        between = between.partition(")")[2]
    if len(between) > MAX_GAP_CHARS or "\n\n" in between:
        return None
    after = text[other.end - offset : other.end - offset + 4]
    if (sure := _bracketed(text, offset, one, other, between, after)) is not None:
        return "abbreviation", sure
    if _RENAMING.fullmatch(between):
        return "birth-name" if _BORN.search(between) else "renamed", 0.85
    return ("alias", 0.9) if _ALIAS.fullmatch(between) else None


@dataclass(frozen=True, slots=True)
class Defined:
    """Where a text states short forms of a name before `start`: (the "Company"), hereinafter "Tessel". `forms` are
    their characters, `herein` whether it says so in a word."""

    start: int
    forms: tuple[tuple[int, int], ...]
    herein: bool


def defined(text: str) -> Iterator[Defined]:
    """Every place where `text` states a short form in quotation marks."""
    for match in _DEFINED.finditer(text):
        forms = tuple(match.span(group) for group in (3, 4) if match[group])
        yield Defined(match.start(), forms, herein=match["herein"] is not None or match["after"] is not None)


def shortens(short: str, full: str) -> bool:
    """Whether `short` is made of some words of `full`, in their order, or abbreviates it."""
    words, rest = fold(short).split(), iter(fold(full).split())
    return abbreviates(short, full) or (len(words) < len(full.split()) and all(word in rest for word in words))


def code_after(text: str, offset: int, mention: RawMention) -> tuple[int, int] | None:
    """The characters, within the chunk, of a short code in brackets right after a name that is another name for it: its
    acronym, a hull number."""
    match = _CODE.match(text, mention.end - offset)
    if match is None or not (_has_digit(match[1]) or abbreviates(match[1], mention.surface)):
        return None
    return match.span(1)


def _bracketed(text: str, offset: int, one: RawMention, other: RawMention, between: str, after: str) -> float | None:
    closed = _AFTER_BRACKET.match(after) is not None
    if _BRACKET.fullmatch(between):
        if closed and (abbreviates(other.surface, one.surface) or abbreviates(one.surface, other.surface)):
            return 0.95
        if closed and other.surface.isupper() and _has_digit(other.surface):
            return 0.8
        if other.surface.isupper() and _NUMBER_IN_BRACKET.match(text, other.end - offset):
            return 0.8
    if closed and _SPLIT_NAME.fullmatch(between):
        full = text[one.start - offset : other.start - offset].rpartition("(")[0]
        if abbreviates(other.surface, full):
            return 0.7
    return None


def _has_digit(text: str) -> bool:
    return any(character.isdigit() for character in text)
