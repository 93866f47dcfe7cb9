"""re3d `IsSynonymOf`: two spans of one sentence that stand for one thing, held against our clusters.

The annotators linked what a sentence itself puts side by side as one ("Syrian Democratic Forces (SDF)", a name and what
its bearer is), mostly in both directions; a link is counted once, and spans that link to a third are linked too. They
linked neither repeated names nor pronouns nor later descriptions. So:

- a gold link is found when a mention of ours that stands for its first span and another that stands for its second are
  of one entity, whatever joined them;
- a link of ours is a pair of entity spans of the gold, outermost, of one sentence, in different words, with mentions of
  one entity of which one was joined by a rule that reads such a statement (`STATED`); it is right when the gold links
  spans that overlap both, or the same words elsewhere in the document. `any_rule` counts pairs joined by any rule,
  pronouns and short forms too, as if the gold linked all that refer to one thing.

A mention stands for a span that it overlaps unless it is the name of something inside it (the organisation in
"commander of U.S. Central Command"). Quantities, coordinates and times given twice ("8 km (5 mi)") are values and not
entities; `all_types` counts their links too, as missed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import combinations
from typing import TYPE_CHECKING, Any

from pipeline.text import names
from tasks.base import Result, Score, Text, evidence_of
from tasks.re3d import FOLDER, folders_of, lines_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from graph_schema.models import Evidence, Mention
    from tasks.base import Options

VALUE_TYPES = frozenset({"Quantity", "Coordinate", "Temporal", "Money", "Frequency"})
STATED = frozenset({"abbreviation", "alias", "renamed", "title", "apposition", "copula"})
Span = tuple[int, int]
Pair = tuple[Span, Span]
Row = dict[str, Any]


def links(options: Options) -> Result:
    """Score the clusters of what is shipped on one folder of documents, or on each folder within the given one."""
    counts: Counter[str] = Counter()
    for folder in folders_of(options.folder or FOLDER):
        documents = lines_of(folder / "documents.jsonl")
        entities, gold = _by_document(folder / "entities.jsonl"), _by_document(folder / "relations.jsonl")
        texts = [Text(id=each["_id"], text=each["text"], title=each["title"]) for each in documents]
        for document, evidence in zip(documents, evidence_of(texts), strict=True):
            counts += _compared(entities[document["_id"]], gold[document["_id"]], evidence)
    right, said, wanted = counts["right"], counts["right"] + counts["stated"], counts["wanted"]
    scores = {
        "": Score(right, said, wanted),
        "any_rule": Score(right, right + counts["joined"], wanted),
        "all_types": Score(right, said, wanted + counts["values"]),
    }
    figures: Row = scores[""].as_json() | {name: score.as_json() for name, score in scores.items() if name}
    return Result(figures, [(f"IsSynonymOf {name}".strip(), _line(score)) for name, score in scores.items()])


def _by_document(path: Any) -> dict[str, list[Row]]:  # noqa: ANN401
    found: dict[str, list[Row]] = defaultdict(list)
    for row in lines_of(path):
        found[row["documentId"]].append(row)
    return found


def _compared(entities: list[Row], relations: list[Row], evidence: Evidence) -> Counter[str]:
    """Links that are right, wanted among entities, wanted among values, and those of ours beyond the gold."""
    types = {(row["begin"], row["end"]): row["type"] for row in entities}
    closed = gold_links(relations)
    wanted = {pair for pair in closed if not {types.get(span) for span in pair} & VALUE_TYPES}
    text = "".join(chunk.text for chunk in evidence.chunks)
    spans = [*types, *(span for pair in wanted for span in pair)]
    standing = {span: _standing(span, types, evidence.mentions, text) for span in spans}
    words = {(row["begin"], row["end"]): _plain(row["value"]) for row in entities}
    known = _linked_words(closed, words)
    further = [
        (pair, stated)
        for pair, stated in _said(entities, standing)
        if not _covered(pair, closed) and frozenset(words[span] for span in pair) not in known
    ]
    return Counter(
        right=sum(any(_joined(standing[one], standing[other])) for one, other in wanted),
        wanted=len(wanted),
        values=len(closed) - len(wanted),
        joined=len(further),
        stated=sum(stated for _, stated in further),
    )


def _joined(first: Iterable[Mention], second: Iterable[Mention]) -> Iterator[tuple[Mention, Mention]]:
    """Pairs of two mentions of one entity."""
    yield from ((one, other) for one in first for other in second if one.entity == other.entity and one is not other)


def gold_links(relations: Iterable[Row]) -> set[Pair]:
    """The linked pairs of spans, each once in order of the text, with what they imply: links of links."""
    groups: list[set[Span]] = []
    for row in relations:
        if row["type"] == "IsSynonymOf":
            pair = {(row["sourceBegin"], row["sourceEnd"]), (row["targetBegin"], row["targetEnd"])}
            touched = [group for group in groups if group & pair]
            groups = [group for group in groups if group not in touched] + [pair.union(*touched)]
    return {pair for group in groups for pair in combinations(sorted(group), 2)}


def _linked_words(pairs: Iterable[Pair], words: dict[Span, str]) -> set[frozenset[str]]:
    """Pairs of words that the gold links somewhere in the document, directly or through others."""
    groups: list[set[str]] = []
    for pair in pairs:
        linked = {words.get(span, "") for span in pair}
        touched = [group for group in groups if group & linked]
        groups = [group for group in groups if group not in touched] + [linked.union(*touched)]
    return {frozenset(each) for group in groups for each in combinations(sorted(group), 2)}


def _said(entities: list[Row], standing: dict[Span, list[Mention]]) -> Iterator[tuple[Pair, bool]]:
    """Pairs of outermost spans of one sentence, in different words, whose mentions are of one entity, and whether a
    rule that reads a statement of the sentence joined one of them."""
    sentences: dict[str, dict[Span, str]] = defaultdict(dict)
    for row in entities:
        if row["type"] not in VALUE_TYPES:
            sentence = row["_id"].removeprefix(row["documentId"] + "-").partition("-")[0]
            sentences[sentence][row["begin"], row["end"]] = _plain(row["value"])
    for spans in sentences.values():
        outer = [span for span in sorted(spans) if not any(_within(span, other) for other in spans if other != span)]
        for one, other in combinations(outer, 2):
            pairs = list(_joined(standing[one], standing[other]))
            if pairs and one[1] <= other[0] and spans[one] != spans[other]:
                yield (one, other), any({first.rule, second.rule} & STATED for first, second in pairs)


def _standing(span: Span, types: dict[Span, str], mentions: Iterable[Mention], text: str) -> list[Mention]:
    """The mentions that stand for a span; a span of its type that ends it, or stands before "of" or "in", is its
    head."""
    words = _plain(text[slice(*span)])
    inner = [each for each in types if _within(each, span) and _plain(text[slice(*each)]) != words]
    other = [
        each
        for each in inner
        if types[each] != types.get(span)
        or not (each[1] == span[1] or (each[0] == span[0] and text[each[1] :].startswith((" of ", " in "))))
    ]
    return [
        mention
        for mention in mentions
        if _overlap((mention.start, mention.end), span)
        and not any(_within((mention.start, mention.end), each) for each in other)
    ]


def _covered(pair: Pair, gold: set[Pair]) -> bool:
    """Whether the gold links spans that overlap these two."""
    return any(_overlap(pair[0], one) and _overlap(pair[1], other) for one, other in gold)


def _within(inner: Span, outer: Span) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _plain(text: str) -> str:
    return names.fold(text).removeprefix("the ")


def _line(score: Score) -> str:
    return f"{score.precision:.3f} / {score.recall:.3f} / {score.f1:.3f}"
