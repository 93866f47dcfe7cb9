"""The cookbook: every statement runs through the analysts' door on the sample archive and gives the answer shown."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

from cookbook import DOCUMENT, recipes, shown

if TYPE_CHECKING:
    from pipeline.api import Groundplan

PAGE = DOCUMENT.read_text(encoding="utf-8")
RECIPES = list(recipes(PAGE))


def test_every_answer_shown_is_the_one_that_the_sample_archive_gives(sample_graph: Groundplan) -> None:
    """Where extraction has changed, `python scripts/cookbook.py` on a graph of the archive writes the answers anew."""
    given = {each.question: shown(sample_graph.cypher(each.statement)) for each in RECIPES}
    assert given == {each.question: each.answer for each in RECIPES}


def test_there_are_more_than_thirty_questions_and_each_heading_is_one_of_them() -> None:
    assert len(RECIPES) > 30
    assert [each.question for each in RECIPES] == re.findall(r"^### (.+)$", PAGE, re.MULTILINE)
    assert [int(each.question.split(".")[0]) for each in RECIPES] == list(range(1, len(RECIPES) + 1))
    assert all(each.question.endswith("?") for each in RECIPES)
