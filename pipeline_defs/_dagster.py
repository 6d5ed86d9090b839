"""Every name of Dagster that is not public, checked against Dagster 1.13.27.

Nothing else in the project imports a private module of Dagster. `tests/defs/test_dagster_contract.py`
says for each name what it is relied on for.
"""

from dagster import OpExecutionContext
from dagster._core.event_api import EventHandlerFn
from dagster._core.events import EngineEventData
from dagster._core.execution.api import ExecuteRunWithPlanIterable, execute_run
from dagster._core.execution.compute_logs import create_compute_log_file_key
from dagster._core.execution.context.system import (
    PlanExecutionContext,
    PlanOrchestrationContext,
    StepExecutionContext,
)
from dagster._core.execution.context_creation_job import PlanExecutionContextManager
from dagster._core.execution.plan import execute_plan
from dagster._core.execution.plan.active import ActiveExecution
from dagster._core.execution.plan.execute_plan import dagster_event_sequence_for_step
from dagster._core.execution.plan.instance_concurrency_context import InstanceConcurrencyContext
from dagster._core.execution.plan.plan import ExecutionPlan
from dagster._core.execution.plan.step import ExecutionStep
from dagster._core.execution.retries import RetryMode, get_retries_config
from dagster._core.execution.tags import get_tag_concurrency_limits_config
from dagster._core.remote_origin import (
    ManagedGrpcPythonEnvCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.storage.event_log.sqlite.sqlite_event_log import (
    SqliteEventLogStorage,
    SqliteEventLogStorageWatchdog,
)
from dagster._core.storage.runs.schema import KeyValueStoreTable
from dagster._core.storage.runs.sql_run_storage import SqlRunStorage
from dagster._core.storage.runs.sqlite.sqlite_run_storage import SqliteRunStorage
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._serdes import ConfigurableClassData

hook_event_sequence_for_step = execute_plan._trigger_hook  # pyright: ignore[reportPrivateUsage]


def step_key_of(context: OpExecutionContext) -> str:
    """Return the key of the step that an op runs as; that of a mapped step has its mapping key in it."""
    return context.get_step_execution_context().step.key


def job_origin(module: str, location: str, job: str) -> RemoteJobOrigin:
    """Return what a run is marked with so that the web interface finds its job, to re-execute it."""
    target = LoadableTargetOrigin(module_name=module)
    code_location = ManagedGrpcPythonEnvCodeLocationOrigin(target, location)
    return RemoteJobOrigin(RemoteRepositoryOrigin(code_location, "__repository__"), job)


__all__ = [
    "ActiveExecution",
    "ConfigurableClassData",
    "DagsterSqliteStorage",
    "EngineEventData",
    "EventHandlerFn",
    "ExecuteRunWithPlanIterable",
    "ExecutionPlan",
    "ExecutionStep",
    "InstanceConcurrencyContext",
    "KeyValueStoreTable",
    "PlanExecutionContext",
    "PlanExecutionContextManager",
    "PlanOrchestrationContext",
    "RetryMode",
    "SqlRunStorage",
    "SqliteEventLogStorage",
    "SqliteEventLogStorageWatchdog",
    "SqliteRunStorage",
    "StepExecutionContext",
    "create_compute_log_file_key",
    "dagster_event_sequence_for_step",
    "execute_run",
    "get_retries_config",
    "get_tag_concurrency_limits_config",
    "hook_event_sequence_for_step",
    "job_origin",
    "step_key_of",
]
