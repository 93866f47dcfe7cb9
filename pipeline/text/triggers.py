"""Whether the triggers of an ontology are in the forms that the extractor looks up: lemmas, and participles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph_schema.ontology_check import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spacy.language import Language

    from graph_schema.ontology import Ontology, Predicate

_SINGULAR_ENDINGS = ("ss", "us", "is")
_PREPOSITIONS = frozenset({"IN", "TO", "RP"})


def form_warnings(ontology: Ontology, nlp: Language) -> Iterator[Problem]:
    """A warning for each trigger in a form in which it is never looked up, with the form in which it is."""
    for name, predicate in ontology.predicates.items():
        for field in ("triggers", "inverse_triggers"):
            for phrase in getattr(predicate, field):
                if message := _wrong_form(phrase, predicate, field, nlp):
                    yield Problem(f"predicates.{name}.{field}", phrase, message, severity="warning")


def _wrong_form(phrase: str, predicate: Predicate, field: str, nlp: Language) -> str | None:
    if (found := _up_to_preposition(phrase, nlp)) != phrase:
        return (
            f"{phrase!r} is never found: a phrase ends with its preposition, {found!r}; the object stands right after"
        )
    first, *rest = phrase.split()
    verb, noun = lemma(first, "VERB", nlp), lemma(first, "NOUN", nlp)
    lemmatised = " ".join([verb, *rest])
    if first.endswith("s") and not first.endswith(_SINGULAR_ENDINGS) and first not in {verb, noun}:
        return f"{phrase!r} is never found: write the lemma, {lemmatised!r}"
    if not rest and first.endswith("ing") and first != verb:
        return f"{phrase!r} is never found: write the lemma, {lemmatised!r}"
    if rest == ["by"] and first != verb and predicate.value is None:
        other = "inverse_triggers" if field == "triggers" else "triggers"
        if verb not in getattr(predicate, other):
            return f"{phrase!r} is never found: a passive with its agent is turned round; put {verb!r} in {other}"
    active = [each for each in getattr(predicate, field) if " " not in each and lemma(each, "VERB", nlp) == each]
    if not rest and first.endswith("ed") and first != verb and not active:
        return f"{phrase!r} is found only in the passive: for the active add the lemma, {verb!r}"
    return None


def _up_to_preposition(phrase: str, nlp: Language) -> str:
    """`phrase` without what stands behind its first preposition and is none: "governed by" of "governed by law of"."""
    words = list(nlp(phrase))
    behind = iter(words[1:])
    if not any(word.tag_ in _PREPOSITIONS for word in behind):
        return phrase
    other = next((word for word in behind if word.tag_ not in _PREPOSITIONS), None)
    return phrase if other is None else phrase[: other.idx].rstrip()


def lemma(word: str, part_of_speech: str, nlp: Language) -> str:
    """The lemma of a word on its own, as the model's lemmatizer has it for that part of speech."""
    from spacy.tokens import Doc

    doc = Doc(nlp.vocab, words=[word], pos=[part_of_speech])
    return str(nlp.get_pipe("lemmatizer")(doc)[0].lemma_).lower()
