"""Typed claims on ordinary text, judged by hand against their quotes.

200 accepted typed claims of the speeches and the re3d reports are drawn by a hash of what each says, so that a change
of the extractor leaves most of the draw as it was. `judgements.jsonl` holds a verdict for each claim that was ever
judged, by offsets alone: document, quote, predicate, first mention of subject and object, or value. A claim that nobody
judged counts as wrong in `precision`; `precision_judged` leaves it out. `--unjudged FILE` writes those out.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from graph_schema.keys import digest
from graph_schema.models import Failed
from pipeline.ingest.read import read_file
from pipeline.ingest.sources import parse_source
from pipeline.settings import Settings
from tasks.base import SHARED, Result, Text, evidence_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graph_schema.models import Claim, Evidence
    from tasks.base import Options

JUDGEMENTS = Path(__file__).resolve().parents[1] / "judgements.jsonl"
SPEECHES = SHARED / "archive" / "state_union"
REPORTS = SHARED / "reports" / "re3d"
DRAWN = 200
SEED = 4
AIM = 0.85


class Drawn(NamedTuple):
    """A claim as it is judged: `said` is the line of the judgements' file, without the verdict."""

    order: str
    said: dict[str, Any]
    subject: str
    object: str
    quote: str
    confidence: float
    stance: str


def run(options: Options) -> Result:
    """Draw, look the verdicts up, count. Raises `FileNotFoundError` when the texts are not there."""
    drawn = sorted(each for evidence in evidence_of(texts()) for each in _typed(evidence))[:DRAWN]
    verdicts = {_identity(row): bool(row["right"]) for row in _lines(JUDGEMENTS)} if JUDGEMENTS.exists() else {}
    if options.unjudged is not None:
        _write_unjudged(options.unjudged, [each for each in drawn if _identity(each.said) not in verdicts])
    judged = [(each, verdicts[_identity(each.said)]) for each in drawn if _identity(each.said) in verdicts]
    right = sum(verdict for _, verdict in judged)
    table = [
        ("claims drawn", str(len(drawn))),
        ("judged", str(len(judged))),
        ("right", str(right)),
        (f"precision (aim {AIM})", f"{_share(right, len(drawn)):.3f}"),
        *_by_predicate(judged),
    ]
    figures = {
        "precision": round(_share(right, len(drawn)), 4),
        "recall": None,
        "f1": None,
        "precision_judged": round(_share(right, len(judged)), 4),
        "drawn": len(drawn),
        "judged": len(judged),
    }
    return Result(figures, table)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def texts() -> Iterator[Text]:
    """The speeches, then the reports of each folder, in the order of their names."""
    for path in sorted(SPEECHES.glob("*.txt")):
        source = parse_source(str(path))
        for raw in read_file(source, path.relative_to(source.root), Settings.load()):
            if isinstance(raw, Failed):
                raise ValueError(f"{path.name}: {raw.reason}")
            yield Text(path.name, raw.text, raw.document.title, raw.document.date)
    for folder in sorted(REPORTS.iterdir()):
        for row in _lines(folder / "documents.jsonl"):
            yield Text(f"{folder.name}/{row['_id']}", row["text"], title=row.get("title"))


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def _typed(evidence: Evidence) -> Iterator[Drawn]:
    entities = {each.key: each for each in evidence.entities}
    for claim in evidence.claims:
        if claim.status != "accepted":
            continue
        subject, target = entities[claim.subject], None if claim.object is None else entities[claim.object]
        said: dict[str, Any] = {
            "document": evidence.document.path,
            "start": claim.start,
            "end": claim.end,
            "predicate": claim.predicate,
            "subject": [subject.start, subject.end],
        }
        if target is not None:
            said["object"] = [target.start, target.end]
        elif claim.value is not None:
            said["value"] = claim.value.normalised
        name = target.name if target is not None else claim.value.text if claim.value else ""
        order = digest("judged", SEED, _identity(said))
        yield Drawn(order, said, subject.name, name, claim.quote, claim.confidence, _stance(claim))


def _stance(claim: Claim) -> str:
    said = [claim.polarity, claim.modality] + ([f"said by {claim.attributed_to}"] if claim.attributed_to else [])
    return ", ".join(said)


def _identity(said: dict[str, Any]) -> str:
    kept = {name: value for name, value in said.items() if name not in {"right", "why"}}
    return json.dumps(kept, sort_keys=True, ensure_ascii=False)


def _by_predicate(judged: list[tuple[Drawn, bool]]) -> list[tuple[str, str]]:
    right, said = Counter[str](), Counter[str]()
    for each, verdict in judged:
        said[each.said["predicate"]] += 1
        right[each.said["predicate"]] += verdict
    return [(f"  {name}", f"{right[name]} of {count}") for name, count in said.most_common()]


def _write_unjudged(path: Path, drawn: list[Drawn]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for each in drawn:
            row = each.said | {
                "names": f"{each.subject} | {each.said['predicate']} | {each.object}",
                "stance": each.stance,
                "confidence": each.confidence,
                "quote": each.quote,
            }
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
