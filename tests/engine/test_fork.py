"""Time travel: checkpoints are listed, and new threads start from them."""

import pytest

from pipeline_core.engine import (
    Analyzer,
    Executor,
    MemoryCheckpointer,
    Pipeline,
    Stage,
    Task,
    TaskCompleted,
)
from pipeline_core.errors import (
    FingerprintMismatchError,
    InvalidOptionError,
    ThreadExistsError,
    UnknownQuestionError,
    UnknownThreadError,
    UnknownVersionError,
)
from pipeline_core.testing import ScriptedAnalyzer
from pipeline_core.testing.sample import (
    Note,
    Said,
    Text,
    completed,
    plain,
    sample_executor,
    sample_pipeline,
)
from tests.engine.instant import run
from tests.engine.streams import GIVEN, blocking, collect, started, state_of, types


def test_history_lists_checkpoints_with_the_stages_they_close() -> None:
    async def test() -> None:
        executor = sample_executor()
        await collect(executor.execute(GIVEN, thread_id="t"))
        history = await executor.history("t")
        assert [(found.version, found.stage, found.status) for found in history] == [
            (1, None, "running"),
            (2, "begin", "running"),
            (3, "fan", "running"),
            (4, "end", "completed"),
        ]
        with pytest.raises(UnknownThreadError):
            await executor.history("u")

    run(test())


def test_a_fork_starts_from_any_checkpoint_and_leaves_its_source_alone() -> None:
    async def test() -> None:
        checkpointer = MemoryCheckpointer()
        executor = sample_executor(checkpointer=checkpointer)
        await collect(executor.execute(GIVEN, thread_id="t"))
        before = await checkpointer.load("t")
        expected = [
            {"first", "left", "middle", "right", "last"},
            {"left", "middle", "right", "last"},
            {"last"},
        ]
        for version, tasks in enumerate(expected, start=1):
            fork = await executor.fork("t", version=version)
            events = await collect(executor.resume(fork))
            assert started(events) == tasks
            state = await state_of(executor, fork)
            assert state.status == "completed"
            assert state.forked_from == f"t@{version}"
            source = await state_of(executor)
            assert {name: found.result for name, found in state.outcomes.items()} == {
                name: found.result for name, found in source.outcomes.items()
            }
        assert await checkpointer.load("t") == before

    run(test())


def test_a_fork_of_a_completed_thread_completes() -> None:
    async def test() -> None:
        executor = sample_executor()
        await collect(executor.execute(GIVEN, thread_id="t"))
        fork = await executor.fork("t", new_thread_id="u")
        events = await collect(executor.resume(fork))
        assert started(events) == set()
        assert types(events)[-2:] == ["checkpoint:saved", "pipeline:completed"]
        assert (await state_of(executor, "u")).status == "completed"

    run(test())


def test_a_fork_takes_other_answers() -> None:
    async def test() -> None:
        executor = sample_executor({"first": ScriptedAnalyzer([completed("?", blocking("q", "yes", "no"))])})
        await collect(executor.execute(GIVEN, thread_id="t"))
        await collect(executor.resume("t", {"q": "yes"}))
        fork = await executor.fork("t", version=2, answers={"q": "NO"})
        await collect(executor.resume(fork))
        assert (await state_of(executor, fork)).answers == {"q": "no"}
        assert (await state_of(executor)).answers == {"q": "yes"}
        left = (await state_of(executor, fork)).result("left")
        assert isinstance(left, Note)
        assert "q=no" in left.text

    run(test())


def test_a_fork_of_what_is_not_there_is_refused() -> None:
    async def test() -> None:
        executor = sample_executor({"first": ScriptedAnalyzer([completed("?", blocking("q", "a"))])})
        await collect(executor.execute(GIVEN, thread_id="t"))
        for version in (None, 1):
            with pytest.raises(UnknownThreadError):
                await executor.fork("u", version=version)
        for version in (0, 99):
            with pytest.raises(UnknownVersionError):
                await executor.fork("t", version=version)
        with pytest.raises(UnknownQuestionError):
            await executor.fork("t", version=1, answers={"q": "a"})
        with pytest.raises(ThreadExistsError):
            await executor.fork("t", new_thread_id="t")
        await collect(executor.resume("t", {"q": "anything else"}))
        strict = ScriptedAnalyzer([completed("?", blocking("s", "a", allow_other=False))])
        other = sample_executor({"first": strict})
        await collect(other.execute(GIVEN, thread_id="t"))
        with pytest.raises(InvalidOptionError):
            await other.fork("t", answers={"s": "b"})

    run(test())


class Grown(Note):
    """A result with a field that earlier results do not have."""

    score: int


def changed_pipeline(*names: str, result: type[Note] = Note) -> Pipeline:
    """Return the sample pipeline with other tasks, or another result, in its middle stage."""
    sample = sample_pipeline()
    fan = Stage(
        name="fan",
        after=("begin",),
        tasks=tuple(Task(name=name, result=result, emits=Said) for name in names),
    )
    return Pipeline(name="changed", input=Text, stages=(sample.stage("begin"), fan, sample.stage("end")))


@pytest.mark.parametrize(
    ("names", "result", "again"),
    [
        (("left", "middle", "right", "fourth"), Note, {"fourth", "last"}),
        (("left", "right"), Note, {"last"}),
        (("left",), Grown, {"left", "last"}),
        (("left", "middle", "right"), Grown, {"left", "middle", "right", "last"}),
    ],
    ids=["a task more", "a task less", "another result", "other results of the same tasks"],
)
def test_a_fork_under_another_pipeline_runs_what_changed_and_what_comes_after(
    names: tuple[str, ...], result: type[Note], again: set[str]
) -> None:
    async def test() -> None:
        checkpointer = MemoryCheckpointer()
        await collect(sample_executor(checkpointer=checkpointer).execute(GIVEN, thread_id="t"))
        pipeline = changed_pipeline(*names, result=result)
        grown = ScriptedAnalyzer([TaskCompleted(result=Grown(text="", score=1))])
        analyzers: dict[str, Analyzer] = dict.fromkeys(pipeline.tasks, plain)
        if result is Grown:
            analyzers |= dict.fromkeys(names, grown)
        executor = Executor(pipeline, analyzers, checkpointer=checkpointer)
        with pytest.raises(FingerprintMismatchError):
            await collect(executor.resume("t", owner="run"))
        fork = await executor.fork("t")
        events = await collect(executor.resume(fork))
        assert started(events) == again
        assert events[-1].type == "pipeline:completed"

    run(test())
