"""The one thread that has a SQLite connection, and commits what waits for it together."""

import asyncio
import os
import queue
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SCHEMA = "CREATE TABLE IF NOT EXISTS rows (key TEXT PRIMARY KEY, value TEXT NOT NULL)"
_BUSY_SECONDS = 60.0

Work = Callable[[sqlite3.Connection], Any]


@dataclass(slots=True)
class _Job:
    """Something to do, and the loop and future that wait for it."""

    work: Work
    writes: bool
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]


class SqliteWriter:
    """A thread with a connection of its own. All that waits at one moment shares one sync to disk.

    Args:
        path: the file; made if it is not there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._jobs: deque[_Job] = deque()
        self._calls: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._caller: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._serve, name="sqlite-writer", daemon=True)
        self._thread.start()
        self.process = os.getpid()
        """The process that the thread lives in: a fork does not have it."""

    def submit(self, work: Work, *, writes: bool) -> asyncio.Future[Any]:
        """Have `work` done, and return the future of what it returns or raises.

        Not for several threads at once.
        """
        loop = asyncio.get_running_loop()
        job = _Job(work, writes, loop, loop.create_future())
        self._jobs.append(job)
        if self._caller is not loop:
            # Not at once: what else this turn of the loop submits is to come along.
            self._caller = loop
            loop.call_soon(self._call)
        return job.future

    def close(self) -> None:
        """Do what was submitted, then end; waits for that."""
        self._calls.put(False)
        self._thread.join()

    def _call(self) -> None:
        self._caller = None
        self._calls.put(True)

    def _serve(self) -> None:
        connection: sqlite3.Connection | None = None
        open_ = True
        while open_:
            open_ = self._calls.get()
            jobs = [self._jobs.popleft() for _ in range(len(self._jobs))]
            try:
                connection = connection or connect(self._path)
                results = _commit_together(connection, jobs)
            except Exception as error:
                results = [error] * len(jobs)
            _answer(jobs, results)
        if connection is not None:
            connection.close()


def connect(path: Path) -> sqlite3.Connection:
    """Open the file with a write-ahead log and every commit synced to disk; make it if it is not there."""
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
    try:
        _use_wal(connection)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(_SCHEMA)
    except BaseException:
        connection.close()
        raise
    return connection


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch to the write-ahead log; SQLite itself does not wait if another process is doing the same."""
    give_up = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                raise
            time.sleep(0.01)
        else:
            return


def _commit_together(connection: sqlite3.Connection, jobs: list[_Job]) -> list[Any]:
    """Run all jobs in one transaction; if one of them fails, each in a transaction of its own."""
    if not jobs:
        return []
    connection.execute("BEGIN IMMEDIATE" if any(job.writes for job in jobs) else "BEGIN")
    try:
        results = [job.work(connection) for job in jobs]
        connection.execute("COMMIT")
    except Exception:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        if len(jobs) == 1:
            raise
        # What is wrong with one does not touch the others, and a smaller transaction may still fit.
        return [_commit_alone(connection, job) for job in jobs]
    return results


def _commit_alone(connection: sqlite3.Connection, job: _Job) -> Any:
    try:
        return _commit_together(connection, [job])[0]
    except Exception as error:
        return error


def _answer(jobs: list[_Job], results: list[Any]) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], Any]]] = {}
    for job, result in zip(jobs, results, strict=True):
        by_loop.setdefault(job.loop, []).append((job.future, result))
    for loop, answers in by_loop.items():
        # A loop that was closed has nobody who waits.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_resolve, answers)


def _resolve(answers: list[tuple[asyncio.Future[Any], Any]]) -> None:
    for future, result in answers:
        if future.done():
            continue
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)
