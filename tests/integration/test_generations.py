"""A document larger than a transaction arrives, changes and leaves at once for every reader, whatever kills the run."""

from __future__ import annotations

import random
from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from support import Killed, MortalStore, clear, dump, job_on, rows

from graph_schema.statements import statement
from pipeline.api import Groundplan
from pipeline.ingest.sources import parse_sources
from pipeline.store.driver import Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipeline.settings import Settings
    from pipeline.store.driver import Layer, Transaction

SAID = (
    "Anna Berg founded Halden Instruments in 1962. Anna Berg did not join Norvik Systems.",
    "Karl Vos admired Anna Berg. Erik Lund said that Karl Vos joined Norvik Systems.",
    "Oslo married Karl Vos. Erik Lund was born in Bergen on 3 May 1931.",
    "Ida Holm built Varde Bridge in 1955. Norvik Systems acquired Halden Instruments in 1999.",
)
SMALL = SAID[0] + "\n"
LARGE = "\n\n".join(SAID[:3] * 6) + "\n"
OTHER = "Ida Holm wrote to Karl Vos.\n\n" + "\n\n".join(SAID[1:] * 6) + "\n"
REST = "Ola Vik lived in Oslo.\n"
TUNED = {"max_transaction_rows": 100, "max_chunk_chars": 200, "max_prune_share": 1.0}
View = dict[str, Any]


class WatchedStore(Store):
    """Calls back after every committed transaction."""

    def __init__(self, store: Store, committed: Callable[[], None]) -> None:
        super().__init__(store.connection, timeout_s=store.timeout_s)
        self.committed = committed

    def write(self, layer: Layer, work: Callable[[Transaction], Any]) -> Any:  # noqa: ANN401
        result = super().write(layer, work)
        self.committed()
        return result


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A source with a document beside the one that changes."""
    root = tmp_path / "archive"
    root.mkdir()
    (root / "rest.txt").write_text(REST, encoding="utf-8")
    return root


@pytest.fixture
def kg(store: Store, settings: Settings) -> Any:  # noqa: ANN401, ARG001
    """A graph that takes a hundred rows a transaction."""
    with Groundplan.open(settings.model_copy(update=TUNED)) as kg:
        yield kg


def put(folder: Path, text: str | None) -> None:
    path = folder / "changing.txt"
    if text is None:
        path.unlink(missing_ok=True)
    else:
        path.write_text(text, encoding="utf-8")


def run(store: Store, kg: Groundplan, folder: Path) -> None:
    job_on(store, kg.settings, kg.ontology, prune=True).run(parse_sources([str(folder)]))


def view(store: Store) -> View:
    """What the saved queries and the questions' own see of the evidence."""

    def ask(name: str, **parameters: Any) -> list[dict[str, Any]]:  # noqa: ANN401
        query = statement("analyst", name)
        known = {each.name: each.default for each in query.parameters} | parameters
        return store.run_read(query, **known)

    return {
        "claims": [
            {**row}
            for path in ("changing.txt", "rest.txt")
            for row in ask("document_claims", source="archive", path=path)
        ],
        "documents": [{name: row[name] for name in row if name != "state"} for row in ask("documents")],
        "evidence": {row["what"]: row["count"] for row in ask("overview") if row["layer"] == "evidence"},
        "open": [(row["predicate"], row["claims"], row["documents"]) for row in ask("open_predicates")],
        "refused": [(row["reason"], row["claims"]) for row in ask("refused_claims")],
        "unasserted": sorted(row["quote"] for row in ask("unasserted_claims", limit=10_000)),
    }


VERSIONS = {"none": None, "small": SMALL, "another small": SAID[1], "large": LARGE, "another large": OTHER}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        *pairwise(["none", "large", "another large", "small", "large", "none"]),
        ("none", "small"),
        ("small", "another small"),
    ],
)
def test_readers_see_all_of_the_old_or_all_of_the_new_at_every_moment(
    store: Store, kg: Groundplan, folder: Path, before: str, after: str
) -> None:
    put(folder, VERSIONS[after])
    run(store, kg, folder)
    expected, new = dump(store), view(store)
    clear(store)
    put(folder, VERSIONS[before])
    run(store, kg, folder)
    old, seen = view(store), []

    put(folder, VERSIONS[after])
    with WatchedStore(store, lambda: seen.append(view(store))) as watched:
        run(watched, kg, folder)
    assert old != new
    assert len(seen) > 10 or "small" in {before, after}
    changed = next(number for number, each in enumerate(seen) if each != old)
    assert [each for each in seen[changed:] if each != new] == []
    assert dump(store) == expected


def test_a_search_for_passages_passes_over_a_generation(store: Store, kg: Groundplan, folder: Path) -> None:
    run(store, kg, folder)
    rows(
        store,
        "CREATE (:Chunk {id: 'c~', document: 'g', text: 'Vik', start: 0})-[:FROM_DOCUMENT]->(:Generation {key: 'g'})",
    )
    store.await_indexes()
    assert [row["path"] for row in store.read("find_chunks", query="Vik", limit=1)] == ["rest.txt"]
    found = kg.cypher("passages", words="Vik")
    assert [row[found.columns.index("path")] for row in found.rows] == ["rest.txt"]


class RepeatingStore(Store):
    """Every transaction happens twice, as after a commit of which nobody knows whether it happened."""

    def write(self, layer: Layer, work: Callable[[Transaction], Any]) -> Any:  # noqa: ANN401
        super().write(layer, work)
        return super().write(layer, work)


@pytest.mark.parametrize("after", ["another large", "none"])
def test_transactions_that_happen_twice_leave_what_they_leave_once(
    store: Store, kg: Groundplan, folder: Path, after: str
) -> None:
    put(folder, VERSIONS[after])
    run(store, kg, folder)
    expected = dump(store)
    clear(store)
    with RepeatingStore(store.connection, timeout_s=store.timeout_s) as repeating:
        for version in ("large", after):
            put(folder, VERSIONS[version])
            run(repeating, kg, folder)
    assert dump(store) == expected


@pytest.mark.parametrize("left", [False, True], ids=["then changed again", "then gone"])
def test_what_a_killed_load_left_is_finished_or_removed_by_the_next_run(
    store: Store, kg: Groundplan, folder: Path, left: bool
) -> None:
    final = None if left else SMALL
    put(folder, final)
    run(store, kg, folder)
    expected = dump(store)
    clear(store)
    for lives in random.sample(range(2, 30), 4):
        put(folder, LARGE)
        run(store, kg, folder)
        put(folder, OTHER)
        with MortalStore(store, lives=lives) as mortal, suppress(Killed):
            run(mortal, kg, folder)
        put(folder, final)
        run(store, kg, folder)
        assert dump(store) == expected, f"after {lives} transactions"
        assert rows(store, "MATCH (n:Generation) RETURN count(n) AS n") == [{"n": 0}]
        orphans = "MATCH (n) WHERE (n:Chunk OR n:LocalEntity OR n:Claim) AND NOT EXISTS "
        orphans += "{ MATCH (d:Document) WHERE d.key = n.document } RETURN count(n) AS n"
        assert rows(store, orphans) == [{"n": 0}]
