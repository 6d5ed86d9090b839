"""Writes that are cancelled, fail, or have company: nothing is lost, and nothing is told twice."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Collection

import pytest

from pipeline_core.engine import (
    Checkpoint,
    Event,
    Lease,
    MemoryCheckpointer,
    Policy,
    TaskContext,
    TaskRecord,
    fold,
)
from pipeline_core.errors import StaleWriterError
from pipeline_core.testing import BlockingAnalyzer, ScriptedAnalyzer
from pipeline_core.testing.sample import TASKS, completed, sample_executor, sample_pipeline
from tests.engine.gated import GatedCheckpointer
from tests.engine.instant import run
from tests.engine.streams import GIVEN, collect, follow, state_of, types
from tests.engine.stuck import StuckAnalyzer


def test_an_outcome_is_kept_when_its_thread_is_cancelled_and_left_during_its_write() -> None:
    async def test() -> None:
        checkpointer = GatedCheckpointer("left")
        executor = sample_executor({"right": BlockingAnalyzer(completed())}, checkpointer=checkpointer)
        consumer = asyncio.create_task(collect(executor.execute(GIVEN, thread_id="t")))
        await asyncio.sleep(1)
        assert checkpointer.waiting == ["left"]
        cancelling = asyncio.create_task(executor.cancel("t"))
        await asyncio.sleep(1)
        consumer.cancel()
        await asyncio.sleep(1000)  # (a write is given all the time it takes)
        assert not consumer.done()
        assert not cancelling.done()
        checkpointer.open.set()
        await asyncio.wait([consumer, cancelling])
        state = await state_of(executor)
        assert state.has_result("left")
        assert state.status == "cancelled"
        assert checkpointer.waiting == ["left"]
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run(test())


def test_a_result_that_comes_while_its_failure_is_written_changes_nothing() -> None:
    async def test() -> None:
        checkpointer = GatedCheckpointer("fan")
        stuck = StuckAnalyzer(completed("too late"))
        executor = sample_executor(
            {"left": stuck},
            checkpointer=checkpointer,
            policy=Policy(attempt_timeout=5.0, cleanup_timeout=2.0),
            pipeline=sample_pipeline(quorum=2),
        )
        consumer = asyncio.create_task(collect(executor.execute(GIVEN, thread_id="t")))
        await asyncio.sleep(10)
        assert checkpointer.waiting == ["fan"]
        stuck.released.set()
        await asyncio.sleep(1)
        checkpointer.open.set()
        events = await consumer
        state = await state_of(executor)
        assert state.outcomes["left"].status == "failed"
        assert [event.type for event in events if event.task == "left"] == ["task:started", "task:failed"]
        assert fold(events) == state

    run(test())


def test_a_task_that_is_cancelled_while_a_sibling_makes_it_durable_is_announced_once() -> None:
    async def cancels_its_sibling(_: TaskContext) -> AsyncGenerator[Event, None]:
        sibling = next(task for task in asyncio.all_tasks() if task.get_name() == "t/left")
        sibling.cancel()
        yield completed()

    async def test() -> None:
        paid = {name: ScriptedAnalyzer([completed()]) for name in ("left", "middle")}
        executor = sample_executor({**paid, "right": cancels_its_sibling})
        events = await collect(executor.execute(GIVEN, thread_id="t"))
        ended = [event.task for event in events if event.type == "task:completed"]
        assert sorted(map(str, ended)) == sorted(TASKS)
        assert len(await executor.history("t")) == 4
        assert fold(events) == await state_of(executor)

    run(test())


def test_an_analyzer_that_cancels_its_task_while_its_stage_is_closed_loses_nothing() -> None:
    async def test() -> None:
        checkpointer = GatedCheckpointer("begin")

        async def leaves_a_trap(_: TaskContext) -> AsyncGenerator[Event, None]:
            task = asyncio.current_task()
            assert task is not None
            for seconds in (1, 1.5, 1.8):
                asyncio.get_running_loop().call_later(seconds, task.cancel)
            asyncio.get_running_loop().call_later(2, checkpointer.open.set)
            yield completed("paid")

        executor = sample_executor({"first": leaves_a_trap}, checkpointer=checkpointer)
        events = await collect(executor.execute(GIVEN, thread_id="t"))
        assert types(events)[-1] == "pipeline:completed"
        assert [event.task for event in events if event.type == "task:completed"].count("first") == 1
        assert fold(events) == await state_of(executor)

    run(test())


async def cancels_its_task_later(_: TaskContext) -> AsyncGenerator[Event, None]:
    """Complete, and be cancelled a second later, while the outcome is being saved."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().call_later(1, task.cancel)
    yield completed()


def test_a_save_that_was_interrupted_after_it_happened_is_not_taken_for_that_of_another_writer() -> None:
    class SlowToTell(MemoryCheckpointer):
        async def save(
            self,
            checkpoint: Checkpoint,
            lease: Lease,
            *,
            settled: Collection[str] = (),
            release: bool = False,
        ) -> None:
            await super().save(checkpoint, lease, settled=settled, release=release)
            await asyncio.sleep(2)

    async def test() -> None:
        analyzers = {"first": cancels_its_task_later, "last": cancels_its_task_later}
        executor = sample_executor(analyzers, checkpointer=SlowToTell())
        events = await collect(executor.execute(GIVEN, thread_id="t"))
        assert types(events)[-1] == "pipeline:completed"
        assert len(await executor.history("t")) == 4
        assert fold(events) == await state_of(executor)

    run(test())


def test_what_another_stream_of_the_same_owner_saved_is_not_taken_for_an_interrupted_save() -> None:
    async def test() -> None:
        checkpointer = GatedCheckpointer("begin")
        executor = sample_executor({"first": cancels_its_task_later}, checkpointer=checkpointer)
        stream = executor.execute(GIVEN, thread_id="t", owner="run", until="first")
        held = asyncio.create_task(collect(stream))
        await asyncio.sleep(2)
        checkpointer.gates = ("no other write",)
        await collect(executor.resume("t", owner="run"))
        saved = await state_of(executor)
        checkpointer.open.set()
        with pytest.raises(StaleWriterError):
            await held
        assert await state_of(executor) == saved

    run(test())


def test_a_record_that_fails_once_ends_the_stream_and_is_not_announced() -> None:
    class FailsOnce(MemoryCheckpointer):
        failed = False

        async def record(self, record: TaskRecord, lease: Lease) -> None:
            if not self.failed:
                self.failed = True
                raise OSError("connection lost")
            await super().record(record, lease)

    async def test() -> None:
        slow = BlockingAnalyzer(completed())
        executor = sample_executor({"right": slow}, checkpointer=FailsOnce())
        asyncio.get_running_loop().call_later(10, slow.released.set)
        seen: list[Event] = []
        with pytest.raises(OSError, match="connection lost"):
            await follow(executor.execute(GIVEN, thread_id="t"), seen)
        told = {event.task for event in seen if event.type == "task:completed"}
        assert told <= set((await state_of(executor)).outcomes)
        assert (await collect(executor.resume("t")))[-1].type == "pipeline:completed"

    run(test())


def test_outcomes_are_kept_when_the_consumer_is_cancelled_during_a_write() -> None:
    async def test() -> None:
        checkpointer = GatedCheckpointer()
        executor = sample_executor(checkpointer=checkpointer)
        consumer = asyncio.create_task(collect(executor.execute(GIVEN, thread_id="t")))
        await asyncio.sleep(1)
        consumer.cancel()
        await asyncio.sleep(0)
        consumer.cancel()
        checkpointer.open.set()
        with pytest.raises(asyncio.CancelledError):
            await consumer
        assert (await state_of(executor)).has_result("first")
        assert (await collect(executor.resume("t")))[-1].type == "pipeline:completed"

    run(test())


def test_a_store_that_fails_ends_the_stream_with_its_own_error_and_leaves_the_thread_resumable() -> None:
    async def test() -> None:
        checkpointer = GatedCheckpointer()
        checkpointer.open.set()
        checkpointer.fails = sqlite3.OperationalError("database or disk is full")
        executor = sample_executor(checkpointer=checkpointer, policy=Policy(lease_ttl=1000))
        with pytest.raises(sqlite3.OperationalError, match="disk is full"):
            await collect(executor.execute(GIVEN, thread_id="t"))
        assert asyncio.all_tasks() == {asyncio.current_task()}
        checkpointer.fails = None
        assert (await collect(executor.resume("t")))[-1].type == "pipeline:completed"

    run(test())
