"""The spaCy model: loaded once a process, with a clear error when it is not there."""

from __future__ import annotations

import warnings
from functools import cache
from typing import TYPE_CHECKING

from pipeline.errors import ConfigurationError

if TYPE_CHECKING:
    from spacy.language import Language

NEEDED = frozenset({"tagger", "parser", "lemmatizer", "ner"})


@cache
def load(model: str) -> Language:
    """The pipeline named `model`. Raises `ConfigurationError` when it is missing or lacks what extraction needs."""
    import spacy

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
    return nlp


def fingerprint(nlp: Language) -> str:
    """Name and version of the loaded model."""
    return f"{nlp.meta['lang']}_{nlp.meta['name']}-{nlp.meta['version']}"
