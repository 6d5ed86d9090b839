"""Invariants 5, 7 and 1 as properties: whatever analyzers do, and wherever the consumer stops."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Mapping
from contextlib import aclosing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline_core.engine import (
    Analyzer,
    Event,
    Executor,
    MemoryCheckpointer,
    Pipeline,
    PipelineCompleted,
    PipelineState,
    Policy,
    Retry,
    Stage,
    Task,
    TaskCompleted,
    TaskContext,
    fold,
)
from pipeline_core.errors import RateLimitedError, TransientError
from pipeline_core.testing.sample import (
    TASKS,
    Note,
    Said,
    Text,
    completed,
    plain,
    said,
    sample_executor,
    sample_pipeline,
)
from tests.engine.instant import run

OPEN: set[object] = set()
"""Generators that have begun and not ended."""

POLICY = Policy(
    attempt_timeout=3.0,
    stage_timeout=30.0,
    cleanup_timeout=5.0,
    retries={"transient": Retry(attempts=2, initial=0.0, jitter=0.0)},
)


@contextlib.contextmanager
def counted() -> Generator[None]:
    token = object()
    OPEN.add(token)
    try:
        yield
    finally:
        OPEN.discard(token)


async def raises(_: TaskContext) -> AsyncGenerator[Event, None]:
    with counted():
        yield said()
        raise RuntimeError("secret")


async def raises_at_once(_: TaskContext) -> AsyncGenerator[Event, None]:
    with counted():
        raise TransientError("down")
        yield said()


async def hangs(_: TaskContext) -> AsyncGenerator[Event, None]:
    with counted():
        yield said()
        await asyncio.Event().wait()


async def cancels_itself(_: TaskContext) -> AsyncGenerator[Event, None]:
    with counted():
        yield said()
        raise asyncio.CancelledError


async def cancels_its_task(_: TaskContext) -> AsyncGenerator[Event, None]:
    with counted():
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        yield said()
        await asyncio.sleep(0)
        yield completed()


async def cancels_its_task_and_completes(_: TaskContext) -> AsyncGenerator[Event, None]:
    with counted():
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        yield completed()


async def yields_garbage(_: TaskContext) -> AsyncGenerator[Event, None]:
    with counted():
        yield "nonsense"  # type: ignore[misc]
        yield completed()


async def yields_an_event_of_the_executor(_: TaskContext) -> AsyncGenerator[Event, None]:
    with counted():
        yield PipelineCompleted(result=Note(text="fake"))


async def says_that_it_completed_by_an_interim_event(_: TaskContext) -> AsyncGenerator[Event, None]:
    with counted():
        yield said()
        yield Said.model_construct(type="sample:completed", text="fake")
        yield completed()


async def returns_another_result(_: TaskContext) -> AsyncGenerator[Event, None]:
    with counted():
        yield TaskCompleted(result=Text(text="not a note"))


async def returns_what_cannot_be_stored(_: TaskContext) -> AsyncGenerator[Event, None]:
    with counted():
        yield TaskCompleted(result=Note.model_construct(text="\ud800"))


async def returns_what_cannot_be_read_back(_: TaskContext) -> AsyncGenerator[Event, None]:
    with counted():
        yield TaskCompleted(result=Note.model_construct(text=7))  # type: ignore[arg-type]


async def yields_after_its_result(_: TaskContext) -> AsyncGenerator[Event, None]:
    with counted():
        yield completed()
        yield said("too late")
        yield completed("again")


async def ends_without_a_result(_: TaskContext) -> AsyncGenerator[Event, None]:
    with counted():
        yield said()


async def ignores_cancellation_for_a_while(_: TaskContext) -> AsyncGenerator[Event, None]:
    with counted():
        for seconds in (1, 1, 1, 1):
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(seconds)
        yield said()
        yield completed()


async def emits_thousands(_: TaskContext) -> AsyncGenerator[Event, None]:
    with counted():
        for number in range(2000):
            yield said(str(number))
        yield completed()


async def cleans_up_badly(_: TaskContext) -> AsyncGenerator[Event, None]:
    with counted():
        try:
            yield completed()
        finally:
            raise ValueError("in clean-up")


async def cancels_itself_in_cleanup(_: TaskContext) -> AsyncGenerator[Event, None]:
    with counted():
        try:
            yield completed()
        finally:
            raise asyncio.CancelledError


async def yields_in_cleanup(_: TaskContext) -> AsyncGenerator[Event, None]:
    try:
        yield completed()
    finally:
        yield said()


async def exits(_: TaskContext) -> AsyncGenerator[Event, None]:
    with counted():
        raise SystemExit(3)
        yield said()


async def asks_for_an_absurd_wait(_: TaskContext) -> AsyncGenerator[Event, None]:
    with counted():
        raise RateLimitedError("\udcff", retry_after="soon")  # type: ignore[arg-type]
        yield said()


class NotAGenerator:
    """An iterator without `aclose`."""

    def __init__(self, _: TaskContext) -> None:
        self._left = [said(), completed()]

    def __aiter__(self) -> AsyncIterator[Event]:
        return self

    async def __anext__(self) -> Event:
        if not self._left:
            raise StopAsyncIteration
        return self._left.pop(0)


def is_not_an_analyzer(_: TaskContext) -> AsyncIterator[Event]:
    return 7  # type: ignore[return-value]


WELL: tuple[Analyzer, ...] = (
    plain,
    yields_after_its_result,
    emits_thousands,
    cleans_up_badly,
    cancels_itself_in_cleanup,
    yields_in_cleanup,
    cancels_its_task_and_completes,
    NotAGenerator,
)
"""Odd, but with a result."""

BADLY: tuple[Analyzer, ...] = (
    raises,
    raises_at_once,
    hangs,
    cancels_itself,
    cancels_its_task,
    yields_garbage,
    yields_an_event_of_the_executor,
    says_that_it_completed_by_an_interim_event,
    returns_another_result,
    returns_what_cannot_be_stored,
    returns_what_cannot_be_read_back,
    ends_without_a_result,
    exits,
    asks_for_an_absurd_wait,
    is_not_an_analyzer,
)
EITHER: tuple[Analyzer, ...] = (ignores_cancellation_for_a_while,)

behaviours = st.fixed_dictionaries(
    {"first": st.sampled_from(WELL)}
    | dict.fromkeys(("left", "middle", "right", "last"), st.sampled_from(WELL + BADLY + EITHER))
)
whole = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def executor_of(analyzers: Mapping[str, Analyzer], checkpointer: MemoryCheckpointer) -> Executor:
    pipeline = sample_pipeline(quorum=0)
    return sample_executor(analyzers, checkpointer=checkpointer, policy=POLICY, pipeline=pipeline)


def check_whole_stream(events: list[Event], state: PipelineState | None) -> None:
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert fold(events) == state
    for task in TASKS:
        mine = [event.type for event in events if event.task == task]
        if mine and mine != ["task:restored"]:
            assert mine[0] == "task:started"
            assert mine[-1] in ("task:completed", "task:failed")
            assert sum(name in ("task:completed", "task:failed") for name in mine) == 1


async def nothing_is_left() -> None:
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert not OPEN


@pytest.mark.parametrize("analyzer", [*WELL, *BADLY], ids=lambda analyzer: analyzer.__name__)
def test_each_behaviour_settles_its_task(analyzer: Analyzer) -> None:
    async def test() -> None:
        executor = executor_of({"left": analyzer}, MemoryCheckpointer())
        events = [event async for event in executor.execute(Text(text="x"), thread_id="t")]
        state = await executor.get_state("t")
        check_whole_stream(events, state)
        assert state is not None
        assert state.has_result("left") == (analyzer in WELL)
        assert state.status == "completed"
        await nothing_is_left()

    run(test())


def test_an_event_of_the_executor_is_refused_also_where_any_event_may_come() -> None:
    async def test() -> None:
        stage = Stage(name="only", tasks=(Task(name="only", result=Note),))
        pipeline = Pipeline(name="any", input=Text, stages=(stage,))
        executor = Executor(pipeline, {"only": yields_an_event_of_the_executor}, policy=POLICY)
        events = [event async for event in executor.execute(Text(text="x"))]
        assert [event.type for event in events].count("pipeline:completed") == 0
        assert events[-1].type == "pipeline:failed"

    run(test())


@whole
@given(analyzers=behaviours)
def test_settle_all(analyzers: dict[str, Analyzer]) -> None:
    async def test() -> None:
        checkpointer = MemoryCheckpointer()
        executor = executor_of(analyzers, checkpointer)
        events = [event async for event in executor.execute(Text(text="x"), thread_id="t")]
        state = await executor.get_state("t")
        check_whole_stream(events, state)
        assert state is not None
        for task, outcome in state.outcomes.items():
            if analyzers[task] not in EITHER:
                assert (outcome.status == "completed") == (analyzers[task] in WELL), outcome
            assert (outcome.result is None) != (outcome.failure is None)
        assert set(state.outcomes) == set(TASKS)
        assert state.status == ("completed" if state.has_result("last") else "failed")
        assert events[-1].type == f"pipeline:{state.status}"
        await nothing_is_left()

    run(test())


@whole
@given(
    analyzers=behaviours,
    stop=st.integers(min_value=1, max_value=60),
    by=st.sampled_from(["close", "cancel"]),
)
def test_prompt_and_clean_stop(analyzers: dict[str, Analyzer], stop: int, by: str) -> None:
    async def test() -> None:
        checkpointer = MemoryCheckpointer()
        executor = executor_of(analyzers, checkpointer)
        seen: list[Event] = []
        waiting = asyncio.Event()

        async def consume() -> None:
            async with aclosing(executor.execute(Text(text="x"), thread_id="t")) as events:
                async for event in events:
                    seen.append(event)
                    if len(seen) == stop:
                        if by == "close":
                            return
                        waiting.set()
                        await asyncio.Event().wait()

        consumer = asyncio.create_task(consume())
        waiter = asyncio.create_task(waiting.wait())
        await asyncio.wait([consumer, waiter], return_when=asyncio.FIRST_COMPLETED)
        waiter.cancel()
        consumer.cancel()
        await asyncio.wait([consumer, waiter])
        await nothing_is_left()
        state = await executor.get_state("t")
        assert state is not None
        told = fold(seen)
        assert told is not None
        assert set(told.outcomes.items()) <= set(state.outcomes.items())
        if state.status != "completed":
            again = executor_of({}, checkpointer)
            with pytest.MonkeyPatch.context() as monkeypatch:
                monkeypatch.setattr(again, "_threads", vars(executor)["_threads"])
                rest = [event async for event in again.resume("t")]
            check_whole_stream(rest, await again.get_state("t"))
            assert fold(seen + rest) == await again.get_state("t")
            ran = {event.task for event in rest if event.type == "task:started"}
            assert not ran & {name for name in state.outcomes if state.has_result(name)}
            assert rest[-1].type == "pipeline:completed"
        await nothing_is_left()

    run(test())


@whole
@given(analyzers=behaviours, stop=st.integers(min_value=1, max_value=40))
def test_cancelling_a_thread_at_any_event_ends_its_stream(analyzers: dict[str, Analyzer], stop: int) -> None:
    async def test() -> None:
        executor = executor_of(analyzers, MemoryCheckpointer())
        events: list[Event] = []
        async for event in executor.execute(Text(text="x"), thread_id="t"):
            events.append(event)
            if len(events) == stop:
                await executor.cancel("t")
                await executor.cancel("t")
        state = await executor.get_state("t")
        assert state is not None
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        assert fold(events) == state
        assert events[-1].type == f"pipeline:{state.status}"
        await nothing_is_left()

    run(test())
