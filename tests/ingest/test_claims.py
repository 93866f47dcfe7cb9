from dataclasses import replace

import pytest

from graph_schema.models import Claim
from pipeline.ingest.extract.claims import BOTH, strongest


@pytest.fixture
def claim() -> Claim:
    return Claim(
        document="d", chunk="c", subject="s", predicate="BORN_IN", object="o", value=None, polarity="affirmed",
        modality="asserted", attributed_to=None, confidence=0.8, quote="Born in Turin.", start=0, end=14,
        valid_from=None, valid_to=None, method="rules", status="accepted",
    )  # fmt: skip


def test_of_one_method_the_surest_reading_stays(claim: Claim) -> None:
    assert strongest([claim, replace(claim, confidence=0.9), replace(claim, confidence=0.7)]) == [
        replace(claim, confidence=0.9)
    ]


def test_a_rule_and_the_classifier_that_agree_are_one_claim_surer_than_either(claim: Claim) -> None:
    (joined,) = strongest([claim, replace(claim, method="classifier", confidence=0.9)])
    assert (joined.method, joined.confidence) == (BOTH, 0.98)


def test_claims_that_differ_stay_apart(claim: Claim) -> None:
    other = replace(claim, object="p", method="classifier")
    assert strongest([claim, other]) == [claim, other]


def test_where_they_differ_on_the_same_two_the_rule_is_believed(claim: Claim) -> None:
    assert strongest([claim, replace(claim, predicate="LIVES_IN", method="classifier")]) == [claim]
    elsewhere = replace(claim, predicate="LIVES_IN", method="classifier", start=20, end=34)
    assert strongest([claim, elsewhere]) == [claim, elsewhere]


def test_the_classifier_does_not_repeat_what_follows(claim: Claim) -> None:
    founded, works = (replace(claim, predicate=name, method="classifier") for name in ("FOUNDED", "WORKS_FOR"))
    assert strongest([works, founded]) == [founded]
