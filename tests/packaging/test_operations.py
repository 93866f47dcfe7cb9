"""The examples of docs/operations.md are valid for the programs that would read them."""

from __future__ import annotations

import ast
import configparser
import re
import shlex
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from pipeline.cli import cli
from pipeline.ingest.report import COUNTED, RunReport

PAGE = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
TIME_FIELD = re.compile(r"(\*|\d+(-\d+)?)(/\d+)?(,\d+)*")

FIRST_CELL = re.compile(r"^\| (`[^|]*) \|", re.MULTILINE)


def examples(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def invocations(text: str) -> list[list[str]]:
    """The arguments of every call of `groundplan` in a line of shell."""
    found = []
    for line in text.splitlines():
        for part in line.split(";"):
            words = shlex.split(part.split("2>>")[0])
            at = next((index for index, word in enumerate(words) if word.endswith("bin/groundplan")), None)
            found += [] if at is None else [words[at + 1 :]]
    return found


def parsed(arguments: list[str]) -> click.Context:
    """Raises what click raises for a call that it would refuse."""
    name, *rest = arguments
    command = cli.get_command(click.Context(cli), name)
    assert command is not None, name
    return command.make_context(name, rest)


def ini(section: str) -> configparser.ConfigParser:
    (text,) = [each for each in examples("ini") if section in each]
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(text)
    return parser


def test_the_cron_line_has_five_fields_of_time_a_user_and_a_call_that_is_accepted() -> None:
    (text,) = examples("cron")
    (line,) = [each for each in text.splitlines() if each[0].isdigit() or each[0] == "*"]
    *when, user, _ = line.split(maxsplit=6)
    assert all(TIME_FIELD.fullmatch(field) for field in when)
    assert user == "groundplan"
    assert "%" not in line  # cron takes it for the end of the line
    (arguments,) = invocations(line)
    assert parsed(arguments).params["prune"] is True


def test_the_systemd_units_have_their_sections_and_a_call_that_is_accepted() -> None:
    service, timer = ini("[Service]"), ini("[Timer]")
    assert service["Service"]["Type"] == "oneshot"
    (arguments,) = invocations(service["Service"]["ExecStart"])
    assert parsed(arguments).params["sources"] == ("/srv/archive",)
    assert re.fullmatch(r"\*-\*-\* \d\d:\d\d:\d\d", timer["Timer"]["OnCalendar"])
    assert timer["Install"]["WantedBy"] == "timers.target"


def test_the_kubernetes_job_is_a_cron_job_whose_mounts_have_volumes_and_whose_call_is_accepted() -> None:
    (text,) = examples("yaml")
    manifest: dict[str, Any] = yaml.safe_load(text)
    assert (manifest["apiVersion"], manifest["kind"]) == ("batch/v1", "CronJob")
    assert manifest["spec"]["concurrencyPolicy"] == "Forbid"
    job = manifest["spec"]["jobTemplate"]["spec"]
    pod = job["template"]["spec"]
    (container,) = pod["containers"]
    (rule,) = job["podFailurePolicy"]["rules"]
    assert rule["onExitCodes"]["containerName"] == container["name"]
    assert 75 not in rule["onExitCodes"]["values"]
    assert pod["restartPolicy"] == "Never"  # which a policy for failures requires
    assert {each["name"] for each in container["volumeMounts"]} == {each["name"] for each in pod["volumes"]}
    program, *arguments = container["args"]
    assert (program, parsed(arguments).params["prune"]) == ("groundplan", True)


def test_the_airflow_task_is_python_and_its_call_is_accepted() -> None:
    (text,) = examples("python")
    tree = ast.parse(text)
    (command,) = [
        ast.literal_eval(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "command"
    ]
    assert parsed(command[1:]).params["max_seconds"] == 14400


def test_a_call_that_is_not_accepted_would_be_noticed() -> None:
    with pytest.raises(click.NoSuchOption):
        parsed(["ingest", "--prunes", "x"])


def test_the_page_names_every_option_of_ingest_and_no_other() -> None:
    command = cli.get_command(click.Context(cli), "ingest")
    assert command is not None
    options = {name for each in command.params if isinstance(each, click.Option) for name in each.opts}
    table = PAGE[PAGE.index("| option |") : PAGE.index("### Exit codes")]
    named = {
        name for row in re.findall(r"^\| (`[^|]*) \|", table, re.MULTILINE) for name in re.findall(r"--[a-z-]+", row)
    }
    assert named == options - {"--help"}


def test_the_page_names_every_key_of_the_summary_and_every_count_of_documents() -> None:
    table = PAGE[PAGE.index("| key |") : PAGE.index("### One at a time")]
    keys = {
        name for cell in re.findall(r"^\| (`[^|]*) \|", table, re.MULTILINE) for name in re.findall(r"`(\w+)`", cell)
    }
    assert keys == {*RunReport("", "").as_json(), "exit_code", "error"}
    (documents,) = re.findall(r"^\| `documents` \|(.*)\|$", table, re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", documents)) == set(COUNTED)
