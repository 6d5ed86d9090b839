"""What has begun comes to its end, and whoever waits for it is told of it."""

import asyncio
import gc

import pytest

from pipeline_core.engine.finish import finish
from tests.engine.instant import run


def test_a_cancelled_caller_waits_for_the_end_however_often_it_is_cancelled() -> None:
    async def test() -> None:
        ended: list[str] = []

        async def write() -> None:
            await asyncio.sleep(10)
            ended.append("write")

        async def call() -> None:
            try:
                await finish(write())
            finally:
                ended.append("call")

        caller = asyncio.create_task(call())
        for seconds in (1, 2, 3):
            await asyncio.sleep(seconds)
            caller.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller
        assert ended == ["write", "call"]

    run(test())


def test_what_fails_after_its_caller_was_cancelled_is_not_reported_as_forgotten() -> None:
    async def test() -> None:
        reported: list[dict[str, object]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context))

        async def write() -> None:
            await asyncio.sleep(10)
            raise OSError("disk full")

        caller = asyncio.create_task(finish(write()))
        await asyncio.sleep(1)
        caller.cancel()
        await asyncio.wait([caller])
        assert caller.cancelled()
        del caller
        gc.collect()
        assert reported == []

    run(test())


def test_a_failure_reaches_a_caller_that_waits() -> None:
    async def write() -> None:
        raise OSError("disk full")

    async def test() -> None:
        with pytest.raises(OSError, match="disk full"):
            await finish(write())

    run(test())
