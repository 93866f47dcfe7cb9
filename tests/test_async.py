"""One open graph for many questions at a time: the same answers, an end for each, and slots that come free."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from graph_schema.statements import parse
from pipeline.api import AsyncGroundplan, Groundplan
from pipeline.errors import GraphClosed, QuestionCancelled, QuestionTimeout, StoreTimeout
from pipeline.query.cancel import CancelToken
from pipeline.query.contracts import LINK, StepRecord
from pipeline.store.driver import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from graph_schema.statements import Statement
    from pipeline.query.answer import Answer
    from pipeline.settings import Settings

CONCURRENT, SLOTS = 32, 4
WAIT_S = 30.0
QUESTION = "Who designed the Kelport Tide Predictor?"
QUESTIONS = [
    form.format(name)
    for name in ("Margaret Doyle", "Edvard Lindqvist", "Grace Okafor", "Tarrow Systems")
    for form in (
        "Where was {} born?",
        "Who founded {}?",
        "How many documents mention {}?",
        "Which people worked for {}?",
        "How are {} and Samuel Hartley connected?",
        "Where was the founder of {} born?",
        "Why did {} leave Kelport?",
        "Tell me about {}.",
    )
]


def with_slots(kg: Groundplan, slots: int) -> Groundplan:
    """The same graph, which answers so many questions at a time."""
    settings = kg.settings.model_copy(update={"max_concurrent_questions": slots})
    return Groundplan(kg.store, settings, kg.ontology, ExitStack())


def timeless(answer: Answer) -> dict[str, Any]:
    """An answer as JSON, without what time it took."""
    shown = answer.as_json()
    for step in shown["steps"]:
        del step["seconds"]
    return shown


class Gate:
    """Holds every reading of one statement until it is opened, and notes the names of all that are read."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.reached, self.opened = threading.Event(), threading.Event()
        self.read: list[str] = []

    @contextmanager
    def holding(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        run_read = Store.run_read

        def held(store: Store, query: Statement, /, **parameters: Any) -> list[dict[str, Any]]:  # noqa: ANN401
            self.read.append(query.name)
            if query.name == self.name:
                self.reached.set()
                assert self.opened.wait(WAIT_S)
            return run_read(store, query, **parameters)

        with monkeypatch.context() as patched:
            patched.setattr(Store, "run_read", held)
            try:
                yield
            finally:
                self.opened.set()


@pytest.fixture
def gate() -> Gate:
    return Gate("find_entities")


async def reached(gate: Gate) -> None:
    assert await asyncio.to_thread(gate.reached.wait, WAIT_S)


def test_questions_asked_at_a_time_have_the_answers_they_have_one_by_one(sample_graph: Groundplan) -> None:
    assert len(QUESTIONS) == CONCURRENT

    async def at_a_time() -> list[Answer]:
        kg = AsyncGroundplan(with_slots(sample_graph, SLOTS))
        return await asyncio.gather(*map(kg.ask, QUESTIONS))

    together = asyncio.run(at_a_time())
    alone = [sample_graph.ask(question) for question in QUESTIONS]
    assert [timeless(answer) for answer in together] == [timeless(answer) for answer in alone]
    assert 8 < sum(answer.found for answer in together) < CONCURRENT


def test_threads_may_share_a_graph_for_every_kind_of_question(sample_graph: Groundplan) -> None:
    calls: list[Callable[[], object]] = [
        lambda: sample_graph.entity("Margaret Doyle"),
        lambda: sample_graph.neighbours("Edvard Lindqvist", limit=5),
        lambda: sample_graph.path("Grace Okafor", "Margaret Doyle"),
        lambda: sample_graph.entity("Margarete Doyle"),
        lambda: timeless(sample_graph.ask(QUESTION)),
    ]
    alone = [call() for call in calls]
    with ThreadPoolExecutor(CONCURRENT) as pool:
        together = list(pool.map(lambda call: call(), calls * 6))
    assert together == alone * 6


def test_the_asynchronous_calls_give_what_the_others_give(sample_graph: Groundplan) -> None:
    async def ask() -> list[object]:
        kg = AsyncGroundplan(with_slots(sample_graph, 2))
        return [
            await kg.entity("Margaret Doyle"),
            await kg.neighbours("Margaret Doyle", predicates=["BORN_IN"], limit=3),
            await kg.path("Grace Okafor", "Margaret Doyle", 2),
        ]

    assert asyncio.run(ask()) == [
        sample_graph.entity("Margaret Doyle"),
        sample_graph.neighbours("Margaret Doyle", predicates=["BORN_IN"], limit=3),
        sample_graph.path("Grace Okafor", "Margaret Doyle", 2),
    ]


def test_a_cancelled_task_stops_its_question_at_the_next_step_and_frees_its_slot(
    sample_graph: Groundplan, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ask() -> Answer:
        kg = AsyncGroundplan(with_slots(sample_graph, 1))
        with gate.holding(monkeypatch):
            task = asyncio.create_task(kg.ask(QUESTION))
            await reached(gate)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            gate.opened.set()
            return await kg.ask(QUESTION, timeout_s=WAIT_S)

    assert asyncio.run(ask()).found
    cancelled, answered = (part.split() for part in " ".join(gate.read).split("migrations")[1:])
    assert cancelled == ["titles_known", "find_entities"]
    assert len(answered) > 3


def test_a_task_cancelled_while_it_waits_for_its_turn_reads_nothing(
    sample_graph: Groundplan, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ask() -> Answer:
        kg = AsyncGroundplan(with_slots(sample_graph, 1))
        with gate.holding(monkeypatch):
            first = asyncio.create_task(kg.ask(QUESTION))
            await reached(gate)
            second = asyncio.create_task(kg.ask(QUESTION))
            await asyncio.sleep(0)
            second.cancel()
            with pytest.raises(asyncio.CancelledError):
                await second
            gate.opened.set()
            return await first

    assert asyncio.run(ask()).found
    assert gate.read.count("migrations") == 1


@pytest.mark.parametrize("slots", [1, 2], ids=["waiting for its turn", "running"])
def test_a_question_out_of_time_ends_for_its_caller_at_once(
    sample_graph: Groundplan, gate: Gate, monkeypatch: pytest.MonkeyPatch, slots: int
) -> None:
    async def ask() -> Answer:
        kg = AsyncGroundplan(with_slots(sample_graph, slots))
        with gate.holding(monkeypatch):
            first = asyncio.create_task(kg.ask(QUESTION))
            await reached(gate)
            began = time.monotonic()
            with pytest.raises(QuestionTimeout, match=r"longer than 0\.3 s"):
                await kg.ask(QUESTION, timeout_s=0.3)
            assert time.monotonic() - began < 0.5 * WAIT_S
            gate.opened.set()
            return await first

    assert asyncio.run(ask()).found


def test_a_question_out_of_time_stops_at_its_next_step(
    sample_graph: Groundplan, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    kg, token = with_slots(sample_graph, 1), CancelToken(WAIT_S)
    with gate.holding(monkeypatch), ThreadPoolExecutor(1) as pool:
        asked = pool.submit(kg.ask, QUESTION, token=token)
        assert gate.reached.wait(WAIT_S)
        token._deadline = time.monotonic()
        gate.opened.set()
        with pytest.raises(QuestionTimeout, match="longer than 30 s"):
            asked.result(WAIT_S)
    assert gate.read == ["migrations", "titles_known", "find_entities"]
    assert kg.ask(QUESTION, timeout_s=WAIT_S).found


def test_another_thread_can_call_a_question_off(
    sample_graph: Groundplan, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = CancelToken()
    with gate.holding(monkeypatch), ThreadPoolExecutor(1) as pool:
        asked = pool.submit(sample_graph.ask, QUESTION, token=token)
        assert gate.reached.wait(WAIT_S)
        token.cancel()
        gate.opened.set()
        with pytest.raises(QuestionCancelled):
            asked.result(WAIT_S)


def test_a_token_has_a_time_of_its_own_or_none(sample_graph: Groundplan) -> None:
    with pytest.raises(TypeError, match="not both"):
        sample_graph.ask(QUESTION, timeout_s=1, token=CancelToken())


def test_no_more_questions_are_answered_at_a_time_than_the_setting_says(
    sample_graph: Groundplan, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ask() -> list[Answer]:
        kg = AsyncGroundplan(with_slots(sample_graph, 3))
        with gate.holding(monkeypatch):
            tasks = [asyncio.create_task(kg.ask(QUESTION)) for _ in range(9)]
            while gate.read.count("find_entities") < 3:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)
            assert gate.read.count("migrations") == 3
            gate.opened.set()
            return await asyncio.gather(*tasks)

    assert len({str(answer) for answer in asyncio.run(ask())}) == 1


def test_the_server_ends_a_statement_when_the_time_of_its_question_is_over(store: Store) -> None:
    text = "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b RETURN count(a + b) AS pairs"
    slow = parse("read", "slow", f"// Purpose: Takes long.\n// Column pairs: how many\n{text}")
    began = time.monotonic()
    with pytest.raises(StoreTimeout, match=r"limit of 0\.2 s"):
        store.within(lambda: 0.2).run_read(slow)
    assert time.monotonic() - began < 0.5 * store.timeout_s


def test_nothing_is_read_once_the_question_was_called_off(store: Store) -> None:
    record = StepRecord(LINK)
    reader = store.within(record.seconds_left)
    assert reader.read("count_nodes")
    record.token.cancel()
    with pytest.raises(QuestionCancelled):
        reader.read("count_nodes")


def test_a_closed_graph_refuses_every_call(settings: Settings) -> None:
    kg = Groundplan.open(settings)
    kg.close()
    kg.close()
    for call in (kg.status, kg.digest, lambda: kg.ask(QUESTION), lambda: kg.entity("Anna"), lambda: kg.cypher("kinds")):
        with pytest.raises(GraphClosed, match=r"this graph was closed\. Open it again"):
            call()


def test_closing_ends_the_questions_that_are_asked_and_refuses_others(
    settings: Settings, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ask() -> None:
        kg = await AsyncGroundplan.open(settings.model_copy(update={"max_concurrent_questions": 1}))
        with gate.holding(monkeypatch):
            tasks = [asyncio.create_task(kg.entity("Anna Berg")) for _ in range(3)]
            await reached(gate)
            closing = asyncio.create_task(kg.close())
            await asyncio.sleep(0.1)
            assert not closing.done()
            gate.opened.set()
            await closing
            ended = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(each) for each in ended] == [QuestionCancelled, GraphClosed, GraphClosed]
        with pytest.raises(GraphClosed):
            await kg.entity("Anna Berg")

    asyncio.run(ask())
