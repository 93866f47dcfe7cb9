"""Text in capitals, given the letters that it would have had: parsers learn from small letters where names are.

A rule-based truecaser: what a word was elsewhere, and what lists of names and the lemmatizer's dictionary know of it.
The idea is that of Lita et al. (2003), "tRuEcasIng", without a language model.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spacy.language import Language

    from pipeline.text.tagger import Lexicon

MIN_WORDS = 3
MIN_CAPITALS = 0.9
MAX_ACRONYM_CHARS = 5
VERBS_AND_SUCH = ("verb", "adj", "adv")
PARTS = (*VERBS_AND_SUCH, "noun")
CALENDAR = frozenset(
    "january february april june july august september october november december"
    " monday tuesday wednesday thursday friday saturday sunday".split()
)
WORDS_TOO = frozenset({"march", "may"})
BEFORE_A_MONTH = frozenset("by during early from in last late mid next of since this until".split())

_SEGMENT = re.compile(r"[^\n]+?(?:[.!?]+[\"'”’)]*(?=\s)|(?=\n)|\Z)")
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’](?=[^\W\d_]))*")
_BY_A_NUMBER = re.compile(r",? \d")
_SURE_NAME = re.compile(r"seen=(?:PERSON|GPE|LOC|NORP):(?:mostly|often)")
_OFTEN_PART = re.compile(r"seen=(?:ORG|FAC):(?:mostly|often)")
_OTHERWISE = re.compile(r"seen=\w+:(?:mostly|often)")
_PART = re.compile(r"seen:(?:PERSON|GPE|LOC|NORP|ORG|FAC)")


class Dictionary(NamedTuple):
    """A lemmatizer's tables: the lemmas of each part of speech, irregular forms, and (ending, ending of the lemma)."""

    lemmas: Mapping[str, Mapping[str, object]]
    irregular: Mapping[str, Mapping[str, object]]
    endings: Mapping[str, list[tuple[str, str]]]

    @classmethod
    def of(cls, nlp: Language) -> Dictionary:
        """The tables of a pipeline's lemmatizer; empty ones where it works without any."""
        lookups = getattr(nlp.get_pipe("lemmatizer"), "lookups", None)
        names = ("lemma_index", "lemma_exc", "lemma_rules")
        if lookups is None or not all(lookups.has_table(name) for name in names):
            return cls({}, {}, {})
        return cls(*(lookups.get_table(name) for name in names))

    def knows(self, word: str, parts: tuple[str, ...] = PARTS) -> bool:
        """Whether a word in small letters is, or is a form of, one of these parts of speech."""
        return any(self._is(word, part) for part in parts if part in self.lemmas)

    def is_irregular_verb(self, word: str) -> bool:
        """Whether a word is such a form as "said", which is a name elsewhere too."""
        return word in self.irregular.get("verb", ())

    def _is(self, word: str, part: str) -> bool:
        lemmas = self.lemmas[part]
        if word in lemmas or word in self.irregular.get(part, ()):
            return True
        return any(
            word.endswith(old) and len(word) > len(old) + 1 and word.removesuffix(old) + new in lemmas
            for old, new in self.endings.get(part, ())
        )


class Truecaser:
    """Gives each sentence or line in capitals small letters, but for names."""

    def __init__(self, lexicon: Lexicon, dictionary: Dictionary) -> None:
        from spacy.lang.en.stop_words import STOP_WORDS

        self.stop_words = STOP_WORDS
        self.lexicon = lexicon
        self.dictionary = dictionary

    def __call__(self, text: str) -> str:
        """`text`, of the same length: only the case of letters is another, and only where it is in capitals."""
        return _SEGMENT.sub(lambda match: self._cased(match[0]) if _in_capitals(match[0]) else match[0], text)

    def _cased(self, segment: str) -> str:
        cased = list(segment)
        before, end, name = "", 0, False  # the word before, where it ends, and whether it is part of a name
        for match in _WORD.finditer(segment):
            word, lower = match[0], match[0].lower()
            if lower in WORDS_TOO:
                name = before in BEFORE_A_MONTH or bool(_BY_A_NUMBER.match(segment, match.end()))
            else:
                name = self._is_name(lower, after_name=name and segment[end : match.start()] == " ")
            abbreviated = segment[match.end() : match.end() + 1] == "."
            small = lower if before and not name else word[0] + lower[1:]
            if len(small) == len(word) and not self._stays(word, abbreviated=abbreviated):
                cased[match.start() : match.end()] = small
            before, end = lower, match.end()
        return "".join(cased)

    def _stays(self, word: str, *, abbreviated: bool) -> bool:
        """Whether a word is in capitals by itself: an initial, "I", an acronym."""
        if len(word) == 1:
            return abbreviated or word != "A"
        if len(word) > MAX_ACRONYM_CHARS or word.lower() in self.stop_words:
            return False
        return word in self.lexicon.seen or not re.search("[AEIOUY]", word)

    def _is_name(self, lower: str, *, after_name: bool) -> bool:
        """Whether a word is a name or a part of one; a common noun is one only behind another ("Halden Group")."""
        lower = lower.replace("’", "'").removesuffix("'s")
        if lower in self.stop_words or self.dictionary.is_irregular_verb(lower):
            return False
        seen = self.lexicon.seen.get(lower.capitalize(), ())
        if lower in CALENDAR or any(map(_SURE_NAME.match, seen)):
            return True
        listed = lower in self.lexicon.people or (lower,) in self.lexicon.places
        acts = self.dictionary.knows(lower, VERBS_AND_SUCH)
        if any(map(_OFTEN_PART.match, seen)):
            return after_name or (listed and not acts) or not self.dictionary.knows(lower)
        if any(map(_OTHERWISE.match, seen)):
            return not self.dictionary.knows(lower)
        if acts or listed:
            return not acts
        return (after_name and any(map(_PART.match, seen))) or not self.dictionary.knows(lower)


def _in_capitals(segment: str) -> bool:
    words = _WORD.findall(segment)
    letters = "".join(words)
    capitals = sum(letter.isupper() for letter in letters)
    return len(words) >= MIN_WORDS and capitals >= MIN_CAPITALS * len(letters) and max(map(len, words)) > 1
