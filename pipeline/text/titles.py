"""What a document can be called: its title, the subject of its first sentence, and other names of what it is about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.text.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

TITLE, WITHOUT_BRACKETS, SUBJECT, ALIAS, BEFORE_COMMA, ONE_WORD = 1.0, 0.95, 0.85, 0.7, 0.6, 0.4
MAX_TITLE_WORDS = 12
OPENING_CHARS = 400

_SUBJECT = re.compile(
    r"\s*[\"“‘']?(?P<subject>[^\n.!?]{2,120}?)[\"”’']?\s*"
    r"(?:[(\[,;]|\s(?:is|was|are|were|refers|has|had|became|will|served|plays|played|began|comprises|consists)\b)"
)
_ARTICLES = frozenset({"the", "a", "an"})
OPENERS = frozenset("in on at for from during after before since under by with this that these those it he she they "
                     "there when while although as if however additionally following according despite because once "
                     "today initially originally currently recently historically traditionally other some many "
                     "most several all both each one two".split())  # fmt: skip
_JOINING = frozenset("of the and de von van la le del di da der for in on at to a an or du des el al ibn bin y".split())


def title_key(name: str) -> str:
    """What two spellings of one title share: folded, without a leading article; empty for what holds no word."""
    words = fold(name).split()
    return " ".join(words[1:] if len(words) > 1 and words[0] in _ARTICLES else words)


def titles_of(title: str | None, opening: str, aliases: Iterable[str] = ()) -> dict[str, float]:
    """Title key -> how surely (0 to 1) it names the document: the title, the title without its brackets, the subject of
    the first sentence of `opening`, names of what the document is about, what stands before a comma."""
    found: dict[str, float] = {}

    def take(name: str, weight: float) -> None:
        key = title_key(name)
        if key and len(key.split()) <= MAX_TITLE_WORDS and any(character.isalnum() for character in key):
            found[key] = max(weight, found.get(key, 0.0))

    if title:
        base = re.sub(r"\s*\([^()]*\)\s*$", "", title)
        take(title, TITLE)
        take(base, WITHOUT_BRACKETS)
        if "," in base:
            take(base.partition(",")[0], BEFORE_COMMA)
    known = set(found)
    subject = subject_of(opening)
    if subject:
        take(subject, SUBJECT)
    for name in aliases:
        names_more = len(title_key(name).split()) > 1 or title_key(name) in known
        take(name, ALIAS if names_more else ONE_WORD)
    return found


def subject_of(text: str) -> str | None:
    """The name that a text opens with: words with a capital, and what joins them, before the first bracket, comma or
    verb of a definition."""
    match = _SUBJECT.match(text[:OPENING_CHARS])
    if match is None:
        return None
    words = match["subject"].split()
    if not words or words[0].lower() in OPENERS:
        return None
    said = [word.strip("\"“”‘’'") for word in words[words[0].lower() in _ARTICLES :]]
    names = [word for word in said if word and (word[0].isupper() or word[0].isdigit())]
    rest = [word for word in said if word not in names and word not in _JOINING]
    return match["subject"].strip() if names and not rest else None
