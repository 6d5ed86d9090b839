"""Rows of text in Dagster's run storage, changed by guarded batches."""

from collections.abc import Callable
from typing import Any, TypeVar

import dagster as dg
from sqlalchemy import Executable, select
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_random_exponential

from pipeline_core.engine.pieces import whole
from pipeline_core.engine.store import Change
from pipeline_defs._dagster import KeyValueStoreTable
from pipeline_defs.errors import OutdatedRunStorageError
from pipeline_defs.guarded_batch import apply_batch
from pipeline_defs.run_storage_engine import run_storage_engine

PREFIX = "suitability/"
"""What all keys of this project begin with; Dagster and others keep theirs in the same table."""

_KEY = KeyValueStoreTable.c.key
_VALUE = KeyValueStoreTable.c.value
_PATIENCE_SECONDS = 60
_TRANSIENT_STATES = {"40001", "40P01", "55P03", "57P01", "57P02", "57P03", "53300"}
"""Postgres: serialization, deadlock, lock not available, shutdown and start-up, too many connections."""
_OUTDATED_STATES = {"42P10", "42P01"}
"""Postgres: no unique index for ON CONFLICT, no such table."""

_T = TypeVar("_T")


class RunStorageRows:
    """The blocking side of `RunStorageStore`; keys are given and returned without the prefix.

    Safe for many threads and processes. A lock held by somebody else, a deadlock or a dropped
    connection is waited out for a minute; what is raised after that is the back end's own error.

    Raises:
        NoSqlRunStorageError: the instance has no SQL run storage.
        OutdatedRunStorageError: its table cannot hold checkpoints.
    """

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self._engine = run_storage_engine(instance)
        self._is_sqlite = self._engine.dialect.name == "sqlite"
        # A lone SELECT needs no transaction, which would be two more round trips on Postgres.
        self._reader = (
            self._engine if self._is_sqlite else self._engine.execution_options(isolation_level="AUTOCOMMIT")
        )

    def get(self, *keys: str) -> dict[str, str]:
        """Return the rows that exist among `keys`, read at one instant."""
        if not keys:
            return {}
        return self._read(select(_KEY, _VALUE).where(_KEY.in_([PREFIX + key for key in keys])))

    def scan(self, prefix: str) -> dict[str, str]:
        """Return all rows whose key starts with `prefix`, in order of their keys."""
        return self._read(select(_KEY, _VALUE).where(self._starts_with(prefix)))

    def keys(self, prefix: str) -> list[str]:
        """Return all keys that start with `prefix`, in order."""
        return list(self._read(select(_KEY, _KEY).where(self._starts_with(prefix))))

    def apply(self, change: Change) -> bool:
        """Check all guards and make the change, atomically; durable once this returns True."""
        attempts = 0

        def apply_once() -> bool:
            nonlocal attempts
            attempts += 1
            if attempts > 1 and self._took_place(change):
                return True
            with self._engine.connect() as connection, connection.begin() as transaction:
                if self._is_sqlite:
                    connection.exec_driver_sql("BEGIN IMMEDIATE")
                if apply_batch(connection, change, PREFIX):
                    return True
                transaction.rollback()
                return False

        return _patiently(apply_once)

    def close(self) -> None:
        """Close all connections. Idempotent; a later call opens new ones."""
        self._engine.dispose()

    def _read(self, statement: Executable) -> dict[str, str]:
        def read() -> list[tuple[str, str]]:
            with self._reader.connect() as connection:
                return [(row[0], row[1]) for row in connection.execute(statement)]

        # Sorted here, as Postgres orders text by the database's locale.
        return {key.removeprefix(PREFIX): value for key, value in sorted(_patiently(read))}

    def _starts_with(self, prefix: str) -> Any:
        if self._is_sqlite:
            # LIKE ignores case there and passes over the index. Keys are ASCII.
            return _KEY.between(PREFIX + prefix, PREFIX + prefix + "\x7f")
        return _KEY.startswith(PREFIX + prefix, autoescape=True)

    def _took_place(self, change: Change) -> bool:
        """Tell whether a commit took place whose outcome got lost with the connection.

        The new value of a guarded row is one that no other writer would give it.
        """
        new = {key: whole(change.puts[key]) for key in change.guards if key in change.puts}
        telling = {key: text for key, text in new.items() if text != change.guards[key]}
        return bool(telling) and self.get(*telling) == telling


def _patiently(action: Callable[[], _T]) -> _T:
    retrying = Retrying(
        retry=retry_if_exception(_is_transient),
        wait=wait_random_exponential(multiplier=0.02, max=2),
        stop=stop_after_delay(_PATIENCE_SECONDS),
        reraise=True,
    )
    try:
        return retrying(action)
    except (OperationalError, ProgrammingError) as error:
        if getattr(error.orig, "pgcode", None) in _OUTDATED_STATES or "no such table" in str(error.orig):
            raise OutdatedRunStorageError from error
        raise


def _is_transient(error: BaseException) -> bool:
    if isinstance(error, PoolTimeoutError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated or getattr(error.orig, "pgcode", None) in _TRANSIENT_STATES:
        return True
    # SQLite has no codes in this driver below Python 3.11's `sqlite_errorname`.
    name = getattr(error.orig, "sqlite_errorname", "")
    return name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))
