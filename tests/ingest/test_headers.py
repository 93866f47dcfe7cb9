"""The header lines of a mail: who wrote to whom, under which address, at which characters."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph_schema.models import Claim, Evidence
from graph_schema.ontology import load_ontology
from pipeline.ingest.extract import RulesExtractor, Segmented
from pipeline.ingest.extract.headers import header_lines, without_headers
from pipeline.ingest.read import RawDocument, read_file
from pipeline.ingest.segment import segment
from pipeline.ingest.sources import Source
from pipeline.settings import Settings

BODY = "Anna Berg founded Varde Instruments in 1950."


@pytest.fixture(scope="module")
def extractor() -> RulesExtractor:
    found = RulesExtractor(Settings().model, load_ontology())
    found.setup()
    return found


class Reader:
    """Extracts from mails made by hand."""

    def __init__(self, folder: Path, extractor: RulesExtractor) -> None:
        self.folder, self.extractor = folder, extractor

    def segmented(self, headers: str, body: str = BODY, *, chars: int = 1500) -> Segmented:
        (self.folder / "a.eml").write_text(f"{headers}\n\n{body}", encoding="utf-8")
        (raw,) = read_file(Source("s", self.folder), Path("a.eml"), Settings())
        assert isinstance(raw, RawDocument), raw
        return Segmented(raw.document, segment(raw, max_chunk_chars=chars))

    def __call__(self, headers: str, body: str = BODY, *, chars: int = 1500) -> Evidence:
        (evidence,) = self.extractor([self.segmented(headers, body, chars=chars)])
        assert isinstance(evidence, Evidence), evidence
        return evidence


@pytest.fixture
def mail(tmp_path: Path, extractor: RulesExtractor) -> Reader:
    return Reader(tmp_path, extractor)


def said(evidence: Evidence, predicate: str) -> list[tuple[str, str]]:
    """Subject and object or value of the header claims under `predicate`, by name."""
    names = {entity.key: entity.name for entity in evidence.entities}
    return [(names[each.subject], _target(each, names)) for each in evidence.claims if each.predicate == predicate]


def _target(claim: Claim, names: dict[str, str]) -> str:
    return claim.value.text if claim.value else names[claim.object or ""]


def test_the_sender_wrote_to_everybody_on_the_date_of_the_mail(mail: Reader) -> None:
    evidence = mail(
        "From: Anna Berg <a@x.example>\nTo: Bo Dahl <b@x.example>\nCc: c@x.example\nDate: 4 Mar 2014 09:00 +0100"
    )
    assert said(evidence, "WROTE_TO") == [("Anna Berg", "Bo Dahl"), ("Anna Berg", "c@x.example")]
    first = next(each for each in evidence.claims if each.predicate == "WROTE_TO")
    assert (first.method, first.status, first.valid_from, first.valid_to) == (
        "header",
        "accepted",
        "2014-03-04",
        "2014-03-04",
    )
    assert first.quote == "From: Anna Berg <a@x.example>\nTo: Bo Dahl <b@x.example>"


def test_whoever_has_a_name_has_the_address_beside_it(mail: Reader) -> None:
    evidence = mail('From: "Berg, Anna" <A.Berg@x.example>\nTo: bo@x.example (Bo Dahl), c@x.example')
    assert said(evidence, "HAS_EMAIL") == [("Berg, Anna", "a.berg@x.example"), ("Bo Dahl", "bo@x.example")]
    quotes = [each.quote for each in evidence.claims if each.predicate == "HAS_EMAIL"]
    assert quotes == ['"Berg, Anna" <A.Berg@x.example>', "Bo Dahl <bo@x.example>"]


def test_a_name_in_the_headers_is_who_is_named_in_the_text(mail: Reader) -> None:
    evidence = mail(
        'From: "Berg, Anna" <a@x.example>\nTo: Bo Dahl <b@x.example>',
        "Anna Berg lives in Varde. Mr Dahl lives in Oslo.",
    )
    people = [each for each in evidence.entities if each.kind == "Person"]
    assert len(people) == 2
    assert {"Anna Berg", "Berg, Anna"} <= {people[0].name, *people[0].aliases}
    assert said(evidence, "LIVES_IN") == [(people[0].name, "Varde"), ("Bo Dahl", "Oslo")]


def test_an_address_alone_stands_for_its_bearer_or_says_a_name_or_nothing_more(mail: Reader) -> None:
    evidence = mail("From: a@x.example\nTo: Anna Berg <a@x.example>, helen.marsh@x.example, press.office@x.example")
    assert said(evidence, "WROTE_TO") == [("Anna Berg", "helen.marsh"), ("Anna Berg", "press.office@x.example")]
    assert ("helen.marsh", "helen.marsh@x.example") in said(evidence, "HAS_EMAIL")


def test_one_address_of_two_names_makes_them_not_one(mail: Reader) -> None:
    evidence = mail("From: o@x.example\nTo: Anna Berg <o@x.example>, Bo Dahl <o@x.example>")
    assert {each.name for each in evidence.entities if each.kind == "Person"} == {"o@x.example", "Anna Berg", "Bo Dahl"}


def test_what_writes_may_be_no_person(mail: Reader) -> None:
    evidence = mail("From: Kelport Maritime Museum <m@x.example>\nTo: Dr Grace Okafor (Okafor Survey) <g@x.example>")
    kinds = {each.name: each.kind for each in evidence.entities}
    assert (kinds["Kelport Maritime Museum"], kinds["Grace Okafor"]) == ("Organization", "Person")
    assert said(evidence, "WROTE_TO") == [("Kelport Maritime Museum", "Grace Okafor")]


def test_header_lines_are_no_sentences_and_the_subject_is_read(mail: Reader) -> None:
    evidence = mail(
        "From: Anna Berg <a@x.example>\nTo: Bo <b@x.example>\nDate: 4 Mar 2014 09:00 +0100\nSubject: Penhallow Electric"
    )
    assert said(evidence, "FOUNDED") == [("Anna Berg", "Varde Instruments")]
    assert "Penhallow Electric" in {each.name for each in evidence.entities}
    body = len("\n".join(evidence.chunks[0].text.split("\n\n")[:1]))
    assert all(each.start > body for each in evidence.claims if each.method != "header")


def test_a_mail_to_oneself_says_nothing_of_writing(mail: Reader) -> None:
    assert said(mail("From: Anna Berg <a@x.example>\nTo: Anna Berg <a@x.example>"), "WROTE_TO") == []


def test_a_list_longer_than_a_chunk_loses_nobody_but_whom_the_border_cuts(mail: Reader) -> None:
    people = [f"Person{chr(65 + n // 26)}{chr(97 + n % 26)} Berg <p{n}@x.example>" for n in range(60)]
    headers = f"From: Anna Dahl <a@x.example>\nTo: {', '.join(people)}\nSubject: x"
    evidence = mail(headers, chars=400)
    assert len(evidence.chunks) > 4
    wrote = said(evidence, "WROTE_TO")
    borders = len(evidence.chunks) - 1
    assert 60 - borders <= len(wrote) <= 60
    assert {subject for subject, _ in wrote} == {"Anna Dahl"}
    assert {target for _, target in wrote} <= {each.partition(" <")[0] for each in people}


def test_lines_that_look_like_headers_in_a_text_are_none(mail: Reader) -> None:
    document = mail.segmented("From: Anna Berg <a@x.example>", "To: Bo Dahl <b@x.example>\n\nwords")
    lines = header_lines(document.document, document.chunks)
    assert [[line.name for line in each] for each in lines] == [["From"]]
    evidence = mail("Subject: x", "From: Bo Dahl <b@x.example>\nTo: Anna Berg <a@x.example>")
    assert said(evidence, "WROTE_TO") == []


def test_what_is_hidden_from_the_parser_keeps_its_length(mail: Reader) -> None:
    found = mail.segmented("From: Anna Berg <a@x.example>\nSubject: The bell")
    (chunk,), (lines,) = found.chunks, header_lines(found.document, found.chunks)
    hidden = without_headers(chunk.text, lines)
    assert len(hidden) == len(chunk.text)
    assert hidden.split() == ["The", "bell", *BODY.split()]


def test_an_ontology_without_the_two_predicates_or_without_people_is_served(tmp_path: Path) -> None:
    head = '[ontology]\nname = "own"\nversion = "1"\n\n'
    rest = '\n\n[predicates.IN]\ndomain = ["{0}"]\nrange = ["{0}"]\ntriggers = ["lie in"]\n'
    for kind, label, people in (("Human", "PERSON", 1), ("Town", "GPE", 0)):
        path = tmp_path / f"{kind}.toml"
        path.write_text(f'{head}[kinds.{kind}]\nlabels = ["{label}"]{rest.format(kind)}')
        evidence = Reader(tmp_path, RulesExtractor(Settings().model, load_ontology(path)))(
            "From: Zoe <z@x.example>", "It rained."
        )
        assert ([each.name for each in evidence.entities], evidence.claims) == (["Zoe"] * people, ())


def test_who_may_not_write_under_the_ontology_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(
        '[ontology]\nname = "own"\nversion = "1"\n\n[kinds.Human]\nlabels = ["PERSON"]\n\n'
        '[kinds.Ship]\nnames = ["Halcyon"]\n\n'
        '[predicates.WROTE_TO]\ndomain = ["Human"]\nrange = ["Ship"]\n'
    )
    evidence = Reader(tmp_path, RulesExtractor(Settings().model, load_ontology(path)))(
        "From: Zoe Berg <z@x.example>\nTo: Bo Dahl <b@x.example>", "It rained."
    )
    assert [(each.status, each.reason) for each in evidence.claims] == [("refused", "range: Human is not Ship")]
