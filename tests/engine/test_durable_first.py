"""Invariant 2, and what becomes of the outcome that settles last."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Collection
from contextlib import suppress
from dataclasses import replace

import pytest
from pydantic import BaseModel

from pipeline_core.engine import (
    Analyzer,
    Checkpoint,
    Event,
    Executor,
    Lease,
    MemoryCheckpointer,
    PipelineState,
    Policy,
    TaskContext,
    TaskRecord,
    fold,
)
from pipeline_core.errors import StaleWriterError
from pipeline_core.testing import BlockingAnalyzer, ScriptedAnalyzer
from pipeline_core.testing.sample import TASKS, completed, sample_executor, sample_pipeline
from tests.engine.instant import run
from tests.engine.streams import GIVEN, collect, started, state_of, take, types


class GatedCheckpointer(MemoryCheckpointer):
    """Lets the writes of some stages and tasks, or all, begin only when they are allowed."""

    def __init__(self, *gates: str) -> None:
        super().__init__()
        self.gates = gates
        self.open = asyncio.Event()
        self.waiting: list[str] = []
        self.fails: Exception | None = None

    async def save(
        self, checkpoint: Checkpoint, lease: Lease, *, settled: Collection[str] = (), release: bool = False
    ) -> None:
        await self._pass(checkpoint.stage or "")
        await super().save(checkpoint, lease, settled=settled, release=release)

    async def record(self, record: TaskRecord, lease: Lease) -> None:
        await self._pass(record.task)
        await super().record(record, lease)

    async def _pass(self, name: str) -> None:
        if not self.gates or name in self.gates:
            self.waiting.append(name)
            await self.open.wait()
        if self.fails is not None:
            raise self.fails


def test_durable_first_announced_second() -> None:
    async def test() -> None:
        checkpointer = MemoryCheckpointer()
        executor = sample_executor(checkpointer=checkpointer)
        reader = sample_executor(checkpointer=checkpointer)
        async for event in executor.execute(GIVEN, thread_id="t"):
            state = await state_of(reader)
            match event.type:
                case "task:completed":
                    assert state.has_result(event.task or "")
                case "stage:completed":
                    assert event.model_dump()["stage"] in state.stages
                case "checkpoint:saved":
                    assert len(await reader.history("t")) >= event.model_dump()["version"]
                case "pipeline:completed":
                    assert state.status == "completed"
                case _:
                    pass

    run(test())


@pytest.mark.parametrize(("gate", "task"), [("begin", "first"), ("left", "left"), ("fan", "right")])
def test_no_completion_is_announced_while_its_write_is_under_way(gate: str, task: str) -> None:
    async def test() -> None:
        checkpointer = GatedCheckpointer(gate)
        sibling = BlockingAnalyzer(completed())
        analyzers = {"middle": sibling} if gate == "left" else {}
        executor = sample_executor(analyzers, checkpointer=checkpointer)
        seen: list[Event] = []
        consumer = asyncio.create_task(_into(seen, executor.execute(GIVEN, thread_id="t")))
        await asyncio.sleep(0.1)
        assert checkpointer.waiting == [gate]
        assert task in started(seen)
        assert task not in {event.task for event in seen if event.type == "task:completed"}
        checkpointer.open.set()
        sibling.released.set()
        await consumer
        assert seen[-1].type == "pipeline:completed"

    run(test())


async def _into(seen: list[Event], stream: AsyncGenerator[Event, None]) -> None:
    async for event in stream:
        seen.append(event)  # noqa: PERF401


def test_the_last_outcome_is_kept_when_the_consumer_leaves_before_its_stage_is_closed() -> None:
    async def test() -> None:
        analyzer = BlockingAnalyzer(completed("paid"))
        executor = sample_executor({"first": analyzer})
        stream = executor.execute(GIVEN, thread_id="t")
        await take(stream, "task:started")
        analyzer.released.set()
        for _ in range(10):
            await asyncio.sleep(0)
        await stream.aclose()
        assert (await state_of(executor)).has_result("first")
        assert "first" not in started(await collect(executor.resume("t")))

    run(test())


def test_the_last_outcome_is_kept_while_the_consumer_takes_its_time() -> None:
    async def test() -> None:
        executor = sample_executor()
        stream = executor.execute(GIVEN, thread_id="t")
        await take(stream, "task:started")
        await asyncio.sleep(10)
        assert (await state_of(executor)).has_result("first")
        assert (await collect(stream))[-1].type == "pipeline:completed"

    run(test())


def test_a_stage_is_closed_though_its_last_outcomes_were_written_side_by_side_and_nobody_reads() -> None:
    def after(seconds: float) -> Analyzer:
        async def works(_: TaskContext) -> AsyncGenerator[Event, None]:
            await asyncio.sleep(seconds)
            yield completed()

        return works

    async def test() -> None:
        checkpointer = GatedCheckpointer("left", "middle", "right")
        analyzers = {"left": after(1), "middle": after(2), "right": after(3)}
        executor = sample_executor(analyzers, checkpointer=checkpointer)
        stream = executor.execute(GIVEN, thread_id="t")
        await take(stream, "stage:completed")
        await anext(stream)
        assert (await anext(stream)).type == "stage:started"
        await anext(stream)
        await asyncio.sleep(5)
        assert checkpointer.waiting == ["left", "middle", "right"]
        checkpointer.open.set()
        await asyncio.sleep(1)
        assert "fan" in (await state_of(executor)).stages
        assert (await collect(stream))[-1].type == "pipeline:completed"

    run(test())


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
        free = asyncio.Event()

        async def is_stuck(_: TaskContext) -> AsyncGenerator[Event, None]:
            while not free.is_set():
                with suppress(asyncio.CancelledError):
                    await free.wait()
            yield completed("too late")

        executor = sample_executor(
            {"left": is_stuck},
            checkpointer=checkpointer,
            policy=Policy(attempt_timeout=5.0, cleanup_timeout=2.0),
            pipeline=sample_pipeline(quorum=2),
        )
        consumer = asyncio.create_task(collect(executor.execute(GIVEN, thread_id="t")))
        await asyncio.sleep(10)
        assert checkpointer.waiting == ["fan"]
        free.set()
        await asyncio.sleep(1)
        checkpointer.open.set()
        events = await consumer
        state = await state_of(executor)
        assert state.outcomes["left"].status == "failed"
        assert [event.type for event in events if event.task == "left"] == ["task:started", "task:failed"]
        assert fold(events) == state

    run(test())


def test_tasks_that_settle_together_become_durable_in_one_write() -> None:
    async def test() -> None:
        checkpointer = GatedCheckpointer()
        checkpointer.open.set()
        events = await collect(sample_executor(checkpointer=checkpointer).execute(GIVEN, thread_id="t"))
        assert checkpointer.waiting == ["begin", "fan", "end"]
        assert [event.task for event in events if event.type == "task:completed"] == [
            "first", "left", "middle", "right", "last",
        ]  # fmt: skip
        assert fold(events) == await state_of(sample_executor(checkpointer=checkpointer))

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


def test_an_outcome_is_kept_even_if_its_stage_cannot_be_closed() -> None:
    def cannot(_: PipelineState) -> BaseModel:
        raise ZeroDivisionError

    async def test() -> None:
        checkpointer = MemoryCheckpointer()
        analyzers = {name: ScriptedAnalyzer([completed()]) for name in TASKS}
        failing = Executor(replace(sample_pipeline(), result=cannot), analyzers, checkpointer=checkpointer)
        with pytest.raises(ZeroDivisionError):
            await collect(failing.execute(GIVEN, thread_id="t"))
        assert (await state_of(failing)).has_result("last")
        mended = Executor(sample_pipeline(), analyzers, checkpointer=checkpointer)
        assert (await collect(mended.resume("t")))[-1].type == "pipeline:completed"
        assert [len(analyzer.calls) for analyzer in analyzers.values()] == [1] * len(TASKS)

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

    async def leaves_a_trap(_: TaskContext) -> AsyncGenerator[Event, None]:
        task = asyncio.current_task()
        assert task is not None
        asyncio.get_running_loop().call_later(1, task.cancel)
        yield completed()

    async def test() -> None:
        analyzers = {"first": leaves_a_trap, "last": leaves_a_trap}
        executor = sample_executor(analyzers, checkpointer=SlowToTell())
        events = await collect(executor.execute(GIVEN, thread_id="t"))
        assert types(events)[-1] == "pipeline:completed"
        assert len(await executor.history("t")) == 4
        assert fold(events) == await state_of(executor)

    run(test())


def test_what_another_stream_of_the_same_owner_saved_is_not_taken_for_an_interrupted_save() -> None:
    class HoldsBack(MemoryCheckpointer):
        def __init__(self) -> None:
            super().__init__()
            self.holds, self.open = True, asyncio.Event()

        async def save(
            self,
            checkpoint: Checkpoint,
            lease: Lease,
            *,
            settled: Collection[str] = (),
            release: bool = False,
        ) -> None:
            if self.holds:
                await self.open.wait()
            await super().save(checkpoint, lease, settled=settled, release=release)

    async def leaves_a_trap(_: TaskContext) -> AsyncGenerator[Event, None]:
        task = asyncio.current_task()
        assert task is not None
        asyncio.get_running_loop().call_later(1, task.cancel)
        yield completed()

    async def test() -> None:
        checkpointer = HoldsBack()
        executor = sample_executor({"first": leaves_a_trap}, checkpointer=checkpointer)
        held = asyncio.create_task(collect(executor.execute(GIVEN, thread_id="t", owner="run")))
        await asyncio.sleep(2)
        checkpointer.holds = False
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

        async def consume() -> None:
            async for event in executor.execute(GIVEN, thread_id="t"):
                seen.append(event)  # noqa: PERF401

        with pytest.raises(OSError, match="connection lost"):
            await consume()
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
