"""Relations: how the arguments of a clause are bound to the mentions of its chunk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graph_schema.ontology import load_ontology
from pipeline.ingest.extract.relations import MAX_STRING_TOKENS, RelationFinder
from pipeline.settings import Settings
from pipeline.text import nlp
from pipeline.text.mentions import MentionFinder

if TYPE_CHECKING:
    from pipeline.ingest.extract.relations import RawRelation

ROLES = frozenset({"director", "founder", "engineer", "secretary"})
TWO_ROLES = "Anna Berg, founder of Halden Instruments and director of Norvik Systems, left."
ADDRESS = "Mr. Speaker, Mr. Vice President, Members of Congress: Anna Berg left."
ANNA, ERIK, HALDEN, NORVIK = "Anna Berg", "Erik Lund", "Halden Instruments", "Norvik Systems"
Found = tuple[str, str, str]


class Relations:
    """The relations of one text, with the surfaces of its mentions."""

    def __init__(self, text: str) -> None:
        doc = nlp.load(Settings().model)(text)
        self.mentions, at = MentionFinder(load_ontology())(doc, 0)
        values = {index: each.value for index, each in enumerate(self.mentions) if each.value is not None}
        self.finder = RelationFinder(doc, at, values, ROLES)
        self.raw = self.finder()

    def said(self, raw: RawRelation) -> Found:
        value = raw.value.text if raw.value else ""
        target = value if raw.object is None else self.mentions[raw.object].surface
        return self.mentions[raw.subject].surface, raw.phrases[-1], target

    @property
    def all(self) -> set[Found]:
        return set(map(self.said, self.raw))

    @property
    def strings(self) -> set[Found]:
        """Those whose object is no mention, roles left out."""
        strings = (raw for raw in self.raw if raw.open and raw.value is not None and raw.value.type == "string")
        return set(map(self.said, strings))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Halden Instruments' purchase of Norvik Systems pleased nobody.", (HALDEN, "buy", NORVIK)),
        ("The purchase of Norvik Systems by Halden Instruments pleased nobody.", (HALDEN, "buy", NORVIK)),
        ("Norvik Systems, bought by Halden Instruments, closed.", (HALDEN, "buy", NORVIK)),
        ("Halden Instruments failed. It bought Norvik Systems.", ("It", "buy", NORVIK)),
        ("Halden Instruments plans to buy Norvik Systems.", (HALDEN, "buy", NORVIK)),
        ("Anna Berg and Erik Lund run Norvik Systems.", (ERIK, "run", NORVIK)),
        ("Anna Berg succeeded Erik Lund as director.", (ANNA, "succeed", ERIK)),
        ("Anna Berg succeeded Erik Lund as director.", (ANNA, "be a", "director")),
        ("Norvik Systems appointed Anna Berg as director.", (ANNA, "be a", "director")),
        ("The founder of Halden Instruments, Anna Berg, lived in Oslo.", (ANNA, "founder of", HALDEN)),
        ("The founder of Halden Instruments, Anna Berg, lived in Oslo.", (ANNA, "live in", "Oslo")),
        (TWO_ROLES, (ANNA, "director of", NORVIK)),
        (TWO_ROLES, (ANNA, "founder of", HALDEN)),
        ("Foreign Secretary Anna Berg left.", (ANNA, "be a", "Foreign Secretary")),
        ("Anna Berg took part in the Bergen Conference.", (ANNA, "take part in", "Bergen Conference")),
        ("Oslo is the largest city of Norway.", ("Oslo", "city of", "Norway")),
    ],
)  # fmt: skip
def test_a_sentence_relates_its_mentions(text: str, expected: Found) -> None:
    assert expected in Relations(text).all


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("Erik Lund described Anna Berg as a director.", (ERIK, "be a", "director")),
        ("Norvik Systems named Anna Berg director.", (NORVIK, "be a", "director")),
        ("Norvik Systems appointed Anna Berg as director.", (NORVIK, "be a", "director")),
        (ADDRESS, ("Vice President", "member of", "Congress")),
        ("Present were Anna Berg (director), Karl Lund and Erik Lund.", (ERIK, "be a", "director")),
    ],
)  # fmt: skip
def test_a_role_is_nobody_elses(text: str, refused: Found) -> None:
    assert refused not in Relations(text).all


def test_a_place_lies_in_what_stands_behind_its_comma() -> None:
    found = Relations("Carla Monti was born in Budapest, Hungary.")
    finder = found.finder
    assert {found.said(raw) for raw in finder.places_within(found.mentions)} == {("Budapest", "located in", "Hungary")}


def test_a_role_in_the_plural_is_all_their_own() -> None:
    found = Relations("Anna Berg and Erik Lund, the founders of Norvik Systems, left.").all
    assert {(ANNA, "founder of", NORVIK), (ERIK, "founder of", NORVIK)} <= found


def test_as_many_roles_as_names_are_one_each() -> None:
    found = Relations(
        "The director of Halden Instruments and the founder of Norvik Systems, Anna Berg and Erik Lund, met."
    )
    assert (ERIK, "director of", HALDEN) not in found.all


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Anna Berg criticised the new harbour law.", {(ANNA, "criticise", "the new harbour law")}),
        ("Anna Berg said that the mill burned.", {(ANNA, "say", "the mill burned")}),
        ("Anna Berg is a respected local brewer.", {(ANNA, "be", "a respected local brewer")}),
        ("Anna Berg campaigned for cheaper harbour fees.", {(ANNA, "campaign for", "cheaper harbour fees")}),
        ("Anna Berg is a respected local engineer.", set()),
        ("Anna Berg made a new proposal.", set()),
        ("Anna Berg sold it.", set()),
        ("Anna Berg sold boats.", set()),
        ("Anna Berg met Erik Lund.", set()),
        ("Everybody praised the new harbour law.", set()),
        ("Erik Lund met the engineer who praised the new harbour law.", set()),
    ],
)
def test_what_a_main_clause_says_of_a_mention_in_words_is_kept(text: str, expected: set[Found]) -> None:
    assert Relations(text).strings == expected


@pytest.mark.parametrize(
    ("text", "negated", "modality", "source"),
    [
        ("Halden Instruments' purchase of Norvik Systems succeeded.", False, "asserted", None),
        ("Halden Instruments' planned purchase of Norvik Systems succeeded.", False, "planned", None),
        ("The threat of an attack on Norvik Systems by Halden Instruments grew.", False, "possible", None),
        ("Erik Lund denied the purchase of Norvik Systems by Halden Instruments.", True, "asserted", ERIK),
        (
            "Erik Lund said that the purchase of Norvik Systems by Halden Instruments succeeded.",
            False,
            "asserted",
            ERIK,
        ),
    ],
)
def test_a_deed_keeps_how_the_words_around_it_stand(
    text: str, negated: bool, modality: str, source: str | None
) -> None:
    (found,) = (raw for raw in Relations(text).raw if raw.rule == "nominal")
    assert (found.stance.negated, found.stance.modality, found.stance.attributed_to) == (negated, modality, source)


def test_an_alleged_founder_is_alleged() -> None:
    found = Relations("Anna Berg, the alleged founder of Halden Instruments, left.")
    assert {raw.stance.modality for raw in found.raw if raw.rule == "apposition"} == {"alleged"}


def test_a_date_beside_what_is_said_dates_it() -> None:
    found = Relations("Anna Berg criticised the new harbour law in 1962.")
    (raw,) = (raw for raw in found.raw if raw.phrases == ("criticise",))
    assert raw.times.point is not None
    assert raw.times.point.normalised == "1962"


def test_of_a_very_long_sentence_the_quote_holds_all_that_is_said_in_words() -> None:
    before, after = "In the cold, dark, wet and long winter, " * 12, "and it rained, " * 12
    text = f"{before}Anna Berg criticised the new harbour law of the town, {after}and then it snowed."
    (raw,) = (raw for raw in Relations(text).raw if raw.phrases == ("criticise",))
    assert raw.value is not None
    assert raw.value.text in text[raw.start : raw.end] != text


def test_a_long_object_is_no_string() -> None:
    words = " ".join(f"old{letter} mills and" for letter in "abcdefgh")
    assert len(words.split()) > MAX_STRING_TOKENS
    assert Relations(f"Anna Berg praised {words} new mills.").strings == set()
