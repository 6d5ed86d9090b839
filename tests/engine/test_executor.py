"""What callers of the executor may rely on."""

import asyncio
import gc

import pytest
from pydantic import BaseModel

from pipeline_core.engine import MemoryCheckpointer
from pipeline_core.errors import (
    InputError,
    InvalidThreadIdError,
    PipelineDefinitionError,
    ThreadBusyError,
    ThreadExistsError,
    UnknownThreadError,
)
from pipeline_core.testing import BlockingAnalyzer, FailingAnalyzer, ScriptedAnalyzer
from pipeline_core.testing.sample import Note, Text, completed, sample_executor
from tests.engine.instant import run
from tests.engine.streams import GIVEN, blocking, collect, started, state_of, take, types


def test_the_first_event_carries_the_thread_id_and_the_last_the_result() -> None:
    async def test() -> None:
        executor = sample_executor()
        events = await collect(executor.execute(GIVEN))
        assert types(events)[0] == "pipeline:started"
        assert len({event.thread_id for event in events}) == 1
        assert events[-1].type == "pipeline:completed"
        state = await state_of(executor, events[0].thread_id)
        assert events[-1].model_dump()["result"]["status"] == "completed"
        assert all(event.timestamp >= state.created_at for event in events)

    run(test())


def test_the_state_of_an_unknown_thread_is_none() -> None:
    assert run(sample_executor().get_state("nobody")) is None


@pytest.mark.parametrize("thread_id", ["", "a/b", "x" * 101, "a\n"])
def test_what_cannot_name_a_thread_is_refused(thread_id: str) -> None:
    with pytest.raises(InvalidThreadIdError):
        run(collect(sample_executor().execute(GIVEN, thread_id=thread_id)))


def test_a_thread_id_is_used_once() -> None:
    async def test() -> None:
        executor = sample_executor()
        await collect(executor.execute(GIVEN, thread_id="t"))
        with pytest.raises(ThreadExistsError):
            await collect(executor.execute(GIVEN, thread_id="t"))

    run(test())


class Alike(BaseModel):
    """Looks like the input, and is not."""

    text: str


@pytest.mark.parametrize(
    "given", [Note(text="x"), Alike(text="x"), Text.model_construct(text=7), Text.model_construct()]
)
def test_an_input_that_cannot_be_kept_is_refused(given: Text) -> None:
    async def test() -> None:
        executor = sample_executor()
        with pytest.raises(InputError):
            await collect(executor.execute(given, thread_id="t"))
        assert await executor.get_state("t") is None

    run(test())


def test_an_unknown_task_to_stop_after_is_refused() -> None:
    with pytest.raises(PipelineDefinitionError, match="no task is named 'nobody'"):
        run(collect(sample_executor().execute(GIVEN, until="nobody")))
    with pytest.raises(UnknownThreadError):
        run(collect(sample_executor().resume("t")))


def test_until_stops_after_a_task_and_leaves_its_stage_open() -> None:
    async def test() -> None:
        executor = sample_executor()
        events = await collect(executor.execute(GIVEN, thread_id="t", until="left"))
        assert started(events) == {"first", "left"}
        assert types(events).count("stage:started") == 1  # (the other stage is begun by whoever closes it)
        assert (await state_of(executor)).stages == ("begin",)
        again = await collect(executor.resume("t"))
        assert started(again) == {"middle", "right", "last"}

    run(test())


def test_until_stops_also_if_its_stage_was_closed_before() -> None:
    async def test() -> None:
        executor = sample_executor()
        await collect(executor.execute(GIVEN, thread_id="t", owner="run", until="first"))
        events = await collect(executor.resume("t", owner="run", until="first"))
        assert types(events) == ["stage:restored"]

    run(test())


def test_streams_of_one_owner_share_a_thread() -> None:
    async def test() -> None:
        checkpointer = MemoryCheckpointer()
        executors = [sample_executor(checkpointer=checkpointer) for _ in range(3)]
        await collect(executors[0].execute(GIVEN, thread_id="t", owner="run", until="first"))
        streams = [
            collect(executor.resume("t", owner="run", until=task))
            for executor, task in zip(executors, ("left", "middle", "right"), strict=True)
        ]
        told = await asyncio.gather(*streams)
        assert [started(events) for events in told] == [{"left"}, {"middle"}, {"right"}]
        assert all("pipeline:resumed" not in types(events) for events in told)
        with pytest.raises(ThreadBusyError):
            await collect(executors[0].resume("t"))
        last = await collect(executors[1].resume("t", owner="run", until="last"))
        assert started(last) == {"last"}
        assert types(last).count("task:restored") == 3
        assert (await state_of(executors[0])).status == "completed"

    run(test())


def test_a_failed_task_counts_as_settled_for_its_owner_unless_it_is_asked_for() -> None:
    async def test() -> None:
        broken = FailingAnalyzer(KeyError("x"), completed(), times=1)
        executor = sample_executor({"left": broken})
        await collect(executor.execute(GIVEN, thread_id="t", owner="run", until="left"))
        assert (await state_of(executor)).outcomes["left"].failure is not None
        events = await collect(executor.resume("t", owner="run", until="left"))
        assert started(events) == {"left"}
        assert (await state_of(executor)).has_result("left")

    run(test())


def test_until_suspends_at_the_end_of_the_stage_that_asks() -> None:
    async def test() -> None:
        executor = sample_executor({"first": ScriptedAnalyzer([completed("?", blocking("q"))])})
        events = await collect(executor.execute(GIVEN, thread_id="t", owner="run", until="first"))
        assert events[-1].type == "pipeline:suspended"

    run(test())


def test_leaving_a_stream_leaves_no_failure_of_what_was_stopped() -> None:
    async def test() -> None:
        blocked = BlockingAnalyzer(completed())
        executor = sample_executor({"left": blocked})
        stream = executor.execute(GIVEN, thread_id="t")
        for _ in range(2):
            await take(stream, "stage:started")
            await take(stream, "task:completed")
        await stream.aclose()
        assert len(blocked.calls) == 1
        assert blocked.closed == 1
        assert set((await state_of(executor)).outcomes) == {"first", "middle", "right"}

    run(test())


def test_an_interrupt_in_an_analyzer_ends_the_program_and_leaves_the_thread_resumable() -> None:
    checkpointer = MemoryCheckpointer()
    executor = sample_executor({"left": ScriptedAnalyzer([KeyboardInterrupt()])}, checkpointer=checkpointer)
    with pytest.raises(KeyboardInterrupt):
        run(collect(executor.execute(GIVEN, thread_id="t")))
    mended = sample_executor({"left": ScriptedAnalyzer([completed()])}, checkpointer=checkpointer)
    assert run(collect(mended.resume("t")))[-1].type == "pipeline:completed"


def test_a_thread_that_ended_leaves_no_timer_and_no_trace_in_its_executor() -> None:
    async def test() -> None:
        executor = sample_executor()
        await collect(executor.execute(GIVEN))
        scheduled = vars(asyncio.get_running_loop())["_scheduled"]
        assert [timer.when() for timer in scheduled if not timer.cancelled()] == []
        assert vars(executor)["_runs"] == {}

    run(test())


def test_two_threads_of_one_executor_do_not_touch_each_other() -> None:
    async def test() -> None:
        executor = sample_executor()
        names = [f"t{number}" for number in range(20)]
        streams = (collect(executor.execute(Text(text=name), thread_id=name)) for name in names)
        for name, events in zip(names, await asyncio.gather(*streams), strict=True):
            assert {event.thread_id for event in events} == {name}
            result = (await state_of(executor, name)).result("first")
            assert isinstance(result, Note)
            assert result.text == f"first({name};;)"

    run(test())


def test_a_thread_that_ended_leaves_nothing_to_the_garbage_collector() -> None:
    async def test() -> None:
        executor = sample_executor()
        await collect(executor.execute(GIVEN))
        gc.collect()
        gc.disable()
        try:
            await collect(executor.execute(GIVEN))
            assert gc.collect() == 0
        finally:
            gc.enable()

    asyncio.run(test())
