"""How requests fill the slots, told by counting at the provider; nothing here is measured with a clock.

A provider that answers only once as many requests are open as may be is a proof: if a slot stayed free while
something waits, nobody would be answered any more. Wall-clock figures: `python -m benchmarks.llm_speed`.
"""

import asyncio
from collections import deque
from collections.abc import Callable

import pytest

from pipeline_core import PipelineExecutor, PipelineInput
from pipeline_core.settings import Settings
from pipeline_core.suitability import DIMENSIONS
from tests.llm.conftest import TICKETS, Bench
from tests.support.llm_server import Asked, LlmServer

Make = Callable[..., Settings]
PATIENT = {"first_event_timeout": 600.0, "attempt_timeout": 600.0, "task_timeout": 600.0}
STARVED = 60.0
"""Seconds without an answer after which the proof has failed; no figure depends on it."""


class FullHouse:
    """Answers the request that waits longest whenever all slots are in use, and nobody until then.

    Each thread that is not at its end has at least one request open or waiting; so all slots can be full for
    as long as there are that many threads. Then everybody is answered.
    """

    def __init__(self, server: LlmServer, slots: int, threads: int) -> None:
        self._server = server
        self._slots = slots
        self._left = threads
        self._waiting: deque[tuple[Asked, asyncio.Event]] = deque()
        self.answered_full = 0
        """How often all slots were in use when a request was answered."""
        self.starved = False

    async def __call__(self, asked: Asked) -> None:
        turn = asyncio.Event()
        self._waiting.append((asked, turn))
        if self._server.active >= self._slots:
            self.answered_full += 1
            self._answer()
        if self.starved or self._left < self._slots:
            self._answer_all()
        try:
            await asyncio.wait_for(turn.wait(), STARVED)
        except TimeoutError:
            self.starved = True
            self._answer_all()

    def _answer_all(self) -> None:
        while self._waiting:
            self._answer()

    def _answer(self) -> None:
        asked, turn = self._waiting.popleft()
        self._left -= asked.task == "synthesis"
        turn.set()


class Rounds:
    """Answers each round of requests once all of it is open."""

    def __init__(self, *rounds: set[str]) -> None:
        self._rounds = deque(rounds)
        self._open: dict[str, asyncio.Event] = {}
        self.starved = False

    async def __call__(self, asked: Asked) -> None:
        turn = self._open[asked.task] = asyncio.Event()
        if self._open.keys() >= self._rounds[0]:
            assert self._open.keys() == self._rounds.popleft()
            for each in self._open.values():
                each.set()
            self._open = {}
        try:
            await asyncio.wait_for(turn.wait(), STARVED)
        except TimeoutError:
            self.starved = True


async def _complete(executor: PipelineExecutor, number: int) -> None:
    events = [event async for event in executor.execute(PipelineInput(problem=f"{TICKETS} Case {number}."))]
    assert events[-1].type == "pipeline:completed"


def test_a_thread_has_all_requests_of_a_stage_open_at_once(
    bench: Bench, settings: Make, provider: LlmServer
) -> None:
    rounds = Rounds(
        {"screening"},
        set(DIMENSIONS),
        {"verdict"},
        {"risks", "alternatives", "architecture"},
        {"synthesis"},
    )
    provider.gate = rounds
    asyncio.run(_complete(bench.executor(settings(**PATIENT)), 0))
    assert not rounds.starved
    assert len(provider.requests()) == 13


@pytest.mark.timeout(300)
def test_many_threads_use_every_slot_while_something_waits_and_never_one_more(
    bench: Bench, settings: Make, provider: LlmServer
) -> None:
    threads, slots = 24, 20
    house = provider.gate = FullHouse(provider, slots, threads)
    executor = bench.executor(settings(max_concurrent_requests=slots, **PATIENT))

    async def crowd() -> None:
        await asyncio.gather(*(_complete(executor, number) for number in range(threads)))

    asyncio.run(crowd())
    assert not house.starved
    assert provider.most_active == slots
    assert len(provider.requests()) == 13 * threads
    # Only what the last threads ask at their very end can leave slots free.
    assert house.answered_full >= 13 * threads - 5 * slots
