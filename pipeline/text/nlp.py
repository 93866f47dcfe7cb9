"""The spaCy model: loaded once a process, with a clear error when it is not there.

What its recogniser computes of each token on the way to its decision is kept on the document: it says more than the
decision, and the tagger of names reads it.
"""

from __future__ import annotations

import importlib.util
import json
import re
import threading
import warnings
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pipeline.errors import ConfigurationError
from pipeline.text.openings import part_openings

if TYPE_CHECKING:
    from collections.abc import Callable

    from spacy.language import Language
    from spacy.tokens import Doc
    from thinc.api import Model

NEEDED = frozenset({"tagger", "parser", "lemmatizer", "ner"})
STATES = "groundplan_states"
SENTENCE_STARTS = "groundplan_sentence_starts"
OPENINGS = "groundplan_openings"
DATELINES = "groundplan_datelines"
REPAIRS = [DATELINES, OPENINGS]
MODEL_NAME = "groundplan_model_name"
CLOSING_QUOTES = frozenset({"”", '"', "’", "''"})
DATELINE = re.compile(
    r"(?:^|(?<=\n))[A-Z][A-Z.'’-]+(?:,? [A-Z][\w.'’-]*)*(?:,? \d{1,2})?,? "
    r"(?:\([A-Z]\w+\) ?(?:--?|[–—_])|[–—]|--) (?=[\"“A-Z])"
)
SENTENCE_ENDS = frozenset({".", "!", "?"})


class States(NamedTuple):
    """What the recogniser of the pipeline `model` (name and version) computed: [tokens, width]."""

    model: str
    values: np.ndarray


_loading = threading.Lock()


def load(model: str) -> Language:
    """The pipeline named `model`, loaded once whichever threads ask for it, which may all parse with it at a time.
    Raises `ConfigurationError` when it is missing or lacks what extraction needs."""
    with _loading:
        return _load(model)


@cache
def _load(model: str) -> Language:
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
        Language.component(DATELINES, func=datelines)
        nlp.add_pipe(DATELINES, before="parser")
        Language.component(OPENINGS, func=part_openings)
        nlp.add_pipe(OPENINGS)
        _prefer_final_e(nlp)
        _keep_states(nlp)
        Language.factory(MODEL_NAME, func=_marker)
        nlp.add_pipe(MODEL_NAME)
    return nlp


def _prefer_final_e(nlp: Language) -> None:
    """Make the lemma of "hoped", "rating" and "planes" hope, rate and plane: of hop, rat and plan it would be "hopped",
    "ratting" and "plans". Of two verbs that fit, spaCy's rules take the one whose rule comes last."""
    lookups = getattr(nlp.get_pipe("lemmatizer"), "lookups", None)
    if lookups is not None and lookups.has_table("lemma_rules"):
        rules = lookups.get_table("lemma_rules")
        rules["verb"] = sorted(rules.get("verb", ()), key=lambda rule: bool(rule[1] == "e"))


def states_of(doc: Doc) -> States | None:
    """What the recogniser computed of each token; `None` where no loaded pipeline parsed the text."""
    kept = doc.user_data.get(STATES)
    return kept if isinstance(kept, States) and len(kept.values) == len(doc) else None


def _keep_states(nlp: Language) -> None:
    """Make the recogniser note its vectors of tokens on each document: computing them again would cost a fifth of the
    parse. Their bits do not depend on what is in the batch beside it."""
    from thinc.api import Model

    recogniser: Any = nlp.get_pipe("ner")
    if not recogniser.model.has_ref("tok2vec"):
        return
    # spaCy's parsers put a projection on what embeds the tokens; the vectors before it tell more.
    embeds: Model[list[Doc], list[np.ndarray]] = recogniser.model.get_ref("tok2vec").layers[0]
    name = name_of(nlp)

    def forward(
        model: Model[list[Doc], list[np.ndarray]], docs: list[Doc], is_train: bool
    ) -> tuple[list[np.ndarray], Callable[[list[np.ndarray]], list[Doc]]]:
        values, back = model.layers[0](docs, is_train)
        for doc, own in zip(docs, values, strict=True):
            doc.user_data[STATES] = States(name, np.asarray(own))
        return values, back

    kept: Model[list[Doc], list[np.ndarray]] = Model(
        STATES, forward, layers=[embeds], dims={"nO": embeds.get_dim("nO")}
    )
    recogniser.model.replace_node(embeds, kept)


def sentence_starts(doc: Doc) -> Doc:
    """Tell the parser where sentences begin that it often runs together: after a blank line, and after a quotation that
    ends one."""
    words = [token.text for token in doc]
    for index, word in enumerate(words[:-1]):
        if "\n\n" in word:
            doc[index + 1].is_sent_start = True
        elif word in CLOSING_QUOTES and index > 0 and words[index - 1] in SENTENCE_ENDS:
            after = doc[index + 1]
            if after.is_title or after.is_space:
                after.is_sent_start = True
    return doc


def datelines(doc: Doc) -> Doc:
    """Tell the parser that a sentence begins after a dateline ("LONDON, May 3 (Reuters) - ")."""
    for found in DATELINE.finditer(doc.text):
        if (body := doc.char_span(found.end(), found.end() + 1, alignment_mode="expand")) is not None:
            body[0].is_sent_start = True
    return doc


def _marker(nlp: Language, name: str) -> Callable[[Doc], Doc]:
    """A component that notes on each document, under its own name, which model parsed it."""
    return partial(_marked, name=name, model=name_of(nlp))


def _marked(doc: Doc, name: str, model: str) -> Doc:
    doc.user_data[name] = model
    return doc


def parsed_with(doc: Doc) -> str:
    """Name and version of the model that parsed a document; empty when that was none that `load` gave."""
    return str(doc.user_data.get(MODEL_NAME, ""))


def name_of(nlp: Language) -> str:
    """Name and version of a loaded model: what `fingerprint` says of it."""
    return f"{nlp.meta['lang']}_{nlp.meta['name']}-{nlp.meta['version']}"


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
