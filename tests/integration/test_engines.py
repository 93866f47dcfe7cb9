"""Every engine, any number of workers and any size of a shard give one graph, with the real extractor."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support import clear, dump

from graph_schema.models import Failed
from graph_schema.ontology import load_ontology
from pipeline import cli
from pipeline.api import Groundplan
from pipeline.engines import Shard, open_engine
from pipeline.ingest.extract import RulesExtractor, Segmented
from pipeline.ingest.read import RawDocument, read_file
from pipeline.ingest.segment import segment
from pipeline.ingest.sources import parse_source, walk
from pipeline.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.store.driver import Store

ARCHIVE = Path(__file__).parents[1] / "samples" / "archive"
MEANT = [
    {"engine": "serial", "batch_documents": 3},
    {"engine": "processes", "workers": 2, "batch_documents": 2},
    {"engine": "dask", "workers": 2, "batch_documents": 5},
]


def test_every_engine_gives_one_graph_and_the_same_records(
    store: Store, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.ingest.intake.open_engine", open_engine)  # real workers
    found = []
    for number, tuned in enumerate(MEANT):
        clear(store)
        own = settings.model_copy(update={"home": tmp_path / str(number), **tuned})
        with Groundplan.open(own) as kg:
            report = kg.ingest(ARCHIVE)
        assert report.documents["failed"] == 0
        folder = own.home / "records"
        records = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.jsonl")}
        assert len(records) == report.documents["new"]
        found.append((dump(store), records))
    assert found[0] == found[1] == found[2]


def test_the_command_line_chooses_the_engine(
    store: Store,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    chosen: list[Settings] = []

    def noting(own: Settings, make_stage: Any) -> Any:  # noqa: ANN401
        chosen.append(own)
        return open_engine(own, make_stage)

    monkeypatch.setattr("pipeline.ingest.intake.open_engine", noting)
    for name in ("uri", "username", "password", "database"):
        value = getattr(settings, f"neo4j_{name}")
        monkeypatch.setenv(f"NEO4J_{name.upper()}", value.get_secret_value() if name == "password" else str(value))
    monkeypatch.setenv("GROUNDPLAN_HOME", str(settings.home))
    letters = tmp_path / "letters"
    letters.mkdir()
    (letters / "a.txt").write_text("Anna Berg founded Halden Instruments in 1962.\n", encoding="utf-8")
    assert cli.run(["ingest", str(letters), "--engine", "dask", "--workers", "1"]) == 0
    assert [(each.engine, each.workers, each.dask_address) for each in chosen] == [("dask", 1, None)]
    assert json.loads(capsys.readouterr().out)["documents"]["new"] == 1
    assert any("Halden Instruments" in line for line in dump(store))


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--engine", "threads"], 2, "'threads' is not one of"),
        (["--workers", "0"], 2, "--workers"),
        (["--engine", "serial", "--dask-address", "tcp://127.0.0.1:1"], 2, "is for --engine dask"),
    ],
)
def test_a_choice_that_cannot_be_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: list[str], code: int, said: str
) -> None:
    assert cli.run(["ingest", str(tmp_path), *arguments]) == code
    assert said in capsys.readouterr().err


def test_one_document_that_never_ends_costs_no_other_of_the_real_extractor() -> None:
    """A worker with the real model is lost, and what the others say is what they always say."""
    ontology = load_ontology()
    documents = list(_documents())
    settings = Settings(engine="processes", workers=1, document_timeout_s=60)
    alone = RulesExtractor(settings.model, ontology)
    expected = alone(documents)
    with open_engine(settings, partial(Mortal, settings.model, ontology, documents[1].document.path)) as engine:
        assert engine.setup() == alone.setup()
        (done,) = engine.run([Shard("all", tuple(documents))])
    lost = done.results[1]
    assert isinstance(lost, Failed)
    assert (lost.path, lost.stage, lost.transient) == (documents[1].document.path, "extract", False)
    assert [*done.results[:1], *done.results[2:]] == [*expected[:1], *expected[2:]]


class Mortal(RulesExtractor):
    """Does not come to the end of one document: SIGALRM is what ends a worker that runs out of time."""

    def __init__(self, model: str, ontology: Any, path: str) -> None:  # noqa: ANN401
        super().__init__(model, ontology)
        self.path = path

    def __call__(self, batch: Any) -> Any:  # noqa: ANN401
        import os
        import signal

        if any(each.document.path == self.path for each in batch):
            os.kill(os.getpid(), signal.SIGALRM)
        return super().__call__(batch)


def _documents() -> Iterator[Segmented]:
    settings = Settings()
    for item in walk([parse_source(str(ARCHIVE / "reference"))]):
        if isinstance(item, tuple):
            for raw in read_file(*item, settings):
                if isinstance(raw, RawDocument):
                    yield Segmented(raw.document, segment(raw, max_chunk_chars=settings.max_chunk_chars))
