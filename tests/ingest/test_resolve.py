"""Resolution without a store: clusters are a function of the set of members, and people are not chained together."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from heapq import heappush
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.ingest.resolution import blocks
from pipeline.ingest.resolution import cluster as cluster_module
from pipeline.ingest.resolution.blocks import link_names, pairs_of
from pipeline.ingest.resolution.cluster import cluster
from pipeline.ingest.resolution.decisions import Bound, NamePair, bind
from pipeline.ingest.resolution.members import Context, Member, Name
from pipeline.ingest.resolve import closure_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

PEOPLE = ("Anna Berg", "A. Berg", "Berg, Anna", "Anders Berg", "Berg", "Anna M. Berg", "Anna P. Berg", "Dr. Anna Berg")
OTHERS = ("Halden Ltd", "Halden", "Halden Energy", "Halden Norge", "Halden Sverige AB", "Haldn Ltd")
PLACES = ("Raqqa", "Ar Raqqah", "U.S.", "United States", "Oslo")
NAMED = st.one_of(
    st.tuples(st.sampled_from(("Person", "Thing")), st.sampled_from(PEOPLE)),
    st.tuples(st.sampled_from(("Organization", "Thing")), st.sampled_from(OTHERS)),
    st.tuples(st.sampled_from(("Place", "Organization")), st.sampled_from(PLACES)),
)
CONTEXTS = st.builds(
    Context,
    neighbours=st.frozensets(st.sampled_from(("halden", "kelport museum", "oslo", "nora dahl")), max_size=3),
    roles=st.frozensets(st.sampled_from(("chemist", "footballer", "judge")), max_size=1),
    facts=st.frozensets(st.sampled_from((("BORN_ON", "1931", "date"), ("BORN_ON", "1980-06", "date"))), max_size=1),
    years=st.frozensets(st.sampled_from((1890, 1931, 2001)), max_size=2),
)


@st.composite
def members(draw: st.DrawFn) -> list[Member]:
    made = draw(
        st.lists(st.tuples(NAMED, CONTEXTS, st.sampled_from(((), ("Halden Instruments",), ("USA",)))), max_size=14)
    )
    return [
        member(f"{index:02}", name, kind, context=context, aliases=aliases)
        for index, ((kind, name), context, aliases) in enumerate(made)
    ]


def member(
    key: str, name: str, kind: str = "Person", *, context: Context | None = None, aliases: tuple[str, ...] = ()
) -> Member:
    return Member(key, f"document {key}", kind, kind, name, aliases, context=context or Context())


def groups(
    found: list[Member], same: Sequence[tuple[str, str]] = (), apart: Sequence[tuple[str, str]] = ()
) -> set[frozenset[str]]:
    by_entity: dict[str, set[str]] = defaultdict(set)
    for each in cluster(found, same, apart).assignments.values():
        by_entity[each.entity].add(each.member)
    return {frozenset(keys) for keys in by_entity.values()}


def together(*names: str, kind: str = "Person") -> list[list[str]]:
    """The clusters of members that bear these names, each in a document of its own."""
    found = [member(f"{index}", name, kind) for index, name in enumerate(names)]
    return sorted(sorted(names[int(key)] for key in group) for group in groups(found))


# one function of the set


@settings(max_examples=60)
@given(members(), st.randoms())
def test_any_order_of_members_gives_the_same_entities_rules_and_scores(found: list[Member], random: Random) -> None:
    known = cluster(found).assignments
    random.shuffle(found)
    assert cluster(found).assignments == known


@settings(max_examples=60)
@given(members(), st.data())
def test_decisions_bind_in_any_order(found: list[Member], data: st.DataObject) -> None:
    keys = [each.key for each in found]
    if len(keys) < 2:
        return
    pair = st.lists(st.sampled_from(keys), min_size=2, max_size=2, unique=True).map(lambda pair: (pair[0], pair[1]))
    apart = data.draw(st.lists(pair, max_size=3))
    same = data.draw(st.lists(pair, max_size=3))
    entities = cluster(found, same, apart).assignments
    assert all(entities[one].entity != entities[other].entity for one, other in apart)
    assert cluster(found[::-1], same[::-1], apart[::-1]).assignments == entities


@settings(max_examples=60)
@given(members())
def test_every_member_is_one_entity_and_never_shares_it_across_a_forbidden_pair(found: list[Member]) -> None:
    resolution = cluster(found)
    assert resolution.assignments.keys() == {each.key for each in found}
    for (one, other), verdict in resolution.compared.items():
        if verdict.conflict:
            assert resolution.assignments[one.key].entity != resolution.assignments[other.key].entity


# names


def test_forms_of_one_name_are_one_person() -> None:
    assert together("Anna Berg", "Berg, Anna", "Dr. Anna Berg", "ANNA BERG") == [
        ["ANNA BERG", "Anna Berg", "Berg, Anna", "Dr. Anna Berg"]
    ]


def test_a_third_never_chains_two_people() -> None:
    assert together("Anna Berg", "A. Berg", "Anders Berg") == [["A. Berg"], ["Anders Berg"], ["Anna Berg"]]
    assert together("Anna M. Berg", "Anna Berg", "Anna P. Berg") == [["Anna Berg"], ["Anna M. Berg"], ["Anna P. Berg"]]


def test_initials_join_when_only_one_can_be_meant() -> None:
    assert together("Anna Berg", "A. Berg", "Lars Berg") == [["A. Berg", "Anna Berg"], ["Lars Berg"]]


def test_what_is_said_around_a_short_name_decides_whom_it_means() -> None:
    around = Context(neighbours=frozenset({"kelport museum", "nora dahl"}))
    found = [
        member("0", "Anna Berg", context=around),
        member("1", "A. Berg", context=around),
        member("2", "Anders Berg"),
    ]
    assert groups(found) == {frozenset({"0", "1"}), frozenset({"2"})}


def test_a_last_name_alone_is_nobody_elsewhere() -> None:
    assert together("Anna Berg", "Berg") == [["Anna Berg"], ["Berg"]]
    assert together("Smith", "Smith") == [["Smith"], ["Smith"]]


def test_a_bare_noun_names_nothing_across_documents() -> None:
    assert together("The Council", "Council", kind="Organization") == [["Council"], ["The Council"]]


def test_a_part_of_a_group_is_not_the_group() -> None:
    assert together("Halden", "Halden Ltd", "Halden Energy", "Halden Energy AG", kind="Organization") == [
        ["Halden", "Halden Ltd"],
        ["Halden Energy", "Halden Energy AG"],
    ]


def test_a_short_form_that_one_document_uses_names_nothing_in_another() -> None:
    found = [
        member("0", "Tarrow Harbour Commission", "Organization", aliases=("Tarrow",)),
        member("1", "Tarrow", "Organization"),
    ]
    assert len(groups(found)) == 2


def test_an_alias_joins_what_no_rule_of_names_would() -> None:
    found = [
        member("0", "Tarrow Systems", "Organization", aliases=("Kelman Brothers",)),
        member("1", "Kelman Brothers", "Organization"),
    ]
    assert groups(found) == {frozenset({"0", "1"})}


def test_one_wrong_alias_among_many_documents_joins_nothing() -> None:
    found = [member(f"a{index}", "Norland", "Place") for index in range(10)]
    found += [member(f"b{index}", "Sudland", "Place") for index in range(10)]
    found.append(member("c", "Norland", "Place", aliases=("Sudland",)))
    assert {len(group) for group in groups(found)} == {10, 11}


# kinds


def test_an_unknown_kind_joins_the_known_one_and_the_entity_has_it() -> None:
    found = [member("0", "Anna Berg"), member("1", "Anna Berg", "Thing"), member("2", "Anna Berg", "Thing")]
    assert {each.kind for each in cluster(found).assignments.values()} == {"Person"}
    assert len(groups(found)) == 1


def test_kinds_that_exclude_each_other_are_two() -> None:
    assert len(groups([member("0", "Marlow"), member("1", "Marlow", "Place")])) == 2


# contexts


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Context(), Context(), True),
        (
            Context(facts=frozenset({("BORN_ON", "1931", "date")})),
            Context(facts=frozenset({("BORN_ON", "1980", "date")})),
            False,
        ),
        (
            Context(facts=frozenset({("BORN_ON", "1931", "date")})),
            Context(facts=frozenset({("BORN_ON", "1931-05-04", "date")})),
            True,
        ),
        (Context(roles=frozenset({"chemist"})), Context(roles=frozenset({"footballer"})), False),
        (Context(years=frozenset({1850})), Context(years=frozenset({1990})), False),
        (
            Context(facts=frozenset({("BORN_ON", "1931", "date")}), neighbours=frozenset({"kelport museum"})),
            Context(facts=frozenset({("BORN_ON", "1932", "date")}), neighbours=frozenset({"kelport museum"})),
            True,
        ),
    ],
    ids=["nothing said", "born apart", "more precise", "other fields", "other centuries", "a contradiction about one"],
)
def test_namesakes_are_told_apart_by_what_is_said_of_them(one: Context, other: Context, same: bool) -> None:
    found = [member("0", "Anna Berg", context=one), member("1", "Anna Berg", context=other)]
    assert (len(groups(found)) == 1) is same


def test_two_namesakes_have_two_ids_and_the_larger_keeps_the_plain_one() -> None:
    first = [member(f"{index}", "Anna Berg", context=Context(roles=frozenset({"chemist"}))) for index in range(2)]
    second = member("0 earlier", "Anna Berg", context=Context(roles=frozenset({"footballer"})))
    before = {each.entity for each in cluster(first).assignments.values()}
    after = cluster([*first, second]).assignments
    assert before == {after["0"].entity, after["1"].entity}
    assert after["0 earlier"].entity not in before


NORVIK = Context(neighbours=frozenset({"norvik systems"}))


def jonas(key: str, *born: str) -> Member:
    facts = frozenset(("BORN_ON", each, "date") for each in born)
    return member(key, "Jonas Varde", context=Context(NORVIK.neighbours | {f"person {key}"}, facts=facts))


@pytest.mark.parametrize("count", [10, 40, 100])
@pytest.mark.parametrize("born", [(0, 1), (0, -1), (5, 7)])
def test_two_dates_of_birth_are_two_people_however_many_bear_the_name(count: int, born: tuple[int, int]) -> None:
    keys = [f"{index:03}" for index in range(count)]
    dates = {keys[born[0]]: ["1960-05-03"], keys[born[1]]: ["1975-01-01"]}
    found = [jonas(key, *dates.get(key, ())) for key in keys]
    entities = groups(found)
    assert sorted(map(len, entities)) == [1, count - 1]
    assert groups(found[::-1]) == entities


@settings(max_examples=20)
@given(st.permutations(range(40)), st.sets(st.integers(0, 39), max_size=6))
def test_any_order_of_many_bearers_of_a_name_gives_the_same_people(order: list[int], dated: set[int]) -> None:
    found = [jonas(f"{index:02}", *([f"{1900 + index // 2 * 5}-01-01"] if index in dated else [])) for index in order]
    entities = groups(found)
    assert len(entities) == max(1, len({index // 2 for index in dated}))
    assert groups(sorted(found, key=lambda each: each.key)) == entities


def test_joining_many_forms_of_one_name_scores_each_pair_of_clusters_once(monkeypatch: pytest.MonkeyPatch) -> None:
    pushed: Counter[int] = Counter()

    def push(heap: list[tuple[float, int, str, str]], entry: tuple[float, int, str, str]) -> None:
        pushed[len(found)] += 1
        heappush(heap, entry)

    monkeypatch.setattr(cluster_module, "heappush", push)
    for count in (200, 400):
        found = [
            member(f"{index * 7919 % 1000:03}", ("John Moe", "J. Moe")[index % 2], context=NORVIK)
            for index in range(count)
        ]
        found = [replace(each, context=Context(NORVIK.neighbours | {each.key})) for each in found]
        assert len(groups(found)) == 1
    assert pushed[400] < 3 * pushed[200]


# blocks


def test_ten_thousand_mentions_of_one_name_cost_no_pairs() -> None:
    found = [member(f"{index:05}", "United States", "Place") for index in range(10_000)]
    resolution = cluster(found)
    assert resolution.counts["pairs of members"] == resolution.counts["pairs of names"] == 0
    assert len({each.entity for each in resolution.assignments.values()}) == 1


def test_a_block_that_is_too_large_is_cut_finer_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "MAX_BLOCK_NAMES", 4)
    names = [Name("Person", f"{first} Berg") for first in ("Anna", "Annika", "Bo", "Bodil", "Carl", "Dina")]
    counts: Counter[str] = Counter()
    pairs = list(pairs_of("last:brg", names, counts))
    assert pairs == [(names[0], names[1])]
    assert counts == {"blocks cut finer": 1, "pairs of names": 1}


def test_names_are_compared_only_inside_blocks() -> None:
    counts: Counter[str] = Counter()
    link_names([Name("Person", f"{first} {last}") for first in "ABC" for last in ("Dahl", "Falk", "Moe")], counts)
    assert counts["pairs of names"] == 9


def test_following_links_asks_only_about_the_blocks_around_the_last_names_found() -> None:
    names = {str(number): Name("Person", f"Anna Berg{'g' * number}") for number in range(20)}
    left_out: list[int] = []

    def read(statement: str, **parameters: list[str]) -> list[dict[str, object]]:
        if statement != "names_in_blocks":
            return []
        left_out.append(len(parameters["known"]))
        asked = [int(key) for key, name in names.items() if name.key in parameters["names"]]
        pairs = sorted({start for number in asked for start in (number - 1, number) if 0 <= start < len(names) - 1})
        return [
            {"key": f"={start}", "cut": False, "names": [row(names[str(each)]) for each in (start, start + 1)]}
            for start in pairs
            if f"={start}" not in parameters["known"]
        ]

    def row(name: Name) -> dict[str, object]:
        return {"key": name.key, "family": name.family, "text": name.text, "borne": True}

    found = closure_of(read, Bound(), [names["0"].key])
    assert found.names == {name.key for name in names.values()}
    assert max(left_out) == 1


# decisions


def decision(verdict: str, first: str, second: str) -> NamePair:
    names = {"0": "anna berg", "1": "a berg", "2": "anna berg"}
    key = f"{verdict} {first} {second}"
    return NamePair(key, verdict, f"document {first}", names[first], f"document {second}", names[second])  # type: ignore[arg-type]


def test_a_decision_binds_by_document_and_folded_name_or_alias() -> None:
    found = [member("0", "Anna Berg"), member("1", "Anna Berg", aliases=("A. Berg",)), member("2", "Anna  BERG")]
    bound = bind([decision("same", "0", "1"), decision("different", "0", "2")], found)
    assert (bound.same, bound.apart, bound.unbound) == ((("0", "1"),), (("0", "2"),), ())


def test_what_is_bound_to_nothing_and_what_contradicts_itself_is_said() -> None:
    found = [member("0", "Anna Berg"), member("1", "A. Berg"), member("2", "Anna Berg")]
    bound = bind([decision("same", "0", "1"), decision("same", "1", "2"), decision("different", "0", "2")], found)
    assert bound.contradicting == ("different 0 2",)
    assert bind([decision("same", "0", "1")], found[:1]).unbound == ("same 0 1",)


def test_people_overrule_what_names_say() -> None:
    found = [member("0", "Anna Berg"), member("1", "Anna Berg"), member("2", "Nora Dahl")]
    assert groups(found, same=[("0", "2")], apart=[("0", "1")]) == {frozenset({"0", "2"}), frozenset({"1"})}


def test_what_people_said_is_one_is_joined_before_anything_else_is() -> None:
    found = [member(f"{index}", "Norvik Systems", "Organization") for index in range(6)]
    same = [("0", "4"), ("1", "2"), ("1", "3"), ("1", "5")]
    assert groups(found, same, apart=[("0", "1")]) == {frozenset("04"), frozenset("1235")}


def test_what_people_keep_apart_wins_over_what_they_join() -> None:
    found = [member("0", "Anna Berg"), member("1", "Nora Dahl")]
    assert len(groups(found, same=[("0", "1")], apart=[("0", "1")])) == 2
