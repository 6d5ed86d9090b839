"""Invariant 8: events come as they happen, bounded and fair."""

import asyncio
from collections.abc import AsyncGenerator

from pipeline_core.engine import Event, TaskContext
from pipeline_core.engine.channel import CREDITS, CREDITS_ALONE, Channel, Producer
from pipeline_core.testing import BlockingAnalyzer
from pipeline_core.testing.sample import completed, said, sample_executor
from tests.engine.instant import run
from tests.engine.streams import GIVEN, collect, types


def test_events_of_a_fast_task_arrive_while_a_slow_one_runs() -> None:
    async def test() -> None:
        slow = BlockingAnalyzer(said("slow"), completed())
        executor = sample_executor({"left": slow})
        seen: list[Event] = []
        async for event in executor.execute(GIVEN, thread_id="t"):
            seen.append(event)
            done = {event.task for event in seen if event.type == "task:completed"}
            if {"middle", "right"} <= done:
                slow.released.set()
        assert types(seen)[-1] == "pipeline:completed"
        order = [event.task for event in seen if event.type == "task:completed"]
        assert order == ["first", "middle", "right", "left", "last"]

    run(test())


def test_analyzers_of_a_stage_run_at_once() -> None:
    async def test() -> None:
        meeting = asyncio.Barrier(3)

        async def meets(_: TaskContext) -> AsyncGenerator[Event, None]:
            await meeting.wait()
            yield said("met")
            await meeting.wait()
            yield completed()

        executor = sample_executor(dict.fromkeys(("left", "middle", "right"), meets))
        assert (await collect(executor.execute(GIVEN)))[-1].type == "pipeline:completed"

    run(test())


def test_bounded_and_fair() -> None:
    async def test() -> None:
        produced: dict[str, int] = {"left": 0, "middle": 0, "right": 0}

        async def chatters(context: TaskContext) -> AsyncGenerator[Event, None]:
            for number in range(500):
                produced[context.task] += 1
                yield said(str(number))
            yield completed()

        executor = sample_executor(dict.fromkeys(produced, chatters))
        consumed = dict.fromkeys(produced, 0)
        async for event in executor.execute(GIVEN):
            if event.type != "sample:said" or event.task not in consumed:
                continue
            consumed[event.task] += 1
            await asyncio.sleep(0)
            for task, count in produced.items():
                assert count <= consumed[task] + CREDITS
            if max(consumed.values()) < 500:
                assert max(consumed.values()) - min(consumed.values()) <= CREDITS
        assert set(consumed.values()) == {500}

    run(test())


def test_a_task_alone_in_its_stage_is_bounded_too() -> None:
    async def test() -> None:
        produced = 0

        async def chatters(_: TaskContext) -> AsyncGenerator[Event, None]:
            nonlocal produced
            for number in range(1000):
                produced += 1
                yield said(str(number))
            yield completed()

        consumed = ahead = 0
        async for event in sample_executor({"first": chatters}).execute(GIVEN):
            if event.type == "sample:said" and event.task == "first":
                consumed += 1
                await asyncio.sleep(0)
                ahead = max(ahead, produced - consumed)
        assert (consumed, produced) == (1000, 1000)
        assert CREDITS < ahead <= CREDITS_ALONE

    run(test())


def test_a_slow_consumer_loses_nothing() -> None:
    async def test() -> None:
        async def chatters(_: TaskContext) -> AsyncGenerator[Event, None]:
            for number in range(100):
                yield said(str(number))
            yield completed()

        texts: list[str] = []
        async for event in sample_executor({"first": chatters}).execute(GIVEN):
            await asyncio.sleep(2)
            if event.type == "sample:said" and event.task == "first":
                texts.append(event.model_dump()["text"])
        assert texts == [str(number) for number in range(100)]

    run(test())


def test_an_item_handed_over_after_the_channel_closed_is_dropped() -> None:
    async def test() -> None:
        channel: Channel[tuple[int]] = Channel(width=1, producers=1)
        producer = channel.producer()
        producer.send((1,))
        channel.close()
        producer.send((2,))
        items = await channel.get()
        assert items is not None
        assert [*items, await channel.get()] == [(1,), None]

    run(test())


def test_a_producer_that_fails_is_heard_before_what_waits() -> None:
    async def test() -> None:
        channel: Channel[tuple[int]] = Channel(width=1, producers=1)
        producer: Producer[tuple[int]] = channel.producer()
        producer.send((1,))
        producer.fail(KeyError("lost"))
        try:
            await channel.get()
        except KeyError:
            return
        raise AssertionError

    run(test())
