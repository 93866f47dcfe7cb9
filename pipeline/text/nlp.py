"""The spaCy model: loaded once a process, with a clear error when it is not there."""

from __future__ import annotations

import importlib.util
import json
import warnings
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import ConfigurationError

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

NEEDED = frozenset({"tagger", "parser", "lemmatizer", "ner"})
SENTENCE_STARTS = "groundplan_sentence_starts"
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
            raise _cannot_load(model, error) from None
    missing = NEEDED - set(nlp.pipe_names)
    if missing:
        raise ConfigurationError(
            f"the spaCy model {model!r} has no {', '.join(sorted(missing))}.",
            f"Use one with {', '.join(sorted(NEEDED))}.",
        )
    if SENTENCE_STARTS not in nlp.pipe_names:
        Language.component(SENTENCE_STARTS, func=sentence_starts)
        nlp.add_pipe(SENTENCE_STARTS, before="parser")
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


def fingerprint(model: str) -> str:
    """Name and version of the pipeline named `model` (a package or a folder), without loading it. Raises
    `ConfigurationError` where it says none."""
    try:
        meta = json.loads((_folder(model) / "meta.json").read_text(encoding="utf-8"))
        return f"{meta['lang']}_{meta['name']}-{meta['version']}"
    except (OSError, KeyError, ValueError) as error:
        raise _cannot_load(model, error) from None


def _folder(model: str) -> Path:
    spec = importlib.util.find_spec(model) if model.isidentifier() else None
    return Path(spec.origin).parent if spec is not None and spec.origin is not None else Path(model)


def _cannot_load(model: str, error: Exception) -> ConfigurationError:
    return ConfigurationError(
        f"the spaCy model {model!r} cannot be loaded: {error}.",
        "Install it, or unset GROUNDPLAN_MODEL to use the default.",
    )
