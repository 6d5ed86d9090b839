"""The engine's store, on the run storage of a Dagster instance."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import dagster as dg

from pipeline_core.engine.store import Change
from pipeline_defs.run_storage_rows import RunStorageRows

_THREADS = 4
"""As many as the pool of connections; one store serves all ops of a run, each with its own event loop."""

_T = TypeVar("_T")


class RunStorageStore:
    """A `Store` whose rows live in the `kvs` table of Dagster's run storage, SQLite or Postgres.

    Rows outlive the wiping of run history. Blocking calls are made in threads of its own, so one store
    may be used from many event loops at once.

    Raises:
        NoSqlRunStorageError: the instance has no SQL run storage.
    """

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self.rows = RunStorageRows(instance)
        """The same rows for callers that are not asynchronous."""
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="run-storage")

    async def get(self, *keys: str) -> dict[str, str]:
        """Return the rows that exist among `keys`, read at one instant."""
        return await self._in_thread(lambda: self.rows.get(*keys))

    async def scan(self, prefix: str) -> dict[str, str]:
        """Return all rows whose key starts with `prefix`, in order of their keys."""
        return await self._in_thread(lambda: self.rows.scan(prefix))

    async def keys(self, prefix: str) -> list[str]:
        """Return all keys that start with `prefix`, in order."""
        return await self._in_thread(lambda: self.rows.keys(prefix))

    async def apply(self, change: Change) -> bool:
        """Check all guards and make the change, atomically; durable once this returns True.

        Cancelling the caller does not undo a change that has begun.
        """
        return await self._in_thread(lambda: self.rows.apply(change))

    async def close(self) -> None:
        """Free connections and threads. Idempotent; nothing written is lost."""
        await asyncio.to_thread(self.dispose)

    def dispose(self) -> None:
        """Do what `close` does, for callers that are not asynchronous."""
        self._threads.shutdown(wait=True)
        self.rows.close()

    async def _in_thread(self, action: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, action)
