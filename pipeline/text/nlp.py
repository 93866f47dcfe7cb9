"""The spaCy model: loaded once a process, with a clear error when it is not there."""

from __future__ import annotations

import warnings
from functools import cache, partial
from typing import TYPE_CHECKING

from pipeline.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from spacy.language import Language
    from spacy.tokens import Doc

NEEDED = frozenset({"tagger", "parser", "lemmatizer", "ner"})
SENTENCE_STARTS = "groundplan_sentence_starts"
MODEL_NAME = "groundplan_model_name"
CLOSING_QUOTES = frozenset({"”", '"', "’", "''"})
SENTENCE_ENDS = frozenset({".", "!", "?"})


@cache
def load(model: str) -> Language:
    """The pipeline named `model`. Raises `ConfigurationError` when it is missing or lacks what extraction needs."""
    import spacy
    from spacy.language import Language

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"\[W095\]")  # trained under an earlier 3.x: measured harmless
        try:
            nlp = spacy.load(model)
        except OSError as error:
            raise ConfigurationError(
                f"the spaCy model {model!r} cannot be loaded: {error}.",
                "Install it, or unset GROUNDPLAN_MODEL to use the default.",
            ) from None
    missing = NEEDED - set(nlp.pipe_names)
    if missing:
        raise ConfigurationError(
            f"the spaCy model {model!r} has no {', '.join(sorted(missing))}.",
            f"Use one with {', '.join(sorted(NEEDED))}.",
        )
    if SENTENCE_STARTS not in nlp.pipe_names:
        Language.component(SENTENCE_STARTS, func=sentence_starts)
        nlp.add_pipe(SENTENCE_STARTS, before="parser")
        Language.factory(MODEL_NAME, func=_marker)
        nlp.add_pipe(MODEL_NAME)
    return nlp


def sentence_starts(doc: Doc) -> Doc:
    """Tell the parser where sentences begin that it often runs together: after a blank line, and after a quotation that
    ends one."""
    for token in doc[:-1]:
        after = doc[token.i + 1]
        if "\n\n" in token.text or (
            token.text in CLOSING_QUOTES
            and token.i > 0
            and doc[token.i - 1].text in SENTENCE_ENDS
            and (after.is_title or after.is_space)
        ):
            after.is_sent_start = True
    return doc


def _marker(nlp: Language, name: str) -> Callable[[Doc], Doc]:
    """A component that notes on each document, under its own name, which model parsed it."""
    return partial(_marked, name=name, model=fingerprint(nlp))


def _marked(doc: Doc, name: str, model: str) -> Doc:
    doc.user_data[name] = model
    return doc


def parsed_with(doc: Doc) -> str:
    """Name and version of the model that parsed a document; empty when that was none that `load` gave."""
    return str(doc.user_data.get(MODEL_NAME, ""))


def fingerprint(nlp: Language) -> str:
    """Name and version of the loaded model."""
    return f"{nlp.meta['lang']}_{nlp.meta['name']}-{nlp.meta['version']}"
