"""The model alone, with as many processes as asked for: what every other speed is held against.

A module of its own, so that worker processes can import its stage.
"""

from __future__ import annotations

import threading
import time
import warnings
from contextlib import ExitStack, closing
from functools import partial
from typing import TYPE_CHECKING

from pipeline.engines.process import WorkerProcess
from pipeline.ingest.extract import PARSE_BATCH_CHUNKS, Segmented
from pipeline.ingest.read import RawDocument, read_file
from pipeline.ingest.segment import segment
from pipeline.ingest.sources import parse_source, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from spacy.language import Language

    from graph_schema.models import Failed
    from pipeline.settings import Settings

TIMEOUT_S = 3_600.0


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


def segmented(source: Path, settings: Settings) -> Iterator[Segmented]:
    """The documents of a source in their chunks, as the job makes them."""
    for item in walk([parse_source(str(source))]):
        if isinstance(item, tuple):
            for raw in read_file(*item, settings):
                if isinstance(raw, RawDocument):
                    yield Segmented(raw.document, segment(raw, max_chunk_chars=settings.max_chunk_chars))


def parse(documents: list[Segmented], model: str, processes: int) -> float:
    """Seconds that so many processes take to parse every chunk, all handed over before the clock starts; loading the
    model is not in it."""
    shares = _shares(documents, processes)
    with ExitStack() as resources:
        workers = [
            resources.enter_context(closing(WorkerProcess(partial(Bare, model), document_timeout_s=TIMEOUT_S)))
            for _ in shares
        ]
        for worker in workers:
            worker.start()
        threads = [
            threading.Thread(target=worker, args=(share,)) for worker, share in zip(workers, shares, strict=True)
        ]
        started = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return time.perf_counter() - started


def _shares(documents: list[Segmented], count: int) -> list[list[Segmented]]:
    """Shares of about as many characters each: the longest documents first, each to whoever has least."""
    shares: list[list[Segmented]] = [[] for _ in range(count)]
    for each in sorted(documents, key=lambda each: each.document.length, reverse=True):
        min(shares, key=lambda share: sum(one.document.length for one in share)).append(each)
    return shares
