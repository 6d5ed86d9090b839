"""Invariant 9: what a listener does wrong touches nothing else."""

import asyncio
import logging

import pytest

from pipeline_core.engine import Event
from pipeline_core.testing.sample import sample_executor
from tests.engine.instant import run
from tests.engine.streams import GIVEN, collect


def raises(_: Event) -> None:
    raise RuntimeError("listener")


async def raises_later(_: Event) -> None:
    await asyncio.sleep(0)
    raise RuntimeError("listener")


async def cancels_itself(_: Event) -> None:
    raise asyncio.CancelledError


@pytest.mark.parametrize("listener", [raises, raises_later, cancels_itself])
def test_a_consumers_fault_is_its_own(listener: object, caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        executor = sample_executor(on_event=listener)  # type: ignore[arg-type]
        events = await collect(executor.execute(GIVEN))
        assert events[-1].type == "pipeline:completed"
        assert len(caplog.records) == len(events)

    with caplog.at_level(logging.WARNING, "pipeline_core"):
        run(test())


def test_a_listener_is_told_every_event_just_before_it_is_yielded() -> None:
    async def test() -> None:
        told: list[Event] = []
        executor = sample_executor(on_event=told.append)
        seen: list[Event] = []
        async for event in executor.execute(GIVEN, thread_id="t"):
            seen.append(event)
            assert told == seen
        await executor.fork("t", new_thread_id="u")
        assert told[-1].type == "pipeline:forked"

    run(test())


def test_cancelling_the_consumer_while_its_listener_waits_cancels_it() -> None:
    async def test() -> None:
        waits = asyncio.Event()

        async def hangs(_: Event) -> None:
            waits.set()
            await asyncio.Event().wait()

        consumer = asyncio.create_task(collect(sample_executor(on_event=hangs).execute(GIVEN)))
        await waits.wait()
        consumer.cancel()
        with pytest.raises(asyncio.CancelledError):
            await consumer
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run(test())
