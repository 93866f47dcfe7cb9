"""The wheel: what is in it, and that what is in it works without this repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from email.parser import HeaderParser
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("graph_schema", "pipeline")
DATA = (".cypher", ".md", ".npz", ".toml")
# They need neither a server nor a model, and together stand on both packages.
FAST = ("graph_schema/test_keys.py", "graph_schema/test_ontology.py", "query/test_contracts.py", "test_settings.py")


def run(*command: str | Path, cwd: Path, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built once from a copy of what a build reads, so that nothing else of the working tree can get in by chance."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    ignored = shutil.ignore_patterns("__pycache__", ".*", "dist", "build")
    shutil.copytree(ROOT, source, ignore=ignored)
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder / "dist", cwd=source)
    (built,) = (folder / "dist").iterdir()
    return built


@pytest.fixture(scope="session")
def members(wheel: Path) -> set[str]:
    with ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with nothing but the installed wheel."""
    target = tmp_path_factory.mktemp("installed") / "site"
    options = ("--quiet", "--no-deps", "--no-index", "--target", target)
    run(sys.executable, "-m", "pip", "install", *options, wheel, cwd=wheel.parent)
    return target


@pytest.fixture
def env(installed: Path) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(installed), "PYTHONDONTWRITEBYTECODE": "1"}


def project() -> dict[str, object]:
    return dict(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"])


def test_the_wheel_holds_two_packages_and_its_metadata(members: set[str]) -> None:
    info = f"groundplan-{project()['version']}.dist-info"
    assert {PurePosixPath(each).parts[0] for each in members} == {*PACKAGES, info}


def test_every_module_and_every_data_file_is_in_the_wheel(members: set[str]) -> None:
    expected = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.suffix in {".py", *DATA} or path.name == "py.typed"
    }
    assert {Path(each).suffix for each in expected} >= {".py", ".cypher", ".toml"}
    assert {each for each in members if not each.split("/")[0].endswith(".dist-info")} == expected
    assert {
        "pipeline/py.typed",
        "graph_schema/py.typed",
        "graph_schema/ontologies/default.toml",
        "pipeline/store/neo4j.lock.toml",
    } <= members


def test_tests_and_scripts_stay_out(members: set[str]) -> None:
    assert [each for each in members if {"tests", "scripts", "docs"} & set(PurePosixPath(each).parts)] == []


def test_the_metadata_is_that_of_the_project(wheel: Path, members: set[str]) -> None:
    metadata, points = (
        next(each for each in members if each.endswith(name)) for name in ("/METADATA", "/entry_points.txt")
    )
    with ZipFile(wheel) as archive:
        headers = HeaderParser().parsestr(archive.read(metadata).decode())
        commands = archive.read(points).decode()
    declared = project()
    assert (headers["Name"], headers["Version"]) == ("groundplan", declared["version"])
    assert headers["Requires-Python"] == declared["requires-python"]
    assert "[console_scripts]\ngroundplan = pipeline.cli:main\n" in commands


def test_the_installed_packages_import_from_where_they_were_installed(
    installed: Path, env: dict[str, str], tmp_path: Path
) -> None:
    code = "import graph_schema, pipeline, pipeline.api; print(graph_schema.__file__, pipeline.__file__, sep='\\n')"
    found = run(sys.executable, "-c", code, cwd=tmp_path, env=env).splitlines()
    assert found == [str(installed / package / "__init__.py") for package in PACKAGES]


def test_the_installed_command_finds_its_data(installed: Path, env: dict[str, str], tmp_path: Path) -> None:
    out = run(sys.executable, installed / "bin" / "groundplan", "cypher", "--list", cwd=tmp_path, env=env)
    assert "entities_by_name" in out.splitlines()


def test_a_fast_part_of_the_suite_passes_against_the_installed_packages(
    installed: Path, env: dict[str, str], tmp_path: Path
) -> None:
    for name in FAST:
        (tmp_path / "tests" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "tests" / name, tmp_path / "tests" / name)
    check = (
        "from pathlib import Path\nimport graph_schema, pipeline\n"
        "def test_the_packages_are_the_installed_ones():\n"
        f"    assert Path(pipeline.__file__).parents[1] == Path({str(installed)!r})\n"
        f"    assert Path(graph_schema.__file__).parents[1] == Path({str(installed)!r})\n"
    )
    (tmp_path / "tests" / "test_installed.py").write_text(check, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n", encoding="utf-8")
    options = ("-q", "-p", "no:cacheprovider", "--rootdir", tmp_path, "--import-mode=importlib")
    out = run(sys.executable, "-m", "pytest", *options, tmp_path / "tests", cwd=tmp_path, env=env)
    assert " passed" in out
    assert "skipped" not in out
