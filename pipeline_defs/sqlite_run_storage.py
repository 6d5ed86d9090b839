"""Dagster's SQLite run storage with a connection kept open."""

from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy import Connection, QueuePool, create_engine

from pipeline_defs._dagster import ConfigurableClassData, SqliteRunStorage

BUSY_TIMEOUT_SECONDS = 30
"""Dagster's own gives up after five."""


class KeptOpenSqliteRunStorage(SqliteRunStorage):
    """The file and tables of Dagster's own storage, which opens the file anew for each statement."""

    def __init__(self, conn_string: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(conn_string, inst_data)
        self._engine = create_engine(
            conn_string,
            poolclass=QueuePool,
            pool_size=1,
            max_overflow=-1,
            connect_args={"timeout": BUSY_TIMEOUT_SECONDS},
        )

    @contextmanager
    def connect(self) -> Generator[Connection]:
        """Lend a connection with a transaction begun."""
        with self._engine.connect() as connection, connection.begin():
            yield connection

    def dispose(self) -> None:
        """Close the connection."""
        self._engine.dispose()
        super().dispose()
