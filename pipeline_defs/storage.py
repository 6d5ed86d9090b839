"""The storage of a Dagster instance: SQLite, or Postgres if its URL is given."""

import os
from typing import Any

import dagster as dg
from dagster_postgres import DagsterPostgresStorage
from sqlalchemy.engine import make_url

from pipeline_defs._dagster import ConfigurableClassData, DagsterSqliteStorage
from pipeline_defs.sqlite_event_log import KeptOpenSqliteEventLogStorage
from pipeline_defs.sqlite_run_storage import KeptOpenSqliteRunStorage

POSTGRES_URL_VARIABLE = "SUITABILITY_POSTGRES_URL"

_STATEMENT_TIMEOUT_MS = 60_000
_POOL_RECYCLE_SECONDS = 300
_POOL_OVERFLOW = 20


class SuitabilityStorage(DagsterSqliteStorage):
    """What dagster.yaml names as `storage`; the only switch is the environment.

    With `SUITABILITY_POSTGRES_URL` set, runs, events and schedules are in that database, and `base_dir` is
    not used. Otherwise they are in SQLite files under `base_dir`; if that is not given, under DAGSTER_HOME,
    and where that is not set either, under `.dagster` in the working directory.
    """

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(base_dir, inst_data)
        # The files have been set up by now.
        history = os.path.join(os.path.abspath(base_dir), "history")
        self._run_storage = KeptOpenSqliteRunStorage(f"sqlite:///{history}/runs.db")
        self._event_log_storage = KeptOpenSqliteEventLogStorage(os.path.join(history, "runs"))

    @classmethod
    def config_type(cls) -> Any:
        return {
            "base_dir": dg.Field(
                dg.StringSource,
                is_required=False,
                description=f"Folder of the SQLite files; not used if {POSTGRES_URL_VARIABLE} is set.",
            )
        }

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData, config_value: Any) -> Any:
        if url := os.environ.get(POSTGRES_URL_VARIABLE):
            return pooled_postgres_storage(url, inst_data)
        return cls.from_local(config_value.get("base_dir") or _default_base_dir(), inst_data)


def _default_base_dir() -> str:
    return os.environ.get("DAGSTER_HOME") or os.path.abspath(".dagster")


def pooled_postgres_storage(url: str, inst_data: ConfigurableClassData | None) -> DagsterPostgresStorage:
    """Return Dagster's storage on Postgres with connections that are kept for the next statement."""
    storage = DagsterPostgresStorage(psycopg2_url(url), inst_data=inst_data)
    for part in (storage.run_storage, storage.event_log_storage, storage.schedule_storage):
        part.optimize_for_webserver(
            statement_timeout=_STATEMENT_TIMEOUT_MS,
            pool_recycle=_POOL_RECYCLE_SECONDS,
            max_overflow=_POOL_OVERFLOW,
        )
    return storage


def psycopg2_url(url: str) -> str:
    """Return the URL with its driver named.

    Without one SQLAlchemy picks it by its own version, and only psycopg2 comes with Dagster.
    """
    return make_url(url).set(drivername="postgresql+psycopg2").render_as_string(hide_password=False)
