"""`groundplan calibrate` and `groundplan eval FILE` on the sample archive, from labels to figures and thresholds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support import environment

from pipeline.cli import run
from pipeline.settings import FILE_NAME, Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.api import Groundplan

    Call = Callable[..., tuple[int, str, str]]

LABELLED = Path(__file__).parents[1] / "samples" / "questions.jsonl"
ANSWERED = ("q01", "q03", "q05", "q31", "q38")


@pytest.fixture
def home(sample_graph: Groundplan, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home of the test's own on the sample graph, configured by the environment."""
    settings = sample_graph.settings.model_copy(update={"home": tmp_path / "home"})
    for name, value in environment(settings).items():
        monkeypatch.setenv(name, value)
    return settings.home


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    """Some labelled questions of the archive, two of them unanswerable, and one that is labelled wrongly."""
    rows = [json.loads(line) for line in LABELLED.read_text(encoding="utf-8").splitlines()]
    chosen = [row for row in rows if row["id"] in ANSWERED]
    chosen.append({"id": "wrong", "question": "Where was Grace Okafor born?", "answer": "Bergen"})
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in chosen), encoding="utf-8")
    return path


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], home: Path) -> Call:  # noqa: ARG001
    def called(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        return (code, *capsys.readouterr())

    return called


def test_answers_are_scored_as_tables_and_one_line_of_json(call: Call, labels: Path) -> None:
    code, out, err = call("eval", labels, "--errors", 2)
    assert code == 0
    (line,) = out.splitlines()
    report = json.loads(line)
    assert (report["questions"], sum(report["decisions"].values())) == (6, 6)
    assert report["answerable"]["questions"] == 4
    assert report["answerable"]["right"] >= 2
    assert report["unanswerable"] == {"questions": 2, "withheld": 2}
    assert report["citations"]["checked"] >= report["decisions"]["answer"]
    assert report["citations"]["broken"] == 0
    assert report["recall_at_2"] >= 0.5
    assert 0 < report["error_among_answered"] < 0.5
    assert report["curve"][-1]["share"] == report["share_answered"]
    for title in ("answers", "risk and coverage", "wrong answers"):
        assert title in err
    (wrong,) = (line for line in err.splitlines() if "Where was Grace Okafor born?" in line)
    assert wrong.split()[-4:] == ["Lagos", "│", "Bergen", "│"]


def test_thresholds_are_set_when_they_can_be_certified_and_left_alone_when_not(
    call: Call, labels: Path, home: Path
) -> None:
    code, out, err = call("calibrate", labels)
    assert (code, out) == (65, "")
    assert "an error of at most 0.1 cannot be certified" in err
    assert not (home / FILE_NAME).exists()

    code, out, err = call("calibrate", labels, "--max-error", 0.95, "--confidence", 0.6)
    assert code == 0, err
    report = json.loads(out.splitlines()[-1])
    assert report["answer"]["wrong"] >= 1
    assert report["answer"]["bound"] <= 0.95
    assert Settings.load().min_answer_score == report["settings"]["min_answer_score"] == report["answer"]["threshold"]
    assert "thresholds, each with confidence 0.6" in err
    assert f"in {home / FILE_NAME}" in err


@pytest.mark.parametrize("command", ["calibrate", "eval"])
def test_a_file_that_cannot_be_used_is_a_usage_error(call: Call, tmp_path: Path, command: str) -> None:
    code, out, err = call(command, tmp_path / "nowhere.jsonl")
    assert (code, out) == (2, "")
    assert "nowhere.jsonl" in err
