"""How many requests may be on their way at once."""

import asyncio
import threading
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass


@dataclass(eq=False)
class _Waiter:
    loop: asyncio.AbstractEventLoop
    granted: "asyncio.Future[None]"
    maximum: int


class Limit:
    """Slots that are shared by all event loops and threads of a process.

    Whoever waits longest goes first, and a slot that becomes free is handed over at once.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._active = 0
        self._waiting: deque[_Waiter] = deque()

    @property
    def active(self) -> int:
        """How many slots are taken now."""
        return self._active

    @asynccontextmanager
    async def slot(self, maximum: int) -> AsyncGenerator[None, None]:
        """Hold a slot; waits while `maximum` or more are taken."""
        await self._acquire(maximum)
        try:
            yield
        finally:
            self._release()

    async def _acquire(self, maximum: int) -> None:
        loop = asyncio.get_running_loop()
        with self._lock:
            if not self._waiting and self._active < maximum:
                self._active += 1
                return
            waiter = _Waiter(loop, loop.create_future(), maximum)
            self._waiting.append(waiter)
        try:
            await waiter.granted
        except asyncio.CancelledError:
            with self._lock:
                waits = waiter in self._waiting
                if waits:
                    self._waiting.remove(waiter)
            if not waits:
                self._release()
            raise

    def _release(self) -> None:
        with self._lock:
            self._active -= 1
            while self._waiting and self._active < self._waiting[0].maximum:
                waiter = self._waiting.popleft()
                try:
                    waiter.loop.call_soon_threadsafe(_grant, waiter.granted)
                except RuntimeError:
                    # Its loop was closed while it waited: nobody is left to use the slot.
                    continue
                self._active += 1


def _grant(granted: "asyncio.Future[None]") -> None:
    if not granted.done():
        granted.set_result(None)


REQUESTS = Limit()
"""The one limit of this process."""
