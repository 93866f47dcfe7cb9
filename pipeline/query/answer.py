"""Answer: sentences composed from facts and quotes, each with citations to characters; or an honest "not found"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.query.citation import Citation
from pipeline.query.dates import spoken
from pipeline.query.retrieve import MAX_FACTS
from pipeline.query.value import value_of
from pipeline.query.ways import of_comparison, of_ways
from pipeline.tabular import Tabular
from pipeline.text.values import compatible

if TYPE_CHECKING:
    from graph_schema.ontology import Ontology
    from pipeline.query.contracts import StepRecord
    from pipeline.query.coverage import Coverage
    from pipeline.query.plan import Plan
    from pipeline.query.question import Question
    from pipeline.query.retrieve import Fact, Retrieved
    from pipeline.query.themes import Theme

MAX_SENTENCES = 10
MAX_CITATIONS = 3


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer and the characters it rests on; never without any."""

    text: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Answer(Tabular):
    """The answer to a question. `found` is False when it was not answered: nothing that was read says it, or what does
    is not sure enough. `sentences` are then empty, or quotes of passages that may bear on it, and `note` says so.
    `value` is the answer in the fewest words ("Oslo", "3 May 1890", "yes"), `None` where there is no one. `total` is an
    aggregate's exact number, `None` elsewhere. `coverage` says how far to rely on it."""

    question: str
    found: bool
    value: str | None
    sentences: tuple[Sentence, ...]
    total: int | None
    listed: tuple[str, ...]
    note: str | None
    coverage: Coverage
    plan: Plan
    steps: tuple[StepRecord, ...]

    @property
    def text(self) -> str:
        """The sentences, or the note when there are none."""
        return " ".join(sentence.text for sentence in self.sentences) or self.note or ""

    def __str__(self) -> str:
        lines = []
        for sentence in self.sentences:
            lines.append(sentence.text)
            for citation in sentence.citations:
                quote = " ".join(citation.quote.split())
                lines.append(f"    {'' if citation.supports else 'denied by '}{citation.place} “{quote}”")
        if self.note:
            lines.append(self.note)
        return "\n".join(lines)

    def to_rows(self) -> list[dict[str, Any]]:
        """One row a citation, with the number of its sentence, from 1, and the sentence."""
        return [
            {"sentence": number, "text": each.text, **_citation_json(citation)}
            for number, each in enumerate(self.sentences, 1)
            for citation in each.citations
        ]

    def explain(self) -> str:
        """The plan and the size of each step beside its limit."""
        return f"{self.plan}\n{self.sizes()}"

    def sizes(self) -> str:
        """The size of each step beside its limit."""
        rows = [record.as_json() for record in self.steps]
        sizes = [
            f"  {row['step']:<9} tokens {row['tokens']}/{row['max_tokens']}, rows {row['rows']}/{row['max_rows']}, "
            f"calls {row['calls']}/{row['max_calls']}, {row['seconds']:.3f}/{row['max_seconds']:g} s"
            for row in rows
        ]
        return "\n".join(["steps (used / allowed):", *sizes])

    def as_json(self) -> dict[str, Any]:
        """Plain values: answer, citations, plan and steps."""
        return {
            "question": self.question,
            "found": self.found,
            "answer": self.text,
            "value": self.value,
            "sentences": [
                {"text": each.text, "citations": [_citation_json(citation) for citation in each.citations]}
                for each in self.sentences
            ],
            "total": self.total,
            "listed": list(self.listed),
            "note": self.note,
            "coverage": self.coverage.as_json(),
            "plan": {"name": self.plan.name, "steps": [each.as_json() for each in self.plan.steps]},
            "steps": [record.as_json() for record in self.steps],
        }


@dataclass(frozen=True, slots=True)
class Composed:
    """What the composer makes of what was retrieved."""

    sentences: tuple[Sentence, ...] = ()
    value: str | None = None
    total: int | None = None
    listed: tuple[str, ...] = ()
    note: str | None = None


class Composer:
    """Composes sentences under one ontology's phrases and one step's contract."""

    def __init__(self, ontology: Ontology, record: StepRecord) -> None:
        self.ontology = ontology
        self.record = record

    def __call__(self, plan: Plan, question: Question, retrieved: Retrieved, coverage: Coverage) -> Composed:
        """Compose what `coverage` decided on: an answer, the quotes of passages, or that nothing was found in what was
        read."""
        if coverage.decision == "abstain":
            return Composed(note=_not_answered(plan, coverage))
        if coverage.decision == "passages":
            return self._of_passages(_quoted(retrieved), coverage)
        if retrieved.total is not None:
            sentences = self._of_aggregate(plan, retrieved)
        elif retrieved.facts:
            sentences = self._of_facts(plan, question, retrieved.facts)
        elif retrieved.compared is not None:
            sentences = [Sentence(*each) for each in of_comparison(retrieved.compared)]
        elif retrieved.ways:
            sentences = [Sentence(*each) for each in of_ways(retrieved.ways)]
        elif retrieved.themes:
            sentences = [_of_theme(theme) for theme in retrieved.themes]
        else:
            sentences = _as_sentences(_quoted(retrieved))
        value = value_of(plan, question, retrieved)
        if retrieved.compared is not None and value is None:
            sentences = []
        fitting = self._fitting([sentence for sentence in sentences if sentence.citations])
        if not fitting:
            return Composed(note=_not_answered(plan, coverage))
        if retrieved.total is not None:
            uncited = retrieved.total - len(fitting[0].citations)
            note = f"{uncited} more are counted than are cited here." if uncited > 0 else None
            return Composed(tuple(fitting), value, retrieved.total, retrieved.listed, note)
        left_out = len(sentences) - len(fitting)
        bound = "At least " if len(retrieved.facts) >= MAX_FACTS else ""
        note = f"{bound}{left_out} more found; ask for a list, or narrow the question." if left_out else None
        return Composed(tuple(fitting), value, retrieved.total, retrieved.listed, note)

    def _of_passages(self, quoted: list[Citation], coverage: Coverage) -> Composed:
        """The quotes alone, and that they are no answer."""
        shown = self._fitting(_as_sentences(quoted))
        return Composed(tuple(shown), note=f"Not an answer, but passages that may hold one ({coverage.reason}).")

    def _fitting(self, sentences: list[Sentence]) -> list[Sentence]:
        """The sentences that fit the contract, in order; what is left out is counted by the caller."""
        kept: list[Sentence] = []
        for sentence in sentences[:MAX_SENTENCES]:
            text = " ".join([sentence.text, *(citation.quote for citation in sentence.citations)])
            if not self.record.room(text):
                break
            self.record.take_text(text)
            kept.append(sentence)
        return kept

    def _of_facts(self, plan: Plan, question: Question, facts: tuple[Fact, ...]) -> list[Sentence]:
        """One sentence a fact; facts that exclude each other are said to."""
        rivals = self._rivals(plan, facts)
        sentences = []
        for fact in facts:
            said = self.statement(fact)
            if not fact.support:
                said = f"The documents deny that {said}"
            elif question.form == "yes-no":
                said = f"Yes: {said}"
            if fact.key in rivals:
                said = f"Documents disagree: {said} ({_count(fact.documents, 'document')})"
            sentences.append(Sentence(f"{said}.", fact.citations[:MAX_CITATIONS]))
        return sentences

    def _rivals(self, plan: Plan, facts: tuple[Fact, ...]) -> set[str]:
        """Keys of facts that exclude each other; all the entities that one name stands for count as one subject."""
        names = {entity.id: linked.name for linked in plan.names for entity in linked.entities}
        groups: dict[tuple[str, str], list[Fact]] = {}
        for fact in facts:
            known = self.ontology.predicates.get(fact.predicate)
            if known is not None and known.functional and fact.support:
                groups.setdefault((names.get(fact.subject.id, fact.subject.id), fact.predicate), []).append(fact)
        return {
            fact.key
            for group in groups.values()
            for fact in group
            if any(_exclude(fact, other) for other in group if other is not fact)
        }

    def _of_aggregate(self, plan: Plan, retrieved: Retrieved) -> list[Sentence]:
        assert retrieved.total is not None
        named = ", ".join(retrieved.listed)
        more = retrieved.total - len(retrieved.listed)
        said = named + (f" and {more} more" if more > 0 else "") + "."
        text = said if plan.aggregate == "list" else f"{retrieved.total}: {said}"
        found = retrieved.citations or _first_supporting(retrieved.facts)
        return [Sentence(text, self._room_for(text, found))]

    def _room_for(self, text: str, citations: tuple[Citation, ...]) -> tuple[Citation, ...]:
        """As many citations as fit the contract beside `text`; an exact count does not hang on how many are shown."""
        kept: list[Citation] = []
        for citation in citations:
            if not self.record.room(" ".join([text, *(each.quote for each in kept), citation.quote])):
                break
            kept.append(citation)
        return tuple(kept)

    def statement(self, fact: Fact) -> str:
        """The fact in words; an open one in the document's own, since nobody has said how its predicate reads."""
        if fact.status == "open" and fact.citations:
            return " ".join(fact.citations[0].quote.split()).rstrip(".")
        known = self.ontology.predicates.get(fact.predicate)
        phrase = (
            known.phrase if known is not None and known.phrase else f"{{subject}} {fact.predicate.lower()} {{object}}"
        )
        target = fact.object.name if fact.object is not None else _value(fact)
        said = phrase.replace("{subject}", fact.subject.name).replace("{object}", target)
        when = sorted({citation.valid_from for citation in fact.citations if citation.valid_from and citation.supports})
        if when and fact.value_type != "date" and (known is None or not known.functional):
            said += f" ({', '.join(spoken(date, 'date') for date in when)})"
        return said


def _first_supporting(facts: tuple[Fact, ...]) -> tuple[Citation, ...]:
    supporting = (next((each for each in fact.citations if each.supports), None) for fact in facts)
    return tuple(citation for citation in supporting if citation is not None)


def _value(fact: Fact) -> str:
    """A date in one form; anything else in the words of the surest document."""
    said = next((citation.value_text for citation in fact.citations if citation.value_text), None)
    if fact.value_type == "date" or said is None:
        return spoken(fact.value or "", fact.value_type)
    return " ".join(said.split())


def _exclude(first: Fact, second: Fact) -> bool:
    if first.value is None or second.value is None:
        return True
    return not compatible(first.value, second.value, first.value_type)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _of_theme(theme: Theme) -> Sentence:
    quotes = " ".join(f"“{' '.join(citation.quote.split())}”" for citation in theme.sentences)
    return Sentence(f"{theme.name}: {quotes}", theme.sentences)


def _quoted(retrieved: Retrieved) -> list[Citation]:
    """The passages that were found, or else what the facts rest on; each place once."""
    quoted = [passage.citation for passage in retrieved.passages]
    quoted += [citation for fact in retrieved.facts for citation in fact.citations] + list(retrieved.citations)
    return list({(each.place, each.quote): each for each in quoted}.values())


def _as_sentences(quoted: list[Citation]) -> list[Sentence]:
    return [Sentence(" ".join(citation.quote.split()), (citation,)) for citation in quoted]


def _not_answered(plan: Plan, coverage: Coverage) -> str:
    unknown = [step.text for step in plan.steps if step.text.endswith("stands for nothing in the graph")]
    reason = f" {'; '.join(unknown)}." if unknown else ""
    if coverage.score is None:
        return f"Not found in what was read ({coverage.extent}).{reason}"
    return f"Not answered: {coverage.reason}.{reason}"


def _citation_json(citation: Citation) -> dict[str, Any]:
    return {name: getattr(citation, name) for name in Citation.__slots__}
