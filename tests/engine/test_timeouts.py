"""Time that is up, and analyzers that do not care."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Any

import pytest

from pipeline_core.engine import Event, FailureKind, Policy, Retry, TaskContext
from pipeline_core.engine.channel import CREDITS_ALONE
from pipeline_core.errors import TransientError
from pipeline_core.testing import BlockingAnalyzer, FailingAnalyzer
from pipeline_core.testing.sample import completed, said, sample_executor, sample_pipeline
from tests.engine.instant import run
from tests.engine.streams import GIVEN, collect, state_of
from tests.engine.stuck import StuckAnalyzer

NEVER: dict[str, Any] = {"attempt_timeout": None, "stage_timeout": None, "thread_timeout": None}


@pytest.mark.parametrize(
    ("limit", "attempts"), [("attempt_timeout", 2), ("stage_timeout", 1), ("thread_timeout", 1)]
)
def test_each_timeout_fails_the_task_that_hangs_and_no_other(limit: str, attempts: int) -> None:
    async def test() -> None:
        hangs = BlockingAnalyzer(completed())
        twice: dict[FailureKind, Retry] = {"timeout": Retry(attempts=2, initial=0, jitter=0)}
        limits: dict[str, Any] = {**NEVER, limit: 5.0}
        policy = Policy(**limits, retries=twice)
        executor = sample_executor({"left": hangs}, policy=policy, pipeline=sample_pipeline(quorum=2))
        began = asyncio.get_running_loop().time()
        events = await collect(executor.execute(GIVEN, thread_id="t"))
        assert asyncio.get_running_loop().time() - began == pytest.approx(5.0 * attempts)
        state = await state_of(executor)
        failure = state.outcomes["left"].failure
        assert failure is not None
        assert failure.kind == "timeout"
        assert hangs.closed == attempts
        assert state.has_result("middle")
        assert events[-1].type == ("pipeline:failed" if limit == "thread_timeout" else "pipeline:completed")

    run(test())


def test_without_timeouts_nothing_times_out() -> None:
    async def test() -> None:
        analyzer = BlockingAnalyzer(completed())
        executor = sample_executor({"first": analyzer}, policy=Policy(**NEVER))
        asyncio.get_running_loop().call_later(1e4, analyzer.released.set)
        assert (await collect(executor.execute(GIVEN)))[-1].type == "pipeline:completed"

    run(test())


def test_time_in_which_the_consumer_keeps_an_analyzer_waiting_does_not_count() -> None:
    async def test() -> None:
        async def chatters(_: TaskContext) -> AsyncGenerator[Event, None]:
            for number in range(2 * CREDITS_ALONE):
                yield said(str(number))
            yield completed()

        policy = Policy(attempt_timeout=5.0, stage_timeout=None, thread_timeout=None)
        seen: list[str] = []
        async for event in sample_executor({"first": chatters}, policy=policy).execute(GIVEN):
            await asyncio.sleep(1)
            seen.append(event.type)
        assert "task:retrying" not in seen
        assert seen[-1] == "pipeline:completed"

    run(test())


def test_after_the_consumer_kept_an_analyzer_waiting_its_time_goes_on() -> None:
    async def test() -> None:
        loop = asyncio.get_running_loop()
        hangs_from: list[float] = []

        async def hangs(_: TaskContext) -> AsyncGenerator[Event, None]:
            for number in range(2 * CREDITS_ALONE):
                yield said(str(number))
            hangs_from.append(loop.time())
            await asyncio.Event().wait()
            yield completed()

        policy = Policy(attempt_timeout=5.0, stage_timeout=None, thread_timeout=None, retries={})
        async for event in sample_executor({"first": hangs}, policy=policy).execute(GIVEN):
            if not hangs_from:
                await asyncio.sleep(1)
            if event.type == "task:failed":
                break
        assert hangs_from[0] > 100
        assert loop.time() == pytest.approx(hangs_from[0] + 5.0, abs=1.1)

    run(test())


def test_a_stuck_analyzer_has_all_its_time_though_that_of_a_sibling_is_up_meanwhile() -> None:
    async def test() -> None:
        loop = asyncio.get_running_loop()

        async def is_stuck(_: TaskContext) -> AsyncGenerator[Event, None]:
            while loop.time() < 100:
                with suppress(asyncio.CancelledError):
                    await asyncio.sleep(100)
            yield completed("too late")

        async def hangs_a_second_later(_: TaskContext) -> AsyncGenerator[Event, None]:
            if loop.time() < 1:
                raise TransientError("x")
            await asyncio.Event().wait()
            yield completed()

        executor = sample_executor(
            {"left": is_stuck, "right": hangs_a_second_later},
            policy=Policy(
                attempt_timeout=5.0,
                cleanup_timeout=2.0,
                retries={"transient": Retry(attempts=2, initial=1, jitter=0)},
            ),
        )
        failed_at: dict[str | None, float] = {}
        async for event in executor.execute(GIVEN):
            if event.type == "task:failed":
                failed_at[event.task] = loop.time()
        assert failed_at == {"right": pytest.approx(6.0), "left": pytest.approx(7.0)}

    run(test())


def test_what_a_given_up_analyzer_does_while_its_stage_goes_on_changes_nothing() -> None:
    async def test() -> None:
        stuck = StuckAnalyzer(TransientError("too late"))
        executor = sample_executor(
            {"left": stuck, "right": FailingAnalyzer(TransientError("x"), completed(), times=1)},
            policy=Policy(
                attempt_timeout=5.0,
                cleanup_timeout=2.0,
                retries={
                    "transient": Retry(attempts=2, initial=100, maximum=100, jitter=0),
                    "timeout": Retry(attempts=2, initial=0, jitter=0),
                },
            ),
            pipeline=sample_pipeline(quorum=2),
        )
        asyncio.get_running_loop().call_later(50, stuck.released.set)
        events = await collect(executor.execute(GIVEN, thread_id="t"))
        assert len(stuck.calls) == 1
        assert events[-1].type == "pipeline:completed"

    run(test())


@pytest.mark.parametrize("late", [completed("too late"), TransientError("too late")], ids=["result", "error"])
def test_an_analyzer_that_never_ends_is_given_up_after_its_clean_up_time(late: Event | Exception) -> None:
    async def test() -> None:
        stuck = StuckAnalyzer(late)
        policy = Policy(attempt_timeout=5.0, cleanup_timeout=2.0)
        executor = sample_executor({"left": stuck}, policy=policy, pipeline=sample_pipeline(quorum=2))
        began = asyncio.get_running_loop().time()
        events = await collect(executor.execute(GIVEN, thread_id="t"))
        assert asyncio.get_running_loop().time() - began == pytest.approx(7.0)
        assert events[-1].type == "pipeline:completed"
        failure = (await state_of(executor)).outcomes["left"].failure
        assert failure is not None
        assert failure.kind == "timeout"
        stuck.released.set()
        await asyncio.sleep(100)
        assert len(stuck.calls) == 1
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert not (await state_of(executor)).has_result("left")

    run(test())


def test_a_result_stands_though_its_analyzer_hangs_in_clean_up() -> None:
    async def test() -> None:
        async def lingers(_: TaskContext) -> AsyncGenerator[Event, None]:
            try:
                yield completed("paid")
            finally:
                await asyncio.sleep(1e9)

        executor = sample_executor({"first": lingers}, policy=Policy(cleanup_timeout=2.0))
        began = asyncio.get_running_loop().time()
        assert (await collect(executor.execute(GIVEN, thread_id="t")))[-1].type == "pipeline:completed"
        assert asyncio.get_running_loop().time() - began == pytest.approx(2.0)
        assert (await state_of(executor)).has_result("first")

    run(test())


def test_a_result_that_comes_after_the_time_is_up_counts() -> None:
    async def test() -> None:
        async def hurries(_: TaskContext) -> AsyncGenerator[Event, None]:
            try:
                await asyncio.sleep(100)
            except asyncio.CancelledError:
                yield completed("just so")

        executor = sample_executor({"first": hurries}, policy=Policy(attempt_timeout=5.0))
        assert (await collect(executor.execute(GIVEN)))[-1].type == "pipeline:completed"

    run(test())
