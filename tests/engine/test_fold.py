"""Invariant 1: the state is the fold of the events."""

import json
import random
from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline_core.engine import Event, MemoryCheckpointer, fold
from pipeline_core.testing import ScriptedAnalyzer
from pipeline_core.testing.sample import completed, said, sample_executor
from tests.engine.instant import run
from tests.engine.streams import GIVEN, blocking, collect, state_of, take, types


async def story() -> tuple[list[Event], MemoryCheckpointer]:
    """Return the events of a thread that was left, suspended, answered, failed and completed."""
    checkpointer = MemoryCheckpointer()
    analyzers = {
        "first": ScriptedAnalyzer([completed("a", blocking("q"))]),
        "last": ScriptedAnalyzer([ValueError()], [completed("z")]),
    }
    executor = sample_executor(analyzers, checkpointer=checkpointer)
    stream = executor.execute(GIVEN, thread_id="t")
    told = await take(stream, "task:started")
    await stream.aclose()
    told += await collect(executor.resume("t"))
    assert told[-1].type == "pipeline:suspended"
    stream = executor.resume("t", {"q": "yes"})
    told += await take(stream, "task:completed")
    await stream.aclose()
    told += await collect(executor.resume("t"))
    assert told[-1].type == "pipeline:failed"
    told += await collect(executor.resume("t"))
    assert told[-1].type == "pipeline:completed"
    return told, checkpointer


def test_fold_of_all_events_is_the_state_across_leaving_suspension_failure_and_completion() -> None:
    async def test() -> None:
        told, checkpointer = await story()
        state = await state_of(sample_executor(checkpointer=checkpointer))
        assert fold(told) == state
        assert state.answers == {"q": "yes"}
        assert state.status == "completed"

    run(test())


def test_fold_of_events_read_back_from_json_is_the_state() -> None:
    async def test() -> None:
        told, checkpointer = await story()
        executor = sample_executor(checkpointer=checkpointer)
        texts = [event.model_dump_json() for event in told]
        again = [executor.decoder.event(json.loads(text)) for text in texts]
        assert again == told
        assert fold(again) == await state_of(executor)

    run(test())


def test_every_prefix_of_a_stream_folds_to_what_is_durable_or_less() -> None:
    async def test() -> None:
        executor = sample_executor()
        events: list[Event] = []
        async for event in executor.execute(GIVEN, thread_id="t"):
            events.append(event)
            told, durable = fold(events), await state_of(executor)
            assert told is not None
            assert set(told.outcomes) <= set(durable.outcomes)
            assert set(told.stages) <= set(durable.stages)

    run(test())


@settings(deadline=None, max_examples=50)
@given(seed=st.integers())
def test_events_of_siblings_commute(seed: int) -> None:
    async def test() -> None:
        executor = sample_executor()
        events = await collect(executor.execute(GIVEN, thread_id="t"))
        shuffled: list[Event] = []
        for of_tasks, group in groupby(events, key=lambda event: event.task is not None):
            part = list(group)
            if of_tasks:
                random.Random(seed).shuffle(part)
            shuffled += part
        assert fold(shuffled) == await state_of(executor)

    run(test())


def test_a_stream_that_is_not_begun_folds_to_nothing() -> None:
    assert fold([]) is None


def test_every_stream_is_numbered_from_one_without_gaps() -> None:
    async def test() -> None:
        told, _ = await story()
        streams = [
            i for i, name in enumerate(types(told)) if name in ("pipeline:started", "pipeline:resumed")
        ]
        for first, end in zip(streams, [*streams[1:], len(told)], strict=True):
            assert [event.seq for event in told[first:end]] == list(range(1, end - first + 1))

    run(test())


def test_a_thread_cannot_begin_with_any_event() -> None:
    with pytest.raises(ValueError, match="cannot begin with 'sample:said'"):
        fold([said()])
