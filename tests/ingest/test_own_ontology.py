"""An ontology of one's own works from its TOML alone: contracts and aviation, neither of which extends the default."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support import extracted, rows

from graph_schema.ontology import check_ontology, load_ontology
from pipeline.api import Groundplan
from pipeline.ingest.extract import RulesExtractor
from pipeline.settings import Settings
from pipeline.text import nlp
from pipeline.text.gazetteer import Gazetteer
from pipeline.text.triggers import form_warnings

if TYPE_CHECKING:
    from collections.abc import Callable

    from graph_schema.models import Evidence
    from pipeline.store.driver import Store

    Extract = Callable[[str], Evidence]

SAMPLES = Path(__file__).parents[1] / "samples"
MODEL = Settings().model
Triple = tuple[str, str, str]


def extractor_of(name: str) -> Extract:
    """Extracts one text under the ontology `name`."""
    return partial(extracted, RulesExtractor(MODEL, load_ontology(SAMPLES / f"{name}.toml")))


@pytest.fixture(scope="module")
def contracts() -> Extract:
    return extractor_of("contracts")


@pytest.fixture(scope="module")
def aviation() -> Extract:
    return extractor_of("aviation")


def triples(evidence: Evidence, *, status: str = "accepted", polarity: str = "affirmed") -> set[Triple]:
    """What a text says, by names; `Ltd.` at the end of a sentence is `Ltd`."""
    names = {each.key: each.name.removesuffix(".") for each in evidence.entities}
    return {
        (
            names[claim.subject],
            claim.predicate,
            names[claim.object] if claim.object else claim.value.normalised if claim.value else "",
        )
        for claim in evidence.claims
        if (claim.status, claim.polarity) == (status, polarity)
    }


def kinds(evidence: Evidence) -> dict[str, str]:
    return {each.name.removesuffix("."): each.kind for each in evidence.entities}


@pytest.mark.parametrize("name", ["contracts", "aviation"])
def test_nothing_is_wrong_with_it_and_nothing_of_the_default_is_in_it(name: str) -> None:
    checked = check_ontology(SAMPLES / f"{name}.toml")
    assert checked.problems == ()
    assert checked.ontology is not None
    assert list(form_warnings(checked.ontology, nlp.load(MODEL))) == []
    assert not {"Person", "Organization", "Place"} & set(checked.ontology.kinds)


# contracts


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "Harwick Ltd signed the Tarnvik Supply Agreement.",
            {("Harwick Ltd", "SIGNED", "Tarnvik Supply Agreement")},
        ),
        (
            "The Tarnvik Supply Agreement was signed by Harwick Ltd on 3 May 2019.",
            {
                ("Harwick Ltd", "SIGNED", "Tarnvik Supply Agreement"),
                ("Tarnvik Supply Agreement", "SIGNED_ON", "2019-05-03"),
            },
        ),
        (
            "Moorfield Holdings executed the Elverum Lease in 2020.",
            {("Moorfield Holdings", "SIGNED", "Elverum Lease"), ("Elverum Lease", "SIGNED_ON", "2020")},
        ),
        (
            "Jane Orme, a signatory of the Elverum Lease, met the tenants.",
            {("Jane Orme", "SIGNED", "Elverum Lease")},
        ),
        (
            "The Tarnvik Supply Agreement is governed by Clause 7.2.",
            {("Tarnvik Supply Agreement", "GOVERNED_BY", "Clause 7.2")},
        ),
        ("The Elverum Lease is subject to Clause 12.", {("Elverum Lease", "GOVERNED_BY", "Clause 12")}),
        ("Norway governs the Elverum Lease.", {("Elverum Lease", "GOVERNED_BY", "Norway")}),
        (
            "The Elverum Lease terminates on 31 December 2025.",
            {("Elverum Lease", "TERMINATES_ON", "2025-12-31")},
        ),
        ("The Elverum Lease expires in 2025.", {("Elverum Lease", "TERMINATES_ON", "2025")}),
        (
            "The Tarnvik Supply Agreement is valued at £2 million.",
            {("Tarnvik Supply Agreement", "VALUED_AT", "2000000 GBP")},
        ),
        (
            "The Elverum Lease was assigned to Moorfield Holdings.",
            {("Elverum Lease", "ASSIGNED_TO", "Moorfield Holdings")},
        ),
        (
            "Harwick Ltd is an affiliate of Moorfield Holdings.",
            {("Harwick Ltd", "AFFILIATE_OF", "Moorfield Holdings")},
        ),
        (
            "The Elverum Lease was signed in 2018. The lease terminates on 1 June 2028.",
            {("Elverum Lease", "SIGNED_ON", "2018"), ("Elverum Lease", "TERMINATES_ON", "2028-06-01")},
        ),
    ],
)
def test_its_triggers_say_its_predicates_of_contracts(contracts: Extract, text: str, said: set[Triple]) -> None:
    assert triples(contracts(text)) == said


def test_the_kinds_of_parties_contracts_clauses_and_places_are_its_own(contracts: Extract) -> None:
    found = kinds(contracts("Harwick Ltd and Jane Orme signed the Elverum Lease under Clause 12 in Norway."))
    assert found == {
        "Harwick Ltd": "Party",
        "Jane Orme": "Party",
        "Elverum Lease": "Contract",
        "Clause 12": "Clause",
        "Norway": "Jurisdiction",
    }


def test_what_is_denied_planned_or_attributed_is_no_plain_statement_under_it(contracts: Extract) -> None:
    denied = contracts("The Elverum Lease was never assigned to Harwick Ltd.")
    assert triples(denied) == set()
    assert triples(denied, polarity="negated") == {("Elverum Lease", "ASSIGNED_TO", "Harwick Ltd")}
    (planned,) = contracts("Harwick Ltd may sign the Elverum Lease.").claims
    assert planned.modality == "possible"
    (told,) = contracts("According to Moorfield Holdings, Harwick Ltd signed the Elverum Lease.").claims
    assert told.attributed_to == "Moorfield Holdings"


def test_a_claim_outside_its_domain_is_refused(contracts: Extract) -> None:
    said = triples(contracts("Norway signed the Elverum Lease."), status="refused")
    assert said == {("Norway", "SIGNED", "Elverum Lease")}


def test_a_date_is_no_money_and_the_other_way_round(contracts: Extract) -> None:
    assert triples(contracts("The Elverum Lease is valued at 2025.")) == set()


# aviation


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Nordic Airways operates the Skylark Glider.", {("Nordic Airways", "OPERATES", "Skylark Glider")}),
        ("The Skylark Glider was operated by Nordic Airways.", {("Nordic Airways", "OPERATES", "Skylark Glider")}),
        ("The Skylark Glider landed at Tarnvik Airport.", {("Skylark Glider", "LANDED_AT", "Tarnvik Airport")}),
        (
            "The Skylark Glider was manufactured by Lindholm Aircraft.",
            {("Skylark Glider", "MANUFACTURED_BY", "Lindholm Aircraft")},
        ),
        (
            "Lindholm Aircraft built the Skylark Glider.",
            {("Skylark Glider", "MANUFACTURED_BY", "Lindholm Aircraft")},
        ),
        ("The Skylark Glider flew on 12 June 1951.", {("Skylark Glider", "FLEW_ON", "1951-06-12")}),
        ("The Skylark Glider was first flown on 3 May 1949.", {("Skylark Glider", "FLEW_ON", "1949-05-03")}),
        ("Liv Aasen flew the Skylark Glider.", {("Skylark Glider", "FLOWN_BY", "Liv Aasen")}),
        ("The Skylark Glider carries 12 passengers.", {("Skylark Glider", "SEATS", "12 passenger")}),
        ("Nordic Airways is a partner of Polar Air.", {("Nordic Airways", "PARTNER_OF", "Polar Air")}),
    ],
)
def test_its_triggers_say_its_predicates_of_aviation(aviation: Extract, text: str, said: set[Triple]) -> None:
    assert triples(aviation(text)) == said


def test_one_verb_says_two_of_its_predicates_by_the_kinds_at_its_ends(aviation: Extract) -> None:
    assert triples(aviation("Nordic Airways flew the Skylark Glider.")) == {
        ("Nordic Airways", "OPERATES", "Skylark Glider")
    }
    assert triples(aviation("Liv Aasen flew the Skylark Glider.")) == {("Skylark Glider", "FLOWN_BY", "Liv Aasen")}


def test_an_airline_does_not_land(aviation: Extract) -> None:
    said = triples(aviation("Nordic Airways landed at Tarnvik Airport."), status="refused")
    assert said == {("Nordic Airways", "LANDED_AT", "Tarnvik Airport")}


# names that no model knows


@pytest.mark.parametrize(
    ("name", "text", "names"),
    [
        ("contracts", "Harwick signed MSA-2024/17 in March.", [("MSA-2024/17", "Contract")]),
        ("contracts", "See clause 7.2 and Schedule B for it.", [("clause 7.2", "Clause"), ("Schedule B", "Clause")]),
        ("contracts", "The law of England and Wales applies.", [("England and Wales", "Jurisdiction")]),
        ("aviation", "LN-KEA landed at Sola Airport.", [("LN-KEA", "Aircraft"), ("Sola Airport", "Airport")]),
        ("aviation", "They sold the A320-200.", [("A320-200", "Aircraft")]),
        ("aviation", "A Boeing 737-800, said Boeing.", [("Boeing 737-800", "Aircraft"), ("Boeing", "Maker")]),
        ("aviation", "The caravelle is a ship.", []),
    ],
)
def test_its_names_and_patterns_are_found(name: str, text: str, names: list[tuple[str, str]]) -> None:
    doc = nlp.load(MODEL)(text)
    found = Gazetteer(load_ontology(SAMPLES / f"{name}.toml"))(doc)
    assert [(doc[start:end].text, kind) for start, end, kind in found] == names


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (
            "contracts",
            "Harwick Ltd signed MSA-2024/17 in March 2024.",
            {("Harwick Ltd", "SIGNED", "MSA-2024/17"), ("MSA-2024/17", "SIGNED_ON", "2024-03")},
        ),
        (
            "contracts",
            "Clause 7.2 obliges Harwick Ltd to insure the goods.",
            {("Clause 7.2", "OBLIGES", "Harwick Ltd")},
        ),
        (
            "contracts",
            "Harwick Ltd signed the Elverum Lease. It also signed the Tarnvik Supply Agreement.",
            {("Harwick Ltd", "SIGNED", "Elverum Lease"), ("Harwick Ltd", "SIGNED", "Tarnvik Supply Agreement")},
        ),
        (
            "contracts",
            "Jane Orme signed the Elverum Lease. She signed MSA-2024/17.",
            {("Jane Orme", "SIGNED", "Elverum Lease"), ("Jane Orme", "SIGNED", "MSA-2024/17")},
        ),
        ("aviation", "LN-KEA landed at Sola Airport.", {("LN-KEA", "LANDED_AT", "Sola Airport")}),
        ("aviation", "LN-KEA was built by Boeing.", {("LN-KEA", "MANUFACTURED_BY", "Boeing")}),
        (
            "aviation",
            "Nordic Airways operates LN-KEA and LN-KEB.",
            {("Nordic Airways", "OPERATES", "LN-KEA"), ("Nordic Airways", "OPERATES", "LN-KEB")},
        ),
        ("aviation", "Captain Liv Aasen flew LN-KEA.", {("LN-KEA", "FLOWN_BY", "Liv Aasen")}),
        (
            "aviation",
            "Nordic Airways operates the Twin Otter. The airline also flies the Boeing 737-800.",
            {("Nordic Airways", "OPERATES", "Twin Otter"), ("Nordic Airways", "OPERATES", "Boeing 737-800")},
        ),
        (
            "aviation",
            "The Northern Star landed at Kjevik. The aircraft was manufactured by Fokker.",
            {("Northern Star", "LANDED_AT", "Kjevik"), ("Northern Star", "MANUFACTURED_BY", "Fokker")},
        ),
    ],
)
def test_its_names_patterns_pronouns_and_roles_stand_in_its_claims(
    contracts: Extract, aviation: Extract, name: str, text: str, said: set[Triple]
) -> None:
    assert triples({"contracts": contracts, "aviation": aviation}[name](text)) == said


CODES = """
[ontology]
name = "codes"
version = "1"

[kinds.Party]
labels = ["ORG", "PERSON"]

[kinds.Deed]
patterns = ['C-\\d{4}/\\d{1,3}']

[predicates.SIGNED]
domain = ["Party"]
range = ["Deed"]
triggers = ["sign"]

[predicates.AMENDS]
domain = ["Deed"]
range = ["Deed"]
triggers = ["amend", "replace"]
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Acme GmbH signed C-2019/12 on 3 May 2019.", {("Acme GmbH", "SIGNED", "C-2019/12")}),
        ("Acme GmbH has signed C-2019/12.", {("Acme GmbH", "SIGNED", "C-2019/12")}),
        ("Acme GmbH wants to sign C-2019/12.", {("Acme GmbH", "SIGNED", "C-2019/12")}),
        ("Borealis Ltd signed C-2019/12 in 2019.", {("Borealis Ltd", "SIGNED", "C-2019/12")}),
        (
            "Acme GmbH signed C-2019/12 and C-2020/3.",
            {("Acme GmbH", "SIGNED", "C-2019/12"), ("Acme GmbH", "SIGNED", "C-2020/3")},
        ),
        ("C-2019/12 was signed by Acme GmbH in May 2019.", {("Acme GmbH", "SIGNED", "C-2019/12")}),
        ("C-2019/12 amended C-2018/7 in 2019.", {("C-2019/12", "AMENDS", "C-2018/7")}),
    ],
)
def test_what_a_pattern_finds_is_a_name_whatever_the_parser_takes_it_for(
    text: str, said: set[Triple], tmp_path: Path
) -> None:
    path = tmp_path / "codes.toml"
    path.write_text(CODES, encoding="utf-8")
    assert triples(extracted(RulesExtractor(MODEL, load_ontology(path)), text)) == said


# all the way

FILES = {
    "supply.txt": "Harwick Ltd signed the Tarnvik Supply Agreement on 3 May 2019. "
    "The Tarnvik Supply Agreement terminates on 31 December 2025.\n",
    "value.txt": "The Tarnvik Supply Agreement is valued at £2 million.\n",
    "transfer.txt": "The Tarnvik Supply Agreement was assigned to Moorfield Holdings. "
    "Harwick Ltd is an affiliate of Moorfield Holdings.\n",
    "denial.txt": "Moorfield Holdings never signed the Tarnvik Supply Agreement.\n",
}


@pytest.mark.store
def test_documents_of_its_field_are_ingested_asked_in_cypher_and_answered(
    store: Store, settings: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "deeds"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    with Groundplan.open(settings.model_copy(update={"ontology": SAMPLES / "contracts.toml"})) as kg:
        assert kg.ingest(folder).status == "done"
        signed = kg.cypher("MATCH (p:Party)-[s:SIGNED]->(c:Contract) RETURN p.name AS party, c.name AS contract")
        assert [tuple(row) for row in signed.rows] == [("Harwick Ltd", "Tarnvik Supply Agreement")]
        proof = rows(
            store,
            "MATCH (:Party)-[s:SIGNED]->(:Contract) MATCH (f:Fact {key: s.fact})<-[:SUPPORTS]-(c:Claim) "
            "RETURN c.quote AS quote",
        )
        assert proof == [{"quote": "Harwick Ltd signed the Tarnvik Supply Agreement on 3 May 2019."}]
        values = rows(
            store,
            "MATCH (f:Fact)-[:FACT_SUBJECT]->(:Contract) WHERE f.value IS NOT NULL "
            "RETURN f.predicate AS predicate, f.value AS value ORDER BY predicate",
        )
        assert [(row["predicate"], row["value"]) for row in values] == [
            ("SIGNED_ON", "2019-05-03"),
            ("TERMINATES_ON", "2025-12-31"),
            ("VALUED_AT", "2000000 GBP"),
        ]
        for question, answer in (
            ("Who signed the Tarnvik Supply Agreement?", "Harwick Ltd"),
            ("When does the Tarnvik Supply Agreement terminate?", "31 December 2025"),
            ("Who was the Tarnvik Supply Agreement assigned to?", "Moorfield Holdings"),
        ):
            said = kg.ask(question)
            assert said.found, question
            assert answer in str(said), question
        assert not kg.ask("Who signed the Elverum Lease?").found
