"""Labelled passages for the relation classifier, from three sources brought to one form."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tasks.conll04_data import read

from pipeline.ingest.extract.classifier import HEADS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ORDINARY = Path(__file__).with_name("ordinary.jsonl")
KNOWLEDGENET = Path("relations") / "knowledgenet" / "folds_1_3.jsonl"
CONLL04 = Path("relations") / "conll04" / "train.jsonl"
NUMBER = {head.name: number for number, head in enumerate(HEADS)}
WEAK = 0.2
HALF = 0.5
CONLL04_HEADS = frozenset({"Live_In", "Work_For", "OrgBased_In"})
CONLL04_NAMES = {"Kill": "KILLED", "Located_In": "LOCATED_IN"}
CONLL04_TYPES = {"Peop": "person", "Org": "organization", "Loc": "place"}
UNLIKE_CONLL04 = tuple(
    "DATE_OF_BIRTH DATE_OF_DEATH DATE_FOUNDED SPOUSE CHILD_OF EDUCATED_AT SUBSIDIARY_OF FOUNDED_BY".split()
)
OWN_NAMES = {"BIRTHPLACE": "PLACE_OF_BIRTH", "RESIDENCE": "PLACE_OF_RESIDENCE"}
ALSO = {"PLACE_OF_RESIDENCE": "Live_In", "EMPLOYEE_OR_MEMBER_OF": "Work_For", "HEADQUARTERS": "OrgBased_In"}

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Fact:
    """One labelled relation: the number of its head, and the characters of its two ends."""

    head: int
    subject: Span
    object: Span


@dataclass(frozen=True, slots=True)
class Passage:
    """A labelled text. `weights` say for each head how far a pair without a label counts as a negative (1: all are
    labelled; 0: nothing is known). `group` keeps passages of one document on one side of a split; `typed` are spans of
    known type; `partial`: of several mentions of one thing in a sentence only one may carry the label."""

    text: str
    group: str
    facts: tuple[Fact, ...]
    weights: tuple[float, ...]
    typed: tuple[tuple[Span, str], ...] = ()
    partial: bool = False
    ordinary: bool = False


def everything(shared: Path, folds: Iterable[int] = (1, 2, 3)) -> list[Passage]:
    """All that the shipped weights are trained on, or as much of it as belongs to some folds of KnowledgeNet."""
    own = _own(shared)
    return [*knowledgenet(shared / KNOWLEDGENET, folds, own), *conll04(shared / CONLL04), *_ordinary(shared, own)]


def knowledgenet(path: Path, folds: Iterable[int], own: list[dict[str, Any]] | None = None) -> Iterator[Passage]:
    """KnowledgeNet's passages; the properties that it did not annotate in a passage come from our own labels of it, and
    count as weak negatives where there are none."""
    more = {each["id"]: each for each in own or [] if each["corpus"] == "relations/knowledgenet"}
    wanted = set(folds)
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(map(json.loads, lines)):
            if line["fold"] in wanted:
                yield _knowledgenet(line, more.get(str(number)))


def _knowledgenet(line: dict[str, Any], own: dict[str, Any] | None) -> Passage:
    text, shift = line["text"], line["start"] - 1
    facts = [
        Fact(NUMBER[each["property"]], _moved(each["subject_span"], -shift), _moved(each["object_span"], -shift))
        for each in line["facts"]
    ]
    annotated = set(line["annotated_properties"])
    weights = dict.fromkeys(NUMBER, 0.0 if own is None else HALF)
    if own is None:
        weights |= {head.name: WEAK for head in HEADS if head.name not in {*CONLL04_HEADS, "LOCATED_IN"}}
    else:
        lead = len(text) - len(text.lstrip())
        facts += [each for each in _own_facts(own, lead) if HEADS[each.head].name not in annotated]
        weights |= {head.name: 1.0 for head in HEADS if head.name not in CONLL04_HEADS}
    weights |= dict.fromkeys(annotated, 1.0)
    return Passage(text, f"knowledgenet {line['doc']}", tuple(facts), tuple(weights.values()), ordinary=own is not None)


def conll04(path: Path) -> Iterator[Passage]:
    """CoNLL04's sentences."""
    weights = dict.fromkeys(NUMBER, 0.0) | dict.fromkeys(UNLIKE_CONLL04, WEAK)
    weights |= dict.fromkeys((*CONLL04_HEADS, *CONLL04_NAMES.values()), 1.0)
    for sentence in read(path):
        spans = [sentence.characters_of(each) for each in sentence.entities]
        facts = tuple(
            Fact(NUMBER[CONLL04_NAMES.get(name, name)], spans[head], spans[tail])
            for name, head, tail in sentence.relations
        )
        typed = tuple(
            (span, CONLL04_TYPES.get(each.type, "")) for span, each in zip(spans, sentence.entities, strict=True)
        )
        yield Passage(sentence.text, f"conll04 {sentence.id}", facts, tuple(weights.values()), typed)


def _ordinary(shared: Path, own: list[dict[str, Any]]) -> Iterator[Passage]:
    """Passages of ordinary text that we labelled ourselves."""
    weights = {head.name: 1.0 for head in HEADS}
    texts = _texts(shared, own)
    for each in own:
        key = (each["corpus"], each["id"])
        if key in texts:
            yield Passage(
                texts[key][: each["end"]],
                " ".join(key),
                tuple(_own_facts(each, 0)),
                tuple(weights.values()),
                partial=True,
                ordinary=True,
            )


def _own(shared: Path) -> list[dict[str, Any]]:
    """Our own labels. Offsets only: the texts are under `shared`."""
    assert shared.is_dir()
    with ORDINARY.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _own_facts(line: dict[str, Any], shift: int) -> Iterator[Fact]:
    for name, *ends in line["facts"]:
        head = OWN_NAMES.get(name, name)
        subject, target = _moved(ends[:2], shift), _moved(ends[2:], shift)
        yield Fact(NUMBER[head], subject, target)
        if head == "SPOUSE":
            yield Fact(NUMBER[head], target, subject)
        if head in ALSO:
            yield Fact(NUMBER[ALSO[head]], subject, target)


def _texts(shared: Path, own: list[dict[str, Any]]) -> dict[tuple[str, str], str]:
    """(corpus, id) -> text, of the multi-hop corpora by id and of a plain file from the character that is the id."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for each in own:
        wanted[each["corpus"]].add(each["id"])
    found: dict[tuple[str, str], str] = {}
    for corpus in sorted(wanted):
        path = shared / corpus
        if path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            found |= {(corpus, each): text[int(each) :] for each in sorted(wanted[corpus])}
        elif (path / "corpus.jsonl").is_file():
            with (path / "corpus.jsonl").open(encoding="utf-8") as lines:
                for line in map(json.loads, lines):
                    if str(line["id"]) in wanted[corpus]:
                        found[corpus, str(line["id"])] = line["text"]
    return found


def _moved(span: list[int], by: int) -> Span:
    return span[0] + by, span[1] + by
