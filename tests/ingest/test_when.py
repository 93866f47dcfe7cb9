"""When what is claimed began and ended."""

from __future__ import annotations

import pytest
from support import extracted

from graph_schema.ontology import load_ontology
from pipeline.ingest.extract import RulesExtractor
from pipeline.settings import Settings


@pytest.fixture(scope="module")
def extractor() -> RulesExtractor:
    return RulesExtractor(Settings().model, load_ontology())


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("Anna Berg lived in 1950s Oslo.", "1950", "1959"),
        ("Anna Berg lived in Oslo in 1990-1994.", "1990", "1994"),
        ("Anna Berg lived in Oslo from May 1998 to June 1999.", "1998-05", "1999-06"),
        ("Anna Berg has lived in Oslo since the 1960s.", "1960", None),
        ("Anna Berg lived in Oslo until the 1960s.", None, "1969"),
    ],
)
def test_the_ends_of_a_stretch_are_when_it_began_and_ended(
    text: str, first: str | None, last: str | None, extractor: RulesExtractor
) -> None:
    (lived,) = (claim for claim in extracted(extractor, text).claims if claim.predicate == "LIVES_IN")
    assert (lived.valid_from, lived.valid_to) == (first, last)


@pytest.mark.parametrize(("verb", "met"), [("will meet", "1955-03-04"), ("met", "1955-02-25")])
def test_a_weekday_lies_ahead_of_the_documents_day_where_the_verb_does(
    verb: str, met: str, extractor: RulesExtractor
) -> None:
    (claim,) = extracted(extractor, f"On Friday Anna Berg {verb} Karl Lund.", date="1955-03-02").claims
    assert (claim.predicate, claim.valid_from, claim.valid_to) == ("MET", met, met)
