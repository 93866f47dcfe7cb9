"""Retrieval of passages: what the question's names stand for, a bounded walk over titles and names, full text and
vectors, in one ranking. No language model.

`words` reads texts, `asked` a question; `walk` looks up, `gather` collects candidates over two hops, `vectors` measures
how near they are; `features` and `candidates` are what the `model` rates; `rank` puts them in order.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from pipeline.errors import UsageError
from pipeline.query.contracts import Budget, StepRecord, step
from pipeline.query.retrieval.asked import asked
from pipeline.query.retrieval.gather import Gathered, Gatherer, rate
from pipeline.query.retrieval.model import RankingModel, shipped
from pipeline.query.retrieval.rank import Ranked, rank
from pipeline.query.retrieval.result import Retrieval, as_retrieved
from pipeline.query.retrieval.vectors import Nearness
from pipeline.query.retrieval.walk import Walker
from pipeline.query.stated import whole_text
from pipeline.settings import RETRIEVAL_PARTS
from pipeline.text import nlp
from pipeline.text.encoder import open_encoder

if TYPE_CHECKING:
    from spacy.language import Language

    from graph_schema.ontology import Ontology
    from pipeline.query.cancel import CancelToken
    from pipeline.settings import Settings
    from pipeline.store.driver import Store
    from pipeline.text.encoder import Encoder

ALL_PARTS = frozenset(RETRIEVAL_PARTS)
DEFAULT_LIMIT = 8
MAX_LIMIT = 50


@dataclass(frozen=True, slots=True)
class PassageRetriever:
    """Finds the passages that a question needs. `encoder` is `None` where there are no vectors; `parts` are those that
    are used, all of `ALL_PARTS` by default."""

    store: Store
    ontology: Ontology
    nlp: Language
    encoder: Encoder | None
    parts: frozenset[str] = ALL_PARTS
    model: RankingModel | None = None

    @classmethod
    def of(cls, store: Store, settings: Settings, ontology: Ontology) -> Self:
        """The retriever that settings name."""
        parts = frozenset(settings.retrieval_parts)
        return cls(store, ontology, nlp.load(settings.model), open_encoder(settings), parts)

    def __call__(self, question: str, record: StepRecord, limit: int) -> tuple[Ranked, ...]:
        """The `limit` best passages, one of each document, best first. Raises `ContractExceeded`."""
        model = self.model or shipped()
        return rank(self.gather(question, record), model, limit)

    def gather(self, question: str, record: StepRecord) -> Gathered:
        """All candidates, with everything that is measured of them."""
        model = self.model or shipped()
        walker = Walker(self.store, record)
        gatherer = Gatherer(walker, self.ontology, model.edges, self.parts)
        found = gatherer(asked(question, self.nlp))
        if self.encoder is not None and "vectors" in self.parts:
            Nearness(self.store, self.encoder, record)(found, walker)
            rate(found, model.edges)
        return found


def whole(ranked: tuple[Ranked, ...], store: Store, record: StepRecord) -> tuple[Ranked, ...]:
    """The same passages with all of their text, of which ranking reads the beginning."""
    record.call()
    rows = record.take_rows(store.read("chunks_by_id", ids=[each.passage.id for each in ranked]))
    texts = {row["id"]: row["text"] for row in rows}
    return tuple(
        replace(each, passage=replace(each.passage, text=texts.get(each.passage.id, each.passage.text)))
        for each in ranked
    )


def retrieve(
    question: str,
    *,
    store: Store,
    settings: Settings,
    ontology: Ontology,
    limit: int = DEFAULT_LIMIT,
    budget: Budget | None = None,
    token: CancelToken | None = None,
) -> Retrieval:
    """The passages that a question needs. Raises `UsageError` for an empty question and for a limit that is not from 1
    to `MAX_LIMIT`, `ContractExceeded` for a question that is too long, and what `token` does."""
    text = " ".join(question.split())
    if not text:
        raise UsageError("the question is empty.", "Ask something.")
    if not 1 <= limit <= MAX_LIMIT:
        raise UsageError(f"the limit on passages is {limit!r}.", f"Give 1 to {MAX_LIMIT}.")
    whole_text(text, "question")
    steps: list[StepRecord] = []
    with step((budget or Budget()).rank, steps, token) as record:
        record.take_text(text)
        retriever = PassageRetriever.of(store.within(record.seconds_left), settings, ontology)
        ranked = whole(retriever(text, record, limit), retriever.store, record)
    return Retrieval(text, tuple(as_retrieved(each) for each in ranked), tuple(steps))
