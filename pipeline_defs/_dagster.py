"""Every name of Dagster that is not public, checked against Dagster 1.13.27.

Nothing else in the project imports a private module of Dagster. `tests/defs/test_dagster_contract.py`
says for each name what it is relied on for.
"""

from dagster._core.event_api import EventHandlerFn
from dagster._core.storage.event_log.sqlite.sqlite_event_log import (
    SqliteEventLogStorage,
    SqliteEventLogStorageWatchdog,
)
from dagster._core.storage.runs.schema import KeyValueStoreTable
from dagster._core.storage.runs.sql_run_storage import SqlRunStorage
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData

__all__ = [
    "ConfigurableClassData",
    "DagsterSqliteStorage",
    "EventHandlerFn",
    "KeyValueStoreTable",
    "SqlRunStorage",
    "SqliteEventLogStorage",
    "SqliteEventLogStorageWatchdog",
]
