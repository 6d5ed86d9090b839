"""What is relied on of Dagster beyond its public interface: a test that fails here names what changed."""

import ast
import inspect
import sqlite3
from pathlib import Path

import dagster as dg
import pytest
from sqlalchemy import UniqueConstraint

from pipeline_defs import _dagster as private
from tests.defs import executor_jobs as jobs

ROOT = Path(__file__).parents[2]


def parameters(function: object) -> list[str]:
    assert callable(function)
    return list(inspect.signature(function).parameters)


def test_it_was_checked_against_this_version_of_dagster() -> None:
    assert dg.__version__ == "1.13.27", "look through this file, then through pipeline_defs/_dagster.py"


def test_one_module_imports_what_is_private_in_dagster() -> None:
    importers: set[str] = set()
    for folder in ("pipeline_core", "pipeline_defs"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                modules += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                if any(part.startswith("_") for module in modules for part in module.split(".")[1:]):
                    importers |= {str(path.relative_to(ROOT)) for m in modules if m.startswith("dagster")}
    assert importers == {"pipeline_defs/_dagster.py"}


def test_the_table_of_key_value_rows_has_a_unique_key_and_a_text_value() -> None:
    table = private.KeyValueStoreTable
    assert table.name == "kvs"
    assert {"key", "value"} <= set(table.c.keys())
    unique = [constraint for constraint in table.constraints if isinstance(constraint, UniqueConstraint)]
    assert unique or any(index.unique and index.columns.keys() == ["key"] for index in table.indexes)


def test_run_storage_hands_out_connections(instance: dg.DagsterInstance) -> None:
    assert isinstance(instance.run_storage, private.SqlRunStorage)
    with instance.run_storage.connect() as connection:
        assert connection.engine.dialect.name in ("sqlite", "postgresql")


def test_the_sqlite_event_log_opens_all_databases_in_one_method() -> None:
    storage = private.SqliteEventLogStorage
    assert parameters(storage._connect) == ["self", "shard"]  # pyright: ignore[reportPrivateUsage]
    assert parameters(storage._initdb)[:2] == ["self", "engine"]  # pyright: ignore[reportPrivateUsage]
    for method in (storage.run_connection, storage.index_connection):
        assert "self._connect(" in inspect.getsource(method)


def test_the_sqlite_event_log_has_its_watchers_where_ours_are_put(sqlite_home: Path) -> None:
    storage = private.SqliteEventLogStorage(str(sqlite_home / "elsewhere"))
    assert storage._obs is None  # pyright: ignore[reportPrivateUsage]
    assert not storage._watchers  # pyright: ignore[reportPrivateUsage, reportUnknownMemberType]
    source = inspect.getsource(private.SqliteEventLogStorage.end_watch)
    assert "event_handler, watch = self._watchers[run_id][handler]" in source
    watchdog = private.SqliteEventLogStorageWatchdog
    assert parameters(watchdog.__init__)[1:5] == ["event_log_storage", "run_id", "callback", "cursor"]
    assert parameters(watchdog._process_log) == ["self"]  # pyright: ignore[reportPrivateUsage]


def test_sqlite_storage_keeps_its_event_log_where_ours_replaces_it(tmp_path: Path) -> None:
    storage = private.DagsterSqliteStorage(str(tmp_path))
    assert storage.event_log_storage is storage._event_log_storage  # pyright: ignore[reportPrivateUsage]
    path = storage._event_log_storage.path_for_shard("index")  # pyright: ignore[reportPrivateUsage]
    assert Path(path) == tmp_path / "history" / "runs" / "index.db"


def test_sqlite_run_storage_is_where_ours_looks_for_it(tmp_path: Path) -> None:
    storage = private.DagsterSqliteStorage(str(tmp_path)).run_storage
    assert isinstance(storage, private.SqliteRunStorage)
    with storage.connect() as connection:
        assert connection.engine.url.database == str(tmp_path / "history" / "runs.db")


def test_a_database_that_was_set_up_says_so_by_its_version(tmp_path: Path) -> None:
    storage = private.SqliteEventLogStorage(str(tmp_path))
    with sqlite3.connect(storage.path_for_shard("index")) as connection:
        assert connection.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


@pytest.mark.parametrize(
    ("function", "names"),
    [
        (private.ExecuteRunWithPlanIterable, ["execution_plan", "iterator", "execution_context_manager"]),
        (private.dagster_event_sequence_for_step, ["step_context"]),
        (private.hook_event_sequence_for_step, ["step_context", "step_event_list"]),
        (private.InstanceConcurrencyContext, ["instance", "dagster_run"]),
        (private.ActiveExecution.handle_event, ["self", "dagster_event"]),
        (private.ActiveExecution.verify_complete, ["self", "job_context", "step_key"]),
        (private.ActiveExecution.plan_events_iterator, ["self", "job_context"]),
        (private.ActiveExecution.concurrency_event_iterator, ["self", "plan_context"]),
        (private.ActiveExecution.get_steps_to_execute, ["self", "limit"]),
        (private.ActiveExecution.check_for_interrupts, ["self"]),
        (private.ActiveExecution.mark_interrupted, ["self"]),
        (private.ActiveExecution.sleep_interval, ["self"]),
        (private.PlanExecutionContext.for_step, ["self", "step", "known_state"]),
        (private.execute_run, ["job", "dagster_run", "instance"]),
        (private.create_compute_log_file_key, []),
    ],
    ids=lambda value: getattr(value, "__qualname__", ""),
)
def test_what_the_executor_is_made_of_takes_these_arguments(function: object, names: list[str]) -> None:
    assert parameters(function)[: len(names)] == names


def test_a_plan_is_started_with_these_options() -> None:
    options = {
        "retry_mode",
        "max_concurrent",
        "tag_concurrency_limits",
        "instance_concurrency_context",
        "step_dependency_config",
    }
    assert options <= set(parameters(private.ExecutionPlan.start))


def test_a_step_has_an_event_loop_that_can_be_replaced() -> None:
    assert "self._event_loop" in inspect.getsource(private.StepExecutionContext.event_loop.fget)  # pyright: ignore


def test_engine_events_of_any_level_and_time_are_stored_and_read_back(instance: dg.DagsterInstance) -> None:
    run = instance.create_run_for_job(jobs.stored)
    instance.report_dagster_event(
        dg.DagsterEvent(
            event_type_value=dg.DagsterEventType.ENGINE_EVENT.value,
            job_name=run.job_name,
            step_key="step[key]",
            message="said",
            event_specific_data=private.EngineEventData(metadata={"fact": dg.MetadataValue.json({"a": [1]})}),
        ),
        run_id=run.run_id,
        log_level=30,
        timestamp=1_700_000_000.5,
    )
    [record] = instance.get_records_for_run(run.run_id, of_type=dg.DagsterEventType.ENGINE_EVENT).records
    entry = record.event_log_entry
    assert (entry.level, entry.timestamp, entry.step_key) == (30, 1_700_000_000.5, "step[key]")
    assert entry.dagster_event is not None
    assert entry.dagster_event.message == "said"
    fact = entry.dagster_event.engine_event_data.metadata["fact"]
    assert isinstance(fact, dg.JsonMetadataValue)
    assert fact.data == {"a": [1]}


def test_a_run_can_be_marked_with_the_location_of_its_job() -> None:
    origin = private.job_origin("package.module", "location", "job")
    assert origin.job_name == "job"
    assert origin.repository_origin.code_location_origin.location_name == "location"
