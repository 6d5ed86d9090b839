"""Cancelling a thread: a terminal state of its own, and resumable."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from pipeline_core.engine import Event, MemoryCheckpointer, TaskContext, fold
from pipeline_core.errors import (
    StaleWriterError,
    ThreadBusyError,
    ThreadNotSuspendedError,
    UnknownThreadError,
)
from pipeline_core.testing import BlockingAnalyzer, ScriptedAnalyzer
from pipeline_core.testing.sample import completed, said, sample_executor
from tests.engine.gated import NO_STAGE, GatedCheckpointer
from tests.engine.instant import run
from tests.engine.streams import GIVEN, blocking, collect, follow, started, state_of, take, types
from tests.engine.stuck import StuckAnalyzer


def test_cancelling_a_running_thread_stops_its_analyzers_and_ends_its_stream() -> None:
    async def test() -> None:
        blocked = BlockingAnalyzer(said("working"), completed())
        executor = sample_executor({"left": blocked})
        seen: list[Event] = []
        consumer = asyncio.create_task(follow(executor.execute(GIVEN, thread_id="t"), seen))
        await blocked.started.wait()
        await asyncio.gather(executor.cancel("t"), executor.cancel("t"))
        assert blocked.closed == 1
        state = await state_of(executor)
        assert state.status == "cancelled"
        await consumer
        assert types(seen)[-2:] == ["checkpoint:saved", "pipeline:cancelled"]
        assert fold(seen) == state
        assert state.has_result("middle")
        assert asyncio.all_tasks() == {asyncio.current_task()}
        blocked.released.set()
        again = await collect(executor.resume("t"))
        assert started(again) == {"left", "last"}
        assert again[-1].type == "pipeline:completed"

    run(test())


def test_an_analyzer_is_cancelled_once_though_its_consumer_leaves_as_well() -> None:
    async def test() -> None:
        working = asyncio.Event()
        cleaned: list[str] = []

        async def cleans_up(_: TaskContext) -> AsyncGenerator[Event, None]:
            try:
                yield said()
                working.set()
                await asyncio.Event().wait()
            finally:
                await asyncio.sleep(5)
                cleaned.append("left")

        executor = sample_executor({"left": cleans_up})
        consumer = asyncio.create_task(collect(executor.execute(GIVEN, thread_id="t")))
        await working.wait()
        cancelling = asyncio.create_task(executor.cancel("t"))
        await asyncio.sleep(1)
        consumer.cancel()
        await asyncio.wait([consumer, cancelling])
        assert cleaned == ["left"]
        assert (await state_of(executor)).status == "cancelled"

    run(test())


def test_a_consumer_that_leaves_while_its_thread_is_saved_as_cancelled_waits_for_that() -> None:
    async def test() -> None:
        blocked = BlockingAnalyzer(completed())
        checkpointer = GatedCheckpointer(NO_STAGE)
        executor = sample_executor({"left": blocked}, checkpointer=checkpointer)
        consumer = asyncio.create_task(collect(executor.execute(GIVEN, thread_id="t")))
        await blocked.started.wait()
        cancelling = asyncio.create_task(executor.cancel("t"))
        await asyncio.sleep(10)
        assert checkpointer.waiting == [NO_STAGE]
        consumer.cancel()
        asyncio.get_running_loop().call_later(40, checkpointer.open.set)
        await asyncio.wait([consumer])
        assert (await state_of(executor)).status == "cancelled"
        await cancelling
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run(test())


def test_cancelling_works_while_nobody_reads_the_stream() -> None:
    async def test() -> None:
        executor = sample_executor()
        stream = executor.execute(GIVEN, thread_id="t")
        seen = await take(stream, "stage:started")
        await executor.cancel("t")
        assert (await state_of(executor)).status == "cancelled"
        seen += await collect(stream)
        assert [event.seq for event in seen] == list(range(1, len(seen) + 1))
        assert fold(seen) == await state_of(executor)

    run(test())


def test_cancelling_a_suspended_thread_is_saved_and_it_can_be_resumed() -> None:
    async def test() -> None:
        executor = sample_executor({"first": ScriptedAnalyzer([completed("?", blocking("q"))])})
        await collect(executor.execute(GIVEN, thread_id="t"))
        await executor.cancel("t")
        await executor.cancel("t")
        assert (await state_of(executor)).status == "cancelled"
        assert (await collect(executor.resume("t", {"q": "x"})))[-1].type == "pipeline:completed"

    run(test())


def test_what_cannot_be_cancelled_says_why() -> None:
    async def test() -> None:
        checkpointer = MemoryCheckpointer()
        executor = sample_executor(checkpointer=checkpointer)
        with pytest.raises(UnknownThreadError):
            await executor.cancel("t")
        stream = executor.execute(GIVEN, thread_id="t")
        await take(stream, "stage:started")
        with pytest.raises(ThreadBusyError):
            await sample_executor(checkpointer=checkpointer).cancel("t")
        await collect(stream)
        with pytest.raises(ThreadNotSuspendedError):
            await executor.cancel("t")

    run(test())


def test_an_analyzer_may_cancel_its_own_thread() -> None:
    async def test() -> None:
        async def gives_up(_: TaskContext) -> AsyncGenerator[Event, None]:
            await executor.cancel("t")
            yield completed()

        executor = sample_executor({"first": gives_up})
        events = await collect(executor.execute(GIVEN, thread_id="t"))
        assert events[-1].type == "pipeline:cancelled"
        assert (await state_of(executor)).status == "cancelled"

    run(test())


def test_a_cancellation_is_told_however_late_the_consumer_asks() -> None:
    async def test() -> None:
        executor = sample_executor({"first": BlockingAnalyzer(said("working"), completed())})
        stream = executor.execute(GIVEN, thread_id="t")
        await take(stream, "sample:said")
        await executor.cancel("t")
        await asyncio.sleep(100)
        assert types(await collect(stream))[-1] == "pipeline:cancelled"

    run(test())


def test_a_stuck_analyzer_delays_a_cancellation_by_its_clean_up_time_only() -> None:
    async def test() -> None:
        stuck = StuckAnalyzer(said(), completed())
        executor = sample_executor({"left": stuck})
        stream = executor.execute(GIVEN, thread_id="t")
        async for event in stream:
            if event.type == "sample:said" and event.task == "left":
                break
        began = asyncio.get_running_loop().time()
        await executor.cancel("t")
        assert asyncio.get_running_loop().time() - began == 10.0
        assert (await collect(stream))[-1].type == "pipeline:cancelled"
        stuck.released.set()
        await asyncio.sleep(1)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert (await state_of(executor)).status == "cancelled"

    run(test())


def test_cancelling_a_thread_that_was_taken_over_says_so() -> None:
    async def test() -> None:
        checkpointer = MemoryCheckpointer()
        blocked = BlockingAnalyzer(completed())
        executor = sample_executor({"left": blocked}, checkpointer=checkpointer)
        consumer = asyncio.create_task(collect(executor.execute(GIVEN, thread_id="t", owner="dead")))
        await blocked.started.wait()
        await checkpointer.acquire("t", "other", 30, takeover_from="dead")
        with pytest.raises(StaleWriterError):
            await executor.cancel("t")
        with pytest.raises(StaleWriterError):
            await consumer
        assert (await state_of(executor)).status == "running"

    run(test())
