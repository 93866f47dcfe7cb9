"""The graph after any sequence of additions, changes and deletions is that of a clean run over what is kept."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from hypothesis import HealthCheck, Phase, example, given
from hypothesis import settings as tune
from hypothesis import strategies as st
from support import clear, dump

from pipeline.api import Groundplan
from pipeline.ingest import derive as derive_module
from pipeline.ingest import resolve as resolve_module
from pipeline.ingest.resolution import blocks

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.settings import Settings
    from pipeline.store.driver import Store

LONG = "Anna Berg, a chemist, met Karl Vos in Oslo. Karl Vos admired Halden Instruments Ltd.\n\n" * 5
# path -> its versions; what a run does not find under a path is gone
VERSIONS: dict[str, tuple[str, ...]] = {
    "a.txt": (
        "Anna Berg, a chemist, founded Halden Instruments Ltd in Oslo in 1962. She was born on 4 May 1931.\n",
        "Anna Berg, a footballer, was born on 9 June 1980 in Madrid. She played for Atlanta Rovers.\n",
    ),
    "b.txt": (
        "Halden Instruments was sold in 1971. Dr. Anna Berg, a chemist of Halden Instruments, died in 1990.\n",
        "A. Berg wrote to Halden Instruments in Oslo. Halden Instruments was founded in 1963.\n",
    ),
    "c.txt": (
        "Karl Vos did not join Halden Instruments. K. Vos was born in Bergen.\n",
        "The Halden Instruments Company (HIC) was renamed Norvik Systems. HIC employed 120 people.\n",
        LONG,
    ),
    "long.txt": (LONG, "Mr Vos wrote.\n\n" + LONG, "Karl Vos wrote to Anna Berg.\n"),
    "cards.jsonl": (
        '{"id": "1", "text": "Anna Berg met Karl Vos in 1904."}\n{"id": "2", "text": "Anders Berg left Oslo."}\n',
        '{"id": "2", "text": "Anders Berg left Oslo."}\n',
        '{"id": "3", "text": "Ada Berg lived in Oslo."}\n{"id": "1", "text": "Anna Berg met Ada Berg in 1905."}\n',
    ),
}  # fmt: skip
Step = dict[str, Any]

states = st.fixed_dictionaries(
    {path: st.one_of(st.none(), st.integers(0, len(texts) - 1)) for path, texts in VERSIONS.items()}
)
steps = st.fixed_dictionaries(
    {
        "state": states.filter(lambda state: any(version is not None for version in state.values())),
        "prune": st.booleans(),
        "only": st.one_of(st.none(), st.permutations(sorted(VERSIONS)).map(lambda paths: paths[:3])),
        "batch_documents": st.sampled_from((1, 3, 64)),
        "max_transaction_rows": st.sampled_from((100, 20_000)),
        "pass_size": st.sampled_from((1, 500)),
    }
)


def every(version: int, **tuned: Any) -> Step:  # noqa: ANN401
    state = {path: min(version, len(texts) - 1) for path, texts in VERSIONS.items()}
    usual = {"prune": True, "only": None, "batch_documents": 64, "max_transaction_rows": 20_000, "pass_size": 500}
    return {"state": state, **usual, **tuned}


@given(sequence=st.lists(steps, min_size=2, max_size=3))
@example(sequence=[every(0), every(1, max_transaction_rows=100), every(2, batch_documents=1, pass_size=1)])
@tune(
    max_examples=5,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    print_blob=True,
)
def test_any_sequence_of_runs_gives_the_graph_of_a_clean_run_over_what_is_kept(
    store: Store, settings: Settings, tmp_path: Path, sequence: list[Step]
) -> None:
    clear(store)
    folder = tmp_path / "archive"
    for step in sequence:
        write(folder, step["state"])
        ingest(settings, folder, step)
    final = {**sequence[-1], "only": None, "prune": True}
    ingest(settings, folder, final)
    found = dump(store)
    clear(store)
    ingest(settings, folder, every(0))
    assert found == dump(store)


def write(folder: Path, state: dict[str, int | None]) -> None:
    """Make the folder hold these versions and nothing else."""
    shutil.rmtree(folder, ignore_errors=True)
    for path, version in state.items():
        if version is not None:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(VERSIONS[path][version], encoding="utf-8")


def ingest(settings: Settings, folder: Path, step: Step) -> None:
    """One run over the folder, or over a few of its files, each a source of its own in the step's order."""
    chosen = [f"archive={folder / path}" for path in step["only"] or () if (folder / path).exists()]
    tuned = {name: step[name] for name in ("batch_documents", "max_transaction_rows")}
    own = settings.model_copy(update={**tuned, "max_prune_share": 1.0})
    size = step["pass_size"]
    with (
        patch.object(resolve_module, "BATCH_NAMES", size),
        patch.object(resolve_module, "BATCH_DOCUMENTS", size),
        patch.object(derive_module, "BATCH_FACTS", size),
        patch.object(derive_module, "BATCH_ENTITIES", size),
        patch.object(resolve_module, "MAX_BLOCK_NAMES", 3),
        patch.object(blocks, "MAX_BLOCK_NAMES", 3),
        Groundplan.open(own) as kg,
    ):
        kg.ingest(*(chosen or [str(folder)]), prune=step["prune"])
