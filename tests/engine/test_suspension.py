"""Suspending for questions, and invariant 11."""

from collections.abc import AsyncGenerator, Mapping

import pytest

from pipeline_core.engine import Analyzer, Event, MemoryCheckpointer, PipelineSuspended, TaskContext, fold
from pipeline_core.errors import (
    EmptyAnswerError,
    InvalidOptionError,
    InvalidTextError,
    InvalidThreadIdError,
    PipelineError,
    ProblemTooLongError,
    ThreadNotSuspendedError,
    UnansweredQuestionError,
    UnknownQuestionError,
    UnknownThreadError,
)
from pipeline_core.testing import ScriptedAnalyzer
from pipeline_core.testing.sample import completed, plain, sample_executor
from tests.engine.instant import run
from tests.engine.streams import GIVEN, blocking, collect, helpful, started, state_of, types


def asks(*questions: object) -> Analyzer:
    return ScriptedAnalyzer([completed("asked", *questions)])  # type: ignore[arg-type]


def test_a_blocking_question_of_the_first_stage_suspends_before_the_next() -> None:
    async def test() -> None:
        executor = sample_executor({"first": asks(blocking("q"))})
        events = await collect(executor.execute(GIVEN, thread_id="t"))
        assert isinstance(events[-1], PipelineSuspended)
        assert [question.id for question in events[-1].questions] == ["q"]
        assert started(events) == {"first"}
        assert (await state_of(executor)).status == "suspended"
        again = await collect(executor.resume("t", {"q": " yes "}))
        assert types(again)[:4] == [
            "pipeline:resumed",
            "answer:received",
            "checkpoint:saved",
            "stage:restored",
        ]
        assert started(again) == {"left", "middle", "right", "last"}
        assert again[-1].type == "pipeline:completed"
        state = await state_of(executor)
        assert state.answers == {"q": "yes"}
        assert fold(events + again) == state
        assert "q=yes" in state.result("left").text  # type: ignore[union-attr]

    run(test())


def test_blocking_questions_of_parallel_tasks_suspend_together_after_all_have_settled() -> None:
    async def test() -> None:
        analyzers = {"left": asks(blocking("l")), "right": asks(blocking("r"), blocking("l"))}
        executor = sample_executor(analyzers)
        events = await collect(executor.execute(GIVEN, thread_id="t"))
        assert isinstance(events[-1], PipelineSuspended)
        assert {question.id for question in events[-1].questions} == {"l", "r"}
        assert types(events).count("task:completed") == 4

    run(test())


def test_partial_answers_suspend_again_for_the_rest() -> None:
    async def test() -> None:
        executor = sample_executor({"first": asks(blocking("a"), blocking("b"))})
        await collect(executor.execute(GIVEN, thread_id="t"))
        events = await collect(executor.resume("t", {"a": "1"}))
        assert isinstance(events[-1], PipelineSuspended)
        assert [question.id for question in events[-1].questions] == ["b"]
        assert started(events) == set()
        assert (await collect(executor.resume("t", {"b": "2"})))[-1].type == "pipeline:completed"
        assert (await state_of(executor)).answers == {"a": "1", "b": "2"}

    run(test())


def test_a_helpful_question_never_blocks_and_its_late_answer_reaches_later_stages() -> None:
    async def test() -> None:
        heard: list[Mapping[str, str]] = []

        async def listens(context: TaskContext) -> AsyncGenerator[Event, None]:
            heard.append(context.answers)
            yield completed()

        analyzers = {"first": asks(helpful("h")), "left": asks(blocking("b")), "last": listens}
        executor = sample_executor(analyzers)
        events = await collect(executor.execute(GIVEN, thread_id="t"))
        assert started(events) == {"first", "left", "middle", "right"}
        await executor.answer("t", {"h": "late"})
        assert (await state_of(executor)).status == "suspended"
        await collect(executor.resume("t", {"b": "yes"}))
        assert heard == [{"h": "late", "b": "yes"}]

    run(test())


def test_answers_stored_beforehand_let_a_thread_resume_without_any() -> None:
    async def test() -> None:
        executor = sample_executor({"first": asks(blocking("q"))})
        await collect(executor.execute(GIVEN, thread_id="t"))
        state = await executor.answer("t", {"q": "yes"})
        assert state.answers == {"q": "yes"}
        assert (await collect(executor.resume("t")))[-1].type == "pipeline:completed"

    run(test())


def test_an_option_is_kept_as_it_was_offered() -> None:
    async def test() -> None:
        executor = sample_executor({"first": asks(blocking("q", "Yes", "No"))})
        await collect(executor.execute(GIVEN, thread_id="t"))
        assert (await executor.answer("t", {"q": " yes"})).answers == {"q": "Yes"}
        assert (await executor.answer("t", {"q": "it depends"})).answers == {"q": "it depends"}

    run(test())


def test_a_question_without_options_takes_any_text() -> None:
    async def test() -> None:
        executor = sample_executor({"first": asks(blocking("q", allow_other=False))})
        await collect(executor.execute(GIVEN, thread_id="t"))
        assert (await executor.answer("t", {"q": "my own words"})).answers == {"q": "my own words"}

    run(test())


@pytest.mark.parametrize(
    ("thread_id", "answers", "error"),
    [
        ("t", {"nobody asked": "x"}, UnknownQuestionError),
        ("t", {"free": " \n"}, EmptyAnswerError),
        ("t", {"choice": "maybe"}, InvalidOptionError),
        ("t", {}, UnansweredQuestionError),
        ("t", {"helpful": "only this"}, UnansweredQuestionError),
        ("t", {"free": "nul \x00"}, InvalidTextError),
        ("t", {"free": "lone \ud800"}, InvalidTextError),
        ("t", {"free": "x" * 100_001}, ProblemTooLongError),
        ("t", {"free": "fine", "choice": "maybe"}, InvalidOptionError),
        ("unknown", {"free": "x"}, UnknownThreadError),
        ("not a name", {"free": "x"}, InvalidThreadIdError),
        ("finished", {}, ThreadNotSuspendedError),
    ],
)
def test_answers_are_checked_before_anything_runs(
    thread_id: str, answers: dict[str, str], error: type[PipelineError]
) -> None:
    async def test() -> None:
        questions = (blocking("free"), blocking("choice", "yes", "no", allow_other=False), helpful("helpful"))
        checkpointer = MemoryCheckpointer()
        analyzer = ScriptedAnalyzer([completed("asked", *questions)])
        executor = sample_executor({"first": analyzer}, checkpointer=checkpointer)
        await collect(executor.execute(GIVEN, thread_id="t"))
        finished = sample_executor(checkpointer=checkpointer)
        await collect(finished.execute(GIVEN, thread_id="finished"))
        before = [await checkpointer.load(name) for name in ("t", "finished")]
        with pytest.raises(error):
            await collect(executor.resume(thread_id, answers))
        if error is not UnansweredQuestionError or not answers:
            with pytest.raises(error):
                await executor.answer(thread_id, answers)
        assert [await checkpointer.load(name) for name in ("t", "finished")] == before
        assert len(analyzer.calls) == 1

    run(test())


def test_a_thread_that_was_left_before_it_asked_resumes_without_answers_and_asks() -> None:
    async def test() -> None:
        executor = sample_executor({"first": asks(blocking("q"))})
        stream = executor.execute(GIVEN, thread_id="t")
        async for event in stream:
            if event.type == "task:completed":
                break
        await stream.aclose()
        events = await collect(executor.resume("t"))
        assert isinstance(events[-1], PipelineSuspended)

    run(test())


def test_a_question_asked_twice_blocks_if_either_blocks() -> None:
    async def test() -> None:
        executor = sample_executor({"left": asks(helpful("q")), "right": asks(blocking("q"))})
        events = await collect(executor.execute(GIVEN, thread_id="t"))
        assert isinstance(events[-1], PipelineSuspended)

    run(test())


def test_answers_to_a_completed_thread_are_refused_also_for_an_owner_that_joins() -> None:
    async def test() -> None:
        executor = sample_executor({"first": asks(helpful("h")), "left": plain})
        await collect(executor.execute(GIVEN, thread_id="t"))
        with pytest.raises(ThreadNotSuspendedError):
            await collect(executor.resume("t", {"h": "x"}, owner="run"))
        joined = await collect(executor.resume("t", owner="run"))
        assert types(joined) == ["stage:restored"] * 3

    run(test())
