"""Checkpoints in one SQLite file, for the command line and for services on one machine."""

import asyncio
import os
import sqlite3
import threading
from pathlib import Path
from typing import Any

from pipeline_core.engine.pieces import whole
from pipeline_core.engine.sqlite_writer import SqliteWriter, Work
from pipeline_core.engine.store import Change
from pipeline_core.engine.store_checkpointer import StoreCheckpointer

_KEYS_PER_QUERY = 500


class SqliteStore:
    """Rows in one file, in WAL mode with every commit synced to disk.

    One thread owns the connection. All that waits for it at one moment is committed together, so that
    many threads of analysis share the cost of one sync. The file is made at the first use, and the
    store can be used again after it was closed, and in a process forked from its own.

    Args:
        path: the file; its folder must exist.
    """

    def __init__(self, path: Path | str) -> None:
        self._path = Path(path)
        self._writer: SqliteWriter | None = None
        self._lock = threading.Lock()
        self._process = os.getpid()

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
            writer, self._writer = self._writer, None
        if writer is not None and writer.process == os.getpid():
            await asyncio.to_thread(writer.close)

    async def _do(self, work: Work, *, writes: bool = False) -> Any:
        if self._process != os.getpid():
            # Forked: neither the thread nor what it held came along.
            self._lock, self._writer, self._process = threading.Lock(), None, os.getpid()
        with self._lock:
            if self._writer is None:
                self._writer = SqliteWriter(self._path)
            answer = self._writer.submit(work, writes=writes)
        return await answer


class SqliteCheckpointer(StoreCheckpointer):
    """Keeps threads in one SQLite file; safe for several processes at once.

    Args:
        path: the file; its folder must exist.
    """

    def __init__(self, path: Path | str) -> None:
        super().__init__(SqliteStore(path))


def _get(connection: sqlite3.Connection, keys: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for first in range(0, len(keys), _KEYS_PER_QUERY):
        part = keys[first : first + _KEYS_PER_QUERY]
        marks = ",".join("?" * len(part))
        found.update(connection.execute(f"SELECT key, value FROM rows WHERE key IN ({marks})", part))
    return found


def _range(connection: sqlite3.Connection, columns: str, prefix: str) -> sqlite3.Cursor:
    # Keys are ASCII: no key that starts with the prefix comes after it with the last character there is.
    query = f"SELECT {columns} FROM rows WHERE key >= ? AND key < ? ORDER BY key"
    return connection.execute(query, (prefix, prefix + "\U0010ffff"))


def _apply(connection: sqlite3.Connection, change: Change) -> bool:
    held = _get(connection, tuple(change.guards)) if change.guards else {}
    if any(held.get(key) != value for key, value in change.guards.items()):
        return False
    if change.deletes:
        connection.executemany("DELETE FROM rows WHERE key = ?", [(key,) for key in change.deletes])
    connection.executemany(
        "INSERT INTO rows VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        [(key, whole(text)) for key, text in change.puts.items()],
    )
    return True
