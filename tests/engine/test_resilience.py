"""Retries, strategies and quorum; and invariant 6."""

import asyncio
import math
from collections.abc import AsyncGenerator

import pytest

from pipeline_core.engine import (
    Event,
    Failure,
    FailureKind,
    PipelineFailed,
    Policy,
    Retry,
    TaskContext,
    TaskRetrying,
    fold,
)
from pipeline_core.engine.failure import describe
from pipeline_core.engine.judgement import why_not_go_on
from pipeline_core.errors import (
    AnalyzerError,
    AnalyzerTimeoutError,
    InvalidOutputError,
    PipelineDefinitionError,
    RateLimitedError,
    RejectedError,
    TransientError,
)
from pipeline_core.models.usage import Usage
from pipeline_core.testing import BlockingAnalyzer, FailingAnalyzer, ScriptedAnalyzer
from pipeline_core.testing.sample import completed, said, sample_executor, sample_pipeline
from tests.engine.instant import run
from tests.engine.streams import GIVEN, collect, started, state_of, take, types

ERRORS: dict[FailureKind, BaseException] = {
    "transient": TransientError("x"),
    "rate_limited": RateLimitedError("x"),
    "timeout": AnalyzerTimeoutError("x"),
    "invalid_output": InvalidOutputError("x"),
    "rejected": RejectedError("x"),
    "cancelled": asyncio.CancelledError(),
    "bug": KeyError("x"),
}


@pytest.mark.parametrize(
    ("kind", "attempts"),
    [
        ("transient", 4),
        ("rate_limited", 6),
        ("timeout", 2),
        ("invalid_output", 2),
        ("rejected", 1),
        ("cancelled", 1),
        ("bug", 1),
    ],
)
def test_each_class_of_failure_is_tried_as_often_as_the_policy_says(kind: FailureKind, attempts: int) -> None:
    async def test() -> None:
        analyzer = FailingAnalyzer(ERRORS[kind])
        executor = sample_executor({"left": analyzer})
        events = await collect(executor.execute(GIVEN, thread_id="t"))
        assert [call.attempt for call in analyzer.calls] == list(range(1, attempts + 1))
        assert analyzer.closed == attempts
        outcome = (await state_of(executor)).outcomes["left"]
        assert outcome.failure is not None
        assert outcome.failure.kind == kind
        assert outcome.attempt == attempts
        assert types(events).count("task:retrying") == attempts - 1

    run(test())


def test_a_failure_that_passes_leaves_a_result_of_its_attempt() -> None:
    async def test() -> None:
        executor = sample_executor({"first": FailingAnalyzer(TransientError("x"), completed("ok"), times=2)})
        events = await collect(executor.execute(GIVEN, thread_id="t"))
        outcome = (await state_of(executor)).outcomes["first"]
        assert (outcome.status, outcome.attempt) == ("completed", 3)
        assert [event.attempt for event in events if event.task == "first"] == [1, 1, 2, 3]

    run(test())


def waits(events: list[Event]) -> list[float]:
    return [event.delay for event in events if isinstance(event, TaskRetrying)]


def test_waits_grow_exponentially_with_jitter_up_to_their_maximum() -> None:
    async def test() -> None:
        policy = Policy(retries={"transient": Retry(attempts=7, initial=1, maximum=8, jitter=0.5)})
        executor = sample_executor({"first": FailingAnalyzer(TransientError("x"))}, policy=policy)
        began = asyncio.get_running_loop().time()
        found = waits(await collect(executor.execute(GIVEN)))
        assert asyncio.get_running_loop().time() - began == pytest.approx(sum(found), abs=0.01)
        for wait, base in zip(found, [1, 2, 4, 8, 8, 8], strict=True):
            assert base <= wait <= min(base + 0.5, 8)
        assert any(wait % 1 for wait in found)

    run(test())


def test_a_provider_that_asks_to_wait_is_given_that_time() -> None:
    async def test() -> None:
        error = RateLimitedError("x", retry_after=100.0)
        executor = sample_executor({"first": FailingAnalyzer(error, completed(), times=1)})
        assert waits(await collect(executor.execute(GIVEN))) == [100.0]

    run(test())


def test_a_wait_beyond_the_end_of_the_stage_is_not_begun() -> None:
    async def test() -> None:
        error = RateLimitedError("come back tomorrow", retry_after=86_400.0)
        executor = sample_executor({"first": FailingAnalyzer(error)})
        began = asyncio.get_running_loop().time()
        events = await collect(executor.execute(GIVEN, thread_id="t"))
        assert asyncio.get_running_loop().time() == began
        assert waits(events) == []
        failure = (await state_of(executor)).outcomes["first"].failure
        assert failure is not None
        assert (failure.kind, failure.retry_after) == ("rate_limited", 86_400.0)

    run(test())


def test_one_failed_task_is_retried_alone() -> None:
    async def test() -> None:
        flaky = FailingAnalyzer(TransientError("x"), completed(), times=1)
        calm = ScriptedAnalyzer([completed()])
        await collect(sample_executor({"left": flaky, "right": calm}).execute(GIVEN))
        assert (len(flaky.calls), len(calm.calls)) == (2, 1)

    run(test())


def test_what_is_told_of_a_failure_depends_on_its_type_alone() -> None:
    class Odd(AnalyzerError):
        kind = "odd"

    assert describe(TimeoutError("secret")) == Failure(kind="timeout", message="ran out of time")
    assert describe(Odd("secret")) == Failure(kind="bug", message="failed with Odd")
    waits = {math.inf: None, math.nan: None, -1: None, 0: 0.0, 7: 7.0, "soon": None}
    for asked, kept in waits.items():
        error = RateLimitedError("busy", retry_after=asked)  # type: ignore[arg-type]
        assert describe(error).retry_after == kept
    error = RejectedError("no")
    error.usage = Usage(requests=1)
    assert describe(error).usage == Usage(requests=1)


def test_nothing_missing_in_silence() -> None:
    async def test() -> None:
        broken = {"left": FailingAnalyzer(KeyError("x")), "right": FailingAnalyzer(RejectedError("no quota"))}
        executor = sample_executor(broken, pipeline=sample_pipeline(quorum=2))
        events = await collect(executor.execute(GIVEN, thread_id="t"))
        assert isinstance(events[-1], PipelineFailed)
        assert events[-1].failure.kind == "incomplete"
        assert events[-1].failure.message == (
            "fan has 1 of 3 results: left: failed with KeyError; right: no quota"
        )
        state = await state_of(executor)
        assert set(state.outcomes) == {"first", "left", "middle", "right"}
        assert "last" not in started(events)
        assert state.failure == events[-1].failure
        again = await collect(executor.resume("t"))
        assert started(again) == {"left", "right"}

    run(test())


def test_a_task_that_never_settled_counts_as_one_without_a_result() -> None:
    async def test() -> None:
        executor = sample_executor()
        await take(executor.execute(GIVEN, thread_id="t"), "stage:completed")
        state = await state_of(executor)
        failure = why_not_go_on(executor.pipeline.stage("fan"), state, "partial")
        assert failure is not None
        assert failure.kind == "incomplete"
        assert failure.message.startswith("fan has 0 of 3 results: left: did not settle; ")

    run(test())


def test_enough_results_go_on_with_the_failures_on_record() -> None:
    async def test() -> None:
        broken = {"left": FailingAnalyzer(KeyError("x"))}
        executor = sample_executor(broken, pipeline=sample_pipeline(quorum=2))
        events = await collect(executor.execute(GIVEN, thread_id="t"))
        assert events[-1].type == "pipeline:completed"
        state = await state_of(executor)
        assert state.outcomes["left"].failure is not None
        assert [event.model_dump()["failed"] for event in events if event.type == "stage:completed"] == [
            (),
            ("left",),
            (),
        ]

    run(test())


def test_a_required_task_is_missed_whatever_the_quorum() -> None:
    async def test() -> None:
        pipeline = sample_pipeline(quorum=0, required=frozenset({"left"}))
        executor = sample_executor({"left": FailingAnalyzer(KeyError("x"))}, pipeline=pipeline)
        events = await collect(executor.execute(GIVEN))
        assert types(events)[-3:] == ["stage:failed", "checkpoint:saved", "pipeline:failed"]

    run(test())


def test_fail_fast_ends_the_thread_where_partial_goes_on() -> None:
    async def test() -> None:
        broken = {"left": FailingAnalyzer(KeyError("x"))}
        pipeline = sample_pipeline(quorum=2)
        ends = {}
        for strategy in ("partial", "fail_fast"):
            policy = Policy(strategy=strategy)  # type: ignore[arg-type]
            executor = sample_executor(broken, policy=policy, pipeline=pipeline)
            ends[strategy] = (await collect(executor.execute(GIVEN)))[-1].type
        assert ends == {"partial": "pipeline:completed", "fail_fast": "pipeline:failed"}

    run(test())


def test_what_failed_runs_again_when_the_thread_is_resumed_and_what_completed_does_not() -> None:
    async def test() -> None:
        broken = FailingAnalyzer(KeyError("x"), completed(), times=1)
        executor = sample_executor({"left": broken})
        assert (await collect(executor.execute(GIVEN, thread_id="t")))[-1].type == "pipeline:failed"
        events = await collect(executor.resume("t"))
        assert started(events) == {"left", "last"}
        assert events[-1].type == "pipeline:completed"
        assert (await state_of(executor)).failure is None

    run(test())


def test_a_failure_is_forgotten_as_soon_as_the_thread_is_resumed() -> None:
    async def test() -> None:
        broken, slow = FailingAnalyzer(KeyError("x")), BlockingAnalyzer(completed())
        executor = sample_executor({"left": broken, "right": slow})
        stream = executor.execute(GIVEN, thread_id="t")
        before = await take(stream, "task:failed")
        await stream.aclose()
        assert (await state_of(executor)).outcomes["left"].status == "failed"
        stream = executor.resume("t")
        after = await take(stream, "pipeline:resumed")
        await stream.aclose()
        state = await state_of(executor)
        assert "left" not in state.outcomes
        assert fold([*before, *after]) == state

    run(test())


def test_a_definition_that_cannot_work_is_refused() -> None:
    with pytest.raises(PipelineDefinitionError, match="wants 4 results of its 3"):
        sample_pipeline(quorum=4)
    with pytest.raises(PipelineDefinitionError, match="requires 'nobody'"):
        sample_pipeline(required=frozenset({"nobody"}))
    with pytest.raises(PipelineDefinitionError, match="do not match: extra"):
        sample_executor({"extra": ScriptedAnalyzer([completed()])})


def test_leaving_at_a_retry_stops_at_once() -> None:
    async def test() -> None:
        policy = Policy(retries={"transient": Retry(attempts=9, initial=30, jitter=0)})
        executor = sample_executor({"first": FailingAnalyzer(TransientError("x"))}, policy=policy)
        stream = executor.execute(GIVEN)
        await take(stream, "task:retrying")
        began = asyncio.get_running_loop().time()
        await stream.aclose()
        assert asyncio.get_running_loop().time() == began
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run(test())


def test_an_analyzer_that_cancelled_its_task_and_failed_is_still_tried_again() -> None:
    async def test() -> None:
        async def trips(context: TaskContext) -> AsyncGenerator[Event, None]:
            yield said()
            if context.attempt == 1:
                task = asyncio.current_task()
                assert task is not None
                task.cancel()
                raise TransientError("x")
            yield completed()

        events = await collect(sample_executor({"first": trips}).execute(GIVEN))
        assert events[-1].type == "pipeline:completed"

    run(test())
