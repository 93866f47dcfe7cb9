"""Every statement's file says what it takes and gives, and nothing but parameters goes into its text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from graph_schema.errors import SchemaError
from graph_schema.statements import FOLDERS, TYPE_PLACEHOLDER, names, parse, statement

if TYPE_CHECKING:
    from graph_schema.statements import Folder, Statement
    from pipeline.store.driver import Store

ALL: list[tuple[Folder, str]] = [(folder, name) for folder in FOLDERS for name in names(folder)]
TYPES = {
    "string",
    "integer",
    "float",
    "boolean",
    "map",
    "list<string>",
    "list<float>",
    "list<list<float>>",
    "list<map>",
}
ANALYST_TYPES = TYPES - {"map", "list<map>", "list<list<float>>"}
INTERPOLATION = re.compile(r"\{\w*\}|%s|%\(|\$\{|'\s*\+\s*\w|<[A-Z_]{2,}>")
FULL_TEXT_PHRASE = "'\"' + replace(replace("

every_statement = pytest.mark.parametrize(("folder", "name"), ALL)


def executable(folder: Folder, name: str) -> Statement:
    found = statement(folder, name)
    return found.for_type("FOUNDED") if TYPE_PLACEHOLDER in found.text else found


@every_statement
def test_the_header_names_exactly_the_parameters_of_the_text(folder: Folder, name: str) -> None:
    found = statement(folder, name)
    used = set(re.findall(r"\$(\w+)", found.text))
    assert {parameter.name for parameter in found.parameters} == used


@every_statement
def test_every_parameter_has_a_known_type(folder: Folder, name: str) -> None:
    allowed = ANALYST_TYPES if folder == "analyst" else TYPES
    assert {parameter.type for parameter in statement(folder, name).parameters} <= allowed


@every_statement
def test_nothing_is_pasted_into_a_statement(folder: Folder, name: str) -> None:
    text = statement(folder, name).text.replace(FULL_TEXT_PHRASE, "")
    assert INTERPOLATION.search(text) is None
    for found in re.finditer(TYPE_PLACEHOLDER, text):
        assert text[found.start() - 1] == ":"


@every_statement
def test_the_header_names_exactly_the_columns_in_their_order(folder: Folder, name: str, store: Store) -> None:
    found = executable(folder, name)
    columns = store.stream(f"EXPLAIN {found.text}", {}, lambda result: result.keys(), timeout_s=30)
    assert list(found.columns) == list(columns)


@pytest.mark.parametrize("name", names("analyst"))
def test_a_saved_query_says_in_which_order_its_rows_come(name: str) -> None:
    assert "ORDER BY" in statement("analyst", name).text


def test_a_required_parameter_has_no_default_and_an_optional_one_may_be_null() -> None:
    found = parse(
        "analyst",
        "example",
        "// Purpose: An example.\n// Parameter a (string): one\n// Parameter b (string = null): other\n"
        "// Parameter c (integer = 20): third,\n//   over two lines\n// Column x: what\nRETURN $a + $b + $c AS x;\n",
    )
    assert [(each.name, each.required, each.default) for each in found.parameters] == [
        ("a", True, None),
        ("b", False, None),
        ("c", False, 20),
    ]
    assert found.parameters[2].about == "third, over two lines"
    assert found.columns == {"x": "what"}
    assert found.text == "RETURN $a + $b + $c AS x"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("// Purpose: One.\n// Parameters: none\nRETURN 1", "lacks|no known form"),
        ("// Column x: what\nRETURN 1 AS x", "lacks its purpose"),
        ("// Purpose: One.\n", "lacks its purpose or its statement"),
        ("// Nothing of the kind\nRETURN 1", "no known form"),
    ],
)
def test_a_header_of_no_known_form_is_refused(source: str, message: str) -> None:
    if "Parameters:" in source:
        assert parse("read", "example", source).purpose == "One. Parameters: none"
        return
    with pytest.raises(SchemaError, match=message):
        parse("read", "example", source)


def test_a_statement_that_does_not_exist_is_named_with_those_that_do() -> None:
    with pytest.raises(SchemaError, match=r"'nothing' in 'read'\. There are: .*count_nodes"):
        statement("read", "nothing")


@pytest.mark.parametrize("given", ["founded", "A B", "A]->() DETACH DELETE n //", "", "Ä", "A\n"])
def test_only_a_plain_upper_case_name_becomes_a_relationship_type(given: str) -> None:
    with pytest.raises(SchemaError, match="is not a relationship type"):
        statement("write", "merge_relationships").for_type(given)


def test_a_relationship_type_stands_in_the_text_where_the_placeholder_was() -> None:
    text = statement("write", "merge_relationships").for_type("BORN_IN").text
    assert "[r:BORN_IN {" in text
    assert TYPE_PLACEHOLDER not in text
