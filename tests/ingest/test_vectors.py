"""The vectors of passages on the real store: made once, gone on with after a kill, never taken for another's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np
import pytest
from support import Killed, MortalStore, rows

from pipeline.errors import MigrationPending, RunStopped
from pipeline.ingest import embed as embed_module
from pipeline.ingest.doctor import examine_graph
from pipeline.ingest.embed import embed
from pipeline.ingest.estimate import GRAPH_BYTES_PER_VECTOR
from pipeline.store import migrate
from pipeline.text.minilm import MiniLM

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.api import Groundplan
    from pipeline.store.driver import Store

MADE = "MATCH (c:Chunk) RETURN c.text AS text, c.embedding AS vector, c.embedded_by AS encoder ORDER BY c.text"
TOWNS = {"varde": "# Varde\n\nVarde is a town.\n", "tessel": "# Tessel\n\nTessel is a mill.\n"}


class Told:
    """An encoder that keeps what it was given; each text has a direction of its own."""

    def __init__(self, name: str = "told", dimensions: int = 384) -> None:
        self.name = name
        self.dimensions = dimensions
        self.given: list[str] = []

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        self.given += texts
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row, crc32(f"{self.name} {text}".encode()) % self.dimensions] = 1.0
        return vectors


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch) -> Told:
    """What the runs of a test encode with."""
    told = Told()
    monkeypatch.setattr("pipeline.ingest.job.open_encoder", lambda *_, **__: told)
    return told


@pytest.fixture
def in_small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embed_module, "BATCH_CHUNKS", 2)
    monkeypatch.setattr(embed_module, "BATCH_DOCUMENTS", 2)


def written(folder: Path, texts: dict[str, str]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    return folder


def large(title: str) -> str:
    """A document of several chunks."""
    return f"# {title}\n\n" + "\n\n".join(f"In {year} the mill of {title} burnt. " * 30 for year in range(1900, 1907))


def nearest(store: Store, encoder: Told, text: str, limit: int = 3) -> list[dict[str, Any]]:
    vector = encoder.encode([text])[0].tolist()
    return store.read("nearest_chunks", vector=vector, encoder=encoder.name, limit=limit)


def test_a_passage_is_encoded_under_the_title_of_its_document_and_found_by_its_vector(
    graph: Groundplan, tmp_path: Path, encoder: Told
) -> None:
    folder = written(tmp_path / "in", TOWNS)
    (folder / "more.jsonl").write_text('{"id": "7", "title": "Ribe", "text": "It lies on an island."}\n', "utf-8")
    graph.ingest(folder)
    assert "Ribe\nIt lies on an island." in encoder.given
    found, *_ = nearest(graph.store, encoder, "Ribe\nIt lies on an island.")
    assert found.pop("score") == pytest.approx(1.0)
    (document,) = rows(graph.store, "MATCH (d:Document {title: 'Ribe'}) RETURN d.key AS key")
    (chunk,) = rows(graph.store, "MATCH (c:Chunk) WHERE c.text CONTAINS 'island' RETURN c.id AS id")
    assert found == {
        "id": chunk["id"], "text": "It lies on an island.", "start": 0, "document": document["key"], "source": "in",
        "path": "more.jsonl", "record": "7", "title": "Ribe",
    }  # fmt: skip
    assert {row["encoder"] for row in rows(graph.store, MADE)} == {encoder.name}
    assert all(np.linalg.norm(row["vector"]) == pytest.approx(1.0) for row in rows(graph.store, MADE))


def test_a_second_run_encodes_and_writes_nothing(graph: Groundplan, tmp_path: Path, encoder: Told) -> None:
    folder = written(tmp_path / "in", TOWNS)
    graph.ingest(folder)
    encoder.given.clear()
    report = graph.ingest(folder)
    assert encoder.given == []
    assert set(report.written.values()) == {0}


def test_only_the_passages_of_a_changed_document_are_encoded_again(
    graph: Groundplan, tmp_path: Path, encoder: Told
) -> None:
    graph.ingest(written(tmp_path / "in", TOWNS))
    encoder.given.clear()
    graph.ingest(written(tmp_path / "in", {"varde": "# Varde\n\nVarde is a city.\n"}))
    assert len(encoder.given) == 1
    assert "Varde is a city." in encoder.given[0]
    assert all(row["vector"] for row in rows(graph.store, MADE))


def test_a_catalogue_can_be_searched_by_vectors(graph: Groundplan, tmp_path: Path, encoder: Told) -> None:
    graph.ingest(written(tmp_path / "in", TOWNS), catalogue=True)
    assert len(encoder.given) == 2
    assert [row["path"] for row in nearest(graph.store, encoder, encoder.given[0], limit=1)]


def test_killed_at_any_transaction_the_next_run_goes_on_and_encodes_nothing_twice(
    graph: Groundplan,
    tmp_path: Path,
    in_small_batches: None,  # noqa: ARG001
) -> None:
    folder = written(tmp_path / "in", {**TOWNS, "large": large("Ribe"), "more": large("Skagen")})
    graph.ingest(folder)
    expected = Told()
    embed(graph.store, expected, lambda _: None)
    whole = rows(graph.store, MADE)
    assert len(whole) == len(expected.given) > 6
    for lives in (1, 2, 4):
        rows(graph.store, "MATCH (c:Chunk) REMOVE c.embedding, c.embedded_by")
        rows(graph.store, "MATCH (d:Document) SET d.embedded_by = '-'")
        encoder, kills = Told(), 0
        while True:
            with MortalStore(graph.store, lives=lives) as mortal:
                try:
                    embed(mortal, encoder, lambda _: None)
                    break
                except Killed:
                    kills += 1
        assert kills > 1
        assert rows(graph.store, MADE) == whole
        # What was encoded and not yet written is encoded again: one batch a kill.
        assert len(encoder.given) - len(whole) <= 2 * kills


def test_a_large_document_takes_several_transactions_and_can_be_stopped_between_them(
    graph: Groundplan,
    tmp_path: Path,
    in_small_batches: None,  # noqa: ARG001
) -> None:
    graph.ingest(written(tmp_path / "in", {"large": large("Ribe")}))
    (total,) = rows(graph.store, "MATCH (c:Chunk) RETURN count(c) AS chunks")
    encoder = Told()
    calls = 0

    def stop_at_the_second() -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise RunStopped("the run was stopped: a test.")

    with pytest.raises(RunStopped):
        embed(graph.store, encoder, lambda _: None, stop_at_the_second)
    done = "MATCH (c:Chunk) WHERE c.embedding IS NOT NULL RETURN count(c) AS chunks"
    assert rows(graph.store, done) == [{"chunks": 4}]
    embed(graph.store, encoder, lambda _: None)
    assert rows(graph.store, done) == [total]
    assert len(encoder.given) == total["chunks"]


def test_a_batch_is_bounded_by_characters(graph: Groundplan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embed_module, "BATCH_CHARS", 2_500)
    graph.ingest(written(tmp_path / "in", {"large": large("Ribe")}))
    sizes = []

    class Sized(Told):
        def encode(self, texts: Sequence[str]) -> np.ndarray:
            sizes.append(sum(map(len, texts)))
            return super().encode(texts)

    embed(graph.store, Sized(), lambda _: None)
    assert len(sizes) > 3
    assert max(sizes) <= 2_500 + 2 * len("Ribe\n")


def test_vectors_of_another_encoder_are_never_found_and_are_replaced_by_the_next_run(
    graph: Groundplan,
    tmp_path: Path,
    in_small_batches: None,  # noqa: ARG001
) -> None:
    graph.ingest(written(tmp_path / "in", {**TOWNS, "large": large("Ribe")}))
    former, later = Told("former"), Told("later")
    embed(graph.store, former, lambda _: None)
    assert nearest(graph.store, former, former.given[0])
    assert nearest(graph.store, later, former.given[0]) == []

    def stop_at_the_first() -> None:
        raise RunStopped("the run was stopped: a test.")

    with pytest.raises(RunStopped):
        embed(graph.store, later, lambda _: None, stop_at_the_first)
    both = nearest(graph.store, former, former.given[0], 50) + nearest(graph.store, later, later.given[0], 50)
    assert len({row["id"] for row in both}) == len(both)
    embed(graph.store, later, lambda _: None)
    assert nearest(graph.store, former, former.given[0], 50) == []
    assert {row["encoder"] for row in rows(graph.store, MADE)} == {"later"}


def test_without_an_encoder_nothing_is_made_and_nothing_is_removed(
    graph: Groundplan, tmp_path: Path, encoder: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = written(tmp_path / "in", TOWNS)
    graph.ingest(folder)
    before = rows(graph.store, MADE)
    monkeypatch.setattr("pipeline.ingest.job.open_encoder", lambda *_, **__: None)
    assert set(graph.ingest(folder).written.values()) == {0}
    assert rows(graph.store, MADE) == before
    graph.ingest(written(folder, {"ribe": "# Ribe\n\nRibe is a port.\n"}))
    encoder.given.clear()
    embed(graph.store, encoder, lambda _: None)
    assert [text.split()[-1] for text in encoder.given] == ["port."]


def test_vectors_are_in_no_digest(graph: Groundplan, tmp_path: Path) -> None:
    graph.ingest(written(tmp_path / "in", TOWNS))
    before = graph.digest()
    embed(graph.store, Told(), lambda _: None)
    assert graph.digest() == before


def test_a_generation_that_no_reader_sees_is_not_found(graph: Groundplan, tmp_path: Path, encoder: Told) -> None:
    graph.ingest(written(tmp_path / "in", TOWNS))
    text = encoder.given[0]
    assert nearest(graph.store, encoder, text)[0]["score"] == pytest.approx(1.0)
    rows(graph.store, "MATCH (:Document)<-[r:FROM_DOCUMENT]-(c:Chunk) DELETE r")
    assert nearest(graph.store, encoder, text) == []


def test_documents_that_wait_for_vectors_are_told(graph: Groundplan, tmp_path: Path) -> None:
    graph.ingest(written(tmp_path / "in", TOWNS))

    def told(**settings: Any) -> tuple[str, str]:  # noqa: ANN401
        tuned = graph.settings.model_copy(update=settings)
        (found,) = (each for each in examine_graph(graph.store, tuned, graph.ontology) if each.check == "vectors")
        return found.state, found.detail

    assert told() == ("ok", "none are made: the encoder is 'none'")
    assert told(encoder="minilm") == ("warning", f"2 documents wait for those of {MiniLM.name!r}")
    embed(graph.store, Told(MiniLM.name), lambda _: None)
    assert told(encoder="minilm") == ("ok", f"every document has those of {MiniLM.name!r}")


def test_a_dry_run_counts_the_vectors_of_what_is_new(graph: Groundplan, tmp_path: Path) -> None:
    folder = written(tmp_path / "in", TOWNS)
    without = graph.estimate(folder)
    graph.settings = graph.settings.model_copy(update={"encoder": "minilm"})
    with_vectors = graph.estimate(folder)
    assert with_vectors.seconds > without.seconds
    assert with_vectors.graph_bytes - without.graph_bytes == 2 * GRAPH_BYTES_PER_VECTOR


def test_an_encoder_of_other_dimensions_needs_a_migration_which_makes_the_index_anew(
    graph: Groundplan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = written(tmp_path / "in", TOWNS)
    monkeypatch.setattr("pipeline.ingest.job.open_encoder", lambda *_, **__: Told("first"))
    graph.ingest(folder)
    graph.settings = graph.settings.model_copy(
        update={"encoder": "server", "encoder_base_url": "http://h", "encoder_model": "m", "encoder_dimensions": 3}
    )
    wide = Told("wide", dimensions=3)
    monkeypatch.setattr("pipeline.ingest.job.open_encoder", lambda *_, **__: wide)
    try:
        with pytest.raises(MigrationPending, match="chunk_embedding of 3 dimensions"):
            graph.ingest(folder)
        assert graph.status().pending_migrations == ("chunk_embedding of 3 dimensions",)
        migrate.apply(graph.store, migrate.inspect(graph.store, graph.ontology, 3))
        assert graph.status().pending_migrations == ()
        graph.ingest(folder)
        assert len(nearest(graph.store, wide, wide.given[0])) == 2
        assert migrate.inspect(graph.store, graph.ontology).current  # without an encoder any will do
    finally:
        migrate.apply(graph.store, migrate.inspect(graph.store, graph.ontology, 384))
    assert migrate.inspect(graph.store, graph.ontology, 384).current
