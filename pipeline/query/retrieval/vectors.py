"""How near passages are to the question, and to what is left to ask once a name in another passage has answered a part
of it: "Who was the first president of the body which published X?" becomes "Who was the first president of Y?"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.query.retrieval.features import EDGE_FEATURES

if TYPE_CHECKING:
    from pipeline.query.contracts import StepRecord
    from pipeline.query.retrieval.gather import Gathered
    from pipeline.query.retrieval.walk import Passage, Walker
    from pipeline.store.driver import Store
    from pipeline.text.encoder import Encoder

MAX_ASKS = 6
NEAREST = 20
NEAR, NEARER = EDGE_FEATURES.index("near"), EDGE_FEATURES.index("nearer")


class Nearness:
    """Measures with one encoder; the vectors of passages stay in the store, which compares them."""

    def __init__(self, store: Store, encoder: Encoder, record: StepRecord) -> None:
        self.store = store
        self.encoder = encoder
        self.record = record

    def __call__(self, found: Gathered, walker: Walker) -> None:
        """Add the passages nearest to the question, and fill in what the edges lack."""
        asks = _asks(found)
        vectors = [vector.tolist() for vector in self.encoder.encode([found.asked.text.text, *asks])]
        for passage in walker.nearest(vectors[0], self.encoder.name, NEAREST):
            found.passages.setdefault(passage.document, passage)
        numbers = {text: number for number, text in enumerate(asks, 1)}
        pairs = {(0, passage.id): passage for passage in found.passages.values()}
        for edge in found.edges:
            if edge.asks in numbers:
                pairs[numbers[edge.asks], edge.target.id] = edge.target
        near = self._compared(pairs, vectors)
        found.near = {
            passage.document: near[0, passage.id] for passage in found.passages.values() if (0, passage.id) in near
        }
        for edge in found.edges:
            whole = near.get((0, edge.target.id), found.near.get(edge.target.document))
            part = near.get((numbers.get(edge.asks, -1), edge.target.id))
            if whole is not None:
                edge.features[NEAR] = whole
                if part is not None:
                    edge.features[NEARER] = part

    def _compared(
        self, pairs: dict[tuple[int, str], Passage], vectors: list[list[float]]
    ) -> dict[tuple[int, str], float]:
        self.record.call()
        rows = self.store.read(
            "similarities", pairs=[{"vector": number, "chunk": chunk} for number, chunk in pairs], vectors=vectors
        )
        return {(row["vector"], row["chunk"]): row["similarity"] for row in self.record.take_rows(rows)}


def _asks(found: Gathered) -> list[str]:
    """The texts of the most likely edges of each hop."""
    chosen: list[str] = []
    for hop in (1, 2):
        texts = dict.fromkeys(edge.asks for edge in found.edges if edge.hop == hop)
        chosen += [text for text in list(texts)[:MAX_ASKS] if text not in chosen]
    return chosen
