"""The examples of docs/api.md run as they stand, on the sample archive."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support import environment

from pipeline import Groundplan, __all__

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
OPENING, *EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def kg(sample_graph: Groundplan, monkeypatch: pytest.MonkeyPatch) -> Iterator[Groundplan]:
    """What the page's opening gives."""
    for name, value in environment(sample_graph.settings).items():
        monkeypatch.setenv(name, value)
    opened: dict[str, Groundplan] = {}
    exec(OPENING, opened)
    with opened["kg"] as graph:
        yield graph


@pytest.mark.parametrize("number", range(len(EXAMPLES)), ids=lambda number: EXAMPLES[number].splitlines()[0])
def test_an_example_of_the_page_runs(kg: Groundplan, capsys: pytest.CaptureFixture[str], number: int) -> None:
    exec(EXAMPLES[number], {"kg": kg, "Groundplan": Groundplan})
    assert capsys.readouterr().out.strip()


def test_the_page_has_an_example_of_every_question_and_names_what_they_take() -> None:
    code = "\n".join(EXAMPLES)
    for name in ("ask", "retrieve", "entity", "neighbours", "path", "cypher"):
        assert f"kg.{name}" in code
    named = {"AsyncGroundplan", "Budget", "CancelToken", "Groundplan", "GroundplanError"}
    assert named <= set(__all__)
    assert all(name in PAGE for name in named)
