"""How claims stand: what is negated, planned, conditional, alleged or attributed is no plain claim."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import pytest

from graph_schema.models import Claim, Document, Evidence
from graph_schema.ontology import load_ontology
from pipeline.ingest.extract import RulesExtractor, Segmented
from pipeline.ingest.read import RawDocument
from pipeline.ingest.segment import segment
from pipeline.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

Said: TypeAlias = "tuple[str, str, str]"
Read: TypeAlias = "Callable[[str], dict[Said, list[Claim]]]"

FOUNDED = ("John Smith", "FOUNDED", "Sega Ltd")
BOUGHT = ("Atari Ltd", "ACQUIRED", "Sega Ltd")
EMPLOYED = ("John Smith", "WORKS_FOR", "Sega Ltd")
LED = ("John Smith", "LEADS", "Sega Ltd")
LEEDS, YORK = (("John Smith", "BORN_IN", place) for place in ("Leeds", "York"))
JANE = ("Jane Doe", "BORN_IN", "Leeds")
KILLED = ("John Smith", "KILLED", "Jane Doe")
NOT_JANE = ("Jane Doe", "FOUNDED", "Sega Ltd")
PLAIN = "affirmed asserted"


@pytest.fixture(scope="module")
def read() -> Read:
    extractor = RulesExtractor(Settings().model, load_ontology())

    def claims(text: str) -> dict[Said, list[Claim]]:
        document = Document(
            source="s", path="p", record=None, title=None, date=None, media_type="text/plain", content_hash="h",
            length=len(text),
        )  # fmt: skip
        (evidence,) = extractor([Segmented(document, segment(RawDocument(document, text, ()), max_chunk_chars=1000))])
        assert isinstance(evidence, Evidence)
        names = {each.key: each.name.rstrip(".") for each in evidence.entities}
        found: dict[Said, list[Claim]] = {}
        for each in evidence.claims:
            if each.status == "accepted":
                target = each.value.text if each.value else names[each.object or ""]
                found.setdefault((names[each.subject], each.predicate, target), []).append(each)
        return found

    return claims


@pytest.mark.parametrize(
    ("text", "said", "stance", "source"),
    [
        # the rule and the classifier together
        ("John Smith, the founder of Sega Ltd, lives in Leeds.", FOUNDED, PLAIN, None),
        ("John Smith, the alleged founder of Sega Ltd, lives in Leeds.", FOUNDED, "affirmed alleged", None),
        ("John Smith, not the founder of Sega Ltd, lives in Leeds.", FOUNDED, "negated asserted", None),
        ("John Smith, the would-be founder of Sega Ltd, lives in Leeds.", FOUNDED, "affirmed planned", None),
        ("John Smith, the self-styled founder of Sega Ltd, lives in Leeds.", FOUNDED, "affirmed alleged", None),
        ("John Smith is the founder of a company called Sega Ltd.", FOUNDED, PLAIN, None),
        ("John Smith was the founder of Sega Ltd.", FOUNDED, PLAIN, None),
        ("John Smith was the alleged founder of Sega Ltd.", FOUNDED, "affirmed alleged", None),
        # contrast and alternatives
        ("John Smith was born in Leeds, not York.", LEEDS, PLAIN, None),
        ("John Smith was born in Leeds, not York.", YORK, "negated asserted", None),
        ("John Smith was born in Leeds, not in York.", LEEDS, PLAIN, None),
        ("John Smith was born in Leeds, not in York.", YORK, "negated asserted", None),
        ("John Smith was not born in Leeds, but in York.", LEEDS, "negated asserted", None),
        ("John Smith was not born in Leeds, but in York.", YORK, PLAIN, None),
        ("John Smith was born not in Leeds but in York.", LEEDS, "negated asserted", None),
        ("John Smith was born not in Leeds but in York.", YORK, PLAIN, None),
        ("John Smith was born either in Leeds or in York.", LEEDS, "affirmed possible", None),
        ("John Smith was born either in Leeds or in York.", YORK, "affirmed possible", None),
        ("John Smith was born in Leeds or York.", YORK, "affirmed possible", None),
        ("John Smith, not Jane Doe, founded Sega Ltd.", FOUNDED, PLAIN, None),
        ("John Smith, not Jane Doe, founded Sega Ltd.", NOT_JANE, "negated asserted", None),
        ("John Smith, and not Jane Doe, is the founder of Sega Ltd.", FOUNDED, PLAIN, None),
        ("John Smith, and not Jane Doe, is the founder of Sega Ltd.", NOT_JANE, "negated asserted", None),
        ("Sega Ltd was founded by John Smith and not Jane Doe.", FOUNDED, PLAIN, None),
        ("Sega Ltd was founded by John Smith and not Jane Doe.", NOT_JANE, "negated asserted", None),
        ("Sega Ltd was founded by John Smith or Jane Doe.", NOT_JANE, "affirmed possible", None),
        ("John Smith did not found Atari Ltd but Sega Ltd.", FOUNDED, PLAIN, None),
        ("John Smith and Jane Doe were born in Leeds.", JANE, PLAIN, None),
        ("Unlike Jane Doe, John Smith was born in Leeds.", LEEDS, PLAIN, None),
        ("Unlike Jane Doe, John Smith was born in Leeds.", JANE, "negated asserted", None),
        ("Except Jane Doe, all members of the family were born in Leeds.", JANE, "negated asserted", None),
        ("Except for Jane Doe, the Smiths were born in Leeds.", JANE, "negated asserted", None),
        ("Atari Ltd bought Sega Ltd.", BOUGHT, PLAIN, None),
        ("Atari Ltd almost bought Sega Ltd.", BOUGHT, "negated asserted", None),
        ("Atari Ltd nearly acquired Sega Ltd.", BOUGHT, "negated asserted", None),
        ("Atari Ltd built ships rather than buying Sega Ltd.", BOUGHT, "negated asserted", None),
        # told by nobody that is named
        ("The rumour that Atari Ltd had purchased Sega Ltd was false.", BOUGHT, "affirmed alleged", None),
        ("The idea that John Smith founded Sega Ltd is popular.", FOUNDED, "affirmed alleged", None),
        ("It is a myth that John Smith founded Sega Ltd.", FOUNDED, "affirmed alleged", None),
        ("A claim that John Smith founded Sega Ltd was published in 1990.", FOUNDED, "affirmed alleged", None),
        ("Jane Doe's claim that John Smith founded Sega Ltd is new.", FOUNDED, PLAIN, "Jane Doe"),
        ("The fact that John Smith founded Sega Ltd is well known.", FOUNDED, PLAIN, None),
        ("It is a fact that John Smith founded Sega Ltd.", FOUNDED, PLAIN, None),
        ("The court rejected claims that John Smith founded Sega Ltd.", FOUNDED, "negated asserted", "The court"),
        ("Jane Doe believes that Sega Ltd employs John Smith.", EMPLOYED, PLAIN, "Jane Doe"),
        ("Jane Doe does not believe that Sega Ltd employs John Smith.", EMPLOYED, "negated asserted", "Jane Doe"),
        ("Jane Doe did not say that Sega Ltd employs John Smith.", EMPLOYED, "affirmed possible", "Jane Doe"),
        ("Nobody believes that Sega Ltd employs John Smith.", EMPLOYED, "negated asserted", None),
        ("John Smith is wrongly believed to be the founder of Sega Ltd.", FOUNDED, "affirmed alleged", None),
        ("John Smith, wrongly believed to be the founder of Sega Ltd, left.", FOUNDED, "affirmed alleged", None),
        # conditions, deeds that came to nothing, pretence
        ("Had John Smith been born in Leeds, he would have joined Sega Ltd.", LEEDS, "affirmed conditional", None),
        ("Atari Ltd's takeover of Sega Ltd was completed in 1990.", BOUGHT, PLAIN, None),
        ("Atari Ltd's takeover of Sega Ltd was not completed.", BOUGHT, "negated asserted", None),
        ("Atari Ltd's takeover of Sega Ltd will be completed in May.", BOUGHT, "affirmed planned", None),
        ("Atari Ltd's takeover of Sega Ltd failed.", BOUGHT, "affirmed possible", None),
        ("Atari Ltd's takeover of Sega Ltd was abandoned.", BOUGHT, "affirmed possible", None),
        ("Atari Ltd's takeover of Sega Ltd was blocked by the court.", BOUGHT, "affirmed possible", None),
        ("John Smith pretended to be the founder of Sega Ltd.", FOUNDED, "negated asserted", None),
        ("John Smith posed as the founder of Sega Ltd.", FOUNDED, "negated asserted", None),
        # roles
        ("John Smith works as director of Sega Ltd.", LED, PLAIN, None),
        ("John Smith stepped down as chairman of Sega Ltd.", LED, PLAIN, None),
        ("John Smith used to be chief executive of Sega Ltd.", LED, PLAIN, None),
        ("John Smith, the former president of Sega Ltd, left.", LED, PLAIN, None),
        ("John Smith was nominated as chairman of Sega Ltd.", LED, "affirmed planned", None),
        ("John Smith, the future president of Sega Ltd, was born in Leeds.", LED, "affirmed planned", None),
        # wished, tried, refused
        ("John Smith hopes to work for Sega Ltd.", EMPLOYED, "affirmed planned", None),
        ("John Smith had hoped to join Sega Ltd.", EMPLOYED, "affirmed planned", None),
        ("John Smith was hoping to work for Sega Ltd.", EMPLOYED, "affirmed planned", None),
        ("John Smith aspires to lead Sega Ltd.", LED, "affirmed planned", None),
        ("Atari Ltd struggled to buy Sega Ltd.", BOUGHT, "affirmed planned", None),
        ("Atari Ltd dreamed of buying Sega Ltd.", BOUGHT, "affirmed planned", None),
        ("John Smith thought of joining Sega Ltd.", EMPLOYED, "affirmed planned", None),
        ("John Smith applied to work for Sega Ltd.", EMPLOYED, "affirmed planned", None),
        ("John Smith is due to work for Sega Ltd.", EMPLOYED, "affirmed planned", None),
        ("John Smith turned down a job at Sega Ltd.", EMPLOYED, "negated asserted", None),
        ("John Smith declined a post at Sega Ltd.", EMPLOYED, "negated asserted", None),
        ("John Smith applied for a job at Sega Ltd.", EMPLOYED, "affirmed planned", None),
        ("John Smith accepted a job at Sega Ltd.", EMPLOYED, PLAIN, None),
        ("John Smith was keen to join Sega Ltd.", EMPLOYED, "affirmed possible", None),
        ("John Smith was determined to lead Sega Ltd.", LED, "affirmed possible", None),
        # deeds that someone is charged with
        ("John Smith was accused of the murder of Jane Doe.", KILLED, "affirmed alleged", None),
        ("John Smith was acquitted of the murder of Jane Doe.", KILLED, "negated asserted", None),
        ("John Smith was convicted of the murder of Jane Doe.", KILLED, PLAIN, None),
        # neither, nor
        ("John Smith founded neither Atari Ltd nor Sega Ltd.", FOUNDED, "negated asserted", None),
        ("Neither John Smith nor Jane Doe founded Sega Ltd.", FOUNDED, "negated asserted", None),
        ("Neither John Smith nor Jane Doe founded Sega Ltd.", NOT_JANE, "negated asserted", None),
        ("John Smith is neither the chairman nor the founder of Sega Ltd.", LED, "negated asserted", None),
        # conditions that are not said with "if"
        ("If Jane Doe resigns, John Smith works for Sega Ltd.", EMPLOYED, "affirmed conditional", None),
        ("Even if Jane Doe resigns, John Smith works for Sega Ltd.", EMPLOYED, PLAIN, None),
        ("Provided that Jane Doe resigns, John Smith becomes head of Sega Ltd.", LED, "affirmed conditional", None),
        ("John Smith works for Sega Ltd as long as Jane Doe stays.", EMPLOYED, "affirmed conditional", None),
        ("On condition that Jane Doe resigns, Atari Ltd buys Sega Ltd.", BOUGHT, "affirmed conditional", None),
        ("In case Jane Doe resigns, John Smith leads Sega Ltd.", LED, "affirmed conditional", None),
        ("Assuming Jane Doe resigns, John Smith leads Sega Ltd.", LED, "affirmed conditional", None),
        ("Assuming the chair in 1990, John Smith led Sega Ltd.", LED, PLAIN, None),
        ("Jane Doe will stay provided Atari Ltd buys Sega Ltd.", BOUGHT, "affirmed conditional", None),
        # in whose view
        ("In the view of Jane Doe, John Smith founded Sega Ltd.", FOUNDED, PLAIN, "Jane Doe"),
        ("In Jane Doe's opinion, John Smith founded Sega Ltd.", FOUNDED, PLAIN, "Jane Doe"),
        ("Sega Ltd was founded, in the words of Jane Doe, by John Smith.", FOUNDED, PLAIN, "Jane Doe"),
        ("In her view, John Smith founded Sega Ltd.", FOUNDED, "affirmed alleged", None),
        ("In other words, John Smith founded Sega Ltd.", FOUNDED, PLAIN, None),
        ("In view of the crisis, John Smith founded Sega Ltd.", FOUNDED, PLAIN, None),
        # the opening of a sentence and its subject
        ("According to Jane Doe, Atari Ltd bought Sega Ltd.", BOUGHT, PLAIN, "Jane Doe"),
        ("Unlike Jane Doe, John Smith never worked for Sega Ltd.", EMPLOYED, "negated asserted", None),
        ("If Atari Ltd buys Sega Ltd, John Smith will leave Leeds.", BOUGHT, "affirmed conditional", None),
        # datelines
        ("LONDON (Reuters) - Jane Doe said that Atari Ltd bought Sega Ltd.", BOUGHT, PLAIN, "Jane Doe"),
        ("PARIS, May 3 (AFP) - Jane Doe said that Atari Ltd bought Sega Ltd.", BOUGHT, PLAIN, "Jane Doe"),
        ("NEW YORK -- Jane Doe said Atari Ltd bought Sega Ltd.", BOUGHT, PLAIN, "Jane Doe"),
        # clauses run together
        ("John Smith works for Sega Ltd; Jane Doe plans to leave.", EMPLOYED, PLAIN, None),
        ("John Smith founded Sega Ltd; Jane Doe denies it.", FOUNDED, PLAIN, None),
    ],
)
def test_a_claim_stands_as_its_sentence_says(
    text: str, said: Said, stance: str, source: str | None, read: Read
) -> None:
    found = read(text)
    assert [(f"{each.polarity} {each.modality}", each.attributed_to) for each in found.get(said, [])] == [
        (stance, source)
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("John Smith's father, Peter Smith, was born in Leeds.", LEEDS),
        ("Jane Doe, whose husband John Smith died in Leeds, was born in York.", YORK),
    ],
)
def test_what_a_rule_reads_of_one_the_classifier_does_not_say_of_another(text: str, said: Said, read: Read) -> None:
    assert said not in read(text)


def test_a_role_that_someone_left_ended_then(read: Read) -> None:
    (left,) = read("John Smith resigned as chairman of Sega Ltd in 1990.")[LED]
    assert (left.valid_from, left.valid_to, left.modality) == (None, "1990", "asserted")
    (built,) = read("John Smith was appointed as chairman of Sega Ltd in 1990.")[LED]
    assert built.valid_from == "1990"


def test_the_year_of_a_renaming_is_not_the_year_of_the_founding(read: Read) -> None:
    said = read(
        "In 1921 John Smith founded the Sega Company. "
        "The firm, which was renamed Atari Ltd in 1938, employs 210 people."
    )
    years = {(predicate, value) for _, predicate, value in said if predicate.endswith("_ON")}
    assert ("RENAMED_ON", "1938") in years
    assert ("FOUNDED_ON", "1938") not in years
