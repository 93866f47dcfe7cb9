"""What a step may take in and spend, and what it did: contracts are frozen and finite, records are in every answer."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from pipeline.errors import ContractExceeded
from pipeline.text.tokens import count_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

StepName = Literal["history", "parse", "link", "plan", "retrieve", "cover", "answer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepContract:
    """The most one step may take in (tokens of text, rows of the graph) and spend (calls of the store, seconds)."""

    name: StepName
    max_tokens: int
    max_rows: int
    max_calls: int
    max_seconds: float


HISTORY = StepContract(name="history", max_tokens=2_000, max_rows=0, max_calls=0, max_seconds=10.0)
PARSE = StepContract(name="parse", max_tokens=256, max_rows=0, max_calls=0, max_seconds=30.0)
LINK = StepContract(name="link", max_tokens=256, max_rows=200, max_calls=12, max_seconds=10.0)
PLAN = StepContract(name="plan", max_tokens=256, max_rows=0, max_calls=0, max_seconds=1.0)
RETRIEVE = StepContract(name="retrieve", max_tokens=12_000, max_rows=300, max_calls=8, max_seconds=20.0)
COVER = StepContract(name="cover", max_tokens=4_000, max_rows=400, max_calls=4, max_seconds=10.0)
ANSWER = StepContract(name="answer", max_tokens=4_000, max_rows=60, max_calls=2, max_seconds=10.0)


@dataclass(slots=True)
class StepRecord:
    """What one step took in and spent under its contract; every amount is counted before it is used."""

    contract: StepContract
    tokens: int = 0
    rows: int = 0
    calls: int = 0
    seconds: float = 0.0
    started: float = field(default_factory=time.monotonic, repr=False)

    def take_text(self, text: str) -> str:
        """Count a text that goes into the step. Raises `ContractExceeded` rather than cut it."""
        self._charge("tokens", count_tokens(text), self.contract.max_tokens)
        return text

    def take_rows(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Count rows of the graph that go into the step."""
        self._charge("rows", len(rows), self.contract.max_rows)
        return rows

    def call(self) -> None:
        """Reserve one call of the store."""
        self._charge("calls", 1, self.contract.max_calls)
        self.check_time()

    def room(self, text: str) -> bool:
        """Whether `text` still fits: what does not is left out by the caller, and said."""
        return self.tokens + count_tokens(text) <= self.contract.max_tokens

    def check_time(self) -> None:
        """Raise `ContractExceeded` when the step has run too long."""
        self.seconds = time.monotonic() - self.started
        if self.seconds > self.contract.max_seconds:
            self._refuse("seconds", round(self.seconds, 2), self.contract.max_seconds)

    def as_json(self) -> dict[str, Any]:
        """Amounts beside their limits."""
        limits = self.contract
        return {
            "step": limits.name,
            "tokens": self.tokens,
            "max_tokens": limits.max_tokens,
            "rows": self.rows,
            "max_rows": limits.max_rows,
            "calls": self.calls,
            "max_calls": limits.max_calls,
            "seconds": round(self.seconds, 4),
            "max_seconds": limits.max_seconds,
        }

    def _charge(self, what: Literal["tokens", "rows", "calls"], amount: int, limit: int) -> None:
        total = getattr(self, what) + amount
        if total > limit:
            self._refuse(what, total, limit)
        setattr(self, what, total)

    def _refuse(self, what: str, value: float, limit: float) -> None:
        raise ContractExceeded(
            f"step {self.contract.name!r} would take {value} {what}; its contract allows {limit}.",
            "Ask a shorter or narrower question.",
        )


@contextmanager
def step(contract: StepContract, records: list[StepRecord]) -> Iterator[StepRecord]:
    """Run one step under its contract; its record is kept even when it fails."""
    record = StepRecord(contract)
    records.append(record)
    yield record
    record.check_time()
