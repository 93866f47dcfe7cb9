"""Ask: parse, link, plan, retrieve, cover, answer; each step under its contract, each recorded in the answer."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any

from pipeline.errors import UsageError
from pipeline.progress import progress
from pipeline.query.answer import Answer, Composer
from pipeline.query.contracts import Budget, StepRecord, step
from pipeline.query.coverage import Cover
from pipeline.query.history import with_referents
from pipeline.query.link import link
from pipeline.query.parse import QuestionParser
from pipeline.query.plan import plan
from pipeline.query.retrieval import DEFAULT_LIMIT, PassageRetriever, whole
from pipeline.query.retrieve import Retriever
from pipeline.query.scope import EVERYTHING, Scope
from pipeline.query.stated import whole_text
from pipeline.query.titles import titles_in
from pipeline.text import nlp

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from graph_schema.ontology import Ontology
    from pipeline.query.cancel import CancelToken
    from pipeline.query.history import Turn
    from pipeline.query.plan import Plan
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
    budget: Budget | None = None,
    as_of: date | None = None,
    on_plan: Callable[[Plan], object] | None = None,
    token: CancelToken | None = None,
) -> Answer:
    """Answer one question from the documents of `scope`, with `as_of` from what held on that day; `extractor` is the
    fingerprint of the current one, `history` the conversation before it. `on_plan` is called with the plan before
    anything is retrieved. Raises `UsageError` for an empty one, `ContractExceeded` for one that is too long, or a
    history that is, and what `token` does; what the graph does not know is an answer whose `found` is False."""
    text = " ".join(text.split())
    if not text:
        raise UsageError("the question is empty.", "Ask something, for example: groundplan ask 'Who founded ...?'")
    whole_text(text, "question")
    budget = budget or Budget()
    steps: list[StepRecord] = []
    with progress("language model", "loaded", 1) as shown:
        language = nlp.load(settings.model)
        shown(1)
    if history:
        with step(budget.history, steps, token) as record:
            text = with_referents(record.take_text(text), history, nlp=language, ontology=ontology, record=record)
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
        ranked = partial(_ranked, text, store, settings, ontology, budget, steps, token)
        retriever = Retriever(store.within(record.seconds_left), ontology, language, record, as_of, scope, ranked)
        retrieved = retriever(chosen, question)
    with step(budget.cover, steps, token) as record:
        cover = Cover(store.within(record.seconds_left), settings, record, extractor=extractor)
        coverage = cover(chosen, question, retrieved, scope)
    with step(budget.answer, steps, token) as record:
        composed = Composer(ontology, record)(chosen, question, retrieved, coverage)
    return Answer(
        question=text,
        found=coverage.decision == "answer" and bool(composed.sentences),
        value=composed.value if coverage.decision == "answer" else None,
        sentences=composed.sentences,
        total=composed.total,
        listed=composed.listed,
        note=composed.note,
        coverage=coverage,
        plan=chosen,
        steps=tuple(steps),
    )


def _ranked(
    text: str,
    store: Store,
    settings: Settings,
    ontology: Ontology,
    budget: Budget,
    steps: list[StepRecord],
    token: CancelToken | None,
) -> list[dict[str, Any]]:
    """The passages that a question needs, as rows; the step is taken only where a plan comes to passages."""
    with step(budget.rank, steps, token) as record:
        record.take_text(text)
        retriever = PassageRetriever.of(store.within(record.seconds_left), settings, ontology)
        return [asdict(each.passage) for each in whole(retriever(text, record, DEFAULT_LIMIT), store, record)]
