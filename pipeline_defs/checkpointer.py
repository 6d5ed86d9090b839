"""The engine's checkpointer, on a Dagster instance."""

import dagster as dg

from pipeline_core.engine import StoreCheckpointer
from pipeline_defs.run_storage_store import RunStorageStore


class DagsterCheckpointer(StoreCheckpointer):
    """Keeps threads in the run storage of a Dagster instance: SQLite or Postgres, whatever it uses.

    Raises:
        NoSqlRunStorageError: the instance has no SQL run storage.
    """

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self.store = RunStorageStore(instance)
        """The rows, for what else is kept beside the threads."""
        super().__init__(self.store)
