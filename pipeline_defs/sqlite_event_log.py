"""Dagster's SQLite event log with its connections kept open."""

import os
import threading
from collections import OrderedDict
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Engine, NullPool, QueuePool, create_engine, event, text
from sqlalchemy.exc import OperationalError
from watchdog.events import FileSystemEvent
from watchdog.observers import Observer

from pipeline_defs._dagster import (
    ConfigurableClassData,
    EventHandlerFn,
    SqliteEventLogStorage,
    SqliteEventLogStorageWatchdog,
)
from pipeline_defs.sqlite_template import copy_template

OPEN_DATABASES = 8
"""The index, the runs being written, and a few that are being read."""
BUSY_TIMEOUT_SECONDS = 30


class KeptOpenSqliteEventLogStorage(SqliteEventLogStorage):
    """The files and tables of Dagster's own storage, several times as fast to write.

    Dagster opens the database for each event, and as the last one to close it also writes the
    write-ahead log back each time. Here the connection stays, a commit does not wait for the disk (after
    a power cut the last events may be missing, the file is sound), and the database of a new run
    is a copy of a template. Other processes may use the same files, through this class or Dagster's own.
    """

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._open: OrderedDict[str, tuple[int, Engine]] = OrderedDict()
        self._open_lock = threading.Lock()
        super().__init__(base_dir, inst_data)

    @contextmanager
    def _connect(self, shard: str) -> Generator[Connection]:
        with self._engine(shard).connect() as connection, connection.begin():
            yield connection

    def watch(self, run_id: str, cursor: str | None, callback: EventHandlerFn) -> None:
        """Call back for each new event of a run."""
        if not self._obs:
            self._obs = Observer()
            self._obs.start()
        handler = _WalWatchdog(self, run_id, callback, cursor)
        folder = os.path.dirname(self.path_for_shard(run_id))
        watches = cast("dict[EventHandlerFn, Any]", self._watchers[run_id])  # pyright: ignore[reportUnknownMemberType]
        watches[callback] = (handler, self._obs.schedule(handler, folder, recursive=True))

    def wipe(self) -> None:
        """Delete all events."""
        self._close_all()
        super().wipe()

    def dispose(self) -> None:
        """Close all connections; the files are then as Dagster's own storage leaves them."""
        self._close_all()
        super().dispose()

    def _engine(self, shard: str) -> Engine:
        path = Path(self.path_for_shard(shard))
        with self._open_lock:
            inode, engine = self._open.get(shard, (None, None))
            if engine is not None and inode == _inode(path):
                self._open.move_to_end(shard)
                return engine
            if engine is not None:
                # The file was deleted, perhaps by another process: what is written to it would be lost.
                engine.dispose()
            url = self.conn_string_for_shard(shard)
            engine = _kept_open_engine(url)
            if not self._is_initialized(path, engine):
                # Uses two connections at once.
                self._initdb(create_engine(url, poolclass=NullPool))
            self._open[shard] = (_inode(path) or 0, engine)
            while len(self._open) > OPEN_DATABASES:
                _, (_, oldest) = self._open.popitem(last=False)
                oldest.dispose()
            return engine

    def _is_initialized(self, path: Path, engine: Engine) -> bool:
        """Tell whether the database is set up; one that is not there becomes a copy of the template."""
        if not path.exists() and copy_template(path, self._initdb):
            return True
        # Stamping its version is the last thing that is done to a new database.
        try:
            with engine.connect() as connection:
                return connection.execute(text("SELECT version_num FROM alembic_version")).first() is not None
        except OperationalError:
            return False

    def _close_all(self) -> None:
        with self._open_lock:
            for _, engine in self._open.values():
                engine.dispose()
            self._open.clear()


class _WalWatchdog(SqliteEventLogStorageWatchdog):
    """Watches the write-ahead log too, since the database file rests while a connection is kept open."""

    @property
    def patterns(self) -> list[str]:
        return [self._log_path, f"{self._log_path}-wal"]

    def on_modified(self, event: FileSystemEvent) -> None:  # noqa: ARG002
        self._process_log()


def _kept_open_engine(url: str) -> Engine:
    # One connection, lent to one thread at a time.
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=0,
        pool_timeout=BUSY_TIMEOUT_SECONDS,
        connect_args={"timeout": BUSY_TIMEOUT_SECONDS},
    )
    event.listen(engine, "connect", _set_synchronous)
    return engine


def _set_synchronous(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous = NORMAL")


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return None
