"""Re-DocRED: entity clusters within a document, names only (PER, ORG, LOC and MISC; dates and numbers are no entities).

Each gold name is matched to at most one of our mentions, the one whose characters overlap it most, and each of ours to
at most one gold name. The headline is B-cubed (Bagga and Baldwin 1998) over gold names: a gold name is right by the
share of its gold cluster that stands in its predicted cluster (recall), and by the share of its predicted cluster's
matched names that stand in its gold cluster (precision). A gold name that we did not find has recall 0 and no
precision. Names of ours beyond the gold, which leaves out many a name, do not count there. Beside it:

- `strict`: each further name of ours counts as a precision of 0;
- `found`: B-cubed over the matched names alone, the quality of the joining whatever was found;
- `muc` (Vilain et al. 1995) and `pairs`, the links between two names: names that stand alone do not count, missed names
  cost all their links;
- `names`: which gold names were found at all.
"""

from __future__ import annotations

import json
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Any, TypeVar

from tasks.base import SHARED, Options, Result, Score, Text, evidence_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from graph_schema.models import Evidence

FILE = SHARED / "relations" / "redocred" / "dev.jsonl"
NAMED_TYPES = frozenset({"PER", "ORG", "LOC", "MISC"})
UNNAMED_RULES = frozenset(
    "pronoun relative role same-role unnamed same-unnamed description apposition copula speaker".split()
)
NO_SPACE_BEFORE = frozenset({".", ",", ";", ":", "!", "?", ")", "]", "}", "%", "'s", "’s", "'", "n't", "’"})
NO_SPACE_AFTER = frozenset({"(", "[", "{", "$", "£", "€", "#"})
Span = tuple[int, int]
_Key = TypeVar("_Key", int, str)


@dataclass(frozen=True, slots=True)
class Sample:
    """One document as readable text, and its gold: the spans of each entity's names."""

    text: Text
    entities: tuple[tuple[Span, ...], ...]


@dataclass(slots=True)
class Tally:
    """Sums over documents: of each score the right, the said, the found and the gold."""

    bcubed: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    links: Counter[str] = field(default_factory=Counter)
    muc: Counter[str] = field(default_factory=Counter)
    names: Counter[str] = field(default_factory=Counter)

    def add(self, gold: dict[Span, int], predicted: dict[Span, str], extra: int) -> None:
        """One document: gold name -> its entity, matched gold name -> our entity, how many names of ours are left."""
        self.names += Counter(gold=len(gold), matched=len(predicted), said=len(predicted) + extra)
        by_gold, by_ours = _groups(gold), _groups(predicted)
        for name, ours in predicted.items():
            together = len(by_gold[gold[name]] & by_ours[ours])
            matched = len(by_gold[gold[name]] & predicted.keys())
            self.bcubed["precision"] += together / len(by_ours[ours])
            self.bcubed["recall"] += together / len(by_gold[gold[name]])
            self.bcubed["found"] += together / matched
        self._add_links(gold, predicted)
        self.muc += Counter(gold=len(gold) - len(by_gold), said=len(predicted) - len(by_ours))
        for group in by_gold.values():
            parts = {predicted[name] for name in group if name in predicted}
            self.muc["found"] += len(group) - len(parts) - len(group - predicted.keys())
        for ours_group in by_ours.values():
            self.muc["right"] += len(ours_group) - len({gold[name] for name in ours_group})

    def _add_links(self, gold: dict[Span, int], predicted: dict[Span, str]) -> None:
        for one, other in combinations(sorted(gold), 2):
            same = gold[one] == gold[other]
            said = one in predicted and predicted[one] == predicted.get(other)
            self.links += Counter(gold=same, said=said, right=same and said)

    def scores(self) -> dict[str, Score]:
        """Headline first."""
        names, bcubed = self.names, self.bcubed
        matched, precision, recall = names["matched"], bcubed["precision"], bcubed["recall"]
        return {
            "bcubed": Score(precision, matched, names["gold"], recall),
            "strict": Score(precision, names["said"], names["gold"], recall),
            "found": Score(precision, matched, matched, bcubed["found"]),
            "muc": Score(self.muc["right"], self.muc["said"], self.muc["gold"], self.muc["found"]),
            "pairs": Score(self.links["right"], self.links["said"], self.links["gold"]),
            "names": Score(matched, names["said"], names["gold"]),
        }


def run(options: Options) -> Result:
    """Score the shipped extractor on `--file`."""
    samples = load(options.file or FILE)
    tally = Tally()
    for sample, evidence in zip(samples, evidence_of(sample.text for sample in samples), strict=True):
        tally.add(*matched(sample, evidence))
    scores = tally.scores()
    said = {
        "bcubed": "B3, gold names; missed ones cost recall (headline)",
        "strict": "B3, further names of ours are wrong",
        "found": "B3, found names only",
        "muc": "MUC",
        "pairs": "pairwise links",
        "names": "names found (overlap, one to one)",
    }
    table = [("Re-DocRED names, precision / recall / F1", f"{len(samples)} documents")]
    table += [(said[name], _line(score)) for name, score in scores.items()]
    table.append(("aim, headline F1", ".85 (nothing published)"))
    figures: dict[str, Any] = scores["bcubed"].as_json()
    figures |= {name: score.as_json() for name, score in scores.items() if name != "bcubed"}
    return Result(figures, table)


def load(path: Path) -> list[Sample]:
    """The documents of a file. Raises `FileNotFoundError`."""
    return [sample_of(json.loads(line), number) for number, line in enumerate(path.open(encoding="utf-8"))]


def sample_of(row: dict[str, Any], number: int) -> Sample:
    """Tokens joined to readable text; a gold name that is two entities' is the first one's."""
    text, starts = detokenised(row["sents"])
    entities = []
    for vertices in row["vertexSet"]:
        kinds = {vertex["type"] for vertex in vertices}
        spans = {
            (starts[vertex["sent_id"]][vertex["pos"][0]][0], starts[vertex["sent_id"]][vertex["pos"][1] - 1][1])
            for vertex in vertices
        }
        if kinds & NAMED_TYPES:
            entities.append(tuple(sorted(spans)))
    return Sample(Text(id=f"{number}", text=text, title=row["title"]), tuple(entities))


def detokenised(sentences: Sequence[Sequence[str]]) -> tuple[str, list[list[Span]]]:
    """The text that the tokens of each sentence make, and each token's span in it."""
    text = ""
    spans: list[list[Span]] = []
    for tokens in sentences:
        spans.append([])
        before = ""
        quotes = 0
        for token in (unicodedata.normalize("NFC", each) for each in tokens):
            closing = token == '"' and quotes % 2 == 1
            opened = before == '"' and quotes % 2 == 1
            glued = token in NO_SPACE_BEFORE or closing or before in NO_SPACE_AFTER or opened
            hyphen = "-" in (token, before) or "–" in (token, before)
            text += "" if not text or (before and (glued or (hyphen and before))) else " "
            quotes += token == '"'
            spans[-1].append((len(text), len(text) + len(token)))
            text += token
            before = token
    return text, spans


def matched(sample: Sample, evidence: Evidence) -> tuple[dict[Span, int], dict[Span, str], int]:
    """Gold name -> its entity; matched gold name -> our entity; how many names of ours matched nothing."""
    gold: dict[Span, int] = {}
    for number, spans in enumerate(sample.entities):
        for span in spans:
            gold.setdefault(span, number)
    ours = {
        (mention.start, mention.end): mention.entity
        for mention in evidence.mentions
        if mention.rule not in UNNAMED_RULES
    }
    pairs = sorted((-_overlap(name, span), name, span) for name in gold for span in ours if _overlap(name, span) > 0)
    predicted: dict[Span, str] = {}
    used: set[Span] = set()
    for _, name, span in pairs:
        if name not in predicted and span not in used:
            predicted[name] = ours[span]
            used.add(span)
    return gold, predicted, len(ours) - len(used)


def _overlap(one: Span, other: Span) -> float:
    """Shared characters over all characters of both (Jaccard)."""
    shared = min(one[1], other[1]) - max(one[0], other[0])
    return shared / (max(one[1], other[1]) - min(one[0], other[0])) if shared > 0 else 0.0


def _groups(assigned: dict[Span, _Key]) -> dict[_Key, set[Span]]:
    groups: dict[_Key, set[Span]] = defaultdict(set)
    for span, key in assigned.items():
        groups[key].add(span)
    return groups


def _line(score: Score) -> str:
    return f"{score.precision:.3f} / {score.recall:.3f} / {score.f1:.3f}"
