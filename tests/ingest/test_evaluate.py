"""Evaluation on labels: what counts as right, what is not scored, and how a wrong file is refused."""

from __future__ import annotations

import json
import tempfile
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_schema.models import Value
from graph_schema.ontology import load_ontology
from pipeline.errors import UsageError
from pipeline.ingest.evaluate.extraction import align, evaluate_extraction, form_of, says_value
from pipeline.ingest.evaluate.labels import LabelledClaim, LabelledName, Span, read_names, read_passages
from pipeline.ingest.evaluate.resolution import evaluate_resolution
from pipeline.ingest.evaluate.scores import Score, b_cubed, calibration_error, pairwise, reliability
from pipeline.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.ingest.evaluate.extraction import ExtractionScores

SAMPLES = Path(__file__).parents[1] / "samples"
ONTOLOGY = load_ontology()
TEXT = "Anna Berg founded Halden Instruments in Oslo."
ANNA = {"start": 0, "end": 9, "kind": "Person", "id": "anna"}
FIRM = {"start": 18, "end": 36, "kind": "Organization", "id": "firm"}
OSLO = {"start": 40, "end": 44, "kind": "Place", "id": "oslo"}
FOUNDED = {"subject": [0, 9], "predicate": "FOUNDED", "object": [18, 36]}


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def written(*rows: dict[str, Any] | str) -> Path:
        path = tmp_path / "labels.jsonl"
        lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
        path.write_text("\n".join(lines), encoding="utf-8")
        return path

    return written


@pytest.fixture
def score(write: Callable[..., Path]) -> Callable[..., ExtractionScores]:
    """The scores of labelled rows; a row without an id or a text has the usual ones."""

    def scored(*rows: dict[str, Any]) -> ExtractionScores:
        whole = [{"id": number, "text": TEXT, **row} for number, row in enumerate(rows)]
        return evaluate_extraction(read_passages(write(*whole), ONTOLOGY), Settings(), ONTOLOGY)

    return scored


def counts(score: Score) -> tuple[float, float, float]:
    return score.right, score.said, score.gold


# scores


def test_a_share_of_nothing_is_unknown_and_not_zero() -> None:
    nothing = Score.of_counts(0, 0, 0)
    assert (nothing.precision, nothing.recall, nothing.f1) == (None, None, None)
    missed = Score.of_counts(0, 0, 3)
    assert (missed.precision, missed.recall, missed.f1) == (None, 0.0, 0.0)
    assert missed.as_json()["precision"] is None


def test_pairs_are_those_within_a_cluster() -> None:
    assert counts(pairwise("aaabb", "xxyyy")) == (2, 4, 4)


def test_b_cubed_is_the_mean_share_over_items() -> None:
    # items 1 and 2 stand with one another, as they should, and without item 3, which stands with 4 and 5
    score = b_cubed("aaabb", "xxyyy")
    assert score.precision == pytest.approx((1 + 1 + 1 / 3 + 2 / 3 + 2 / 3) / 5)
    assert score.recall == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1 + 1) / 5)


def test_an_item_that_was_not_found_is_not_recalled_and_not_in_precision() -> None:
    score = b_cubed(["a", "a", "a"], ["x", "x", None])
    assert score.precision == 1.0
    assert score.recall == pytest.approx((2 / 3 + 2 / 3 + 0) / 3)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz")), min_size=1))
def test_pairs_counted_by_cells_are_those_counted_one_by_one(items: list[tuple[str, str]]) -> None:
    gold, said = [each[0] for each in items], [each[1] for each in items]
    pairs = [(one, other) for one in range(len(items)) for other in range(one)]
    both = sum(gold[one] == gold[other] and said[one] == said[other] for one, other in pairs)
    score = pairwise(gold, said)
    assert (score.right, score.said) == (both, sum(said[one] == said[other] for one, other in pairs))


@given(st.lists(st.sampled_from("abc"), min_size=1))
def test_a_clustering_beside_itself_is_perfect(items: list[str]) -> None:
    assert b_cubed(items, items).f1 == pytest.approx(1.0)


def test_confidence_is_binned_beside_the_share_that_is_right() -> None:
    bins = reliability([(0.81, True), (0.89, False), (1.0, True), (0.05, False)])
    assert [(each.low, each.count, each.right) for each in bins] == [(0.0, 1, 0.0), (0.8, 2, 0.5), (0.9, 1, 1.0)]
    assert bins[1].confidence == pytest.approx(0.85)
    assert calibration_error(bins) == pytest.approx((0.05 + 2 * 0.35 + 0) / 4)
    assert calibration_error(()) is None


# mentions


@pytest.mark.parametrize(
    ("surface", "form"),
    [
        ("Anna Berg", "names"),
        ("the Harbour Trust", "names"),
        ("the 1912 agreement", "names"),
        ("He", "other"),
        ("They", "other"),
        ("The company", "other"),
        ("harbour master", "other"),
        ("the", "other"),
    ],
)
def test_a_mention_is_a_name_or_a_pronoun_or_description(surface: str, form: str) -> None:
    assert form_of(surface) == form


def test_equal_spans_are_matched_first_and_each_once() -> None:
    gold = [Span(0, 4), Span(5, 9), Span(10, 12)]
    assert align(gold, [Span(0, 9), Span(5, 9), Span(20, 22)]) == {0: 0, 1: 1}
    assert align(gold, [Span(0, 12)]) == {0: 0}
    assert align([Span(0, 9)], [Span(0, 4), Span(0, 9)]) == {0: 1}
    assert align([Span(0, 9)], [Span(0, 2), Span(3, 9)]) == {0: 1}
    assert align([], gold) == {}


def test_mentions_are_scored_exactly_by_overlap_and_with_their_kind(score: Callable[..., ExtractionScores]) -> None:
    wrong_kind = {**OSLO, "kind": "Person"}
    too_long = {**FIRM, "end": 39}
    names = score({"entities": [ANNA, too_long, wrong_kind]}).mentions["names"]
    assert {measure: counts(each) for measure, each in names.items()} == {
        "exact": (2, 3, 3),
        "exact_with_kind": (1, 3, 3),
        "overlap": (3, 3, 3),
        "overlap_with_kind": (2, 3, 3),
    }


def test_kinds_that_the_file_never_labels_do_not_count_as_false(score: Callable[..., ExtractionScores]) -> None:
    assert counts(score({"entities": [ANNA]}).mentions["names"]["exact"]) == (1, 1, 1)
    looked_for = {"entities": [ANNA], "kinds": ["Person", "Place"]}
    scores = score(looked_for)
    assert counts(scores.mentions["names"]["exact"]) == (1, 2, 1)
    assert [(each.type, each.said) for each in scores.slips] == [("false", "Oslo")]


def test_pronouns_are_scored_apart_and_only_where_they_are_labelled(score: Callable[..., ExtractionScores]) -> None:
    text = "Anna Berg lived in Oslo. She liked it."
    bare = {"text": text, "entities": [ANNA]}
    assert "other" not in score(bare).mentions
    she = {"start": 25, "end": 28, "kind": "Person", "id": "anna"}
    scores = score({"text": text, "entities": [ANNA, she]})
    assert counts(scores.mentions["other"]["exact"]) == (1, 1, 1)
    assert scores.clusters.f1 == 1.0


def test_a_passage_without_entities_is_not_scored_for_mentions_and_an_empty_list_is(
    score: Callable[..., ExtractionScores],
) -> None:
    assert score({}).mentions == {}
    assert counts(score({"entities": [], "kinds": ["Place"]}).mentions["names"]["exact"]) == (0, 1, 0)


def test_who_is_who_is_scored_over_labelled_ids_within_a_passage(score: Callable[..., ExtractionScores]) -> None:
    text = "Anna Berg met Karl Berg. Anna left."
    karl = {"start": 14, "end": 23, "kind": "Person", "id": "karl"}
    short = {"start": 25, "end": 29, "kind": "Person"}
    labels = [ANNA, karl, {**short, "id": "anna"}]
    assert score({"text": text, "entities": labels}).clusters == Score(3, 3, 3, 3)
    assert score({"text": text, "entities": [ANNA, karl, short]}).clusters == Score(2, 2, 2, 2)
    wrong = score({"text": text, "entities": [ANNA, karl, {**short, "id": "karl"}]}).clusters
    assert wrong.precision == wrong.recall == pytest.approx(2 / 3)


# claims


def test_a_claim_is_right_when_predicate_and_both_ends_are(score: Callable[..., ExtractionScores]) -> None:
    assert counts(score({"claims": [FOUNDED]}).claims["FOUNDED"]) == (1, 1, 1)
    turned = {"subject": [18, 36], "predicate": "FOUNDED", "object": [0, 9]}
    scores = score({"claims": [turned]})
    assert counts(scores.claims["FOUNDED"]) == (0, 1, 1)
    false, missed = scores.slips
    assert (false.type, missed.type) == ("false", "missed")
    assert false.said.startswith("Anna Berg FOUNDED Halden Instruments (0.")
    assert missed.said == "Halden Instruments FOUNDED Anna Berg"


def test_an_end_is_right_under_any_mention_that_is_labelled_as_the_same(score: Callable[..., ExtractionScores]) -> None:
    text = "Anna Berg founded Halden Instruments. Berg led it. Karl Lund lived in Oslo."
    berg = {"start": 38, "end": 42, "kind": "Person", "id": "anna"}
    claim = {"subject": [38, 42], "predicate": "FOUNDED", "object": [18, 36]}
    assert counts(score({"text": text, "entities": [ANNA, berg], "claims": [claim, FOUNDED]}).all_claims) == (1, 1, 1)


def test_a_label_is_matched_once(score: Callable[..., ExtractionScores]) -> None:
    text = "Anna Berg founded Halden Instruments. Karl Lund founded Halden Instruments."
    karl = {"start": 38, "end": 47, "kind": "Person", "id": "anna"}
    assert counts(score({"text": text, "entities": [ANNA, karl], "claims": [FOUNDED]}).all_claims) == (1, 2, 1)


def test_predicates_that_were_not_looked_for_are_not_scored(score: Callable[..., ExtractionScores]) -> None:
    assert score({"claims": []}).claims == {}
    assert counts(score({"claims": [], "predicates": ["FOUNDED"]}).claims["FOUNDED"]) == (0, 1, 0)
    assert score({"claims": [], "predicates": ["BORN_IN"]}, {"claims": [FOUNDED]}).all_claims == Score(1, 1, 1, 1)
    assert counts(score({"claims": []}, {"claims": [FOUNDED]}).all_claims) == (1, 2, 1)


def test_what_is_denied_or_only_planned_is_no_claim(score: Callable[..., ExtractionScores]) -> None:
    for text in (
        "Anna Berg never founded Halden Instruments.",
        "Anna Berg may found Halden Instruments.",
        "According to Karl Lund, Anna Berg founded Halden Instruments.",
    ):
        assert score({"text": text, "claims": [], "predicates": ["FOUNDED"]}).claims == {}


def test_a_symmetric_claim_is_right_from_either_end(score: Callable[..., ExtractionScores]) -> None:
    text = "Anna Berg married Karl Lund."
    claim = {"subject": [18, 27], "predicate": "MARRIED_TO", "object": [0, 9]}
    assert counts(score({"text": text, "claims": [claim]}).all_claims) == (1, 1, 1)
    turned = {**claim, "subject": claim["object"], "object": claim["subject"]}
    assert counts(score({"text": text, "claims": [claim, turned]}).all_claims) == (1, 1, 1)


@pytest.mark.parametrize("said", ["1931-05-03", "3 May 1931"])
def test_a_value_is_right_in_canonical_form_and_in_words(score: Callable[..., ExtractionScores], said: str) -> None:
    text = "Anna Berg was born on 3 May 1931."
    claim = {"subject": [0, 9], "predicate": "BORN_ON", "value": said}
    assert counts(score({"text": text, "claims": [claim]}).all_claims) == (1, 1, 1)
    assert counts(score({"text": text, "claims": [{**claim, "value": "1931"}]}).all_claims) == (0, 1, 1)


@pytest.mark.parametrize(
    ("type_", "normalised", "given", "same"),
    [
        ("quantity", "900 person", "900", True),
        ("quantity", "900 person", "900 persons", True),
        ("quantity", "900 person", "900 tonnes", False),
        ("money", "2000000 GBP", "£2 million", True),
        ("money", "2000000 GBP", "$2 million", False),
        ("string", "managing director", "Managing Director", True),
        ("date", "1964-03", "no date", False),
    ],
)
def test_values_are_compared_by_their_type(type_: Any, normalised: str, given: str, same: bool) -> None:  # noqa: ANN401
    assert says_value(Value(type=type_, normalised=normalised, text=normalised), given) == same


def test_confidence_stands_beside_what_is_right(score: Callable[..., ExtractionScores]) -> None:
    report = score({"claims": [FOUNDED]}, {"claims": []}).as_json()
    (only,) = report["reliability"]
    assert (only["count"], only["right"]) == (2, 0.5)
    assert only["from"] <= only["confidence"] <= only["from"] + 0.1
    assert report["calibration_error"] == pytest.approx(only["confidence"] - 0.5)


# reading


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("{", "line 1: is not JSON"),
        ("[1]", "line 1: input should be a valid dictionary"),
        ({"id": "a"}, "line 1, text: field required"),
        (
            {"id": "a", "text": "x", "entites": []},
            r"no field 'entites' \(did you mean 'entities'\?\); allowed: id, text",
        ),
        ({"id": "a", "text": " "}, "line 1, text: ' ' holds no character"),
        ({"id": "a", "text": TEXT, "date": "last week"}, "line 1, date: 'last week' is no date; allowed"),
        (
            {"id": "a", "text": TEXT, "entities": [{**ANNA, "end": 99}]},
            r"line 1, entities.0: \[0, 99\] is no span.*<= 45",
        ),
        ({"id": "a", "text": TEXT, "entities": [{**ANNA, "end": 0}]}, r"entities.0: \[0, 0\] is no span"),
        ({"id": "a", "text": TEXT, "entities": [{**ANNA, "start": -1}]}, r"\[-1, 9\] is no span"),
        ({"id": "a", "text": TEXT, "entities": [{**ANNA, "end": 10}]}, r"\[0, 10\] is 'Anna Berg '; allowed: .* white"),
        ({"id": "a", "text": TEXT, "entities": [{**ANNA, "start": "0"}]}, "entities.0.start: .*integer.*given '0'"),
        ({"id": "a", "text": TEXT, "entities": [ANNA, ANNA]}, r"entities.1: the span \[0, 9\] is labelled twice"),
        (
            {"id": "a", "text": TEXT, "entities": [{**ANNA, "kind": "Persn"}]},
            r"no kind 'Persn' \(did you mean 'Person'",
        ),
        ({"id": "a", "text": TEXT, "kinds": ["Ship"]}, "line 1, kinds.0: there is no kind 'Ship'; allowed: Person"),
        ({"id": "a", "text": TEXT, "predicates": ["FOUND"]}, r"predicates.0: .*did you mean 'FOUNDED'"),
        ({"id": "a", "text": TEXT, "claims": [{**FOUNDED, "subject": [0]}]}, r"claims.0.subject: .*at least 2"),
        (
            {"id": "a", "text": TEXT, "claims": [{**FOUNDED, "object": [0, 99]}]},
            r"claims.0.object: \[0, 99\] is no span",
        ),
        (
            {"id": "a", "text": TEXT, "claims": [{**FOUNDED, "value": "x"}]},
            "claims.0: needs either an object or a value",
        ),
        (
            {"id": "a", "text": TEXT, "claims": [{"subject": [0, 9], "predicate": "FOUNDED", "value": "x"}]},
            r"claims.0: FOUNDED takes an object, \[start, end\]",
        ),
        ({"id": "a", "text": TEXT, "claims": [{**FOUNDED, "predicate": "BORN_ON"}]}, "BORN_ON takes a value, a date"),
    ],
)
def test_a_wrong_line_is_refused_with_its_field_and_what_is_allowed(
    write: Callable[..., Path], row: dict[str, Any] | str, message: str
) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        read_passages(write(row), ONTOLOGY)
    assert "labels.jsonl" in caught.value.message
    assert "docs/evaluation.md" in caught.value.remedy


def test_everything_wrong_with_a_file_is_said_at_once(write: Callable[..., Path]) -> None:
    path = write({"id": "a", "text": TEXT, "kinds": ["Ship"]}, "", "{", {"id": "a", "text": TEXT})
    with pytest.raises(UsageError, match=r"(?s)line 3: is not JSON.*line 4, id: 'a' stands in line 1.*line 1, kinds.0"):
        read_passages(path, ONTOLOGY)


def test_of_very_many_problems_the_first_are_shown(write: Callable[..., Path]) -> None:
    with pytest.raises(UsageError, match="and 5 more"):
        read_passages(write(*["{"] * 25), ONTOLOGY)


@pytest.mark.parametrize("content", [None, b"", b"\n \n", b"\xff"])
def test_a_file_that_cannot_be_read_or_holds_nothing_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "labels.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=r"labels\.jsonl"):
        read_passages(path, ONTOLOGY)


def test_offsets_are_brought_to_the_text_that_ingestion_works_on(write: Callable[..., Path]) -> None:
    text = unicodedata.normalize("NFD", "Åse Bø met\r\nJosé Núñez.")
    start, end = text.index("J"), text.index(".")
    label = {"start": start, "end": end, "kind": "Person"}
    (passage,) = read_passages(write({"id": "a", "text": text, "entities": [label]}), ONTOLOGY)
    assert passage.text == "Åse Bø met\nJosé Núñez."
    assert passage.entities is not None
    span = passage.entities[0].span
    assert passage.text[span.start : span.end] == "José Núñez"


def test_an_offset_within_a_character_is_refused(write: Callable[..., Path]) -> None:
    row = {"id": "a", "text": "Jose\u0301 left.", "entities": [{"start": 0, "end": 4, "kind": "Person"}]}
    with pytest.raises(UsageError, match=r"entities.0: 4 stands within a character and its combining marks"):
        read_passages(write(row), ONTOLOGY)


def test_a_span_of_which_ingestion_leaves_nothing_is_refused(write: Callable[..., Path]) -> None:
    row = {"id": "a", "text": "a\x00b", "entities": [{"start": 1, "end": 2, "kind": "Person"}]}
    with pytest.raises(UsageError, match=r"entities.0: \[1, 2\] is '\\x00', of which ingestion leaves nothing"):
        read_passages(write(row), ONTOLOGY)


def test_a_claim_under_an_inverse_is_read_as_what_is_stored(write: Callable[..., Path]) -> None:
    contracts = load_ontology(SAMPLES / "contracts.toml")
    claim = {"subject": [0, 6], "predicate": "GOVERNS", "object": [19, 32]}
    row = {"id": "a", "text": "Norway governs the Elverum Lease.", "claims": [claim], "predicates": ["GOVERNS"]}
    (passage,) = read_passages(write(row), contracts)
    assert passage.claims == (LabelledClaim(Span(19, 32), "GOVERNED_BY", Span(0, 6), None),)
    assert passage.predicates == {"GOVERNED_BY"}


@given(st.text(alphabet="ae\u0301 \r\n\x00", min_size=1), st.integers(0, 8), st.integers(1, 8))
def test_a_span_that_is_taken_holds_the_same_characters_as_before(text: str, start: int, length: int) -> None:
    end = start + length
    row = {"id": "a", "text": text, "entities": [{"start": start, "end": end, "kind": "Person"}]}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "labels.jsonl"
        path.write_text(json.dumps(row), encoding="utf-8")
        try:
            (passage,) = read_passages(path, ONTOLOGY)
        except UsageError:
            return
    assert passage.entities is not None
    span = passage.entities[0].span
    cut = unicodedata.normalize("NFC", text[start:end].replace("\r\n", "\n").replace("\r", "\n").replace("\x00", ""))
    assert passage.text[span.start : span.end] == cut


# names


def name(text: str, gold: str, number: int, kind: str = "Organization") -> LabelledName:
    return LabelledName(id=str(number), name=text, gold=gold, kind=kind)


def test_names_that_are_put_together_are_scored_by_pairs_and_by_clusters() -> None:
    given = [("Halden Optics AS", "h"), ("Halden Optics", "h"), ("Elva Press", "e"), ("Elva Press", "f")]
    scores = evaluate_resolution([name(*each, number) for number, each in enumerate(given)], load_ontology())
    assert (scores.names, scores.gold_entities, scores.entities) == (4, 3, 2)
    assert counts(scores.pairs) == (1, 2, 1)
    assert scores.clusters == Score(3, 4, 4, 4)
    (confusion,) = scores.confusions
    assert (confusion.type, confusion.one, confusion.other, confusion.pairs) == (
        "joined",
        "Elva Press",
        "Elva Press",
        1,
    )


def test_the_confusion_that_costs_most_pairs_comes_first() -> None:
    norvik, tarn, elva = "Norvik Shipping", "Tarn Optics", "Elva Press"
    given = [(norvik, "n"), (tarn, "n"), (norvik, "n"), (elva, "e"), (elva, "f")]
    names = [name(*each, number) for number, each in enumerate(given)]
    first, second = evaluate_resolution(names, load_ontology()).confusions
    assert (first.type, first.pairs, {first.one, first.other}) == ("apart", 2, {norvik, tarn})
    assert (second.type, second.pairs) == ("joined", 1)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"name": "Berg"}, "line 1, gold: field required"),
        ({"name": " ", "gold": "b"}, "line 1, name: ' ' holds no character"),
        ({"name": "Berg", "gold": "b", "kind": "Persn"}, "did you mean 'Person'"),
        ({"name": "Berg", "gold": "b", "alias": []}, r"no field 'alias' \(did you mean 'aliases'\?\)"),
        ({"name": "Berg", "gold": True}, "line 1, gold"),
    ],
)
def test_a_wrong_line_of_names_is_refused(write: Callable[..., Path], row: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read_names(write(row), ONTOLOGY)


def test_a_name_needs_no_id_and_may_say_what_its_document_says_of_it(write: Callable[..., Path]) -> None:
    rows = [
        {"name": "A. Berg", "gold": 7, "roles": ["captain"], "document": 3},
        {"id": "x", "name": "Berg", "gold": "7"},
    ]
    first, second = read_names(write(*rows), ONTOLOGY)
    assert first == LabelledName(id="1", name="A. Berg", gold="7", document="3", roles=("captain",))
    assert (second.id, second.gold) == ("x", "7")


# the samples


def test_the_samples_can_be_read_and_label_what_they_say() -> None:
    passages = read_passages(SAMPLES / "labels.jsonl", ONTOLOGY)
    assert len(passages) == 10
    for passage in passages:
        cut = [passage.text[label.span.start : label.span.end] for label in passage.entities or ()]
        assert all(each == each.strip() for each in cut)
    assert read_names(SAMPLES / "labelled-names.jsonl", ONTOLOGY)
