"""Invariant 4, within one process: who holds a thread, and what becomes of one that lost it."""

import asyncio

import pytest

from pipeline_core.engine import Lease, MemoryCheckpointer, Policy, StoreCheckpointer, StoredThread
from pipeline_core.engine.memory import MemoryStore
from pipeline_core.errors import StaleWriterError, ThreadBusyError
from pipeline_core.testing import BlockingAnalyzer, ScriptedAnalyzer
from pipeline_core.testing.sample import completed, said, sample_executor
from tests.engine.instant import run
from tests.engine.streams import GIVEN, collect, state_of, take


def test_leaving_a_stream_gives_the_thread_free_at_once() -> None:
    async def test() -> None:
        checkpointer = MemoryCheckpointer()
        stream = sample_executor(checkpointer=checkpointer).execute(GIVEN, thread_id="t")
        await take(stream, "stage:started")
        other = sample_executor(checkpointer=checkpointer)
        with pytest.raises(ThreadBusyError):
            await collect(other.resume("t"))
        await stream.aclose()
        assert (await collect(other.resume("t")))[-1].type == "pipeline:completed"

    run(test())


def test_a_lease_is_renewed_while_a_stream_is_open_and_lost_streams_stop() -> None:
    async def test() -> None:
        now = [1000.0]
        checkpointer = StoreCheckpointer(MemoryStore(), clock=lambda: now[0])
        analyzer = BlockingAnalyzer(completed())
        executor = sample_executor(
            {"first": analyzer}, checkpointer=checkpointer, policy=Policy(lease_ttl=30, attempt_timeout=None)
        )
        consumer = asyncio.create_task(collect(executor.execute(GIVEN, thread_id="t")))
        await analyzer.started.wait()
        for _ in range(10):
            now[0] += 20
            await asyncio.sleep(20)
            with pytest.raises(ThreadBusyError):
                await checkpointer.acquire("t", "other", 30)
        now[0] += 1000
        await checkpointer.acquire("t", "other", 30)
        lost_at = asyncio.get_running_loop().time()
        with pytest.raises(StaleWriterError):
            await consumer
        assert asyncio.get_running_loop().time() - lost_at <= 10
        assert analyzer.closed == 1
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run(test())


def test_a_lost_lease_stops_the_analyzers_though_nobody_reads_the_stream() -> None:
    async def test() -> None:
        now = [1000.0]
        checkpointer = StoreCheckpointer(MemoryStore(), clock=lambda: now[0])
        analyzer = BlockingAnalyzer(said("paid for"), completed())
        executor = sample_executor({"first": analyzer}, checkpointer=checkpointer)
        stream = executor.execute(GIVEN, thread_id="t")
        await take(stream, "task:started")
        await analyzer.started.wait()
        now[0] += 1000
        await checkpointer.acquire("t", "other", 30)
        await asyncio.sleep(15)
        assert analyzer.closed == 1
        with pytest.raises(StaleWriterError):
            await collect(stream)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run(test())


class FailsToLoad(MemoryCheckpointer):
    """Loses its connection once, when a thread is read under its lease."""

    loads = 0

    async def load(self, thread_id: str, version: int | None = None) -> StoredThread | None:
        self.loads += 1
        if self.loads == 2:
            raise OSError("connection lost")
        return await super().load(thread_id, version)


def test_a_call_that_fails_gives_its_lease_up_at_once() -> None:
    async def test() -> None:
        executor = sample_executor(checkpointer=FailsToLoad())
        stream = executor.execute(GIVEN, thread_id="t")
        await take(stream, "stage:started")
        await stream.aclose()
        with pytest.raises(OSError, match="connection lost"):
            await collect(executor.resume("t"))
        assert (await collect(executor.resume("t")))[-1].type == "pipeline:completed"

    run(test())


def test_a_completed_thread_that_is_resumed_by_an_owner_is_left_to_others() -> None:
    async def test() -> None:
        checkpointer = MemoryCheckpointer()
        executor = sample_executor(checkpointer=checkpointer)
        await collect(executor.execute(GIVEN, thread_id="t", owner="run"))
        await collect(executor.resume("t", owner="run"))
        assert (await checkpointer.acquire("t", "other", 30)).fresh

    run(test())


def test_a_call_that_fails_leaves_the_lease_to_the_other_streams_of_its_owner() -> None:
    async def test() -> None:
        checkpointer = FailsToLoad()
        executor = sample_executor(checkpointer=checkpointer)
        stream = executor.execute(GIVEN, thread_id="t", owner="run")
        await take(stream, "stage:started")
        with pytest.raises(OSError, match="connection lost"):
            await collect(executor.resume("t", owner="run", until="first"))
        with pytest.raises(ThreadBusyError):
            await collect(executor.resume("t"))
        assert (await collect(stream))[-1].type == "pipeline:completed"

    run(test())


def test_the_stream_ends_after_the_renewal_of_its_lease() -> None:
    class SlowToRenew(MemoryCheckpointer):
        async def renew(self, lease: Lease, ttl: float) -> None:
            try:
                await asyncio.sleep(100)
                await super().renew(lease, ttl)
            finally:
                await asyncio.sleep(1)

    async def test() -> None:
        slow = BlockingAnalyzer(completed())
        executor = sample_executor({"first": slow}, checkpointer=SlowToRenew(), policy=Policy(lease_ttl=30))
        asyncio.get_running_loop().call_later(15, slow.released.set)
        await collect(executor.execute(GIVEN))
        assert asyncio.get_running_loop().time() == 16
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run(test())


def test_a_stream_whose_thread_was_taken_over_is_told_so_when_it_saves() -> None:
    async def test() -> None:
        checkpointer = MemoryCheckpointer()
        slow = BlockingAnalyzer(completed())
        executor = sample_executor({"first": slow}, checkpointer=checkpointer)
        consumer = asyncio.create_task(collect(executor.execute(GIVEN, thread_id="t", owner="dead")))
        await slow.started.wait()
        other = sample_executor({"first": ScriptedAnalyzer([completed()])}, checkpointer=checkpointer)
        await collect(other.resume("t", takeover_from="dead"))
        before = await state_of(other)
        slow.released.set()
        with pytest.raises(StaleWriterError):
            await consumer
        assert await state_of(other) == before

    run(test())


def test_a_lease_that_is_lost_between_two_stages_lets_nothing_more_begin() -> None:
    async def test() -> None:
        now = [1000.0]
        checkpointer = StoreCheckpointer(MemoryStore(), clock=lambda: now[0])
        next_ = {name: ScriptedAnalyzer([completed()]) for name in ("left", "middle", "right")}
        executor = sample_executor(next_, checkpointer=checkpointer)
        stream = executor.execute(GIVEN, thread_id="t")
        await take(stream, "stage:completed")
        await take(stream, "stage:started")
        now[0] += 1000
        await checkpointer.acquire("t", "other", 30)
        await asyncio.sleep(15)
        with pytest.raises(StaleWriterError):
            await collect(stream)
        assert [analyzer.calls for analyzer in next_.values()] == [[], [], []]

    run(test())


def test_a_cancelled_start_leaves_the_thread_free() -> None:
    async def test() -> None:
        checkpointer = MemoryCheckpointer()
        executor = sample_executor(checkpointer=checkpointer)
        consumer = asyncio.create_task(collect(executor.execute(GIVEN, thread_id="t")))
        await asyncio.sleep(0)
        consumer.cancel()
        with pytest.raises(asyncio.CancelledError):
            await consumer
        if await checkpointer.exists("t"):
            assert (await collect(executor.resume("t")))[-1].type == "pipeline:completed"

    run(test())
