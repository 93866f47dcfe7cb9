"""Retrieval of passages: what the question's names stand for, a bounded walk over titles and names, full text and
vectors, in one ranking. No language model.

`words` reads texts, `asked` a question; `walk` looks up, `gather` collects candidates over two hops, `vectors` measures
how near they are; `features` and `candidates` are what the `model` rates; `rank` puts them in order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.query.retrieval.asked import asked
from pipeline.query.retrieval.gather import Gathered, Gatherer, rate
from pipeline.query.retrieval.model import RankingModel, shipped
from pipeline.query.retrieval.rank import Ranked, rank
from pipeline.query.retrieval.vectors import Nearness
from pipeline.query.retrieval.walk import Walker

if TYPE_CHECKING:
    from spacy.language import Language

    from graph_schema.ontology import Ontology
    from pipeline.query.contracts import StepRecord
    from pipeline.store.driver import Store
    from pipeline.text.encoder import Encoder

ALL_PARTS = frozenset({"text", "vectors", "links", "walk", "bridges"})


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
