"""The server's jars: complete and quick the second time, refused when they are not the locked ones."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from pipeline.errors import ConfigurationError, StoreUnavailable
from pipeline.settings import Settings
from pipeline.store import jars
from pipeline.store.jars import LOCK_FILE, Jar, ensure_jars, locked_jars

VERSION = "5.26.29"
FETCH = "import pathlib, sys; from pipeline.store.jars import ensure_jars; ensure_jars(pathlib.Path(sys.argv[1]))"


@pytest.fixture(scope="module")
def fetched() -> dict[str, Path]:
    """The user's own cache, so that nothing is fetched twice."""
    return {path.name: path for path in ensure_jars(Settings.load().cache)}


@pytest.fixture
def subset(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Jar]:
    """A lock of the four smallest jars, and no other tool's folder to take them from."""
    monkeypatch.setenv("M2_REPO", str(tmp_path / "m2"))
    chosen = sorted(locked_jars(LOCK_FILE.read_bytes()), key=lambda jar: (jar.size, jar.name))[:4]
    lock = tmp_path / "lock.toml"
    lock.write_text(f'version = "{VERSION}"\n' + "".join(map(as_toml, chosen)), encoding="utf-8")
    monkeypatch.setattr(jars, "LOCK_FILE", lock)
    return chosen


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise requests.ConnectionError("no route to host")

    monkeypatch.setattr(requests, "request", refuse)
    monkeypatch.setattr(jars, "PAUSES_S", (0.0,))


def as_toml(jar: Jar) -> str:
    fields = {"group": jar.group, "artifact": jar.artifact, "version": jar.version, "sha256": jar.sha256}
    lines = "".join(f'{name} = "{value}"\n' for name, value in fields.items())
    classifier = f'classifier = "{jar.classifier}"\n' if jar.classifier else ""
    return f"\n[[jar]]\n{lines}{classifier}size = {jar.size}\n"


def cached(cache: Path, chosen: list[Jar], fetched: dict[str, Path]) -> Path:
    """A cache with the chosen jars, copied from the user's; returns the folder they lie in."""
    folder = cache / "neo4j" / VERSION
    folder.mkdir(parents=True)
    for jar in chosen:
        shutil.copyfile(fetched[jar.name], folder / jar.name)
    return folder


def test_every_locked_jar_is_there(fetched: dict[str, Path]) -> None:
    locked = locked_jars(LOCK_FILE.read_bytes())
    assert {jar.name: jar.size for jar in locked} == {name: path.stat().st_size for name, path in fetched.items()}
    assert len(locked) > 200


def test_the_lock_is_sorted_and_names_no_place() -> None:
    text = LOCK_FILE.read_text(encoding="utf-8")
    coordinates = [(jar.group, jar.artifact, jar.version) for jar in locked_jars(text.encode())]
    assert coordinates == sorted(coordinates)
    assert "://" not in text
    assert "scripts/lock-neo4j" in text


@pytest.mark.usefixtures("fetched")
def test_a_complete_cache_is_found_within_milliseconds() -> None:
    began = time.perf_counter()
    ensure_jars(Settings.load().cache)
    assert time.perf_counter() - began < 0.05


@pytest.mark.usefixtures("offline")
def test_jars_that_are_there_are_not_fetched_again(tmp_path: Path, subset: list[Jar], fetched: dict[str, Path]) -> None:
    folder = cached(tmp_path, subset, fetched)
    assert ensure_jars(tmp_path) == sorted(folder / jar.name for jar in subset)


@pytest.mark.usefixtures("offline")
def test_without_a_network_the_error_names_jar_and_way_out(tmp_path: Path, subset: list[Jar]) -> None:
    with pytest.raises(StoreUnavailable) as caught:
        ensure_jars(tmp_path)
    assert any(jar.coordinate in caught.value.message for jar in subset)
    assert "no route to host" in caught.value.message
    assert "NEO4J_URI" in caught.value.remedy


def test_a_damaged_or_missing_jar_is_fetched_again(tmp_path: Path, subset: list[Jar], fetched: dict[str, Path]) -> None:
    folder = cached(tmp_path, subset, fetched)
    ensure_jars(tmp_path)
    (folder / subset[0].name).unlink()
    (folder / subset[1].name).write_bytes(b"half a j")
    (folder / "stray.jar").write_bytes(b"")
    assert [path.name for path in ensure_jars(tmp_path)] == sorted(jar.name for jar in subset)
    for jar in subset:
        assert (folder / jar.name).read_bytes() == fetched[jar.name].read_bytes()
    assert not (folder / "stray.jar").exists()


def test_another_jar_than_the_locked_one_is_refused_and_not_kept(
    tmp_path: Path, subset: list[Jar], fetched: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = cached(tmp_path, subset[1:], fetched)
    lock = jars.LOCK_FILE.read_text(encoding="utf-8")
    forged = tmp_path / "forged.toml"
    forged.write_text(lock.replace(subset[0].sha256, "0" * 64), encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(jars, "LOCK_FILE", forged)
        with pytest.raises(StoreUnavailable, match=f"(?s){subset[0].artifact}.*{subset[0].sha256}.*{'0' * 64}"):
            ensure_jars(tmp_path)
    assert not (folder / subset[0].name).exists()
    assert len(ensure_jars(tmp_path)) == len(subset)


@pytest.mark.usefixtures("offline")
def test_what_another_java_tool_fetched_is_used_after_the_check(
    tmp_path: Path, subset: list[Jar], fetched: dict[str, Path]
) -> None:
    for jar in subset:
        place = tmp_path / "m2" / Path(*jar.group.split(".")) / jar.artifact / jar.version / jar.name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(fetched[jar.name], place)
    assert len(ensure_jars(tmp_path / "cache")) == len(subset)
    place.write_bytes(b"x" * subset[-1].size)
    with pytest.raises(StoreUnavailable):
        ensure_jars(tmp_path / "other-cache")


@pytest.mark.usefixtures("offline")
def test_a_cache_that_cannot_be_written_is_a_configuration_error(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(ConfigurationError, match="cache") as caught:
        ensure_jars(tmp_path / "cache")
    assert "GROUNDPLAN_CACHE" in caught.value.remedy


def test_a_killed_fetch_is_resumed_and_its_scratch_removed(
    tmp_path: Path, subset: list[Jar], fetched: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    with subprocess.Popen([sys.executable, "-c", FETCH, str(tmp_path)], stderr=subprocess.PIPE, text=True) as process:
        folder = tmp_path / "neo4j" / VERSION
        deadline = time.monotonic() + 60
        while not any(folder.glob("*.jar")) and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
    whole = [path for path in folder.glob("*.jar") if path.read_bytes() == fetched[path.name].read_bytes()]
    assert whole == list(folder.glob("*.jar"))
    assert whole
    for name in fetched.keys() - {path.name for path in whole} - {jar.name for jar in subset[:2]}:
        shutil.copyfile(fetched[name], folder / name)
    partial = folder.with_name(f"{VERSION}.partial")
    partial.mkdir(exist_ok=True)
    (partial / "left-behind").touch()
    assert [path.name for path in ensure_jars(tmp_path)] == sorted(fetched)
    assert not partial.exists()


def test_two_processes_fetch_at_once_without_harm(tmp_path: Path, fetched: dict[str, Path]) -> None:
    folder = cached(tmp_path, locked_jars(LOCK_FILE.read_bytes()), fetched)
    for name in sorted(fetched)[:3]:
        (folder / name).unlink()
    processes = [subprocess.Popen([sys.executable, "-c", FETCH, str(tmp_path)]) for _ in range(2)]
    assert [process.wait() for process in processes] == [0, 0]
    assert [path.name for path in ensure_jars(tmp_path)] == sorted(fetched)
