"""Imports flow one way: graph_schema <- text, store, llm, engines <- ingest; the same without engines <- query; then
recurse <- api <- cli."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
SHARED = {"errors", "settings", "progress", "files", "tabular"}
BASE = {"graph_schema", *SHARED}
MIDDLE = BASE | {"text", "store", "llm"}
WORK = MIDDLE | {"engines"}
# layer -> the other layers it may import
ALLOWED = {
    "graph_schema": set[str](),
    "errors": {"graph_schema"},
    "settings": {"graph_schema", "errors"},
    "progress": {"graph_schema", "errors"},
    "files": {"errors"},
    "tabular": {"errors"},
    "text": BASE,
    "store": BASE,
    "llm": BASE,
    "engines": BASE,
    "ingest": WORK,
    "query": MIDDLE,
    "recurse": WORK | {"ingest", "query"},
    "api": WORK | {"ingest", "query", "recurse"},
    "cli": WORK | {"ingest", "query", "recurse", "api"},
    "pipeline": WORK | {"ingest", "query", "recurse", "api"},
}


class Import(NamedTuple):
    file: str
    line: int
    module: str


def layer_of(module: str) -> str:
    """The layer of a module of ours: `pipeline.store.driver` is of `store`, `pipeline` itself of `pipeline`."""
    first, *rest = module.split(".")
    return rest[0] if first == "pipeline" and rest else first


def module_of(path: Path, root: Path = ROOT) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path, root: Path = ROOT) -> list[Import]:
    """Every import of ours in a file, wherever it stands."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = []
    for node in ast.walk(tree):
        for module in _imported(node, path, root):
            if module.split(".")[0] in {"pipeline", "graph_schema"}:
                found.append(Import(path.relative_to(root).as_posix(), node.lineno, module))  # type: ignore[attr-defined]
    return found


def _imported(node: ast.AST, path: Path, root: Path) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    base = node.module or ""
    if node.level:
        package = module_of(path, root).split(".")
        package = package if path.name == "__init__.py" else package[:-1]
        base = ".".join([*package[: len(package) - node.level + 1], *([base] if base else [])])
    submodules = [f"{base}.{alias.name}" for alias in node.names if base == "pipeline"]
    return submodules or [base]


def sources() -> list[Path]:
    return sorted(path for name in ("graph_schema", "pipeline") for path in (ROOT / name).rglob("*.py"))


def against_the_flow(found: list[Import], own: str) -> list[str]:
    return [
        f"{each.file}:{each.line} imports {each.module}"
        for each in found
        if layer_of(each.module) != own and layer_of(each.module) not in ALLOWED[own]
    ]


def test_every_module_has_a_layer() -> None:
    unknown = {layer_of(module_of(path)) for path in sources()} - set(ALLOWED)
    assert not unknown, f"give {sorted(unknown)} a place in ALLOWED"


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_flow_one_way(path: Path) -> None:
    assert against_the_flow(imports_of(path), layer_of(module_of(path))) == []


def test_the_table_itself_has_no_circle() -> None:
    order: list[str] = []
    while len(order) < len(ALLOWED):
        ready = [name for name, below in ALLOWED.items() if name not in order and below <= set(order)]
        assert ready, f"circle among {sorted(set(ALLOWED) - set(order))}"
        order += ready
    assert "query" not in ALLOWED["ingest"]
    assert "ingest" not in ALLOWED["query"]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("pipeline/query/x.py", "from pipeline.ingest.job import IngestJob"),
        ("pipeline/query/x.py", "def f():\n    import pipeline.ingest"),
        ("pipeline/query/x.py", "from ..ingest import job"),
        ("pipeline/query/x.py", "from pipeline import ingest"),
        ("pipeline/query/x.py", "from pipeline import Groundplan"),
        ("pipeline/ingest/x.py", "if TYPE_CHECKING:\n    from pipeline.query.answer import Answer"),
        ("pipeline/store/x.py", "from pipeline.text import nlp"),
        ("pipeline/engines/x.py", "from pipeline.ingest.extract import Segmented"),
        ("pipeline/query/x.py", "from pipeline.engines import Engine"),
        ("pipeline/text/x.py", "from pipeline.api import Groundplan"),
        ("pipeline/errors.py", "from pipeline.ingest.report import RunReport"),
        ("graph_schema/x.py", "import pipeline.errors"),
    ],
)
def test_an_import_against_the_flow_is_seen_wherever_it_stands(tmp_path: Path, file: str, text: str) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    assert against_the_flow(imports_of(path, tmp_path), layer_of(module_of(path, tmp_path))) != []
