"""The examples in the documentation work as they stand."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from graph_schema.ontology import Kind, Predicate, check_ontology, load_ontology
from pipeline.ingest.evaluate.labels import read_names, read_passages

if TYPE_CHECKING:
    from pydantic import BaseModel

DOCS = Path(__file__).parents[2] / "docs"


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL)


def test_the_ontology_has_neither_errors_nor_warnings(tmp_path: Path) -> None:
    (example,) = blocks("ontology.md", "toml")
    (tmp_path / "own.toml").write_text(example, encoding="utf-8")
    assert check_ontology(tmp_path / "own.toml").problems == ()


@pytest.mark.parametrize("model", [Kind, Predicate])
def test_every_field_of_an_ontology_is_documented(model: type[BaseModel]) -> None:
    text = (DOCS / "ontology.md").read_text(encoding="utf-8")
    assert [name for name in model.model_fields if f"`{name}`" not in text] == []


def test_the_labels_can_be_read_and_point_at_what_they_mean(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    passage, name = (json.dumps(json.loads(block)) for block in blocks("evaluation.md", "json"))
    path.write_text(passage, encoding="utf-8")
    (read,) = read_passages(path, load_ontology())
    cut = [read.text[each.span.start : each.span.end] for each in read.entities or ()]
    assert cut == ["Ingrid Solheim", "Tarnvik Optics", "She"]
    path.write_text(name, encoding="utf-8")
    assert read_names(path, load_ontology())[0].gold == "ingrid-solheim"
