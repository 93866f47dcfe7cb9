"""The model alone as a stage, for a worker to run: in a module of its own, so that workers can import it."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from pipeline.ingest.extract import PARSE_BATCH_CHUNKS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spacy.language import Language

    from graph_schema.models import Failed
    from pipeline.ingest.extract import Segmented


class Bare:
    """A stage that parses and throws away."""

    name = "bare"
    version = "1"

    def __init__(self, model: str) -> None:
        self.model = model
        self.nlp: Language | None = None

    def fingerprint(self) -> str:
        """The model's name."""
        return self.model

    def setup(self) -> str:
        """Load the model, with nothing of ours in it."""
        import spacy

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.nlp = spacy.load(self.model)
        return self.model

    def __call__(self, batch: Sequence[Segmented]) -> list[Failed | None]:
        """Parse every chunk."""
        assert self.nlp is not None
        for _ in self.nlp.pipe([chunk.text for each in batch for chunk in each.chunks], batch_size=PARSE_BATCH_CHUNKS):
            pass
        return [None for _ in batch]
