"""Ask: parse, link, plan, retrieve, answer; each step under its contract, each recorded in the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import UsageError
from pipeline.progress import progress
from pipeline.query.answer import Answer, Composer
from pipeline.query.contracts import Budget, StepRecord, step
from pipeline.query.link import link
from pipeline.query.parse import QuestionParser
from pipeline.query.plan import plan
from pipeline.query.retrieve import Retriever
from pipeline.query.stated import whole_text
from pipeline.query.titles import titles_in
from pipeline.text import nlp

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from graph_schema.ontology import Ontology
    from pipeline.query.cancel import CancelToken
    from pipeline.query.plan import Plan
    from pipeline.settings import Settings
    from pipeline.store.driver import Store


def ask(
    text: str,
    *,
    store: Store,
    settings: Settings,
    ontology: Ontology,
    budget: Budget | None = None,
    as_of: date | None = None,
    on_plan: Callable[[Plan], object] | None = None,
    token: CancelToken | None = None,
) -> Answer:
    """Answer one question from the graph, with `as_of` from what held on that day. `on_plan` is called with the plan
    before anything is retrieved. Raises `UsageError` for an empty one, `ContractExceeded` for one that is too long, and
    what `token` does; what the graph does not know is an answer whose `found` is False."""
    text = " ".join(text.split())
    if not text:
        raise UsageError("the question is empty.", "Ask something, for example: groundplan ask 'Who founded ...?'")
    whole_text(text, "question")
    budget = budget or Budget()
    steps: list[StepRecord] = []
    with progress("language model", "loaded", 1) as shown:
        language = nlp.load(settings.model)
        shown(1)
    with step(budget.parse, steps, token) as record:
        titles = titles_in(record.take_text(text), store.within(record.seconds_left), record)
        question = QuestionParser(language, ontology)(text, titles)
    with step(budget.link, steps, token) as record:
        linked = link(question, store.within(record.seconds_left), ontology, record)
    with step(budget.plan, steps, token) as record:
        chosen = plan(question, linked, ontology)
        record.take_text(text)
    if on_plan is not None:
        on_plan(chosen)
    with step(budget.retrieve, steps, token) as record:
        retriever = Retriever(store.within(record.seconds_left), ontology, language, record, as_of)
        retrieved = retriever(chosen, question)
    with step(budget.answer, steps, token) as record:
        record.call()
        (counts,) = record.take_rows(store.within(record.seconds_left).read("count_documents"))
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
