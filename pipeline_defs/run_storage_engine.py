"""Pooled connections to the database of Dagster's run storage."""

from typing import Any

import dagster as dg
from sqlalchemy import Engine, create_engine, event

from pipeline_defs._dagster import SqlRunStorage
from pipeline_defs.errors import NoSqlRunStorageError

BUSY_TIMEOUT_SECONDS = 30
POSTGRES_POOL = 4


def run_storage_engine(instance: dg.DagsterInstance) -> Engine:
    """Return an engine of the caller's own on the database that holds the instance's runs.

    Connections are opened by Dagster's engine, so whatever it does to get one (tokens, options) is
    done here too, and then kept, since Dagster opens and closes one for each statement.

    Raises:
        NoSqlRunStorageError: the instance has no SQL run storage.
    """
    source = _source_engine(instance)
    if source.dialect.name == "sqlite":
        return _sqlite_engine(source)
    return create_engine(
        source.url,
        creator=lambda: _detached(source),
        isolation_level="READ COMMITTED",
        pool_size=POSTGRES_POOL,
        max_overflow=POSTGRES_POOL,
        pool_recycle=300,
    )


def _source_engine(instance: dg.DagsterInstance) -> Engine:
    storage: object = instance.run_storage
    # Old clients see the storage through a wrapper that has no connections of its own.
    wrapped = getattr(storage, "_storage", None)
    if wrapped is not None:
        storage = wrapped.run_storage
    if not isinstance(storage, SqlRunStorage):
        raise NoSqlRunStorageError(type(storage).__name__)
    with storage.connect() as connection:
        return connection.engine


def _detached(source: Engine) -> Any:
    connection = source.raw_connection()
    connection.detach()
    return connection.dbapi_connection


def _sqlite_engine(source: Engine) -> Engine:
    # One connection: writers of one process queue here, in order, instead of sleeping on SQLite's lock.
    # It is kept, since the last one to close checkpoints the write-ahead log, which is slow.
    engine = create_engine(
        source.url,
        creator=lambda: _detached(source),
        pool_size=1,
        max_overflow=0,
        pool_timeout=BUSY_TIMEOUT_SECONDS,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver would begin transactions lazily and as readers; writers say BEGIN IMMEDIATE themselves.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_SECONDS * 1000}")
    connection.execute("PRAGMA synchronous = FULL")
