"""Labelled questions in JSON Lines: read and checked whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from pipeline.text.labelled import Problems, refuse_repeats, rows_of

if TYPE_CHECKING:
    from pathlib import Path

Text = str | int


@dataclass(frozen=True, slots=True)
class LabelledQuestion:
    """A question and what a careful reader answers: any of `any_of`, or every one of `all_of`; both are empty where the
    documents do not say it. `documents` are those that say it, each as its path, record, `path#record`, or one of them
    with its source before it; empty where that is not labelled."""

    id: str
    text: str
    any_of: tuple[str, ...] = ()
    all_of: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()

    @property
    def answerable(self) -> bool:
        """Whether the documents say it."""
        return bool(self.any_of or self.all_of)


class _Question(BaseModel):
    """Data sets come with columns of their own, so that unknown fields are left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    question: str = Field(min_length=1)
    id: Text | None = None
    answer: Text | list[Text] | None = None
    aliases: list[Text] = []
    all: list[Text] = []
    unanswerable: bool = False
    documents: list[Text] = Field(default=[], validation_alias=AliasChoices("documents", "gold"))


def read_questions(path: Path) -> tuple[LabelledQuestion, ...]:
    """The labelled questions of `path`; one without an id has its line's number. Raises `UsageError`."""
    problems = Problems(path)
    rows = list(rows_of(path, _Question, problems))
    refuse_repeats(((line, "id", str(row.id)) for line, row in rows if row.id is not None), problems)
    questions = [_labelled(line, row, problems) for line, row in rows]
    problems.stop()
    return tuple(questions)


def _labelled(line: int, row: _Question, problems: Problems) -> LabelledQuestion:
    answers = row.answer if isinstance(row.answer, list) else [] if row.answer is None else [row.answer]
    any_of = _texts([*answers, *row.aliases])
    all_of = _texts(row.all)
    unanswerable = row.unanswerable or ("answer" in row.model_fields_set and row.answer is None and not all_of)
    if bool(any_of) + bool(all_of) + unanswerable != 1:
        message = "needs exactly one: `answer` (a text, or a list of which any will do), `all` (a list of which every one is needed), or `unanswerable`: true"  # noqa: E501
        problems.add(line, "answer", message)
    if not row.question.strip():
        problems.add(line, "question", f"{row.question!r} holds no character; allowed: a question")
    return LabelledQuestion(
        id=str(line if row.id is None else row.id),
        text=" ".join(row.question.split()),
        any_of=any_of,
        all_of=all_of,
        documents=_texts(row.documents),
    )


def _texts(given: list[Text]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for each in given if (text := str(each).strip())))
