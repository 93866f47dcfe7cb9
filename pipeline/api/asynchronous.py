"""`AsyncGroundplan`: the same for asyncio."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Self, TypeVar

from pipeline.api.graph import Groundplan
from pipeline.query.cancel import CancelToken

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from datetime import date
    from pathlib import Path
    from types import TracebackType

    from pipeline.ingest.estimate import Estimate
    from pipeline.ingest.report import RunReport
    from pipeline.ingest.status import Status
    from pipeline.query.answer import Answer
    from pipeline.query.contracts import Budget
    from pipeline.query.history import Turn
    from pipeline.query.plan import Plan
    from pipeline.query.results import Entities, Neighbours, Paths
    from pipeline.query.retrieval.result import Retrieval
    from pipeline.query.scope import Scope
    from pipeline.settings import Settings
    from pipeline.store.analyst import Table
    from pipeline.store.digest import GraphDigest

T = TypeVar("T")


class AsyncGroundplan:
    """`Groundplan` for asyncio: the same calls, each in a thread. One instance serves a whole server process.

    `max_concurrent_questions` are answered at a time, in as many threads, and the others wait without one. A task that
    is cancelled calls its question off: that stops where it next counts something, at the latest when its statement is
    done, and frees its slot.
    """

    def __init__(self, graph: Groundplan) -> None:
        self.graph = graph
        self._threads = ThreadPoolExecutor(graph.settings.max_concurrent_questions, "groundplan-question")

    @classmethod
    async def open(cls, settings: Settings | None = None, **overrides: Any) -> Self:  # noqa: ANN401
        """As `Groundplan.open`."""
        return cls(await asyncio.to_thread(Groundplan.open, settings, **overrides))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """As `Groundplan.close`."""
        await asyncio.to_thread(self.graph.close)
        self._threads.shutdown(wait=False)

    async def ingest(self, *sources: str | Path, **options: Any) -> RunReport:  # noqa: ANN401
        """As `Groundplan.ingest`."""
        return await asyncio.to_thread(lambda: self.graph.ingest(*sources, **options))

    async def estimate(self, *sources: str | Path, **options: Any) -> Estimate:  # noqa: ANN401
        """As `Groundplan.estimate`."""
        return await asyncio.to_thread(lambda: self.graph.estimate(*sources, **options))

    async def retry(self, **options: Any) -> RunReport:  # noqa: ANN401
        """As `Groundplan.retry`."""
        return await asyncio.to_thread(lambda: self.graph.retry(**options))

    async def digest(self) -> GraphDigest:
        """As `Groundplan.digest`."""
        return await asyncio.to_thread(self.graph.digest)

    async def status(self) -> Status:
        """As `Groundplan.status`."""
        return await asyncio.to_thread(self.graph.status)

    async def ask(
        self,
        question: str,
        *,
        scope: Scope | None = None,
        history: Sequence[Turn] = (),
        budget: Budget | None = None,
        as_of: date | None = None,
        on_plan: Callable[[Plan], object] | None = None,
        timeout_s: float | None = None,
    ) -> Answer:
        """As `Groundplan.ask`."""
        token = CancelToken(timeout_s)
        return await self._asked(
            token,
            lambda: self.graph.ask(
                question, scope=scope, history=history, budget=budget, as_of=as_of, on_plan=on_plan, token=token
            ),
        )

    async def retrieve(
        self, question: str, *, limit: int = 8, budget: Budget | None = None, timeout_s: float | None = None
    ) -> Retrieval:
        """As `Groundplan.retrieve`."""
        token = CancelToken(timeout_s)
        return await self._asked(token, lambda: self.graph.retrieve(question, limit=limit, budget=budget, token=token))

    async def entity(self, name_or_id: str) -> Entities:
        """As `Groundplan.entity`."""
        token = CancelToken()
        return await self._asked(token, lambda: self.graph.entity(name_or_id, token=token))

    async def path(self, one: str, other: str, max_hops: int = 3) -> Paths:
        """As `Groundplan.path`."""
        token = CancelToken()
        return await self._asked(token, lambda: self.graph.path(one, other, max_hops, token=token))

    async def neighbours(self, name_or_id: str, *, predicates: Collection[str] = (), limit: int = 25) -> Neighbours:
        """As `Groundplan.neighbours`."""
        token = CancelToken()
        return await self._asked(
            token, lambda: self.graph.neighbours(name_or_id, predicates=predicates, limit=limit, token=token)
        )

    async def _asked(self, token: CancelToken, call: Callable[[], T]) -> T:
        """What a question's call gives, in one of the threads for questions; called off with the task that waits, and
        when its time is over, also before there was a thread for it."""
        self.graph.slots.check()
        try:
            async with asyncio.timeout(token.left):
                return await asyncio.get_running_loop().run_in_executor(self._threads, call)
        except asyncio.CancelledError:
            token.cancel()
            raise
        except TimeoutError:
            token.check()
            raise

    async def cypher(self, query: str, /, *, max_rows: int | None = None, **parameters: Any) -> Table:  # noqa: ANN401
        """As `Groundplan.cypher`."""
        return await asyncio.to_thread(lambda: self.graph.cypher(query, max_rows=max_rows, **parameters))
