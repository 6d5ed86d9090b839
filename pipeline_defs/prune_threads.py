"""Old threads, and what was kept beside them, are deleted."""

# `dg.job` and `dg.schedule` are not fully typed.
# pyright: reportUnknownMemberType=false

import asyncio
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby, islice

import dagster as dg
from pydantic import Field

from pipeline_core.engine import Change
from pipeline_defs.checkpointer import DagsterCheckpointer
from pipeline_defs.event_bridge import EVENT_PREFIX
from pipeline_defs.io_manager import IO_PREFIX
from pipeline_defs.tags import THREAD_ID
from pipeline_defs.thread_runs import open_checkpointer

DAYS_VARIABLE = "SUITABILITY_PRUNE_DAYS"
"""Days without a change after which the schedule has threads deleted; 30 if it is not set."""

_ROWS_PER_CHANGE = 500


class PruneConfig(dg.Config):
    """What is old."""

    days: float = Field(default=30.0, ge=0, description="Days without a change.")
    include_suspended: bool = Field(default=False, description="Also threads that wait for answers.")


@dg.op(out=dg.Out(dg.Nothing))
def prune(context: dg.OpExecutionContext, config: PruneConfig) -> None:
    """Delete threads that have not changed for so long, their events' bodies, and old outputs of ops."""
    age = timedelta(days=config.days)
    with open_checkpointer(context.instance) as checkpointer:
        pruned = asyncio.run(checkpointer.prune(age, include_suspended=config.include_suspended))
        events = _delete(checkpointer, _events_without_thread(checkpointer))
        outputs = _delete(checkpointer, _outputs_without_use(context.instance, checkpointer, age))
    context.log.info(f"deleted {len(pruned)} threads, {events} event bodies, {outputs} outputs of ops")


@dg.job(
    description="Deletes old threads for good; reports that are filed stay.",
    executor_def=dg.in_process_executor,
)
def prune_threads() -> None:
    """Delete what is old."""
    prune()


# Deletes for good, so it does not run until somebody wants it to.
@dg.schedule(
    job=prune_threads,
    cron_schedule="0 4 * * *",
    description=f"Deletes threads that have not changed for ${DAYS_VARIABLE} days (30); off by default.",
    default_status=dg.DefaultScheduleStatus.STOPPED,
)
def prune_daily() -> dg.RunRequest:
    """Prune once a day."""
    days = float(os.environ.get(DAYS_VARIABLE, "30"))
    return dg.RunRequest(run_config={"ops": {"prune": {"config": {"days": days}}}})


def _events_without_thread(checkpointer: DagsterCheckpointer) -> Iterator[str]:
    # In this order: a thread that begins in between is in the second list.
    keys = checkpointer.store.rows.keys(EVENT_PREFIX)
    threads = {info.thread_id for info in asyncio.run(checkpointer.threads())}
    return (key for key in keys if key.removeprefix(EVENT_PREFIX).split("/")[0] not in threads)


def _outputs_without_use(
    instance: dg.DagsterInstance, checkpointer: DagsterCheckpointer, age: timedelta
) -> Iterator[str]:
    limit = datetime.now(UTC) - age
    keys = checkpointer.store.rows.keys(IO_PREFIX)
    threads = {info.thread_id for info in asyncio.run(checkpointer.threads())}
    for run_id, of_run in groupby(keys, key=lambda key: key.removeprefix(IO_PREFIX).split("/")[0]):
        record = instance.get_run_record_by_id(run_id)
        if record is None or not _in_use(record, threads, limit):
            yield from of_run


def _in_use(record: dg.RunRecord, threads: set[str], limit: datetime) -> bool:
    """Tell whether a re-execution from failure of the run may still ask for its outputs."""
    run = record.dagster_run
    return not run.is_finished or run.tags.get(THREAD_ID) in threads or record.update_timestamp > limit


def _delete(checkpointer: DagsterCheckpointer, keys: Iterator[str]) -> int:
    deleted = 0
    while part := tuple(islice(keys, _ROWS_PER_CHANGE)):
        checkpointer.store.rows.apply(Change(deletes=part))
        deleted += len(part)
    return deleted
