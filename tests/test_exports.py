"""What is public: exactly `pipeline.__all__`; and the tree of errors, as drawn."""

from __future__ import annotations

import inspect
import pickle
import re
import subprocess
import sys

import pytest

import pipeline
from pipeline import errors
from pipeline.errors import GroundplanError

PUBLIC = {
    "Answer",
    "AsyncGroundplan",
    "Budget",
    "CancelToken",
    "Citation",
    "Coverage",
    "Entities",
    "GraphDigest",
    "Groundplan",
    "GroundplanError",
    "Neighbours",
    "Paths",
    "RunReport",
    "Scope",
    "Sentence",
    "Settings",
    "Table",
    "Turn",
}
CLASSES = sorted(
    (each for each in vars(errors).values() if inspect.isclass(each) and issubclass(each, GroundplanError)),
    key=lambda each: each.__name__,
)
LINE = re.compile(r"^(?P<branch>[│├└─ ]*)(?P<name>\w+) +(?P<code>\d+)   (?P<about>\S.*)$")


def tree() -> dict[str, tuple[str | None, int]]:
    """Name -> (parent, exit code) of every line of the tree in the docstring."""
    found: dict[str, tuple[str | None, int]] = {}
    above: list[str] = []
    for line in inspect.cleandoc(errors.__doc__ or "").splitlines():
        match = LINE.match(line)
        if match:
            depth = len(match["branch"]) // 4
            above[depth:] = [match["name"]]
            found[match["name"]] = (above[depth - 1] if depth else None, int(match["code"]))
    return found


def test_the_public_names_are_these() -> None:
    assert set(pipeline.__all__) == PUBLIC
    assert pipeline.__all__ == sorted(pipeline.__all__)


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_every_public_name_resolves_to_a_documented_class_of_that_name(name: str) -> None:
    found = getattr(pipeline, name)
    assert inspect.isclass(found)
    assert found.__name__ == name
    assert found.__doc__


def test_another_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'pipeline' has no attribute 'Neo4j'"):
        _ = pipeline.Neo4j


def test_every_lazy_name_is_public() -> None:
    assert set(pipeline._HOMES) == PUBLIC - {"GroundplanError"}


def test_dir_lists_every_public_name_before_it_is_used() -> None:
    code = "import pipeline; print(sorted(set(pipeline.__all__) - set(dir(pipeline))))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


def test_every_exception_of_the_module_of_errors_has_the_one_root() -> None:
    found = [each for each in vars(errors).values() if inspect.isclass(each) and issubclass(each, BaseException)]
    assert [each for each in found if each not in CLASSES] == []


def test_the_module_of_errors_exports_every_error() -> None:
    assert errors.__all__ == [each.__name__ for each in CLASSES]


def test_every_error_is_in_the_tree_under_its_parent_with_its_exit_code() -> None:
    actual = {
        each.__name__: (None if each is GroundplanError else each.__mro__[1].__name__, each.exit_code)
        for each in CLASSES
    }
    assert tree() == actual


@pytest.mark.parametrize("error", CLASSES, ids=lambda each: each.__name__)
def test_every_error_says_what_it_is_and_whether_to_try_again(error: type[GroundplanError]) -> None:
    assert error.__doc__
    assert error.exit_code in {1, 2, 65, 75, 78}
    assert error.transient == (error.exit_code == 75)


@pytest.mark.parametrize("error", CLASSES, ids=lambda each: each.__name__)
def test_every_error_survives_pickling(error: type[GroundplanError]) -> None:
    again = pickle.loads(pickle.dumps(error("what happened to 'x'.", "Do this next.")))
    assert type(again) is error
    assert (again.message, again.remedy) == ("what happened to 'x'.", "Do this next.")
    assert str(again) == "what happened to 'x'. Do this next."


@pytest.mark.parametrize("name", ["pipeline", "graph_schema"])
def test_no_error_of_ours_stands_outside_the_tree(name: str) -> None:
    code = f"""
import importlib, inspect, pkgutil, {name}
from graph_schema.errors import GroundplanError
for module in pkgutil.walk_packages({name}.__path__, "{name}."):
    if not module.name.endswith(".__main__"):
        importlib.import_module(module.name)
found, queue = set(), [Exception]
while queue:
    for each in queue.pop().__subclasses__():
        if each not in found:
            found.add(each)
            queue.append(each)
print(sorted(each.__name__ for each in found if each.__module__.split(".")[0] in ("pipeline", "graph_schema")))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    ours = {each for each in re.findall(r"'(\w+)'", done.stdout) if not each.startswith("_")}
    assert ours - {each.__name__ for each in CLASSES} == set()
