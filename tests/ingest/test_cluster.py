"""Who is who within one document: every rule that joins a mention, how surely, and what must stay apart."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from graph_schema.models import Document, Evidence
from graph_schema.ontology import UNKNOWN_KIND, load_ontology
from pipeline.ingest.extract import RulesExtractor, Segmented
from pipeline.ingest.extract.cluster import Clusterer, title_bases
from pipeline.ingest.extract.cues import Context, Cues, Link
from pipeline.ingest.extract.pronouns import PRONOUNS, Candidate, best_antecedent
from pipeline.ingest.extract.variants import abbreviates, acronyms, gender_of_given_name, person_forms, unspelled
from pipeline.ingest.extract.votes import voted_kind
from pipeline.ingest.read import RawDocument
from pipeline.ingest.segment import segment
from pipeline.settings import Settings
from pipeline.text.mentions import RawMention

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.ingest.extract.cues import Role

CREWS = """
[ontology]
name = "crews"
version = "1"

[kinds.Aviator]
labels = ["PERSON"]
roles = ["pilot"]

[kinds.Carrier]
labels = ["ORG"]
roles = ["airline"]
"""


def extracted(extractor: RulesExtractor, text: str, title: str | None = None) -> Evidence:
    document = Document(
        source="s", path="a.txt", record=None, title=title, date=None, media_type="text/plain",
        content_hash="hash", length=len(text),
    )  # fmt: skip
    (found,) = extractor([Segmented(document, segment(RawDocument(document, text, ()), max_chunk_chars=1500))])
    assert isinstance(found, Evidence), found
    return found


def joined(evidence: Evidence) -> dict[str, list[tuple[str, str]]]:
    """Name of each entity -> surface and rule of its mentions."""
    names = {entity.key: entity.name for entity in evidence.entities}
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for mention in evidence.mentions:
        found[names[mention.entity]].append((mention.surface, mention.rule))
    return dict(found)


@pytest.fixture(scope="module")
def extractor() -> RulesExtractor:
    return RulesExtractor(Settings().model, load_ontology())


@pytest.fixture(scope="module")
def clusterer() -> Clusterer:
    return Clusterer(load_ontology())


# Each rule, on a sentence of its own


@pytest.mark.parametrize(
    ("text", "name", "mention"),
    [
        ("Anna Berg left. Anna Berg came back.", "Anna Berg", ("Anna Berg", "same-name")),
        ("Anna Berg left Oslo. Ms Berg came back.", "Anna Berg", ("Berg", "short-form")),
        ("Joseph Leonard Votel spoke. J. L. Votel left Oslo.", "Joseph Leonard Votel", ("J. L. Votel", "short-form")),
        ("The Coastal Research Council (CRC) met in Oslo.", "Coastal Research Council", ("CRC", "abbreviation")),
        ("The Coastal Research Council met. The CRC voted.", "Coastal Research Council", ("CRC", "short-form")),
        ("Anna Berg, also known as Anna Lind, left Oslo.", "Anna Berg", ("Anna Lind", "alias")),
        ("Halden Institute, formerly Berg College, grew.", "Halden Institute", ("Berg College", "renamed")),
        ("Oslo, Norway’s self-proclaimed capital, grew.", "Oslo", ("self-proclaimed capital", "apposition")),
        ("They met Anna Berg, the UK Special Representative.", "Anna Berg", ("UK Special Representative", "title")),
        ("They sold the Ocean Harrier (L 12) in Oslo.", "Ocean Harrier", ("L 12", "abbreviation")),
        ("Anna Berg, the founder of Norvik Systems, left.", "Anna Berg", ("the founder", "apposition")),
        ("The founder, Anna Berg, left Oslo.", "Anna Berg", ("The founder", "apposition")),
        ("Anna Berg is the director of Norvik Systems.", "Anna Berg", ("the director", "copula")),
        ("Anna Berg, who lived in Oslo, left.", "Anna Berg", ("who", "relative")),
        ("Anna Berg lived in Oslo. She left in 1970.", "Anna Berg", ("She", "pronoun")),
        ("Norvik Systems grew. Its sales doubled.", "Norvik Systems", ("Its", "pronoun")),
        ("Norvik Systems was sold. The company moved to Oslo.", "Norvik Systems", ("company", "description")),
        ("“I will stay,” said Anna Berg.", "Anna Berg", ("I", "speaker")),
    ],
)
def test_a_mention_keeps_the_rule_that_joined_it(
    extractor: RulesExtractor, text: str, name: str, mention: tuple[str, str]
) -> None:
    found = joined(extracted(extractor, text))
    assert mention in found[name]


@pytest.mark.parametrize("verb", ["named", "dubbed", "renamed"])
def test_who_names_another_is_not_called_so(extractor: RulesExtractor, verb: str) -> None:
    found = joined(extracted(extractor, f"Anna Berg {verb} Karl Lund."))
    assert found == {"Anna Berg": [("Anna Berg", "name")], "Karl Lund": [("Karl Lund", "name")]}


def test_what_someone_was_called_describes_them_later(extractor: RulesExtractor) -> None:
    found = joined(extracted(extractor, "Anna Berg, a Norwegian engineer, met Karl Lund. The engineer left Oslo."))
    assert ("engineer", "description") in [(surface.split()[-1], rule) for surface, rule in found["Anna Berg"]]


def test_a_code_in_brackets_is_a_mention_though_nothing_found_it(extractor: RulesExtractor) -> None:
    found = joined(extracted(extractor, "The crew of Norvik Star (F 212) slept."))
    assert ("F 212", "abbreviation") in [pair for pairs in found.values() for pair in pairs]


def test_it_that_only_fills_its_place_stands_for_nothing(extractor: RulesExtractor) -> None:
    evidence = extracted(extractor, "Norvik Systems grew. It is clear that Oslo gained. It rained.")
    assert "It" not in {mention.surface for mention in evidence.mentions}


# Confidence


def test_a_bare_surname_of_two_goes_to_the_nearest_and_is_marked(extractor: RulesExtractor) -> None:
    text = "Anna Berg met Karl Berg. Then Berg left."
    evidence = extracted(extractor, text)
    (bare,) = [mention for mention in evidence.mentions if mention.start == text.index("Berg left")]
    (nearest,) = [entity for entity in evidence.entities if entity.key == bare.entity]
    assert (nearest.name, bare.rule) == ("Karl Berg", "short-form-nearest")
    assert bare.confidence < 0.7 < min(each.confidence for each in evidence.mentions if each is not bare)


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        ("Anna Martin left Oslo. Martin came back.", {"Anna Martin": ["Anna Martin", "Martin"]}),
        ("Mary Scott wrote to Oslo. Scott lives in Leeds.", {"Mary Scott": ["Mary Scott", "Scott"]}),
        ("Paul Grace met Helen Thomas. Thomas left. Grace stayed.",
         {"Paul Grace": ["Paul Grace", "Grace"], "Helen Thomas": ["Helen Thomas", "Thomas"]}),
        ("Erik Holm met Anna Berg. Erik left.", {"Erik Holm": ["Erik Holm", "Erik"]}),
        ("James Smith left. Smith worked in Oslo. Jane Smith is a judge. Ms Smith left.",
         {"James Smith": ["James Smith", "Smith"], "Jane Smith": ["Jane Smith", "Smith"]}),
        ("Karl Berg left. Berg is old. Mrs Berg paints. Berg was born in Oslo.",
         {"Karl Berg": ["Karl Berg", "Berg"], "Berg": ["Berg", "Berg"]}),
        ("Karl Berg left. Mrs Berg, born Anna Lind, stayed. Berg paints.",
         {"Karl Berg": ["Karl Berg"], "Berg": ["Berg", "Anna Lind", "Berg"]}),
        ("Anna Berg left. Mr Berg stayed.", {"Anna Berg": ["Anna Berg"], "Berg": ["Berg"]}),
    ],
)  # fmt: skip
def test_a_surname_says_nothing_of_gender_but_a_title_does(
    extractor: RulesExtractor, text: str, mentions: dict[str, list[str]]
) -> None:
    found = joined(extracted(extractor, text))
    assert {name: [surface for surface, _ in found.get(name, [])] for name in mentions} == mentions


def test_a_legal_form_says_more_of_a_firm_than_its_bare_name(extractor: RulesExtractor) -> None:
    found = extracted(extractor, "Zenith Ltd denied it. Zenith said that Zenith had paid.")
    assert [entity.kind for entity in found.entities] == ["Organization"]


def test_of_several_bearers_of_a_surname_the_one_the_document_is_about_is_meant(extractor: RulesExtractor) -> None:
    evidence = extracted(extractor, "Anna Berg met Karl Berg. Then Berg left.", title="Anna Berg")
    assert ("Berg", "short-form-nearest") in joined(evidence)["Anna Berg"]


def test_a_pronoun_with_rivals_is_less_sure_than_one_without() -> None:
    she, at = PRONOUNS["she"], Context(sentence=1, clause=100, role="subject")
    one = best_antecedent(she, 100, at, [candidate(0, "f")])
    two = best_antecedent(she, 100, at, [candidate(0, "f"), candidate(1, "f")])
    assert one is not None
    assert two is not None
    assert two[1] < one[1]


# What stays apart


@pytest.mark.parametrize(
    ("kind", "names", "clusters"),
    [
        ("Person", ("Paul Berg Sr.", "Paul Berg Jr."), 2),
        ("Person", ("Anna Berg", "Karl Berg"), 2),
        ("Person", ("Anna Berg", "Anna Lind"), 2),
        ("Place", ("Varde", "Varde County"), 2),
        ("Place", ("Varde", "Mount Varde"), 1),
        ("Organization", ("Halden Institute", "Halden"), 1),
        ("Organization", ("Halden Europe", "Halden"), 2),
        ("Organization", ("Halden Institute", "Halden Academy", "Halden"), 3),
        ("Organization", ("Tarnvik Rovers", "Rovers"), 1),
        ("Person", ("Peter van Dijk", "Van Dijk"), 1),
        ("Person", ('Karl "Kalle" Lund', "Kalle"), 1),
    ],
)
def test_which_names_of_one_kind_are_one(
    clusterer: Clusterer, kind: str, names: tuple[str, ...], clusters: int
) -> None:
    mentions = [mention(kind, name, 100 * place) for place, name in enumerate(names)]
    cues = Cues([Context(place, 100 * place) for place in range(len(names))], [], [], len(names))
    assert len({id(each.cluster) for each in clusterer(mentions, cues, "").assigned.values()}) == clusters


@pytest.mark.parametrize(
    ("full", "short", "gender", "is_one"),
    [
        ("Norsk Hydro ASA", "Hydro", None, True),
        ("Norsk Hydro ASA", "Hydro", "m", False),
        ("Lund Institute", "Lund", None, False),
        ("Anna Holdings Inc.", "Anna", None, False),
    ],
)
def test_a_firms_short_form_that_was_taken_for_a_surname_is_the_firm(
    clusterer: Clusterer, full: str, short: str, gender: str | None, is_one: bool
) -> None:
    mentions = [mention("Organization", full), mention("Person", short, 100, gender=gender)]
    cues = Cues([Context(place, 100 * place) for place in range(2)], [], [], 2)
    assigned = clusterer(mentions, cues, "").assigned
    assert (assigned[0].cluster is assigned[1].cluster) is is_one


def test_a_man_and_a_woman_of_one_name_are_two(clusterer: Clusterer) -> None:
    mentions = [mention("Person", "Berg", 100 * place, gender=gender) for place, gender in enumerate(("m", "f", None))]
    cues = Cues([Context(place, 100 * place) for place in range(3)], [], [], 3)
    assigned = clusterer(mentions, cues, "").assigned
    assert assigned[0].cluster is not assigned[1].cluster
    assert assigned[2].cluster is assigned[1].cluster
    assert assigned[2].rule == "short-form-nearest"


def test_the_numbers_beside_two_names_keep_them_apart(clusterer: Clusterer) -> None:
    mentions = [mention("Product", "Boeing", 100 * place) for place in range(2)]
    contexts = [Context(0, 0, qualifier="747"), Context(1, 100, qualifier="777")]
    assigned = clusterer(mentions, Cues(contexts, [], [], 2), "").assigned
    assert assigned[0].cluster is not assigned[1].cluster


def test_him_whom_someone_told_is_someone_else(extractor: RulesExtractor) -> None:
    found = joined(extracted(extractor, "Erik Lund waited in Oslo. Karl Berg told him the news."))
    assert ("him", "pronoun") in found["Erik Lund"]


def test_himself_is_the_one_who_does_it(extractor: RulesExtractor) -> None:
    found = joined(extracted(extractor, "Erik Lund waited in Oslo. Karl Berg blamed himself."))
    assert ("himself", "pronoun") in found["Karl Berg"]


def test_a_given_name_says_who_she_is(extractor: RulesExtractor) -> None:
    found = joined(extracted(extractor, "Anna Berg met Karl Lund. She left Oslo. He stayed."))
    assert ("She", "pronoun") in found["Anna Berg"]
    assert ("He", "pronoun") in found["Karl Lund"]


# Kinds


def mention(kind: str, surface: str = "Halden", start: int = 0, **given: object) -> RawMention:
    return RawMention(start, start + len(surface), surface, kind, "name", **given)  # type: ignore[arg-type]


def test_the_kind_is_voted_by_weight(clusterer: Clusterer) -> None:
    sure = mention("Place", weights=(("Place", 0.9), ("Person", 0.1)), confidence=0.9)
    unsure = mention("Person", weights=(("Person", 0.6), ("Place", 0.4)), confidence=0.5)
    assert voted_kind([unsure, unsure, sure], (), clusterer.ontology) == "Place"


def test_a_sub_kind_votes_for_its_parent_and_wins_with_half_of_its_votes(clusterer: Clusterer) -> None:
    place, facility, person = mention("Place"), mention("Facility"), mention("Person")
    assert voted_kind([facility, place, person], (), clusterer.ontology) == "Facility"
    assert voted_kind([facility, place, place, person, person], (), clusterer.ontology) == "Place"


def test_what_a_sentence_calls_a_thing_counts_as_a_vote(clusterer: Clusterer) -> None:
    assert voted_kind([mention("Person")], ["Organization"], clusterer.ontology) == "Organization"


def test_a_thing_that_nothing_tells_the_kind_of_has_the_unknown_kind(clusterer: Clusterer) -> None:
    assert voted_kind([mention(UNKNOWN_KIND)], (), clusterer.ontology) == UNKNOWN_KIND


def test_rules_for_people_hold_for_any_kind_with_their_label(tmp_path: Path) -> None:
    (tmp_path / "crews.toml").write_text(CREWS)
    clusterer = Clusterer(load_ontology(tmp_path / "crews.toml"))
    mentions = [mention("Aviator", "Anna Berg", 0), mention("Aviator", "Berg", 50)]
    cues = Cues([Context(0, 0), Context(1, 50)], [], [], 2)
    found = clusterer(mentions, cues, "").assigned
    assert [found[index].rule for index in (0, 1)] == ["name", "short-form"]


# Order


NAMES = ("Anna Berg", "A. Berg", "Berg", "Norvik Systems Institute", "NSI")


@pytest.mark.parametrize("order", list(permutations(range(len(NAMES))))[::7])
def test_short_forms_find_their_name_in_whatever_order_they_come(clusterer: Clusterer, order: tuple[int, ...]) -> None:
    kinds = ("Person", "Person", "Person", "Organization", "Organization")
    mentions = [mention(kinds[each], NAMES[each], 100 * place) for place, each in enumerate(order)]
    cues = Cues([Context(place, 100 * place) for place in range(len(NAMES))], [], [], len(NAMES))
    assigned = clusterer(mentions, cues, "").assigned
    groups = defaultdict(set)
    for place, each in enumerate(order):
        groups[id(assigned[place].cluster)].add(NAMES[each])
    assert sorted(map(sorted, groups.values())) == [
        ["A. Berg", "Anna Berg", "Berg"],
        ["NSI", "Norvik Systems Institute"],
    ]


def test_a_name_that_two_statements_link_is_one_with_both(clusterer: Clusterer) -> None:
    mentions = [mention("Place", name, 100 * place) for place, name in enumerate(("Varde", "Elv", "Tarn"))]
    contexts = [Context(place, 100 * place) for place in range(3)]
    links = [Link(0, 1, "alias", 0.9), Link(1, 2, "renamed", 0.85)]
    for ordered in (links, links[::-1]):
        assigned = clusterer(mentions, Cues(contexts, ordered, [], 3), "").assigned
        assert len({id(each.cluster) for each in assigned.values()}) == 1


# Pronouns


def candidate(
    entity: int, gender: str | None, *, role: Role = "subject", clause: int = 0, family: str = "person"
) -> Candidate:
    return Candidate(
        index=entity, start=10 * entity, context=Context(0, clause, role), entity=entity, family=family, gender=gender,
        count=1, about=False, pronoun=None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("pronoun", "other", "allowed"),
    [
        ("she", candidate(0, "m"), False),
        ("she", candidate(0, None), True),
        ("it", candidate(0, None), False),
        ("it", candidate(0, None, family="organization"), True),
        ("they", candidate(0, None), False),
        ("they", candidate(0, None, family="group"), True),
        ("he", candidate(0, None, clause=100), False),
        ("his", candidate(0, None, clause=100), True),
        ("himself", candidate(0, None, clause=100), True),
        ("himself", candidate(0, None), False),
    ],
)
def test_a_pronoun_takes_only_what_agrees_with_it(pronoun: str, other: Candidate, allowed: bool) -> None:
    at = Context(sentence=0, clause=100, role="subject")
    assert (best_antecedent(PRONOUNS[pronoun], 100, at, [other]) is not None) == allowed


def test_a_pronoun_does_not_reach_far_back() -> None:
    assert best_antecedent(PRONOUNS["he"], 5_000, Context(0, 5_000), [candidate(0, "m")]) is None
    assert best_antecedent(PRONOUNS["he"], 100, Context(9, 100), [candidate(0, "m")]) is None


# What the document is about


@pytest.mark.parametrize(
    ("title", "aliases"),
    [
        ("Varde Institute (school)", {"Varde Institute (school)"}),
        ("Varde Institute, Norway", {"Varde Institute, Norway"}),
        ("Varde Institute, by Anna Berg", set()),
        ("Notes on the Varde Institute", set()),
    ],
)
def test_a_title_that_is_a_name_is_an_alias(extractor: RulesExtractor, title: str, aliases: set[str]) -> None:
    evidence = extracted(extractor, "The Varde Institute teaches sailing.", title)
    (about,) = [entity for entity in evidence.entities if entity.about]
    assert (about.name, set(about.aliases)) == ("Varde Institute", aliases)


@pytest.mark.parametrize(
    ("title", "bases"),
    [("Varde (river)", ("Varde",)), ("Varde, Norway", ("Varde, Norway", "Varde")), ("Varde", ("Varde",)), ("", ())],
)
def test_what_a_title_may_name(title: str, bases: tuple[str, ...]) -> None:
    assert title_bases(title) == bases


# Structure of names


def test_the_forms_of_a_persons_name() -> None:
    forms = set(person_forms("joseph leonard votel"))
    assert {"votel", "joseph", "joseph votel", "joseph l votel", "j l votel", "j votel"} <= forms
    assert not set(person_forms("votel"))


@pytest.mark.parametrize(
    ("short", "full", "is_one"),
    [
        ("CRC", "Coastal Research Council", True),
        ("NAVCENT", "Naval Forces Central Command", True),
        ("Oslo", "Coastal Research Council", False),
        ("XRC", "Coastal Research Council", False),
        ("CRC", "Council", False),
    ],
)
def test_an_abbreviation_has_letters_of_the_name_in_their_order(short: str, full: str, is_one: bool) -> None:
    assert abbreviates(short, full) == is_one


def test_acronyms_are_of_capitals_and_of_all_words() -> None:
    assert acronyms("Council for Coastal Research") == {"ccr", "cfcr"}


def test_a_country_and_its_letters_are_one_name() -> None:
    assert [unspelled(each) for each in ("u s", "usa", "norvik")] == ["united states", "united states", "norvik"]


def test_a_given_name_that_men_and_women_bear_says_nothing() -> None:
    assert [gender_of_given_name(each) for each in ("Anna Berg", "Erik", "Robin Lund")] == ["f", "m", None]


def test_a_pronoun_is_nobody_whom_its_own_clause_speaks_of() -> None:
    president, merkel = candidate(0, "f"), candidate(1, "f", role="object")
    again = replace(president, start=90, context=Context(0, 100, "subject"))
    found = best_antecedent(PRONOUNS["her"], 100, Context(0, 100, "object"), [president, merkel, again])
    assert found is not None
    assert found[0].entity == merkel.entity
    own = best_antecedent(PRONOUNS["her"], 100, Context(0, 100, "possessive"), [again])
    assert own is not None
