"""Makes the outcomes of a stage durable."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress

from pipeline_core.engine.ending import Ending
from pipeline_core.engine.envelope import Said, sent
from pipeline_core.engine.thread import OpenThread

Close = Callable[[], Awaitable[list[Said] | None]]
"""Saves the end of a stage and returns what may be announced then; None if the stage is to stay open."""


class Keeper:
    """Keeps the outcomes of the tasks of a stage that run in one stream, and closes it with the last one.

    An outcome that comes while others are still awaited gets a record of its own. The last one, and those
    that come in the same turn of the loop, need none: the checkpoint that closes the stage has them.

    Args:
        thread: open for writing.
        tasks: the names of the tasks.
        close: is called once all outcomes are durable, or will be with this.
    """

    def __init__(self, thread: OpenThread, tasks: Iterable[str], close: Close) -> None:
        self._thread = thread
        self._close = close
        self._unkept = set(tasks)
        self._waiting: dict[str, Ending] = {}

    async def keep(self, ending: Ending) -> list[Said]:
        """Make an outcome durable, and return what may be announced then, by this call or another.

        To be called again if it was cancelled.

        Raises:
            StaleWriterError: another owner has the thread; nothing was written.
        """
        task = ending.outcome.task
        if task not in self._unkept:
            return []
        self._thread.settle(ending)
        self._waiting[task] = ending
        if not self._all_wait():
            await asyncio.sleep(0)
        if task not in self._waiting:
            return []
        if self._all_wait():
            return await self._keep_rest()
        del self._waiting[task]
        await self._thread.record(ending.outcome)
        self._unkept.discard(task)
        return [sent(ending.event), *(await self._keep_rest() if self._all_wait() else ())]

    def _all_wait(self) -> bool:
        """Tell whether closing the stage makes all durable that is not: nothing runs or is being written."""
        return self._waiting.keys() == self._unkept

    async def _keep_rest(self) -> list[Said]:
        """Make all outcomes durable that wait for it."""
        rest, self._waiting = list(self._waiting.values()), {}
        try:
            closed = await self._close()
        except Exception:
            # They were paid for: what cannot be closed is kept all the same.
            with suppress(Exception):
                await self._record(rest)
            raise
        if closed is None:
            await self._record(rest)
        self._unkept.clear()
        return [*(sent(ending.event) for ending in rest), *(closed or ())]

    async def _record(self, endings: Iterable[Ending]) -> None:
        for ending in endings:
            await self._thread.record(ending.outcome)
