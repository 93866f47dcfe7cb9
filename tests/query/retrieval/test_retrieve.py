"""Passages of a small archive, over its real graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.errors import ContractExceeded, UsageError
from pipeline.query.contracts import Budget

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.api import Groundplan

PASSAGES = {
    "Silent Harbour": "Silent Harbour is a 1962 film directed by Anna Berg. Karl Holm played the keeper of the light.",
    "Anna Berg": "Anna Berg was a Norwegian film director. She was born in Varde to the painter Ellen Lind.",
    "Ellen Lind": "Ellen Lind was a painter of landscapes. She died in Skagen in 1950.",
    "Karl Holm": "Karl Holm was an actor. He grew up on a farm near Tessel.",
    "Varde": "Varde is a town with a harbour, a mill and two churches.",
    "Northern Painters": "The society of painters lost Ellen Lind in a winter storm and named its prize after her.",
    "Winter Fair": "Winter Fair is a 1971 film directed by Otto Grau about a market in the snow.",
    "Otto Grau": "Otto Grau was a German director of films and operas.",
    "Tessel": "Tessel is an island with a lighthouse.",
    "Mill Street": "Mill Street is a street of shops and inns.",
}


@pytest.fixture
def films(graph: Groundplan, tmp_path: Path) -> Groundplan:
    folder = tmp_path / "films"
    folder.mkdir()
    for title, text in PASSAGES.items():
        (folder / f"{title}.md").write_text(f"# {title}\n\n{text}\n", encoding="utf-8")
    graph.ingest(folder)
    return graph


def found(graph: Groundplan, question: str, limit: int = 3) -> list[str | None]:
    return [each.citation.title for each in graph.retrieve(question, limit=limit)]


def test_the_passages_of_a_chain_come_before_all_others(films: Groundplan) -> None:
    titles = found(films, "Where was the director of Silent Harbour born?", 2)
    assert set(titles) == {"Silent Harbour", "Anna Berg"}


def test_both_sides_of_a_comparison_come_with_what_they_lead_to(films: Groundplan) -> None:
    titles = found(films, "Do the directors of Silent Harbour and Winter Fair come from the same country?", 4)
    assert set(titles) == {"Silent Harbour", "Winter Fair", "Anna Berg", "Otto Grau"}


def test_a_passage_that_only_mentions_what_was_asked_about_is_found(films: Groundplan) -> None:
    assert "Northern Painters" in found(films, "Which society of painters named its prize after Ellen Lind?", 3)


@pytest.mark.parametrize(
    "question",
    ["where was the director of silent harbour born?", "Where was the director of Silent Habrour born?"],
    ids=["lower case", "a slip of the pen"],
)
def test_a_name_is_found_however_it_is_written(films: Groundplan, question: str) -> None:
    assert set(found(films, question, 2)) == {"Silent Harbour", "Anna Berg"}


def test_a_part_of_a_misspelt_name_that_is_a_title_does_not_hide_the_whole(films: Groundplan, tmp_path: Path) -> None:
    (tmp_path / "films" / "Fair.md").write_text("# Fair\n\nFair is a village in the hills.\n", encoding="utf-8")
    films.ingest(tmp_path / "films")
    reasons = {each.citation.title: each.reason for each in films.retrieve("Who directed the film Wniter Fair?")}
    assert reasons["Fair"] == "the question names it: 'Fair'"
    assert reasons["Winter Fair"] == "the question names it: 'Wniter Fair'"


def test_every_passage_is_the_characters_of_its_document_and_says_why_it_is_there(films: Groundplan) -> None:
    result = films.retrieve("Where was the director of Silent Harbour born?")
    for passage in result:
        citation = passage.citation
        assert citation.end - citation.start == len(citation.quote)
        assert passage.reason
        assert 0 <= passage.score <= 1
    assert "Silent Harbour" in result.passages[0].reason
    assert [row["title"] for row in result.to_rows()] == [each.citation.title for each in result]


def test_the_same_question_gives_the_same_passages(films: Groundplan) -> None:
    one, other = (films.retrieve("Who was the mother of Anna Berg?").to_rows() for _ in range(2))
    assert one == other


@pytest.mark.parametrize("part", ["text", "vectors", "links", "walk", "bridges"])
def test_any_part_can_be_left_out(films: Groundplan, part: str) -> None:
    parts = tuple(each for each in films.settings.retrieval_parts if each != part)
    films.settings = films.settings.model_copy(update={"retrieval_parts": parts})
    assert found(films, "Where was the director of Silent Harbour born?", 3)


def test_no_part_finds_nothing(films: Groundplan) -> None:
    films.settings = films.settings.model_copy(update={"retrieval_parts": ()})
    assert found(films, "Where was the director of Silent Harbour born?") == []


@pytest.mark.parametrize(
    ("question", "limit"), [("", 5), ("  ", 5), ("Who is Anna Berg?", 0), ("Who is Anna Berg?", 51)]
)
def test_what_cannot_be_asked_is_refused(films: Groundplan, question: str, limit: int) -> None:
    with pytest.raises(UsageError):
        films.retrieve(question, limit=limit)


def test_a_question_that_is_too_long_is_refused_and_not_cut(films: Groundplan) -> None:
    with pytest.raises(ContractExceeded, match="tokens"):
        films.retrieve("Where was the director of Silent Harbour born? " * 60)


def test_less_may_be_allowed(films: Groundplan) -> None:
    with pytest.raises(ContractExceeded, match="calls"):
        films.retrieve("Where was the director born?", budget=Budget().limited("rank", max_calls=1))


def test_signs_of_the_query_language_are_words_like_any(films: Groundplan) -> None:
    assert found(films, 'Where AND "was" +director ~Silent* Harbour?) OR {born} [x TO y] \\ /') != []
