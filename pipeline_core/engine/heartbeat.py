"""Keeps a lease while a stream is open."""

import asyncio
import logging
from collections.abc import Callable

from pipeline_core.engine.checkpoint import Checkpointer, Lease
from pipeline_core.errors import StaleWriterError

logger = logging.getLogger("pipeline_core")


class Heartbeat:
    """Renews a lease three times in its life, until stopped.

    Args:
        checkpointer: keeps the lease.
        lease: what to renew.
        ttl: seconds a renewed lease lasts.
        on_lost: is told when another owner has the thread.
    """

    def __init__(
        self,
        checkpointer: Checkpointer,
        lease: Lease,
        ttl: float,
        on_lost: Callable[[StaleWriterError], None],
    ) -> None:
        self._checkpointer = checkpointer
        self._lease = lease
        self._ttl = ttl
        self._on_lost = on_lost
        self._renewal: asyncio.Task[None] | None = None
        self._timer = self._wait()

    async def stop(self) -> None:
        """Renew no more, and wait until nothing of it runs."""
        self._timer.cancel()
        if self._renewal is not None and not self._renewal.done():
            self._renewal.cancel()
            await asyncio.wait([self._renewal])

    def _wait(self) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(self._ttl / 3, self._beat)

    def _beat(self) -> None:
        name = f"{self._lease.thread_id}/heartbeat"
        self._renewal = asyncio.create_task(self._renew(), name=name)

    async def _renew(self) -> None:
        try:
            await self._checkpointer.renew(self._lease, self._ttl)
        except StaleWriterError as error:
            self._on_lost(error)
            return
        except Exception:
            logger.warning("could not renew the lease of thread %s", self._lease.thread_id, exc_info=True)
        self._timer = self._wait()
