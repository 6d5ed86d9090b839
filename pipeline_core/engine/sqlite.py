"""Checkpoints in one SQLite file, for the command line and for services on one machine."""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline_core.engine.store import Change
from pipeline_core.engine.store_checkpointer import StoreCheckpointer

_SCHEMA = "CREATE TABLE IF NOT EXISTS rows (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID"
_BUSY_SECONDS = 60.0
_CLOSE = object()


@dataclass(slots=True)
class _Job:
    """Something for the writer thread to do, and the loop and future that wait for it."""

    work: Callable[[sqlite3.Connection], Any]
    writes: bool
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]


class SqliteStore:
    """Rows in one file, in WAL mode with every commit synced to disk.

    One thread owns the connection. All that waits for it at one moment is committed together, so that
    many threads of analysis share the cost of one sync. The file is made at the first use.

    Args:
        path: the file; its folder must exist.
    """

    def __init__(self, path: Path | str) -> None:
        self._path = Path(path)
        self._jobs: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    async def get(self, *keys: str) -> dict[str, str]:
        return await self._do(lambda connection: _get(connection, keys))

    async def scan(self, prefix: str) -> dict[str, str]:
        return await self._do(lambda connection: dict(_range(connection, "key, value", prefix)))

    async def keys(self, prefix: str) -> list[str]:
        return await self._do(lambda connection: [key for (key,) in _range(connection, "key", prefix)])

    async def apply(self, change: Change) -> bool:
        return await self._do(lambda connection: _apply(connection, change), writes=True)

    async def close(self) -> None:
        with self._lock:
            thread, self._thread = self._thread, None
            if thread is not None:
                self._jobs.put(_CLOSE)
        if thread is not None:
            await asyncio.to_thread(thread.join)

    async def _do(self, work: Callable[[sqlite3.Connection], Any], *, writes: bool = False) -> Any:
        loop = asyncio.get_running_loop()
        job = _Job(work, writes, loop, loop.create_future())
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="sqlite-store", daemon=True)
                self._thread.start()
            self._jobs.put(job)
        return await job.future

    def _serve(self) -> None:
        """Answer jobs until told to close; a batch is what waits at the moment."""
        connection: sqlite3.Connection | None = None
        open_ = True
        while open_:
            batch = [self._jobs.get()]
            while not self._jobs.empty():
                batch.append(self._jobs.get())
            jobs = [job for job in batch if job is not _CLOSE]
            open_ = len(jobs) == len(batch)
            try:
                connection = connection or _connect(self._path)
                results = _commit_together(connection, jobs)
            except sqlite3.Error as error:
                results = [error] * len(jobs)
            _answer(jobs, results)
        if connection is not None:
            connection.close()


class SqliteCheckpointer(StoreCheckpointer):
    """Keeps threads in one SQLite file; safe for several processes at once.

    Args:
        path: the file; its folder must exist.
    """

    def __init__(self, path: Path | str) -> None:
        super().__init__(SqliteStore(path))


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(_SCHEMA)
    return connection


def _commit_together(connection: sqlite3.Connection, jobs: list[_Job]) -> list[Any]:
    """Run all jobs in one transaction; one that fails is undone alone."""
    results: list[Any] = []
    connection.execute("BEGIN IMMEDIATE" if any(job.writes for job in jobs) else "BEGIN")
    try:
        for job in jobs:
            connection.execute("SAVEPOINT job")
            try:
                results.append(job.work(connection))
            except sqlite3.Error as error:
                connection.execute("ROLLBACK TO job")
                results.append(error)
            connection.execute("RELEASE job")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return results


def _answer(jobs: list[_Job], results: list[Any]) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], Any]]] = {}
    for job, result in zip(jobs, results, strict=True):
        by_loop.setdefault(job.loop, []).append((job.future, result))
    for loop, answers in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_resolve, answers)


def _resolve(answers: list[tuple[asyncio.Future[Any], Any]]) -> None:
    for future, result in answers:
        if future.cancelled():
            continue
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)


def _get(connection: sqlite3.Connection, keys: tuple[str, ...]) -> dict[str, str]:
    marks = ",".join("?" * len(keys))
    return dict(connection.execute(f"SELECT key, value FROM rows WHERE key IN ({marks})", keys))  # noqa: S608


def _range(connection: sqlite3.Connection, columns: str, prefix: str) -> sqlite3.Cursor:
    query = f"SELECT {columns} FROM rows WHERE key >= ? AND key < ? ORDER BY key"  # noqa: S608
    return connection.execute(query, (prefix, prefix[:-1] + chr(ord(prefix[-1]) + 1)))


def _apply(connection: sqlite3.Connection, change: Change) -> bool:
    held = _get(connection, tuple(change.guards)) if change.guards else {}
    if any(held.get(key) != value for key, value in change.guards.items()):
        return False
    connection.executemany("DELETE FROM rows WHERE key = ?", [(key,) for key in change.deletes])
    connection.executemany(
        "INSERT INTO rows VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        list(change.puts.items()),
    )
    return True
