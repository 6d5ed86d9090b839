"""What this package raises on purpose, besides the errors of `pipeline_core`."""

from pipeline_core.errors import PipelineError


class RunStorageError(PipelineError):
    """Dagster's run storage cannot hold checkpoints as it is."""


class NoSqlRunStorageError(RunStorageError):
    """Raised when the instance keeps its runs somewhere that has no SQL tables."""

    def __init__(self, storage: str) -> None:
        super().__init__(
            f"checkpoints are kept in SQL run storage (SQLite or Postgres), and this Dagster instance uses "
            f"{storage}: configure `storage` in dagster.yaml"
        )


class OutdatedRunStorageError(RunStorageError):
    """Raised when the run storage lacks the table or the index that checkpoints need."""

    def __init__(self) -> None:
        super().__init__(
            "the run storage was made by an older Dagster and lacks the unique index on kvs.key: "
            "run `dagster instance migrate`"
        )
