"""Ask: parse, link, plan, retrieve, cover, answer; each step under its contract, each recorded in the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import UsageError
from pipeline.progress import progress
from pipeline.query.answer import Answer, Composer
from pipeline.query.contracts import ANSWER, COVER, HISTORY, LINK, PARSE, PLAN, RETRIEVE, StepRecord, step
from pipeline.query.coverage import Cover
from pipeline.query.history import with_referents
from pipeline.query.link import link
from pipeline.query.parse import QuestionParser
from pipeline.query.plan import plan
from pipeline.query.retrieve import Retriever
from pipeline.query.scope import EVERYTHING, Scope
from pipeline.text import nlp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graph_schema.ontology import Ontology
    from pipeline.query.history import Turn
    from pipeline.settings import Settings
    from pipeline.store.driver import Store


def ask(
    text: str,
    *,
    store: Store,
    settings: Settings,
    ontology: Ontology,
    extractor: str,
    scope: Scope = EVERYTHING,
    history: Sequence[Turn] = (),
) -> Answer:
    """Answer one question from the documents of `scope`; `extractor` is the fingerprint of the current one, `history`
    the conversation before it. Raises `UsageError` for an empty one and `ContractExceeded` for one that is too long, or
    a history that is; what the graph does not know is an answer whose `found` is False."""
    text = " ".join(text.split())
    if not text:
        raise UsageError("the question is empty.", "Ask something, for example: groundplan ask 'Who founded ...?'")
    steps: list[StepRecord] = []
    with progress("language model", "loaded", 1) as shown:
        language = nlp.load(settings.model)
        shown(1)
    if history:
        with step(HISTORY, steps) as record:
            text = with_referents(record.take_text(text), history, nlp=language, ontology=ontology, record=record)
    with step(PARSE, steps) as record:
        question = QuestionParser(language, ontology)(record.take_text(text))
    with step(LINK, steps) as record:
        linked = link(question, store, ontology, record)
    with step(PLAN, steps) as record:
        chosen = plan(question, linked, ontology)
        record.take_text(text)
    with step(RETRIEVE, steps) as record:
        retrieved = Retriever(store, ontology, language, record, scope)(chosen, question)
    with step(COVER, steps) as record:
        coverage = Cover(store, settings, record, extractor=extractor)(chosen, question, retrieved, scope)
    with step(ANSWER, steps) as record:
        composed = Composer(ontology, record)(chosen, question, retrieved, coverage)
    return Answer(
        question=text,
        found=coverage.decision == "answer" and bool(composed.sentences),
        sentences=composed.sentences,
        total=composed.total,
        listed=composed.listed,
        note=composed.note,
        coverage=coverage,
        plan=chosen,
        steps=tuple(steps),
    )
