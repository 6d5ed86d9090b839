"""Invariant 2, and what becomes of the outcome that settles last."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest
from pydantic import BaseModel

from pipeline_core.engine import (
    Analyzer,
    Event,
    Executor,
    MemoryCheckpointer,
    PipelineState,
    TaskContext,
    fold,
)
from pipeline_core.testing import BlockingAnalyzer, ScriptedAnalyzer
from pipeline_core.testing.sample import TASKS, completed, sample_executor, sample_pipeline
from tests.engine.gated import GatedCheckpointer
from tests.engine.instant import run
from tests.engine.streams import GIVEN, collect, follow, started, state_of, take


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
        consumer = asyncio.create_task(follow(executor.execute(GIVEN, thread_id="t"), seen))
        await asyncio.sleep(0.1)
        assert checkpointer.waiting == [gate]
        assert task in started(seen)
        assert task not in {event.task for event in seen if event.type == "task:completed"}
        checkpointer.open.set()
        sibling.released.set()
        await consumer
        assert seen[-1].type == "pipeline:completed"

    run(test())


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
