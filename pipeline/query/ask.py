"""Ask: parse, link, plan, retrieve, answer; each step under its contract, each recorded in the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import UsageError
from pipeline.progress import progress
from pipeline.query.answer import Answer, Composer
from pipeline.query.contracts import ANSWER, LINK, PARSE, PLAN, RETRIEVE, StepRecord, step
from pipeline.query.link import link
from pipeline.query.parse import QuestionParser
from pipeline.query.plan import plan
from pipeline.query.retrieve import Retriever
from pipeline.query.titles import titles_in
from pipeline.text import nlp

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from graph_schema.ontology import Ontology
    from pipeline.query.plan import Plan
    from pipeline.settings import Settings
    from pipeline.store.driver import Store


def ask(
    text: str,
    *,
    store: Store,
    settings: Settings,
    ontology: Ontology,
    as_of: date | None = None,
    on_plan: Callable[[Plan], object] | None = None,
) -> Answer:
    """Answer one question from the graph, with `as_of` from what held on that day. `on_plan` is called with the plan
    before anything is retrieved. Raises `UsageError` for an empty one and `ContractExceeded` for one that is too long;
    what the graph does not know is an answer whose `found` is False."""
    text = " ".join(text.split())
    if not text:
        raise UsageError("the question is empty.", "Ask something, for example: groundplan ask 'Who founded ...?'")
    steps: list[StepRecord] = []
    with progress("language model", "loaded", 1) as shown:
        language = nlp.load(settings.model)
        shown(1)
    with step(PARSE, steps) as record:
        question = QuestionParser(language, ontology)(record.take_text(text), titles_in(text, store, record))
    with step(LINK, steps) as record:
        linked = link(question, store, ontology, record)
    with step(PLAN, steps) as record:
        chosen = plan(question, linked, ontology)
        record.take_text(text)
    if on_plan is not None:
        on_plan(chosen)
    with step(RETRIEVE, steps) as record:
        retrieved = Retriever(store, ontology, language, record, as_of)(chosen, question)
    with step(ANSWER, steps) as record:
        record.call()
        (counts,) = record.take_rows(store.read("count_documents"))
        composed = Composer(ontology, record)(chosen, question, retrieved, _scope(**counts))
    return Answer(
        question=text,
        found=bool(composed.sentences),
        value=composed.value,
        sentences=composed.sentences,
        total=composed.total,
        listed=composed.listed,
        note=composed.note,
        plan=chosen,
        steps=tuple(steps),
    )


def _scope(documents: int, catalogued: int) -> str:
    """What was read, in words."""
    counted = f"{documents} document{'s' if documents != 1 else ''}"
    return f"{counted}, {catalogued} of them catalogued only" if catalogued else counted
