"""Clocks, and an end that really ends."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing

import pytest

from pipeline_core import MemoryCheckpointer, PipelineInput
from pipeline_core.settings import Settings
from tests.llm.conftest import TICKETS, Bench, all_of, one
from tests.support.llm_server import Asked, LlmServer, Reply

Make = Callable[..., Settings]
TASK = "error_tolerance"


async def _gone(asked: Asked) -> None:
    """Wait until the server has noticed that the client went away."""
    async with asyncio.timeout(20):
        while not asked.ended:  # noqa: ASYNC110  (it happens in another thread)
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("reply", "clock", "complaint"),
    [
        (Reply(delay=30), {"first_event_timeout": 0.2}, "no answer began"),
        (Reply(pause=0.05, chunk=4), {"attempt_timeout": 0.4}, "took too long"),
        (Reply(stall_after=5), {"attempt_timeout": 0.4}, "took too long"),
        (Reply(delay=30), {"task_timeout": 0.3}, "took too long"),
    ],
    ids=["first byte", "attempt", "stalled", "task"],
)
def test_no_clock_is_overrun(
    bench: Bench, settings: Make, provider: LlmServer, reply: Reply, clock: dict[str, float], complaint: str
) -> None:
    provider.script = lambda _: reply
    events = bench.dimension(settings(fallback=False, **clock))
    began = one(events, "dimension:started").timestamp
    failed = one(events, "dimension:failed")
    assert failed.failure.kind == "timeout"
    assert complaint in failed.failure.message
    assert (failed.timestamp - began).total_seconds() < 10
    assert failed.failure.usage.complete is False
    for asked in provider.requests(TASK):
        asyncio.run(_gone(asked))
        assert asked.aborted or asked.chunks == 0


def test_closing_the_stream_closes_the_http_stream(bench: Bench, settings: Make, provider: LlmServer) -> None:
    provider.script = lambda _: Reply(chunk=8, pause=0.05)

    async def leave() -> None:
        executor = bench.executor(settings(), only=(TASK,))
        async with aclosing(executor.execute(PipelineInput(problem=TICKETS), until=TASK)) as events:
            async for event in events:
                if event.type == "dimension:preliminary":
                    break
        (asked,) = provider.requests(TASK)
        await _gone(asked)
        assert asked.aborted
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(leave())


def test_cancelling_a_thread_closes_every_http_stream_and_leaves_it_resumable(
    bench: Bench, settings: Make, provider: LlmServer
) -> None:
    provider.script = lambda asked: Reply(chunk=8, pause=0.05 if asked.task != "screening" else 0)
    checkpointer = MemoryCheckpointer()

    async def cancel() -> None:
        executor = bench.executor(settings(), checkpointer=checkpointer)
        async for event in executor.execute(PipelineInput(problem=TICKETS), thread_id="t"):
            if event.type == "dimension:preliminary":
                began = time.monotonic()
                await executor.cancel("t")
                assert time.monotonic() - began < 2
        running = [asked for asked in provider.requests() if asked.task != "screening"]
        assert len(running) == 7
        for asked in running:
            await _gone(asked)
            assert asked.aborted
        provider.script = lambda _: Reply()
        resumed = [event async for event in executor.resume("t")]
        assert resumed[-1].type == "pipeline:completed"
        assert len(provider.requests("screening")) == 1

    asyncio.run(cancel())


def test_waiting_for_a_slot_is_no_fault_of_the_model(
    bench: Bench, settings: Make, provider: LlmServer
) -> None:
    provider.script = lambda _: Reply(delay=0.2)
    events = bench.thread(
        settings(max_concurrent_requests=1, attempt_timeout=1.0, first_event_timeout=0.9, task_timeout=60)
    )
    report = one(events, "pipeline:completed").result
    assert set(report.sources.values()) == {"model"}
    assert provider.most_active == 1


def test_one_set_of_analyzers_serves_several_event_loops_at_once(
    bench: Bench, settings: Make, provider: LlmServer
) -> None:
    provider.script = lambda _: Reply(delay=0.02)
    executor = bench.executor(settings(max_concurrent_requests=3), only=(TASK, "verdict", "synthesis"))

    def run(number: int) -> set[str]:
        events = all_of(executor.execute(PipelineInput(problem=f"{TICKETS} Case {number}.")))
        sources = one(events, "pipeline:completed").result.sources
        return {sources[task] for task in (TASK, "verdict", "synthesis")}

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(run, range(4))) == [{"model"}] * 4
    assert len(provider.requests()) == 12
    assert provider.most_active <= 3
