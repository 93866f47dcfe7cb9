"""Claims: which readings of the same words stay, and what no reading may say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from graph_schema.models import Claim, Document, Evidence, Value
from graph_schema.ontology import load_ontology
from pipeline.ingest.extract import RulesExtractor, Segmented
from pipeline.ingest.extract.claims import BOTH, consistent, strongest
from pipeline.ingest.read import RawDocument
from pipeline.ingest.segment import segment
from pipeline.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    Said = tuple[str, str, str, str]


@pytest.fixture
def claim() -> Claim:
    return Claim(
        document="d", chunk="c", subject="s", predicate="BORN_IN", object="o", value=None, polarity="affirmed",
        modality="asserted", attributed_to=None, confidence=0.8, quote="Born in Turin.", start=0, end=14,
        valid_from=None, valid_to=None, method="rules", rule="active", status="accepted",
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


def test_of_two_spouses_in_the_same_words_the_surer_stays(claim: Claim) -> None:
    wrong = replace(claim, predicate="MARRIED_TO", confidence=0.64)
    right = replace(wrong, subject="p", method="classifier", confidence=0.7)
    assert strongest([wrong, right]) == [right]
    assert strongest([wrong, replace(right, confidence=0.6)]) == [wrong, replace(right, confidence=0.6)]
    elsewhere = replace(right, start=20, end=34)
    assert strongest([wrong, elsewhere]) == [wrong, elsewhere]


def test_what_a_rule_and_the_classifier_both_say_stands_as_the_rule_says(claim: Claim) -> None:
    surer = replace(claim, method="classifier", confidence=0.9, valid_from="1950")
    for rule in (replace(claim, modality="alleged"), replace(claim, polarity="negated")):
        (joined,) = strongest([rule, surer])
        assert (joined.polarity, joined.modality, joined.valid_from) == (rule.polarity, rule.modality, None)


def test_of_two_values_that_cannot_both_be_the_surer_stays(claim: Claim) -> None:
    day, year, other = (
        replace(claim, predicate="BORN_ON", object=None, confidence=0.8 - at / 10,
                value=Value(type="date", normalised=date, text=date))
        for at, date in enumerate(("1950-05-01", "1950", "1951"))
    )  # fmt: skip
    one = frozenset({"BORN_ON"})
    assert consistent([other, year, day], one, {}) == [year, day]
    told = replace(other, attributed_to="Anna Berg")
    assert consistent([told, day], one, {}) == [told, day]
    assert consistent([other, day], frozenset(), {}) == [other, day]


def test_of_two_places_of_birth_both_stay_where_one_may_lie_in_the_other(claim: Claim) -> None:
    one, names = frozenset({"BORN_IN"}), {"o": "Turin", "p": "Piedmont", "q": "Italy"}
    turin = replace(claim, quote="Born in Turin.")
    beside = replace(claim, object="p", confidence=0.7, quote="Born in Turin.")
    assert consistent([turin, beside], one, names) == [turin]
    assert len(consistent([turin, replace(beside, object="q")], one, names)) == 2
    assert len(consistent([turin, replace(beside, quote="Born in Turin, Piedmont.")], one, names)) == 2
    located = replace(claim, predicate="LOCATED_IN", subject="o", object="p")
    assert len(consistent([turin, beside, located], one, names)) == 3


@pytest.fixture
def read() -> Callable[[str], Evidence]:
    extractor = RulesExtractor(Settings().model, load_ontology())

    def evidence_of(text: str) -> Evidence:
        document = Document(
            source="s", path="p", record=None, title=None, date=None, media_type="text/plain", content_hash="h",
            length=len(text),
        )  # fmt: skip
        (evidence,) = extractor([Segmented(document, segment(RawDocument(document, text, ()), max_chunk_chars=1000))])
        assert isinstance(evidence, Evidence)
        return evidence

    return evidence_of


@pytest.fixture
def say(read: Callable[[str], Evidence]) -> Callable[[str], list[Said]]:
    def said(text: str) -> list[Said]:
        evidence = read(text)
        names = {each.key: each.name for each in evidence.entities}
        return [
            (
                names[each.subject],
                each.predicate,
                each.value.text if each.value else names[each.object or ""],
                each.status,
            )
            for each in evidence.claims
        ]

    return said


@pytest.mark.parametrize(
    "text",
    [
        "He told the President Anna Berg had left.",
        "The resolution reached the General Assembly in May.",
        "Mr. Speaker, Mr. President Pro Tempore, we met in Oslo.",
        "Anna Berg was co-director of Norvik Systems.",
    ],
)
def test_what_only_stands_beside_a_name_is_nobodys_role(text: str, say: Callable[[str], list[Said]]) -> None:
    assert [each for each in say(text) if each[1] == "HAS_ROLE" and each[3] == "accepted"] == []


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("President Anna Berg left.", "President"),
        ("The Director, Anna Berg, left.", "Director"),
        ("Then-Senator Anna Berg left.", "Senator"),
        ("Anna Berg is a painter.", "painter"),
    ],
)
def test_a_title_before_a_name_is_its_role(text: str, role: str, say: Callable[[str], list[Said]]) -> None:
    assert ("Anna Berg", "HAS_ROLE", role, "accepted") in say(text)


def test_who_leads_what_takes_a_name(say: Callable[[str], list[Said]]) -> None:
    said = say("Erik Lund wrote to Karl Holm. He led Norway out of the war.")
    assert {each[3] for each in said if each[1] == "LEADS"} == {"refused"}
    assert ("Erik Lund", "LEADS", "Norway", "accepted") in say("Erik Lund led Norway out of the war.")


def test_what_one_method_refuses_and_the_other_accepts_is_accepted(claim: Claim) -> None:
    refused = replace(claim, confidence=0.9, status="refused", reason="a pronoun")
    (joined,) = strongest([refused, replace(claim, method="classifier", confidence=0.7)])
    assert (joined.status, joined.reason, joined.confidence) == ("accepted", None, 0.97)


@pytest.mark.parametrize(
    ("text", "predicate", "rule"),
    [
        ("Anna Berg founded Norvik Systems.", "FOUNDED", "active"),
        ("Anna Berg, who founded Norvik Systems, lives in Oslo.", "FOUNDED", "relative"),
        ("Anna Berg was born in Oslo.", "BORN_IN", "passive"),
        ("Norvik Systems was founded by Anna Berg.", "FOUNDED", "agent"),
        ("Anna Berg is the founder of Norvik Systems.", "FOUNDED", "copula"),
        ("Anna Berg, the founder of Norvik Systems, lives in Oslo.", "FOUNDED", "apposition"),
        ("Norvik Systems' founder, Anna Berg, lives in Oslo.", "FOUNDED", "possessive"),
        ("Foreign Secretary Anna Berg left.", "HAS_ROLE", "title"),
        ("Norvik Systems' acquisition of Delta Ltd was quick.", "ACQUIRED", "nominal"),
        ("Anna Berg (1950-2010) was a painter.", "BORN_ON", "lifespan"),
        ("Anna Berg was born in Turin, Italy.", "LOCATED_IN", "part"),
        ("Springfield, Ohio, is a town.", "LOCATED_IN", "classifier"),
    ],
)
def test_a_claim_names_the_rule_that_read_it(
    text: str, predicate: str, rule: str, read: Callable[[str], Evidence]
) -> None:
    assert rule in {each.rule for each in read(text).claims if each.predicate == predicate}


def test_of_a_claim_that_a_rule_and_the_classifier_read_the_rule_is_named(claim: Claim) -> None:
    (joined,) = strongest([replace(claim, method="classifier", rule="classifier"), claim])
    assert (joined.method, joined.rule) == (BOTH, "active")


@pytest.mark.parametrize(
    ("text", "leads"),
    [
        ("Anna Berg is deputy director of Norvik Systems.", False),
        ("Anna Berg, assistant secretary of Norvik Systems, left.", False),
        ("Anna Berg, the Vice President of Norvik Systems, left.", False),
        ("Anna Berg is the marketing manager of Norvik Systems.", False),
        ("Norway's finance minister, Anna Berg, left.", False),
        ("Norway's prime minister, Anna Berg, left.", True),
        ("Anna Berg is the managing director of Norvik Systems.", True),
        ("Anna Berg, club president of Norvik Systems, left.", True),
    ],
)
def test_the_words_before_a_role_decide_who_leads(text: str, leads: bool, say: Callable[[str], list[Said]]) -> None:
    assert any(each[1] == "LEADS" and each[3] == "accepted" for each in say(text)) == leads


def test_a_deputy_works_for_what_another_leads(say: Callable[[str], list[Said]]) -> None:
    said = say("Anna Berg is deputy director of Norvik Systems.")
    assert ("Anna Berg", "WORKS_FOR", "Norvik Systems", "accepted") in said


@pytest.mark.parametrize(
    ("text", "predicate"),
    [
        ("Anna Berg divorced Karl Lund in 1999.", "MARRIED_TO"),
        ("Anna Berg left Norvik Systems in 1999.", "WORKS_FOR"),
        ("Anna Berg retired from Norvik Systems in 1999.", "WORKS_FOR"),
    ],
)
def test_what_someone_left_ended_then(text: str, predicate: str, read: Callable[[str], Evidence]) -> None:
    found = [each for each in read(text).claims if each.predicate == predicate]
    assert {(each.valid_from, each.valid_to) for each in found} == {(None, "1999")}


@pytest.mark.parametrize(
    ("text", "former", "taken"),
    [
        ("Halden Instruments was renamed Norvik Systems in 1999.", "Halden Instruments", "Norvik Systems"),
        ("Delta Ltd, later renamed Norvik Systems, built ships.", "Delta Ltd", "Norvik Systems"),
        ("Norvik Systems, formerly Halden Instruments, built ships.", "Halden Instruments", "Norvik Systems"),
    ],
)
def test_a_renaming_tells_the_name_before_and_the_name_after(
    text: str, former: str, taken: str, say: Callable[[str], list[Said]]
) -> None:
    said = {each[1:] for each in say(text)}
    assert {("RENAMED_TO", taken, "accepted"), ("formerly", former, "open")} <= said


def test_what_was_founded_and_later_renamed_was_renamed(say: Callable[[str], list[Said]]) -> None:
    said = say("Halden Instruments was founded in 1950 and later renamed Norvik Systems.")
    assert ("Halden Instruments", "RENAMED_TO", "Norvik Systems", "accepted") in said


def test_what_renames_something_else_keeps_its_name(say: Callable[[str], list[Said]]) -> None:
    said = say("Norvik Systems was founded in 1950 and renamed its subsidiary Halden Instruments.")
    assert all(each[1] != "RENAMED_TO" for each in said)


def test_what_stays_in_the_words_of_the_text_keeps_its_order(say: Callable[[str], list[Said]]) -> None:
    said = say("Norvik Systems employs 2,300 people.")
    assert ("Norvik Systems", "employ", "2,300 people", "open") in said
    assert all(each[0] == "Norvik Systems" for each in said)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Anna Berg lives in Oslo. Her husband is Karl Lund.", "accepted"),
        ("Anna Berg met Eva Moe in Oslo. Her husband is Karl Lund.", "refused"),
        ("The mayor met Anna Berg. Her husband is Karl Lund.", "refused"),
    ],
)
def test_a_pronoun_is_sure_where_nobody_else_was_spoken_of(
    text: str, status: str, say: Callable[[str], list[Said]]
) -> None:
    assert {each[3] for each in say(text) if each[1] == "MARRIED_TO"} == {status}


def test_nobody_builds_a_country(say: Callable[[str], list[Said]]) -> None:
    assert ("Anna Berg", "BUILT", "France", "accepted") not in say("Anna Berg built France.")


@pytest.mark.parametrize(
    ("text", "born", "died"),
    [
        ("Anna Berg (1950-2010) was a painter.", {"1950"}, {"2010"}),
        ("Anna Berg (1950–2010) was a painter.", {"1950"}, {"2010"}),
        ("Anna Berg (12 May 1950 – 3 June 2010) was a painter.", {"12 May 1950"}, {"3 June 2010"}),
        ("Anna Berg (b. 1950) was a painter.", {"1950"}, set()),
        ("Anna Berg (born May 12, 1950) was a painter.", {"May 12, 1950"}, set()),
        ("Anna Berg (died 2010) was a painter.", set(), {"2010"}),
        ("Norvik Systems (1950–2010) made pumps.", set(), set()),
        ("Anna Berg (1994–1998) was the mayor.", set(), set()),
    ],
)
def test_brackets_after_a_persons_name_tell_birth_and_death(
    text: str, born: set[str], died: set[str], say: Callable[[str], list[Said]]
) -> None:
    said = say(text)
    assert {each[2] for each in said if each[1] == "BORN_ON"} == born
    assert {each[2] for each in said if each[1] == "DIED_ON"} == died


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Leeds has a population of 812,000.", ("Leeds", "POPULATION", "812,000", "accepted")),
        ("The population of Oslo is 709,000.", ("Oslo", "POPULATION", "709,000", "accepted")),
        ("The population of Oslo rose to 709,000.", ("Oslo", "POPULATION", "709,000", "accepted")),
        ("Leeds had 812,000 inhabitants.", ("Leeds", "POPULATION", "812,000 inhabitants", "accepted")),
        ("Leeds (population 812,000) is a city.", ("Leeds", "POPULATION", "812,000", "accepted")),
        ("Oslo is a city with a population of 709,000.", ("Oslo", "POPULATION", "709,000", "accepted")),
        ("Leeds is inhabited by 812,000 people.", ("Leeds", "POPULATION", "812,000 people", "accepted")),
        ("Norvik Systems employs 210 people.", ("Norvik Systems", "EMPLOYEES", "210 people", "accepted")),
        ("Norvik Systems has 340 employees.", ("Norvik Systems", "EMPLOYEES", "340 employees", "accepted")),
        ("Norvik Systems bought Delta for $4.2 billion.", ("Delta", "PRICE", "$4.2 billion", "accepted")),
        ("Norvik Systems bought Delta for £12,000 in 1999.", ("Delta", "PRICE", "£12,000", "accepted")),
        ("Norvik Systems bought Delta for NOK40,000.", ("Delta", "PRICE", "NOK40,000", "accepted")),
        ("Norvik Systems will acquire Delta for $4.2 billion.", ("Delta", "PRICE", "$4.2 billion", "accepted")),
        (
            "Norvik Systems paid $4.2 billion for Halden Instruments.",
            ("Halden Instruments", "PRICE", "$4.2 billion", "accepted"),
        ),
    ],
)
def test_a_sentence_tells_how_many_and_how_much(text: str, expected: Said, say: Callable[[str], list[Said]]) -> None:
    assert expected in say(text)


def test_who_pays_is_not_what_is_paid_for(say: Callable[[str], list[Said]]) -> None:
    said = say("Norvik Systems bought Delta for $4.2 billion.")
    assert {each[0] for each in said if each[1] == "PRICE"} == {"Delta"}


@pytest.mark.parametrize("price", ["between $2 million and $3 million", "€2-3 million", "3.5 gazillion dollars"])
def test_a_range_or_an_unknown_multiple_is_neither_a_price_nor_something_bought(
    price: str, say: Callable[[str], list[Said]]
) -> None:
    said = say(f"Norvik Systems bought Delta for {price}.")
    assert {(name, target) for _, name, target, _ in said} == {("ACQUIRED", "Delta")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Anna and Eva Berg were born in 1950 and 1953.", {("Anna", "1950"), ("Eva Berg", "1953")}),
        ("Anna Berg and Eva Lund were born in 1950.", {("Anna Berg", "1950"), ("Eva Lund", "1950")}),
    ],
)
def test_of_as_many_dates_as_subjects_each_has_its_own(
    text: str, expected: set[tuple[str, str]], say: Callable[[str], list[Said]]
) -> None:
    assert {(who, when) for who, predicate, when, _ in say(text) if predicate == "BORN_ON"} == expected


def test_the_classifier_gives_nobody_anothers_date(say: Callable[[str], list[Said]]) -> None:
    said = say("Anna Berg and Eva Lund died on 3 May 1990 and 4 June 1991.")
    died = {(who, when) for who, predicate, when, _ in said if predicate == "DIED_ON"}
    assert died == {("Anna Berg", "3 May 1990"), ("Eva Lund", "4 June 1991")}
