"""Propositions: what a clause says in the text's words, and how the text stands to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graph_schema.ontology import load_ontology
from pipeline.ingest.extract.propositions import Proposition, propositions
from pipeline.settings import Settings
from pipeline.text import nlp
from pipeline.text.mentions import MentionFinder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spacy.tokens import Token


def of(text: str) -> list[Proposition]:
    doc = nlp.load(Settings().model)(text)
    mentions, at = MentionFinder(load_ontology())(doc, 0)
    return propositions(doc, at, {i: each.value for i, each in enumerate(mentions) if each.value is not None})


def written(proposition: Proposition) -> str:
    parts = (proposition.subject, proposition.relation, *proposition.arguments)
    return " | ".join(map(_text, parts))


def _text(words: Sequence[Token | str]) -> str:
    return " ".join(map(str, words))


def about(text: str, verb: str) -> Proposition:
    """The one proposition whose relation ends with `verb`."""
    (found,) = (each for each in of(text) if verb in _text(each.relation).split())
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The old mill burned.", ["The old mill | burned"]),
        ("The town sold the mill to a brewer in May.", ["The town | sold | the mill | to a brewer | in May"]),
        ("The mill was sold by the town.", ["The mill | was sold by | the town"]),
        ("The brewer plans to buy the mill.", ["The brewer | plans to buy | the mill"]),
        ("The brewer is likely to buy the mill.", ["The brewer | is likely to buy | the mill"]),
        ("The mill is the oldest house of the town.", ["The mill | is | the oldest house of the town"]),
        ("The town is proud of the mill.", ["The town | is proud of | the mill"]),
        ("The town never gave up the mill.", ["The town | never gave up | the mill"]),
        (
            "The mill, which the town sold, burned.",
            ["the town | sold | The mill", "The mill | burned"],
        ),
        (
            "Anna Berg, a brewer, left the town.",
            ["Anna Berg | is | a brewer", "Anna Berg | left | the town"],
        ),
        (
            "The brewer said that the mill burned.",
            ["The brewer | said | the mill burned", "the mill | burned"],
        ),
    ],
)
def test_a_sentence_says_its_clauses_in_its_own_words(text: str, expected: list[str]) -> None:
    assert sorted(map(written, of(text))) == sorted(expected)


@pytest.mark.parametrize(
    "text",
    [
        "The town did not sell the mill.",
        "The town no longer sells the mill.",
        "The town never sold the mill.",
        "The town failed to sell the mill.",
        "The town is unlikely to sell the mill.",
        "The brewer denied that the town sold the mill.",
        "No town sold the mill.",
        "The town left without selling the mill.",
        "The brewer kept the town from selling the mill.",
        "The town did not burn or sell the mill.",
        "It is unlikely that the town sold the mill.",
    ],
)
def test_what_is_denied_is_negated(text: str) -> None:
    (found,) = (each for each in of(text) if any(getattr(word, "lemma_", "") == "sell" for word in each.relation))
    assert found.stance.negated


@pytest.mark.parametrize(
    "text", ["The town did not fail to sell the mill.", "The town did not burn but sold the mill."]
)
def test_what_is_not_denied_is_not_negated(text: str) -> None:
    (found,) = (each for each in of(text) if any(getattr(word, "lemma_", "") == "sell" for word in each.relation))
    assert not found.stance.negated


@pytest.mark.parametrize(
    ("text", "modality"),
    [
        ("Norvik Systems bought the mill.", "asserted"),
        ("Norvik Systems may have bought the mill.", "possible"),
        ("Norvik Systems probably bought the mill.", "possible"),
        ("Had Norvik Systems bought the mill?", "possible"),
        ("It is possible that Norvik Systems bought the mill.", "possible"),
        ("Norvik Systems wanted to have bought the mill.", "planned"),
        ("Norvik Systems may be the company that bought the mill.", "possible"),
        ("Norvik Systems is expected to have bought the mill.", "planned"),
        ("Norvik Systems allegedly bought the mill.", "alleged"),
        ("Norvik Systems is said to have bought the mill.", "alleged"),
        ("Erik Lund accused Norvik Systems of having bought the mill.", "alleged"),
        ("If Norvik Systems bought the mill, it would burn.", "conditional"),
        ("Norvik Systems would have bought the mill.", "conditional"),
        ("Norvik Systems would have bought the mill if it had burned.", "conditional"),
        ("The town will burn unless Norvik Systems bought the mill.", "conditional"),
    ],
)
def test_what_is_in_doubt_is_not_asserted(text: str, modality: str) -> None:
    assert about(text, "bought").stance.modality == modality


def test_a_coordinated_verb_shares_the_auxiliary_of_the_first() -> None:
    assert about("The town may sell the mill and buy a boat.", "buy").stance.modality == "possible"
    assert about("The town may sell the mill and bought a boat.", "bought").stance.modality == "asserted"


@pytest.mark.parametrize("ahead", ["is going to", "is to", "is about to", "has to", "will"])
def test_what_lies_ahead_is_planned(ahead: str) -> None:
    assert about(f"The town {ahead} sell the mill.", "sell").stance.modality == "planned"


def test_who_is_told_to_do_it_has_not_done_it() -> None:
    assert about("The town told the brewer to buy the mill.", "buy").stance.modality == "planned"


def test_would_that_looks_ahead_from_the_past_asserts() -> None:
    assert about("She would later marry a brewer.", "marry").stance.modality == "asserted"
    assert about("She would marry a brewer.", "marry").stance.modality == "planned"


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("Erik Lund said that the mill burned.", "Erik Lund"),
        ("Erik Lund said that the mill is the house that burned.", "Erik Lund"),
        ("He believes the mill burned.", "He"),
        ("Officials said the mill burned.", "Officials"),
        ("The mill burned, Erik Lund said.", "Erik Lund"),
        ("According to two officials, the mill burned.", "two officials"),
        ("As Erik Lund reported, the mill burned.", "Erik Lund"),
        ("Erik Lund's claim that the mill burned is new.", "Erik Lund"),
        ("They heard a rumour that the mill burned.", None),
        ("Erik Lund said: “Nobody slept. Then the old mill burned in the night.”", "Erik Lund"),
        ("“Nobody slept. The old mill burned in the night,” Erik Lund said.", "Erik Lund"),
        ("“Nobody in town slept,” said Erik Lund. “The old mill burned in the night.”", "Erik Lund"),
        ("The mill burned, and Erik Lund said that nobody slept.", None),
        ("The mill burned, as everybody would have told you.", None),
        ("Erik Lund knew that the mill burned.", None),
        ("The fact that the mill burned is known.", None),
        ("Erik Lund said nothing.\n\n“Old mills” is a book. The mill burned in the night.", None),
    ],
)
def test_what_somebody_says_is_attributed_to_the_words_that_name_them(text: str, source: str | None) -> None:
    assert about(text, "burned").stance.attributed_to == source


def test_a_claim_about_oneself_is_attributed_to_oneself() -> None:
    found = about("Erik Lund claims to own the mill.", "own")
    assert found.stance.attributed_to == "Erik Lund"


@pytest.mark.parametrize(
    ("text", "point", "start", "end"),
    [
        ("Anna Berg ran the mill in 1962.", "1962", None, None),
        ("Anna Berg ran the mill from 1990 to 1998.", None, "1990", "1998"),
        ("Anna Berg ran the mill between 1990 and 1998.", None, "1990", "1998"),
        ("Anna Berg ran the mill since March 1990.", None, "1990-03", None),
        ("Anna Berg ran the mill until 1998.", None, None, "1998"),
        ("Anna Berg ran the mill.", None, None, None),
    ],
)
def test_a_proposition_says_when(text: str, point: str | None, start: str | None, end: str | None) -> None:
    times = about(text, "ran").times
    assert tuple(each and each.normalised for each in (times.point, times.start, times.end)) == (point, start, end)
