"""Labelled data in JSON Lines: read, checked whole, and brought to the text that ingestion works on.

Everything wrong with a file is said at once, each with its line, its field and what is allowed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from pipeline.ingest.readers.base import clean, iso_date
from pipeline.text.labelled import Problems, refuse_repeats, rows_of, unknown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from graph_schema.ontology import Ontology


class Span(NamedTuple):
    """Half-open character offsets into a passage's text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Label:
    """A labelled mention: its characters, its kind, and the id of what it stands for where that is labelled."""

    span: Span
    kind: str
    id: str | None


@dataclass(frozen=True, slots=True)
class LabelledClaim:
    """A labelled statement under the predicate that is stored; exactly one of `object` and `value` is set."""

    subject: Span
    predicate: str
    object: Span | None
    value: str | None


@dataclass(frozen=True, slots=True)
class Passage:
    """One labelled text. `entities` or `claims` is `None` when the passage does not label any; `kinds` and
    `predicates` are those that were looked for in it."""

    id: str
    text: str
    title: str | None
    date: str | None
    entities: tuple[Label, ...] | None
    claims: tuple[LabelledClaim, ...] | None
    kinds: frozenset[str]
    predicates: frozenset[str]


@dataclass(frozen=True, slots=True)
class LabelledName:
    """A name as one document has it, and what it is (`gold`); the other fields are what the document says of it."""

    id: str
    name: str
    gold: str
    kind: str | None = None
    document: str | None = None
    aliases: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    neighbours: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _Entity(_Row):
    start: int
    end: int
    kind: str
    id: str | int | None = None


class _Claim(_Row):
    subject: list[int] = Field(min_length=2, max_length=2)
    predicate: str
    object: list[int] | None = Field(default=None, min_length=2, max_length=2)
    value: str | None = None


class _Passage(_Row):
    id: str | int
    text: str = Field(min_length=1)
    title: str | None = None
    date: str | None = None
    entities: list[_Entity] | None = None
    claims: list[_Claim] | None = None
    kinds: list[str] | None = None
    predicates: list[str] | None = None


class _Name(_Row):
    name: str = Field(min_length=1)
    gold: str | int
    id: str | int | None = None
    kind: str | None = None
    document: str | int | None = None
    aliases: list[str] = []
    roles: list[str] = []
    neighbours: list[str] = []
    dates: list[str] = []


def read_passages(path: Path, ontology: Ontology) -> tuple[Passage, ...]:
    """The labelled passages of `path`, their kinds and predicates checked against `ontology`.

    Kinds and predicates that a line does not say it was labelled for are those that occur in the file. Raises
    `UsageError`.
    """
    problems = Problems(path)
    rows = list(rows_of(path, _Passage, problems))
    refuse_repeats(((line, "id", str(row.id)) for line, row in rows), problems)
    passages = [_Reader(line, row, ontology, problems).passage() for line, row in rows]
    problems.stop()
    kinds = frozenset(label.kind for each in passages for label in each.entities or ())
    predicates = frozenset(claim.predicate for each in passages for claim in each.claims or ())
    return tuple(
        Passage(
            id=each.id,
            text=each.text,
            title=each.title,
            date=each.date,
            entities=each.entities,
            claims=each.claims,
            kinds=kinds if row.kinds is None else each.kinds,
            predicates=predicates if row.predicates is None else each.predicates,
        )
        for each, (_, row) in zip(passages, rows, strict=True)
    )


def read_names(path: Path, ontology: Ontology) -> tuple[LabelledName, ...]:
    """The labelled names of `path`; a name without an id has its line's number. Raises `UsageError`."""
    problems = Problems(path)
    rows = list(rows_of(path, _Name, problems))
    refuse_repeats(((line, "id", str(row.id)) for line, row in rows if row.id is not None), problems)
    for line, row in rows:
        if row.kind is not None and row.kind not in ontology.kinds:
            problems.add(line, "kind", unknown("kind", row.kind, ontology.kinds))
        if not row.name.strip():
            problems.add(line, "name", f"{row.name!r} holds no character; allowed: a name")
    problems.stop()
    return tuple(
        LabelledName(
            id=str(line if row.id is None else row.id),
            name=clean(row.name)[0],
            gold=str(row.gold),
            kind=row.kind,
            document=None if row.document is None else str(row.document),
            aliases=tuple(row.aliases),
            roles=tuple(row.roles),
            neighbours=tuple(row.neighbours),
            dates=tuple(row.dates),
        )
        for line, row in rows
    )


class _Reader:
    """Reads one row: brings its text to the form that ingestion gives it, and its offsets with it."""

    def __init__(self, line: int, row: _Passage, ontology: Ontology, problems: Problems) -> None:
        self.line = line
        self.row = row
        self.ontology = ontology
        self.problems = problems
        self.text = clean(row.text)[0]

    def passage(self) -> Passage:
        row = self.row
        entities = None if row.entities is None else tuple(self._labels(row.entities))
        claims = None if row.claims is None else tuple(self._claims(row.claims))
        if not self.text.strip():
            self._wrong("text", f"{row.text!r} holds no character; allowed: text")
        if row.date is not None and iso_date(row.date) is None:
            self._wrong("date", f"{row.date!r} is no date; allowed: a date such as 2024-05-31, 2024-05 or 2024")
        kinds = [self._kind(kind, f"kinds.{number}") for number, kind in enumerate(row.kinds or ())]
        predicates = [self._predicate(each, f"predicates.{number}") for number, each in enumerate(row.predicates or ())]
        return Passage(
            id=str(row.id),
            text=self.text,
            title=row.title,
            date=None if row.date is None else iso_date(row.date),
            entities=entities,
            claims=claims,
            kinds=frozenset(kinds),
            predicates=frozenset(each for each, _ in predicates),
        )

    def _labels(self, entities: list[_Entity]) -> Iterator[Label]:
        seen: set[Span] = set()
        for number, each in enumerate(entities):
            field = f"entities.{number}"
            span = self._span([each.start, each.end], field)
            if span in seen:
                self._wrong(field, f"the span {list(span)} is labelled twice")
            seen.add(span)
            yield Label(span, self._kind(each.kind, f"{field}.kind"), None if each.id is None else str(each.id))

    def _claims(self, claims: list[_Claim]) -> Iterator[LabelledClaim]:
        for number, each in enumerate(claims):
            field = f"claims.{number}"
            subject = self._span(each.subject, f"{field}.subject")
            target = None if each.object is None else self._span(each.object, f"{field}.object")
            predicate, direction = self._predicate(each.predicate, f"{field}.predicate")
            known = self.ontology.predicates.get(predicate)
            if (target is None) == (each.value is None):
                self._wrong(field, "needs either an object or a value, and not both")
            elif known is not None and (known.value is None) != (each.value is None):
                wanted = "an object, [start, end]" if known.value is None else f"a value, a {known.value}"
                self._wrong(field, f"{predicate} takes {wanted}")
            if direction == "inverse" and target is not None:
                subject, target = target, subject
            yield LabelledClaim(subject, predicate, target, each.value)

    def _kind(self, given: str, field: str) -> str:
        if given not in self.ontology.kinds:
            self._wrong(field, unknown("kind", given, self.ontology.kinds))
        return given

    def _predicate(self, given: str, field: str) -> tuple[str, Literal["forward", "inverse"]]:
        stored = self.ontology.stored_as(given)
        if stored is None:
            self._wrong(field, unknown("predicate", given, [*self.ontology.predicates, *self.ontology.inverses]))
            return given, "forward"
        return stored.predicate, stored.direction

    def _span(self, given: list[int], field: str) -> Span:
        """The span in the text as ingestion has it; a problem when it cannot be one."""
        start, end = given
        text = self.row.text
        if not 0 <= start < end <= len(text):
            self._wrong(field, f"{given} is no span; allowed: 0 <= start < end <= {len(text)}, the length of the text")
        elif text[start].isspace() or text[end - 1].isspace():
            self._wrong(field, f"{given} is {text[start:end]!r}; allowed: a span without white space at its ends")
        else:
            span = Span(self._offset(start, field), self._offset(end, field))
            if span.start < span.end:
                return span
            self._wrong(field, f"{given} is {text[start:end]!r}, of which ingestion leaves nothing")
        return Span(0, 1)

    def _offset(self, offset: int, field: str) -> int:
        if self.text == self.row.text:
            return offset
        before, after = clean(self.row.text[:offset])[0], clean(self.row.text[offset:])[0]
        if before + after != self.text:
            message = f"{offset} stands within a character and its combining marks; allowed: offsets between characters"
            self._wrong(field, message)
        return len(before)

    def _wrong(self, field: str, message: str) -> None:
        self.problems.add(self.line, field, message)
