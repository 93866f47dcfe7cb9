"""Cover: how far an answer can be relied on. What was in scope and read, what supports it, how sure that is, and what
follows: to answer, to show passages, or to abstain."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from graph_schema.keys import document_key
from graph_schema.models import CATALOGUED
from pipeline.query.scope import EVERYTHING, Scope
from pipeline.query.score import facts_of, score_of, signals_of, steps_of

if TYPE_CHECKING:
    from pipeline.query.contracts import StepRecord
    from pipeline.query.plan import Plan
    from pipeline.query.question import Question
    from pipeline.query.retrieve import Retrieved
    from pipeline.query.score import Signals
    from pipeline.settings import Settings
    from pipeline.store.driver import Store

Decision = Literal["answer", "passages", "abstain"]

MAX_COUNTED = 50_000
MAX_LOOKED_AT = 200
MAX_RUNS = 50
OTHERS = ""  # in an inventory: of sources beyond those it names


@dataclass(frozen=True, slots=True)
class Inventory:
    """What a finished run counted: documents by the extractor that read them, outstanding dead letters by source."""

    read: dict[str, int]
    failed: dict[str, int]

    @classmethod
    def of(cls, text: str) -> Inventory:
        """As a run wrote it."""
        return cls(**json.loads(text))

    def failed_in(self, source: str | None) -> int:
        """Dead letters of a source, or of all: they may be anywhere in it, so that each counts in every part of it."""
        return sum(count for name, count in self.failed.items() if source in {None, name} or name == OTHERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How many documents are in scope, and how many of those the current extractor read. Unread are those that are
    `catalogued` only, `outdated` (read by another version), `failed` (outstanding dead letters) or `uncounted` (came
    after the latest finished run). All but `documents` are `None` where nobody counted yet. `whole` is False where
    there are more than were looked at: every count is then of a part."""

    documents: int
    read: int | None = None
    catalogued: int | None = None
    outdated: int | None = None
    failed: int | None = None
    uncounted: int | None = None
    whole: bool = True

    @property
    def share(self) -> float | None:
        """Read documents of all in scope, 0 to 1."""
        return None if self.read is None or not self.documents else self.read / self.documents

    @property
    def unread(self) -> int | None:
        """How many were not read."""
        return None if self.read is None else self.documents - self.read

    def __str__(self) -> str:
        least = "" if self.whole else "at least "
        if self.read is None:
            return f"{least}{_count(self.documents, 'document')}"
        reasons = {"catalogued only": self.catalogued, "read by another version": self.outdated,
                   "dead letters": self.failed, "not counted yet": self.uncounted}  # fmt: skip
        first, *others = [f"{count:,} {reason}" for reason, count in reasons.items() if count] or [""]
        unread = [first.replace(" ", " of them ", 1), *others] if first else []
        return ", ".join([f"{least}{_count(self.documents, 'document')}", *unread])


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """What stands behind an answer: claims, distinct documents, the date of the latest of those, and how many of its
    facts are excluded by another that documents state."""

    claims: int = 0
    documents: int = 0
    latest: str | None = None
    conflicts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How far an answer can be relied on. `last_run` is when the latest run finished (ISO 8601 UTC); `score` the
    estimated probability that the answer is right, made of `signals`; both are `None` where there is none."""

    scope: Scope
    extent: Extent
    support: Support
    last_run: str | None
    score: float | None
    decision: Decision
    reason: str
    signals: Signals | None = None

    @property
    def could_help(self) -> bool:
        """Whether reading what is in scope and was not read could change the answer."""
        return bool(self.extent.unread)

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        extent = {name: getattr(self.extent, name) for name in Extent.__slots__}
        share = self.extent.share
        return {
            "scope": self.scope.as_json(),
            "extent": extent | {"share": None if share is None else round(share, 4)},
            "support": {name: getattr(self.support, name) for name in Support.__slots__},
            "last_run": self.last_run,
            "score": self.score,
            "signals": None if self.signals is None else self.signals.as_json(),
            "decision": self.decision,
            "reason": self.reason,
            "could_help": self.could_help,
        }

    def __str__(self) -> str:
        """One line."""
        support = self.support
        parts = [
            _share(self.extent),
            f"{_count(support.claims, 'claim')} in {_count(support.documents, 'document')}" if support.claims else "",
            f"latest {support.latest}" if support.latest else "",
            f"{_count(support.conflicts, 'fact')} contested" if support.conflicts else "",
        ]
        return f"coverage: {'; '.join(part for part in parts if part)}; {self.reason}"


class Cover:
    """Makes the report on what was retrieved, under one step's contract. `extractor` is the fingerprint of the current
    one."""

    def __init__(self, store: Store, settings: Settings, record: StepRecord, *, extractor: str) -> None:
        self.store = store
        self.settings = settings
        self.record = record
        self.extractor = extractor

    def __call__(self, plan: Plan, question: Question, retrieved: Retrieved, scope: Scope = EVERYTHING) -> Coverage:
        """The report. Its costs do not grow with the graph: what is counted of all documents was counted by a run."""
        extent, last_run = self._extent(scope)
        support = self._support(retrieved, scope)
        signals = signals_of(plan, question, retrieved, conflicts=support.conflicts)
        score = None if signals is None else score_of(signals)
        decision, reason = decide(score, extent, self.settings)
        return Coverage(
            scope=scope,
            extent=extent,
            support=support,
            last_run=last_run,
            score=score,
            decision=decision,
            reason=reason,
            signals=signals,
        )

    # what is in scope

    def _extent(self, scope: Scope) -> tuple[Extent, str | None]:
        self.record.call()
        (row,) = self.record.take_rows(self.store.read("latest_inventory", looked_at=MAX_RUNS))
        inventory = None if row["inventory"] is None else Inventory.of(self.record.take_text(row["inventory"]))
        if not scope.is_all:
            return self._of_part(scope, 0 if inventory is None else inventory.failed_in(scope.source)), row["finished"]
        if inventory is None:
            return Extent(documents=row["documents"]), row["finished"]
        counted = Counter(inventory.read)
        uncounted = max(row["documents"] - counted.total(), 0)
        return self._counted(counted, inventory.failed_in(None), uncounted=uncounted), row["finished"]

    def _of_part(self, scope: Scope, failed: int) -> Extent:
        self.record.call()
        name = "count_period" if scope.source is None else "count_scope"
        rows = self.record.take_rows(self.store.read(name, scope=scope.parameter, limit=MAX_COUNTED))
        whole = sum(row["looked_at"] for row in rows) < MAX_COUNTED
        return self._counted(Counter({row["extractor"]: row["documents"] for row in rows}), failed, whole=whole)

    def _counted(self, counted: Counter[str], failed: int, *, uncounted: int = 0, whole: bool = True) -> Extent:
        read, catalogued = counted[self.extractor], counted[CATALOGUED]
        return Extent(
            documents=counted.total() + failed + uncounted,
            read=read,
            catalogued=catalogued,
            outdated=counted.total() - read - catalogued,
            failed=failed,
            uncounted=uncounted,
            whole=whole,
        )

    # what supports the answer

    def _support(self, retrieved: Retrieved, scope: Scope) -> Support:
        keys = [fact.key for fact in facts_of(retrieved)]
        facts = self._read("support_of_facts", keys, scope=scope.parameter, per_fact=MAX_LOOKED_AT)
        supporting = {document for row in facts for document in row["documents"]}
        cited = [*retrieved.citations, *(passage.citation for passage in retrieved.passages)]
        cited += [citation for step in steps_of(retrieved) for citation in step.citations]
        cited += [citation for theme in retrieved.themes for citation in theme.sentences]
        others = {document_key(each.source, each.path, each.record) for each in cited if each.supports} - supporting
        dates = [row["latest"] for row in facts]
        dates += [row["date"] for row in self._read("dates_of_documents", sorted(others))]
        return Support(
            claims=sum(row["claims"] for row in facts),
            documents=len(supporting | others),
            latest=max((date for date in dates if date), default=None),
            conflicts=sum(1 for row in facts if row["rivals"]),
        )

    def _read(self, name: str, keys: list[str], **parameters: Any) -> list[dict[str, Any]]:  # noqa: ANN401
        """The rows of a statement about some keys; it is not sent for none."""
        if not keys:
            return []
        self.record.call()
        return self.record.take_rows(self.store.read(name, keys=keys, **parameters))


def decide(score: float | None, extent: Extent, settings: Settings) -> tuple[Decision, str]:
    """What follows from a score, and why, in words."""
    if score is None:
        return "abstain", f"nothing was found to answer from{_help(extent)}"
    if score >= settings.min_answer_score:
        return "answer", f"score {score:.2f}: an answer"
    if score >= settings.min_passages_score:
        return "passages", f"score {score:.2f}, an answer needs {settings.min_answer_score:g}: passages only"
    return "abstain", f"score {score:.2f}, passages need {settings.min_passages_score:g}: not answered{_help(extent)}"


def _help(extent: Extent) -> str:
    """Whether a recursive pass could help."""
    if extent.unread is None:
        return ""
    if not extent.unread:
        return "; everything in scope was read, so that a recursive pass would find no more"
    return f"; a recursive pass over the {_count(extent.unread, 'document')} in scope that were not read could help"


def _share(extent: Extent) -> str:
    least = "" if extent.whole else "at least "
    if extent.read is None:
        return f"{least}{_count(extent.documents, 'document')} in scope"
    return f"{extent.read} of {least}{_count(extent.documents, 'document')} in scope read"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
