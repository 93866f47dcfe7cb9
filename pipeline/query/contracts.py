"""What a step may take in and spend, and what it did: contracts are frozen and finite, records are in every answer."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Literal, Self

from pipeline.errors import ContractExceeded, GroundplanError, StoreTimeout, UsageError
from pipeline.query.cancel import CancelToken
from pipeline.text.tokens import count_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

StepName = Literal["history", "parse", "link", "plan", "rank", "retrieve", "cover", "answer"]
CEILING = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class StepContract:
    """The most one step may take in (tokens of text that it works on, rows of the graph, characters in those rows) and
    spend (calls of the store, seconds)."""

    name: StepName
    max_tokens: int
    max_rows: int
    max_calls: int
    max_seconds: float
    max_chars: int = 400_000


HISTORY = StepContract(name="history", max_tokens=2_000, max_rows=0, max_calls=0, max_seconds=10.0)
PARSE = StepContract(name="parse", max_tokens=256, max_rows=100, max_calls=1, max_seconds=30.0)
LINK = StepContract(name="link", max_tokens=256, max_rows=200, max_calls=12, max_seconds=10.0)
PLAN = StepContract(name="plan", max_tokens=256, max_rows=0, max_calls=0, max_seconds=1.0)
RANK = StepContract(name="rank", max_tokens=256, max_rows=4_000, max_calls=18, max_seconds=20.0, max_chars=1_500_000)
RETRIEVE = StepContract(name="retrieve", max_tokens=12_000, max_rows=3_000, max_calls=200, max_seconds=20.0)
COVER = StepContract(name="cover", max_tokens=4_000, max_rows=400, max_calls=4, max_seconds=10.0)
ANSWER = StepContract(name="answer", max_tokens=4_000, max_rows=60, max_calls=2, max_seconds=10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The contracts of all steps of one question. Frozen and finite.

    A caller may lower any limit, `Budget().limited("retrieve", max_tokens=2_000)`, and raise one to `CEILING` times its
    default. Raises `UsageError` for more than that, and for what is no limit.
    """

    history: StepContract = HISTORY
    parse: StepContract = PARSE
    link: StepContract = LINK
    plan: StepContract = PLAN
    rank: StepContract = RANK
    retrieve: StepContract = RETRIEVE
    cover: StepContract = COVER
    answer: StepContract = ANSWER

    def __post_init__(self) -> None:
        for each in fields(self):
            _check(each.name, getattr(self, each.name), each.default)

    def limited(self, step: StepName, **limits: float) -> Self:
        """The same budget with other limits of one step."""
        if step not in {each.name for each in fields(self)}:
            steps = ", ".join(each.name for each in fields(self))
            raise UsageError(f"there is no step {step!r}.", f"Steps: {steps}.")
        unknown = sorted(limits.keys() - _LIMITS)
        if unknown:
            raise UsageError(f"a step has no limit {unknown[0]!r}.", f"Limits: {', '.join(sorted(_LIMITS))}.")
        return replace(self, **{step: replace(getattr(self, step), **limits)})


_LIMITS = {each.name for each in fields(StepContract)} - {"name"}


def _check(step: str, given: object, default: Any) -> None:  # noqa: ANN401
    if not isinstance(given, StepContract) or given.name != step:
        raise UsageError(f"{given!r} is no contract of the step {step!r}.", "Lower the limits of the default one.")
    for limit in sorted(_LIMITS):
        value, ceiling = getattr(given, limit), CEILING * getattr(default, limit)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= ceiling:
            raise UsageError(
                f"{limit} of the step {step!r} cannot be {value!r}.", f"It lies between 0 and {ceiling:,}."
            )


@dataclass(slots=True)
class StepRecord:
    """What one step took in and spent under its contract; every amount is counted before it is used. At each charge it
    stops where its question was called off or is out of time."""

    contract: StepContract
    tokens: int = 0
    rows: int = 0
    chars: int = 0
    calls: int = 0
    seconds: float = 0.0
    full: bool = False
    started: float = field(default_factory=time.monotonic, repr=False)
    token: CancelToken = field(default_factory=CancelToken, repr=False, compare=False)

    def take_text(self, text: str) -> str:
        """Count a text that goes into the step. Raises `ContractExceeded` rather than cut it."""
        self._charge(tokens=count_tokens(text))
        return text

    def take_rows(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Count rows of the graph that go into the step, and all the text in them, whatever it is used for."""
        self._charge(rows=len(rows), chars=sum(map(_chars, rows)))
        return rows

    def call(self) -> None:
        """Reserve one call of the store."""
        self._charge(calls=1)
        self.check_time()

    def room(self, text: str) -> bool:
        """Whether `text` still fits. What does not is left out by the caller, and the record says so: it is `full`."""
        fits = self.tokens + count_tokens(text) <= self.contract.max_tokens
        self.full = self.full or not fits
        return fits

    def check_time(self) -> None:
        """Raise `ContractExceeded` when the step has run too long, `QuestionTimeout` or `QuestionCancelled` when its
        question has or was called off."""
        self.token.check()
        self.seconds = time.monotonic() - self.started
        if self.seconds > self.contract.max_seconds:
            self._refuse("seconds", round(self.seconds, 2), self.contract.max_seconds)

    def seconds_left(self) -> float:
        """What a call of the store may still take. Raises as `check_time` where there is nothing left."""
        self.check_time()
        left = self.contract.max_seconds - self.seconds
        return left if self.token.left is None else min(left, self.token.left)

    def as_json(self) -> dict[str, Any]:
        """Amounts beside their limits."""
        limits = self.contract
        return {
            "step": limits.name,
            "tokens": self.tokens,
            "max_tokens": limits.max_tokens,
            "rows": self.rows,
            "max_rows": limits.max_rows,
            "chars": self.chars,
            "max_chars": limits.max_chars,
            "calls": self.calls,
            "max_calls": limits.max_calls,
            "seconds": round(self.seconds, 4),
            "max_seconds": limits.max_seconds,
            "full": self.full,
        }

    def _charge(self, **amounts: int) -> None:
        """Count every amount, or none of them."""
        self.token.check()
        totals = {what: getattr(self, what) + amount for what, amount in amounts.items()}
        for what, total in totals.items():
            limit = getattr(self.contract, f"max_{what}")
            if total > limit:
                self._refuse(what, total, limit)
        for what, total in totals.items():
            setattr(self, what, total)

    def _refuse(self, what: str, value: float, limit: float) -> None:
        raise ContractExceeded(
            f"step {self.contract.name!r} would take {value} {what}; its contract allows {limit}.",
            "Ask a shorter or narrower question.",
        )


@contextmanager
def step(contract: StepContract, records: list[StepRecord], token: CancelToken | None = None) -> Iterator[StepRecord]:
    """Run one step under its contract; its record is kept even when it fails. A statement that the server ended because
    the step or its question was out of time raises what `check_time` does."""
    record = StepRecord(contract, token=token or CancelToken())
    records.append(record)
    try:
        yield record
    except StoreTimeout as error:
        try:
            record.check_time()
        except GroundplanError as told:
            raise told from error
        raise
    record.check_time()


def _chars(value: object) -> int:
    """The characters of all text in a row, however deep it lies."""
    match value:
        case str():
            return len(value)
        case dict():
            return sum(map(_chars, value.values()))
        case list():
            return sum(map(_chars, value))
    return 0
