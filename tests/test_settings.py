"""Settings: environment over file over defaults, units in their names, and nothing unknown passes."""

from __future__ import annotations

import typing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from pipeline.errors import SettingError
from pipeline.settings import FILE_NAME, NEO4J_VARIABLES, SECRETS, Settings, variable_of

if TYPE_CHECKING:
    from collections.abc import Callable

UNITS = (
    "_s",
    "_dimensions",
    "_mb",
    "_chars",
    "_documents",
    "_rows",
    "_bytes",
    "_letters",
    "_questions",
    "_share",
    "_score",
    "_entities",
    "workers",
)


def load(home: Path, text: str = "", **environ: str) -> Settings:
    home.mkdir(exist_ok=True)
    (home / FILE_NAME).write_text(text, encoding="utf-8")
    return Settings.load({"GROUNDPLAN_HOME": str(home), **environ})


def refused(home: Path, text: str = "", **environ: str) -> str:
    with pytest.raises(SettingError) as caught:
        load(home, text, **environ)
    assert caught.value.exit_code == 78
    assert caught.value.remedy
    return str(caught.value)


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(tmp_path: Path) -> None:
    text = "query_max_rows = 7\nquery_max_bytes = 70\n"
    found = load(tmp_path, text, GROUNDPLAN_QUERY_MAX_ROWS="5")
    assert (found.query_max_rows, found.query_max_bytes) == (5, 70)
    assert found.query_timeout_s == Settings.model_fields["query_timeout_s"].default


def test_what_is_passed_wins_over_everything(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("query_max_rows = 7\n", encoding="utf-8")
    environ = {"GROUNDPLAN_HOME": str(tmp_path), "GROUNDPLAN_QUERY_MAX_ROWS": "5"}
    assert Settings.load(environ, query_max_rows=3).query_max_rows == 3


def test_the_file_of_the_home_that_is_passed_is_read(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / FILE_NAME).write_text("query_max_rows = 7\n", encoding="utf-8")
    found = Settings.load({"GROUNDPLAN_HOME": str(tmp_path)}, home=other)
    assert (found.home, found.query_max_rows) == (other, 7)


def test_a_home_without_a_file_has_the_defaults(tmp_path: Path) -> None:
    assert Settings.load({"GROUNDPLAN_HOME": str(tmp_path)}) == Settings(home=tmp_path)


def test_the_four_names_of_the_server_are_those_of_its_driver(tmp_path: Path) -> None:
    values = {"NEO4J_URI": "bolt://h:1", "NEO4J_USERNAME": "u", "NEO4J_PASSWORD": "p", "NEO4J_DATABASE": "d"}
    assert set(NEO4J_VARIABLES) == set(values)
    found = load(tmp_path, **values)
    assert (found.neo4j_uri, found.neo4j_username, found.neo4j_database) == ("bolt://h:1", "u", "d")
    assert found.neo4j_password is not None
    assert found.neo4j_password.get_secret_value() == "p"


def test_an_empty_name_of_the_server_counts_as_unset(tmp_path: Path) -> None:
    assert load(tmp_path, NEO4J_URI="", NEO4J_USERNAME="").neo4j_uri is None


def test_variables_of_other_programs_are_left_alone(tmp_path: Path) -> None:
    found = load(tmp_path, NEO4J_HOME="/somewhere", PATH="/bin", GROUNDPLAN_TEST_NEO4J_URI="bolt://h:1")
    assert found == load(tmp_path)


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_has_a_variable_and_its_own_name_in_the_file(name: str, tmp_path: Path) -> None:
    default = getattr(Settings(home=tmp_path), name)
    if isinstance(default, int | float):
        changed = default / 2 if name.endswith(("_share", "_score")) else default + 1
        assert getattr(load(tmp_path, f"{name} = {changed}"), name) == changed
        assert getattr(load(tmp_path, **{variable_of(name): str(changed)}), name) == changed
    elif name != "home":
        given = {"engine": "serial", "encoder": "none", "retrieval_parts": "text"}.get(name, "5")
        found = getattr(load(tmp_path, **{variable_of(name): given}), name)
        shown = found.get_secret_value() if name in SECRETS else found
        text = ",".join(shown) if isinstance(shown, tuple) else str(shown)
        assert text == (str(Path(given).absolute()) if name in {"cache", "ontology"} else given)


def test_every_number_has_its_unit_in_its_name() -> None:
    numbers = [
        name
        for name, field in Settings.model_fields.items()
        if {int, float} & {field.annotation, *typing.get_args(field.annotation)}
    ]
    assert len(numbers) > 5
    assert [name for name in numbers if not name.endswith(UNITS)] == []


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("GROUNDPLAN_MODELL", "Did you mean 'model'?"),
        ("GROUNDPLAN_QUERY_TIMEOUT", "Did you mean 'query_timeout_s'?"),
        ("GROUNDPLAN_NEO4J_URI", "Did you mean 'NEO4J_URI'?"),
    ],
)
def test_an_unknown_variable_is_refused_with_the_nearest(tmp_path: Path, name: str, meant: str) -> None:
    message = refused(tmp_path, **{name: "1"})
    assert message.startswith("unknown setting ")
    assert name in message
    assert meant in message


def test_an_unknown_name_in_the_file_is_refused_with_all_that_are_allowed(tmp_path: Path) -> None:
    message = refused(tmp_path, "zzz = 1")
    assert f"unknown setting 'zzz' ({tmp_path / FILE_NAME})." in message
    assert "Did you mean" not in message
    assert all(name in message for name in Settings.model_fields)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("query_timeout_s", "0"),
        ("query_timeout_s", "soon"),
        ("query_max_rows", "-1"),
        ("db_heap_mb", "12"),
        ("max_chunk_chars", "1e9"),
        ("max_dead_letters", "-1"),
        ("batch_documents", "0"),
    ],
)
def test_a_value_outside_what_is_allowed_is_refused_with_name_value_and_variable(
    tmp_path: Path, name: str, value: str
) -> None:
    message = refused(tmp_path, **{variable_of(name): value})
    assert message.startswith(f"setting {name!r} has the value {value!r}: ")
    assert variable_of(name) in message


def test_a_value_of_the_wrong_type_in_the_file_is_refused_with_the_file(tmp_path: Path) -> None:
    message = refused(tmp_path, "query_max_rows = 'many'")
    assert "setting 'query_max_rows' has the value 'many'" in message
    assert str(tmp_path / FILE_NAME) in message


@pytest.mark.parametrize("content", [b"query_max_rows = \n", b"model = '\xff'\n"])
def test_a_file_that_cannot_be_read_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    with pytest.raises(SettingError, match="cannot read settings file") as caught:
        Settings.load({"GROUNDPLAN_HOME": str(tmp_path)})
    assert str(tmp_path / FILE_NAME) in str(caught.value)


@pytest.mark.parametrize(
    "shown", [repr, str, lambda found: found.model_dump_json(), lambda found: str(found.model_dump())]
)
def test_a_secret_is_never_shown(tmp_path: Path, shown: Callable[[Settings], str]) -> None:
    secrets = {variable_of(name): "hunter2-hunter2" for name in SECRETS}
    assert len(secrets) == 2
    assert "hunter2-hunter2" not in shown(load(tmp_path, **secrets))


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_a_secret_of_the_wrong_type_is_refused_without_showing_it(tmp_path: Path, name: str) -> None:
    message = refused(tmp_path, f"{name} = 48151623")
    assert name in message
    assert "48151623" not in message


@pytest.mark.parametrize("variable", ["NEO4J_URI", "GROUNDPLAN_ENCODER_BASE_URL"])
def test_an_address_that_holds_a_secret_is_refused_without_showing_it(tmp_path: Path, variable: str) -> None:
    message = refused(tmp_path, **{variable: "http://someone:hunter2@host:1"})
    assert variable in message
    assert "hunter2" not in message


def test_settings_cannot_be_changed(tmp_path: Path) -> None:
    found = load(tmp_path)
    with pytest.raises(ValidationError):
        found.query_max_rows = 3


def test_a_tilde_in_the_home_is_the_users_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Settings.load({"GROUNDPLAN_HOME": "~/graphs"}).home == tmp_path / "graphs"


def test_relative_paths_are_taken_from_where_the_command_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    given = {"GROUNDPLAN_HOME": "here", "GROUNDPLAN_CACHE": "~/there", "GROUNDPLAN_ONTOLOGY": "o.toml"}
    settings = Settings.load(given)
    assert settings.home == tmp_path / "here"
    assert settings.cache == Path.home() / "there"
    assert settings.ontology == tmp_path / "o.toml"
