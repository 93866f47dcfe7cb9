"""Extraction by rules: what small sentences say, who is who in a document, and that every offset is exact."""

from __future__ import annotations

import textwrap
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from support import FragileFinder

from graph_schema.errors import EvidenceError
from graph_schema.models import Claim, Document, Evidence, Failed
from graph_schema.ontology import load_ontology
from pipeline.ingest.extract import RulesExtractor, Segmented, check_offsets
from pipeline.ingest.extract.relations import MAX_QUOTE_CHARS
from pipeline.ingest.read import RawDocument
from pipeline.ingest.segment import segment
from pipeline.settings import Settings
from pipeline.text.mentions import MentionFinder, RawMention

if TYPE_CHECKING:
    from pathlib import Path

    from spacy.tokens import Doc

    from pipeline.text.tagger import Tags

MODEL = Settings().model
AVIATION = """
[ontology]
name = "aviation"
version = "1"

[kinds.Pilot]
labels = ["PERSON"]

[kinds.Airline]
labels = ["ORG"]
last_words = ["airways"]

[kinds.Airport]
labels = ["GPE", "FAC"]
last_words = ["airport"]

[kinds.Aircraft]
labels = ["PRODUCT"]
first_words = ["flight"]

[predicates.FLIES_TO]
domain = ["Airline"]
range = ["Airport"]
triggers = ["fly to"]

[predicates.FLOWN_BY]
domain = ["Aircraft"]
range = ["Airline", "Pilot"]
inverse_triggers = ["operate", "pilot of"]

[predicates.DELIVERED_ON]
domain = ["Aircraft"]
value = "date"
triggers = ["delivered in"]

[predicates.SEATS]
domain = ["Aircraft"]
value = "quantity"
triggers = ["seat"]
"""
AVIATION_ADDED = """
[ontology]
name = "more"
version = "1"
extends = "default"

[kinds.Airline]
parent = "Organization"
last_words = ["airways"]

[predicates.FLIES_TO]
domain = ["Airline"]
range = ["Place"]
triggers = ["fly to"]
"""


def segmented(text: str, *, title: str | None = None, path: str = "a.txt", max_chunk_chars: int = 1500) -> Segmented:
    document = Document(
        source="s", path=path, record=None, title=title, date=None, media_type="text/plain",
        content_hash="hash", length=len(text),
    )  # fmt: skip
    return Segmented(document, segment(RawDocument(document, text, ()), max_chunk_chars=max_chunk_chars))


class Extraction:
    """What one document says, by the names in it."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.names = {entity.key: entity.name for entity in evidence.entities}

    def triple(self, claim: Claim) -> tuple[str, str, str]:
        target = self.names[claim.object] if claim.object else claim.value.normalised if claim.value else ""
        return self.names[claim.subject], claim.predicate, target

    @property
    def triples(self) -> set[tuple[str, str, str]]:
        """Accepted and open claims; roles are left out unless they are asked for."""
        claims = (claim for claim in self.evidence.claims if claim.status != "refused")
        return {self.triple(claim) for claim in claims if claim.predicate != "HAS_ROLE"}

    def claim(self, predicate: str) -> Claim:
        (found,) = (claim for claim in self.evidence.claims if claim.predicate == predicate)
        return found

    def joined(self) -> dict[str, list[tuple[str, str]]]:
        """Name -> surface and rule of each mention."""
        found: dict[str, list[tuple[str, str]]] = {name: [] for name in self.names.values()}
        for mention in self.evidence.mentions:
            found[self.names[mention.entity]].append((mention.surface, mention.rule))
        return found

    def kinds(self) -> dict[str, str]:
        return {entity.name: entity.kind for entity in self.evidence.entities}


@pytest.fixture(scope="session")
def extractor() -> RulesExtractor:
    """The default extractor, its model loaded."""
    found = RulesExtractor(MODEL, load_ontology())
    found.setup()
    return found


def extract(extractor: RulesExtractor, text: str, **given: Any) -> Extraction:  # noqa: ANN401
    (result,) = extractor([segmented(text, **given)])
    assert isinstance(result, Evidence), result
    return Extraction(result)


# Relations


FOUNDED = ("Anna Berg", "FOUNDED", "Halden Instruments")
IN_OSLO = ("Anna Berg", "LIVES_IN", "Oslo")


@pytest.mark.parametrize(
    ("text", "triples"),
    [
        ("Anna Berg founded Halden Instruments.", {FOUNDED}),
        ("Halden Instruments was founded by Anna Berg.", {FOUNDED}),
        ("Anna Berg was born in Oslo.", {("Anna Berg", "BORN_IN", "Oslo")}),
        ("Anna Berg was born on 3 May 1931.", {("Anna Berg", "BORN_ON", "1931-05-03")}),
        (
            "Anna Berg was born in Bergen on 3 May 1931.",
            {("Anna Berg", "BORN_IN", "Bergen"), ("Anna Berg", "BORN_ON", "1931-05-03")},
        ),
        ("Anna Berg, who founded Halden Instruments, lived in Oslo.", {FOUNDED, IN_OSLO}),
        ("Anna Berg, founder of Halden Instruments, lived in Oslo.", {FOUNDED, IN_OSLO}),
        ("Halden Instruments' founder, Anna Berg, lived in Oslo.", {FOUNDED, IN_OSLO}),
        ("Anna Berg, Halden Instruments' founder, lived in Oslo.", {FOUNDED, IN_OSLO}),
        (
            "Anna Berg and Erik Lund founded Halden Instruments.",
            {FOUNDED, ("Erik Lund", "FOUNDED", "Halden Instruments")},
        ),
        (
            "Anna Berg founded Halden Instruments and Norvik Systems.",
            {FOUNDED, ("Anna Berg", "FOUNDED", "Norvik Systems")},
        ),
        ("Anna Berg founded Halden Instruments and lived in Oslo.", {FOUNDED, IN_OSLO}),
        ("The director of Halden Instruments is Anna Berg.", {("Anna Berg", "LEADS", "Halden Instruments")}),
        (
            "Halden Instruments, formerly Berg Optics, failed.",
            {
                ("Halden Instruments", "RENAMED_TO", "Halden Instruments"),
                ("Halden Instruments", "formerly", "Berg Optics"),
            },
        ),
        ("They awarded Anna Berg the Nobel Prize.", {("Anna Berg", "AWARDED", "Nobel Prize")}),
        ("Norvik Systems employed Anna Berg.", {("Anna Berg", "WORKS_FOR", "Norvik Systems")}),
        ("Varde Bridge is 620 metres long.", {("Varde Bridge", "LENGTH", "620 metre")}),
        ("Anna Berg studied physics at Halden University.", {("Anna Berg", "STUDIED_AT", "Halden University")}),
        ("Anna Berg arrived late.", set()),
    ],
)
def test_a_sentence_says_exactly_this(extractor: RulesExtractor, text: str, triples: set[tuple[str, str, str]]) -> None:
    assert extract(extractor, text).triples == triples


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Anna Berg is an engineer.", "engineer"),
        ("The architect Anna Berg lived in Oslo.", "architect"),
        ("Anna Berg became mayor of Oslo in 1970.", "mayor of oslo"),
        ("Anna Berg worked as a nurse.", "nurse"),
    ],
)
def test_a_role_noun_is_a_role_of_the_one_it_describes(extractor: RulesExtractor, text: str, role: str) -> None:
    found = extract(extractor, text)
    assert found.triple(found.claim("HAS_ROLE")) == ("Anna Berg", "HAS_ROLE", role)


@pytest.mark.parametrize(
    "text", ["Halden Instruments was founded in 1962.", "Anna Berg founded Halden Instruments in 1962."]
)
def test_the_date_of_a_deed_is_a_claim_about_what_was_made(extractor: RulesExtractor, text: str) -> None:
    found = extract(extractor, text)
    assert found.triple(found.claim("FOUNDED_ON")) == ("Halden Instruments", "FOUNDED_ON", "1962")


def test_a_period_gives_both_its_ends_and_a_point_gives_itself_twice(extractor: RulesExtractor) -> None:
    period = extract(extractor, "Anna Berg worked for Norvik Systems from 1960 until 1970.").claim("WORKS_FOR")
    assert (period.valid_from, period.valid_to) == ("1960", "1970")
    point = extract(extractor, "Anna Berg joined Norvik Systems in 1960.").claim("WORKS_FOR")
    assert (point.valid_from, point.valid_to) == ("1960", "1960")
    none = extract(extractor, "Anna Berg joined Norvik Systems.").claim("WORKS_FOR")
    assert (none.valid_from, none.valid_to) == (None, None)


# Stance


@pytest.mark.parametrize(
    ("text", "polarity", "modality", "source"),
    [
        ("Anna Berg joined Norvik Systems.", "affirmed", "asserted", None),
        ("Anna Berg did not join Norvik Systems.", "negated", "asserted", None),
        ("Anna Berg never joined Norvik Systems.", "negated", "asserted", None),
        ("Anna Berg refused to join Norvik Systems.", "negated", "asserted", None),
        ("Anna Berg may join Norvik Systems.", "affirmed", "possible", None),
        ("Anna Berg will join Norvik Systems.", "affirmed", "planned", None),
        ("Anna Berg planned to join Norvik Systems.", "affirmed", "planned", None),
        ("If Anna Berg joined Norvik Systems, the town would grow.", "affirmed", "conditional", None),
        ("Anna Berg reportedly joined Norvik Systems.", "affirmed", "alleged", None),
        ("Erik Lund said that Anna Berg joined Norvik Systems.", "affirmed", "asserted", "Erik Lund"),
        ("According to Erik Lund, Anna Berg joined Norvik Systems.", "affirmed", "asserted", "Erik Lund"),
        ("Erik Lund said that Anna Berg did not join Norvik Systems.", "negated", "asserted", "Erik Lund"),
    ],
)
def test_a_claim_keeps_how_its_sentence_stands_to_it(
    extractor: RulesExtractor, text: str, polarity: str, modality: str, source: str | None
) -> None:
    claim = extract(extractor, text).claim("WORKS_FOR")
    assert (claim.polarity, claim.modality, claim.attributed_to) == (polarity, modality, source)


@pytest.mark.parametrize("helper", ["did not", "will", "may", "will have"])
def test_a_verb_after_an_auxiliary_is_its_own_lemma(extractor: RulesExtractor, helper: str) -> None:
    verb = "founded" if helper.endswith("have") else "found"
    assert extract(extractor, f"Anna Berg {helper} {verb} Halden Instruments.").triples == {FOUNDED}


# The ontology decides


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Oslo married Anna Berg.", "domain: Place is not Person"),
        ("Anna Berg married Halden Instruments.", "range: Organization is not Person"),
    ],
)
def test_what_breaks_domain_or_range_is_refused_with_the_reason(
    extractor: RulesExtractor, text: str, reason: str
) -> None:
    claim = extract(extractor, text).claim("MARRIED_TO")
    assert (claim.status, claim.reason) == ("refused", reason)


def test_a_fitting_reading_is_taken_before_one_that_is_refused(extractor: RulesExtractor) -> None:
    for text, triple in (
        ("Anna Berg died in Oslo.", ("Anna Berg", "DIED_IN", "Oslo")),
        ("Anna Berg died in 1990.", ("Anna Berg", "DIED_ON", "1990")),
        ("The Halden Museum joined the Varde Trust.", ("Halden Museum", "MEMBER_OF", "Varde Trust")),
    ):
        assert extract(extractor, text).triples == {triple}


def test_a_predicate_that_the_ontology_does_not_know_is_an_open_claim_in_the_texts_words(
    extractor: RulesExtractor,
) -> None:
    claim = extract(extractor, "Anna Berg admired Erik Lund.").claim("admire")
    assert (claim.status, claim.reason) == ("open", None)
    known = extract(extractor, "Anna Berg met Erik Lund.").claim("MET")
    assert (known.status, known.reason) == ("accepted", None)
    assert claim.confidence < known.confidence


@pytest.mark.parametrize(
    ("text", "triples"),
    [
        ("Polaris Airways flies to Varde Airport.", {("Polaris Airways", "FLIES_TO", "Varde Airport")}),
        ("Flight Aurora was operated by Polaris Airways.", {("Flight Aurora", "FLOWN_BY", "Polaris Airways")}),
        ("Anna Berg, pilot of Flight Aurora, slept.", {("Flight Aurora", "FLOWN_BY", "Anna Berg")}),
        ("Flight Aurora was delivered in 1971.", {("Flight Aurora", "DELIVERED_ON", "1971")}),
        ("Flight Aurora seated 120 passengers.", {("Flight Aurora", "SEATS", "120 passenger")}),
        ("Anna Berg founded Polaris Airways.", {("Anna Berg", "found", "Polaris Airways")}),
        ("Anna Berg flies to Varde Airport.", set()),
    ],
)
def test_an_ontology_of_the_users_own_works_from_its_file_alone(
    tmp_path: Path, text: str, triples: set[tuple[str, str, str]]
) -> None:
    (tmp_path / "aviation.toml").write_text(AVIATION)
    own = RulesExtractor(MODEL, load_ontology(tmp_path / "aviation.toml"))
    assert extract(own, text).triples == triples


def test_an_ontology_that_extends_the_default_keeps_what_the_default_knows(tmp_path: Path) -> None:
    (tmp_path / "more.toml").write_text(AVIATION_ADDED)
    own = RulesExtractor(MODEL, load_ontology(tmp_path / "more.toml"))
    found = extract(own, "Anna Berg founded Polaris Airways in 1962. Polaris Airways flies to Varde Airport.")
    assert found.triples == {
        ("Anna Berg", "FOUNDED", "Polaris Airways"),
        ("Polaris Airways", "FOUNDED_ON", "1962"),
        ("Polaris Airways", "FLIES_TO", "Varde Airport"),
    }
    assert found.kinds()["Polaris Airways"] == "Airline"


def test_another_ontology_is_another_fingerprint(extractor: RulesExtractor, tmp_path: Path) -> None:
    (tmp_path / "aviation.toml").write_text(AVIATION)
    own = RulesExtractor(MODEL, load_ontology(tmp_path / "aviation.toml"))
    assert own.setup() != extractor.setup()
    assert RulesExtractor(MODEL, load_ontology()).setup() == extractor.setup()
    assert RulesExtractor(MODEL, load_ontology()).fingerprint() == extractor.setup()


# Who is who


def test_a_pronoun_is_the_nearest_before_it_that_its_gender_allows(extractor: RulesExtractor) -> None:
    found = extract(extractor, "Mrs Anna Berg met Mr Erik Lund. She lived in Oslo. He lived in Bergen.")
    assert found.triples == {("Anna Berg", "MET", "Erik Lund"), IN_OSLO, ("Erik Lund", "LIVES_IN", "Bergen")}
    assert found.joined()["Anna Berg"] == [("Anna Berg", "name"), ("She", "pronoun")]


def test_a_pronoun_that_nothing_allows_stays_unread(extractor: RulesExtractor) -> None:
    found = extract(extractor, "Mrs Anna Berg was born in Oslo. He lived in Bergen.")
    assert found.triples == {("Anna Berg", "BORN_IN", "Oslo")}
    assert [mention.surface for mention in found.evidence.mentions] == ["Anna Berg", "Oslo", "Bergen"]


def test_it_is_the_organisation_that_acted_before(extractor: RulesExtractor) -> None:
    found = extract(extractor, "Halden Instruments was founded in 1962. It employed 120 people.")
    assert found.triple(found.claim("EMPLOYEES")) == ("Halden Instruments", "EMPLOYEES", "120 person")


def test_a_short_form_is_an_alias_of_the_fuller_name(extractor: RulesExtractor) -> None:
    text = "Anna Berg lived in Oslo. Berg joined the Bergen Museum of Art. BMA was founded in 1825."
    found = extract(extractor, text)
    assert found.joined()["Anna Berg"] == [("Anna Berg", "name"), ("Berg", "short-form")]
    aliases = {entity.name: entity.aliases for entity in found.evidence.entities}
    assert aliases == {"Anna Berg": ("Berg",), "Oslo": (), "Bergen Museum of Art": ("BMA",)}
    assert ("Bergen Museum of Art", "FOUNDED_ON", "1825") in found.triples


def test_someone_known_by_a_role_alone_is_one_unnamed_entity(extractor: RulesExtractor) -> None:
    found = extract(extractor, "The harbour master lived in Oslo. The harbour master joined Norvik Systems.")
    entity = found.evidence.entities[0]
    assert (entity.name, entity.kind, entity.named) == ("harbour master", "Person", False)
    assert found.triples == {("harbour master", "LIVES_IN", "Oslo"), ("harbour master", "WORKS_FOR", "Norvik Systems")}


def test_a_description_is_the_last_named_thing_that_it_fits(extractor: RulesExtractor) -> None:
    found = extract(extractor, "Anna Berg founded Halden Instruments. Erik Lund bought the company in 1980.")
    assert ("Erik Lund", "ACQUIRED", "Halden Instruments") in found.triples
    assert found.joined()["Halden Instruments"][-1] == ("company", "description")


def test_two_people_with_one_surname_stay_apart(extractor: RulesExtractor) -> None:
    found = extract(
        extractor, "Anna Berg and Karl Berg met Erik Lund. Anna Berg lived in Oslo. Karl Berg lived in Bergen."
    )
    assert {IN_OSLO, ("Karl Berg", "LIVES_IN", "Bergen")} <= found.triples


def test_a_surname_of_two_people_is_the_one_that_its_title_allows(extractor: RulesExtractor) -> None:
    found = extract(
        extractor,
        "Mr Karl Berg lived in Oslo. Mrs Anna Berg lived in Bergen. Mrs Berg worked for Norvik Systems. "
        "Mr Berg worked for Halden Instruments.",
    )
    assert {
        ("Anna Berg", "WORKS_FOR", "Norvik Systems"),
        ("Karl Berg", "WORKS_FOR", "Halden Instruments"),
    } <= found.triples


def test_a_man_and_a_woman_of_one_surname_are_two_entities(extractor: RulesExtractor) -> None:
    found = extract(extractor, "Mr Berg lived in Oslo. Mrs Berg lived in Bergen.")
    assert [entity.name for entity in found.evidence.entities if entity.kind == "Person"] == ["Berg", "Berg"]


def test_a_surname_whose_title_forbids_the_only_fuller_name_is_someone_else(extractor: RulesExtractor) -> None:
    found = extract(extractor, "Mr Karl Berg lived in Oslo. Mrs Berg lived in Bergen.")
    assert {("Karl Berg", "LIVES_IN", "Oslo"), ("Berg", "LIVES_IN", "Bergen")} == found.triples


def test_the_kind_of_an_entity_is_the_one_most_of_its_mentions_have(extractor: RulesExtractor) -> None:
    text = "Anna Berg lived in Oslo. Mrs Berg liked Oslo. Oslo was founded in 1048. Dr Berg left Oslo."
    assert extract(extractor, text).kinds() == {"Anna Berg": "Person", "Oslo": "Place"}


def test_a_document_is_about_what_its_title_names(extractor: RulesExtractor) -> None:
    text = "Anna Berg founded Halden Instruments. Halden Instruments failed."
    about = {
        title: [entity.name for entity in extract(extractor, text, title=title).evidence.entities if entity.about]
        for title in ("The life of Anna Berg", "Halden Instruments, by Anna Berg", "Minutes", None)
    }
    assert about == {
        "The life of Anna Berg": ["Anna Berg"],
        "Halden Instruments, by Anna Berg": ["Halden Instruments"],
        "Minutes": [],
        None: [],
    }


# Quotes


def test_a_quote_is_the_whole_sentence_and_no_character_more(extractor: RulesExtractor) -> None:
    said = "In the spring, Anna Berg joined Norvik Systems."
    found = extract(extractor, f"Nothing happened.  {said}\nThen it rained.")
    assert found.claim("WORKS_FOR").quote == said


def test_a_quote_stays_within_its_paragraph(extractor: RulesExtractor) -> None:
    found = extract(extractor, "Minutes of the meeting\n\nAnna Berg joined Norvik Systems\n\nSigned by all")
    assert found.claim("WORKS_FOR").quote == "Anna Berg joined Norvik Systems"


def test_of_a_very_long_sentence_only_the_words_that_say_it_are_quoted(extractor: RulesExtractor) -> None:
    tail = ", which was cold, dark, wet, long and grey" * 12
    found = extract(extractor, f"Anna Berg joined Norvik Systems in the winter{tail}.")
    quote = found.claim("WORKS_FOR").quote
    assert len(quote) <= MAX_QUOTE_CHARS < len(tail)
    assert "joined Norvik Systems" in quote


# Offsets


SENTENCES = (
    "{a} founded {o} in 1962.", "{o} was founded by {a}.", "{a}, who joined {o}, lived in {p}.",
    "According to {a}, {o} was not founded in {p}.", "{a} may join {o}.", "She bought the company for $3.5 million.",
    "The harbour master of {p} met {a}’s brother, {a}.", "“{a} left {p}.” He said so.", "{o}, formerly {p}, is in {p}",
)  # fmt: skip
NOISE = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
GAPS = st.sampled_from([" ", "  ", "\n", "\n\n", "\t", "\u00a0", "", " — "])
NAMES = {
    "a": st.sampled_from(["Anna Berg", "Mrs Berg", "Dr. José Müller", "Karl\nBerg", "O’Brien"]),
    "o": st.sampled_from(["Halden Instruments", "the Bergen Museum of Art", "AT&T", "Norvik Systems Ltd."]),
    "p": st.sampled_from(["Oslo", "Ålesund", "Lake Varde", "St. Ives"]),
}
SENTENCE = st.tuples(st.sampled_from(SENTENCES), st.fixed_dictionaries(NAMES)).map(
    lambda pair: pair[0].format(**pair[1])
)
TEXTS = (
    st.lists(st.tuples(st.one_of(SENTENCE, NOISE), GAPS), min_size=1, max_size=8)
    .map(lambda parts: unicodedata.normalize("NFC", "".join(part for pair in parts for part in pair)))
    .filter(bool)
)


@hypothesis_settings(max_examples=150)
@given(text=TEXTS, max_chunk_chars=st.sampled_from([200, 1500]))
def test_every_surface_and_quote_is_the_characters_of_its_offsets_within_its_chunk(
    extractor: RulesExtractor, text: str, max_chunk_chars: int
) -> None:
    evidence = extract(extractor, text, max_chunk_chars=max_chunk_chars).evidence
    chunks = {chunk.key: chunk for chunk in evidence.chunks}
    entities = {entity.key for entity in evidence.entities}
    assert "".join(chunk.text for chunk in evidence.chunks) == text
    for mention in evidence.mentions:
        assert text[mention.start : mention.end] == mention.surface != ""
        assert chunks[mention.chunk].start <= mention.start < mention.end <= chunks[mention.chunk].end
        assert mention.entity in entities
    for claim in evidence.claims:
        assert text[claim.start : claim.end] == claim.quote != ""
        assert chunks[claim.chunk].start <= claim.start < claim.end <= chunks[claim.chunk].end
        assert {claim.subject, claim.object or claim.subject} <= entities
        assert (claim.object is None) != (claim.value is None)
    keys = [
        *(mention.key for mention in evidence.mentions),
        *(claim.key for claim in evidence.claims),
        *(entity.key for entity in evidence.entities),
    ]
    assert len(keys) == len(set(keys))


@hypothesis_settings(max_examples=20)
@given(texts=st.lists(TEXTS, min_size=2, max_size=5))
def test_a_document_says_the_same_whatever_it_is_batched_with(extractor: RulesExtractor, texts: list[str]) -> None:
    batch = [segmented(text, path=f"{number}.txt") for number, text in enumerate(texts)]
    assert extractor(batch) == [result for each in batch for result in extractor([each])]


CAPITALS = "ANNA BERG FOUNDED THE HALDEN MUSEUM IN OSLO IN 1931. SHE WAS BORN IN BERGEN."


def test_text_in_capitals_says_what_it_says_in_small_letters(extractor: RulesExtractor) -> None:
    small = extract(extractor, "Anna Berg founded the Halden Museum in Oslo in 1931. She was born in Bergen.")
    found = extract(extractor, CAPITALS)
    assert {each.name for each in found.evidence.entities} == {each.name for each in small.evidence.entities}
    claims = [(each.predicate, each.start, each.end, each.status) for each in found.evidence.claims]
    assert claims == [(each.predicate, each.start, each.end, each.status) for each in small.evidence.claims]
    assert claims
    assert all(each.surface.isupper() for each in found.evidence.mentions)
    assert all(each.quote.isupper() for each in found.evidence.claims)


WRAPPED = textwrap.fill(
    "In the winter of 1931, long before the works at Oslo were closed for good, the engineer Anna Berg founded "
    "Halden Instruments with nothing but a loan. Half a century later, on the third of May in 1984, it was acquired by "
    "Norvik Systems, whose office for bridges in New Bergen the engineer Erik Lund had led since he came home in 1979.",
    60,
)


def test_names_and_claims_that_go_on_in_the_next_line_are_those_of_the_paragraph(extractor: RulesExtractor) -> None:
    wrapped, whole = extract(extractor, WRAPPED), extract(extractor, WRAPPED.replace("\n", " "))
    assert {"Halden\nInstruments", "Norvik\nSystems"} <= {mention.surface for mention in wrapped.evidence.mentions}
    assert [(each.name, each.kind, each.aliases) for each in wrapped.evidence.entities] == [
        (each.name, each.kind, each.aliases) for each in whole.evidence.entities
    ]
    assert [(each.predicate, each.confidence, each.quote.replace("\n", " ")) for each in wrapped.evidence.claims] == [
        (each.predicate, each.confidence, each.quote) for each in whole.evidence.claims
    ]


@pytest.mark.parametrize(("start", "end"), [(1, 0), (0, 1), (1, 1), (-1, -1), (10_000, 10_000)])
@pytest.mark.parametrize("field", ["mentions", "claims"])
def test_an_offset_that_is_wrong_by_one_is_refused(extractor: RulesExtractor, field: str, start: int, end: int) -> None:
    evidence = extract(extractor, "Long ago Anna Berg founded Halden Instruments.").evidence
    check_offsets(evidence)
    (first, *others) = getattr(evidence, field)
    wrong: dict[str, Any] = {field: (replace(first, start=first.start + start, end=first.end + end), *others)}
    with pytest.raises(EvidenceError, match="are not"):
        check_offsets(replace(evidence, **wrong))


def test_an_offset_within_another_chunk_is_refused(extractor: RulesExtractor) -> None:
    text = "Anna Berg joined Norvik Systems. " * 12
    evidence = extract(extractor, text, max_chunk_chars=200).evidence
    first, last = evidence.claims[0], evidence.claims[-1]
    assert first.chunk != last.chunk
    with pytest.raises(EvidenceError):
        check_offsets(replace(evidence, claims=(replace(first, start=last.start, end=last.end),)))


# Documents that fail


def test_a_document_that_breaks_the_extractor_fails_alone_in_its_place(extractor: RulesExtractor) -> None:
    fragile = RulesExtractor(MODEL, extractor.ontology)
    fragile.find_mentions = FragileFinder(extractor.ontology)
    texts = ("Anna Berg lived in Oslo.", "Erik Lund breaks it.", "Karl Berg lived in Bergen.")
    batch = [segmented(text, path=f"{number}.txt") for number, text in enumerate(texts)]
    first, failed, last = fragile(batch)
    assert [first, last] == extractor([batch[0], batch[2]])
    assert isinstance(failed, Failed)
    assert (failed.path, failed.stage, failed.transient) == ("1.txt", "extract", False)
    assert failed.reason == "ValueError: this text breaks it"
    assert failed.remedy


class CarelessFinder(MentionFinder):
    """Finds mentions, one character too far to the right."""

    def __call__(
        self, doc: Doc, offset: int, date: str | None = None, tags: Tags | None = None
    ) -> tuple[list[RawMention], dict[int, int]]:
        return super().__call__(doc, offset + 1, date, tags)


def test_a_document_whose_offsets_would_be_wrong_is_failed_and_not_handed_on(extractor: RulesExtractor) -> None:
    careless = RulesExtractor(MODEL, extractor.ontology)
    careless.find_mentions = CarelessFinder(extractor.ontology)
    (failed,) = careless([segmented("Anna Berg lived in Oslo.")])
    assert isinstance(failed, Failed)
    assert failed.reason.startswith("'a.txt': characters 1 to 10 are not 'Anna Berg'.")


def test_an_empty_batch_gives_nothing(extractor: RulesExtractor) -> None:
    assert extractor([]) == []
