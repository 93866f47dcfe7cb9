"""re3d: entities of any kind in government reports, by the characters they cover, and links between their names.

Gold are the distinct spans of `entities.jsonl` of every type, those of confidence 0 too: one span that was given two
types is one. Left out are spans that begin or end inside a word ("st ISIL" of "against ISIL": a word list marked them)
or are not the text that the file says. A span within another is part of it: the reports mark "Iraq" in "the government
of Iraq" too, and the mentions of a text do not overlap here. So a mention is right when it overlaps a gold span, and an
outermost gold span is found when a mention overlaps it, each mention and each outermost span being matched at most
once, largest overlap first. A further mention within an outermost span is matched to a span that lies inside it, at
most once as well; it is then right, and adds nothing to recall.

Mentions are what the graph holds: the mentions of local entities, named and described, and the values that are stated.
"""

from __future__ import annotations

import importlib
import json
from collections import defaultdict
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from tasks.base import SHARED, Result, Score, Text, evidence_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tasks.base import Options

FOLDER = SHARED / "reports" / "re3d"

EVERY = "entities, spans within others required too"
COUNTS = ("right", "said", "gold", "found")

Span = tuple[int, int]


def run(options: Options) -> Result:
    """Score one folder of documents, or each folder within the given one and all of them together."""
    folders = folders_of(options.folder or FOLDER)
    scored = [_entities(folder) for folder in folders]
    scores = [outer for outer, _ in scored]
    total, every = (_total([both[which] for both in scored]) for which in (0, 1))
    table = [(f"entities, {folder.name}", _line(score)) for folder, score in zip(folders, scores, strict=True)]
    result = Result(
        {"entities": total.as_json(), **total.as_json()},
        [*table, ("entities, all", _line(total)), (EVERY, _line(every))],
    )
    if find_spec("tasks.re3d_links") is None:
        return result
    links: Result = importlib.import_module("tasks.re3d_links").links(options)
    result.figures["relations"] = links.figures
    result.table += links.table
    return result


def _total(scores: list[Score]) -> Score:
    return Score(*(sum(getattr(each, count) or 0 for each in scores) for count in COUNTS))


def folders_of(folder: Path) -> list[Path]:
    """`folder` if it holds documents, else those within it that do. Raises `FileNotFoundError` when none does."""
    folders = [folder] if (folder / "documents.jsonl").exists() else sorted(folder.glob("*/documents.jsonl"))
    if not folders:
        raise FileNotFoundError(f"no documents.jsonl in {str(folder)!r} or a folder within it")
    return [each if each.is_dir() else each.parent for each in folders]


def lines_of(path: Path) -> list[dict[str, Any]]:
    """The records of a JSONL file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _entities(folder: Path) -> tuple[Score, Score]:
    """The score, and the same with each span within another required as well."""
    documents = lines_of(folder / "documents.jsonl")
    gold = gold_spans({each["_id"]: each["text"] for each in documents}, lines_of(folder / "entities.jsonl"))
    texts = [Text(id=each["_id"], text=each["text"], title=each["title"]) for each in documents]
    outer, every = [], []
    for document, evidence in zip(documents, evidence_of(texts), strict=True):
        spans = {(each.start, each.end) for each in evidence.mentions}
        mentions = sorted(spans | {(each.start, each.end) for each in evidence.values})
        wanted = gold[document["_id"]]
        outer.append(_score(mentions, wanted))
        matched = len(_matched(mentions, sorted(wanted)))
        every.append(Score(matched, len(mentions), len(wanted), matched))
    return _total(outer), _total(every)


def _score(mentions: list[Span], gold: set[Span]) -> Score:
    right, found = compare(mentions, gold)
    return Score(right, len(mentions), len(outermost(gold)), found)


def gold_spans(documents: dict[str, str], entities: Iterable[dict[str, Any]]) -> dict[str, set[Span]]:
    """Document -> its distinct gold spans."""
    found: dict[str, set[Span]] = defaultdict(set)
    for each in entities:
        text, start, end = documents[each["documentId"]], each["begin"], each["end"]
        if text[start:end] == each["value"] and not _cuts(text, start) and not _cuts(text, end):
            found[each["documentId"]].add((start, end))
    return found


def _cuts(text: str, at: int) -> bool:
    """Whether `at` lies inside a word."""
    return 0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum()


def outermost(spans: set[Span]) -> set[Span]:
    """The spans that lie within no other."""
    return {
        one for one in spans if not any(other != one and other[0] <= one[0] and one[1] <= other[1] for other in spans)
    }


def compare(said: list[Span], gold: set[Span]) -> tuple[int, int]:
    """How many of `said` are right, and how many outermost gold spans they find."""
    outer = outermost(gold)
    first = _matched(said, sorted(outer))
    rest = [span for span in said if span not in first]
    return len(first) + len(_matched(rest, sorted(gold - outer))), len(first)


def _matched(said: list[Span], gold: list[Span]) -> set[Span]:
    """Those of `said` that are matched one to one with spans of `gold` that they overlap, largest overlap first."""
    pairs = [(min(s[1], g[1]) - max(s[0], g[0]), s, g) for s in said for g in gold if s[0] < g[1] and g[0] < s[1]]
    taken: set[Span] = set()
    used: set[Span] = set()
    for _, mine, theirs in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if mine not in taken and theirs not in used:
            taken.add(mine)
            used.add(theirs)
    return taken


def _line(score: Score) -> str:
    return f"P {score.precision:.3f}  R {score.recall:.3f}  F1 {score.f1:.3f}"
