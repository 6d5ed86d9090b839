"""Lets what has begun come to its end."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def finish(work: Coroutine[Any, Any, T]) -> T:
    """Await `work` to its end even if the caller is cancelled meanwhile; it is told so afterwards.

    For writes: one that was cut off halfway has happened or not, and nobody knows which.
    """
    ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(_run(work, ended))
    try:
        await ended
        return task.result()
    except asyncio.CancelledError:
        while not task.done():
            try:
                await asyncio.wait([task])
            except asyncio.CancelledError:
                continue
        if not task.cancelled():
            task.exception()
        raise


async def _run(work: Coroutine[Any, Any, T], ended: asyncio.Future[None]) -> T:
    """Await `work` and say at once that it ended; `asyncio.shield` does so two turns of the loop later."""
    try:
        return await work
    finally:
        if not ended.done():
            ended.set_result(None)
