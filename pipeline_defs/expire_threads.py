"""Threads that nobody answers expire."""

# `dg.job` and `dg.schedule` are not fully typed.
# pyright: reportUnknownMemberType=false

import asyncio
import os
from datetime import UTC, datetime, timedelta

import dagster as dg
from pydantic import Field

from pipeline_core import PipelineExecutor
from pipeline_core.engine import ThreadInfo
from pipeline_core.errors import PipelineError
from pipeline_defs._dagster import EngineEventData
from pipeline_defs.resources import PipelineResource
from pipeline_defs.tags import STATUS
from pipeline_defs.thread_runs import last_run_of

DAYS_VARIABLE = "SUITABILITY_EXPIRE_DAYS"
"""Days without an answer after which the schedule has threads expire; 30 if it is not set."""
EXPIRED = "expired"
"""Value of the status tag on the last run of a thread that expired; the thread itself is cancelled."""


class ExpireConfig(dg.Config):
    """When a thread expires."""

    days: float = Field(default=30.0, ge=0, description="Days without an answer.")


@dg.op(out=dg.Out(dg.Nothing))
def expire(context: dg.OpExecutionContext, config: ExpireConfig, pipeline: PipelineResource) -> None:
    """Cancel the threads that have waited too long for their answers, and mark their runs."""
    limit = datetime.now(UTC) - timedelta(days=config.days)
    for info in asyncio.run(pipeline.executor.checkpointer.threads("suspended")):
        if info.updated_at > limit:
            continue
        try:
            expired = asyncio.run(_expire(pipeline.executor, info))
        except PipelineError as error:
            context.log.warning(f"thread {info.thread_id} was left as it is: {error}")
            continue
        if expired:
            context.log.info(f"thread {info.thread_id} expired: no answer since {info.updated_at:%Y-%m-%d}")
            _mark(context.instance, info, config.days)


def make_expire_threads(pipeline: PipelineResource | None = None) -> dg.JobDefinition:
    """Return the job; `pipeline` takes the place of the offline one."""

    @dg.job(
        name="expire_threads",
        description="Cancels threads that have waited too long for answers; they can still be resumed.",
        executor_def=dg.in_process_executor,
        resource_defs={"pipeline": pipeline or PipelineResource()},
    )
    def expire_threads() -> None:
        expire()

    return expire_threads


def make_expire_daily(job: dg.JobDefinition) -> dg.ScheduleDefinition:
    """Return the schedule of the job."""

    @dg.schedule(
        name="expire_daily",
        description=f"Has threads expire that nobody has answered for ${DAYS_VARIABLE} days (30).",
        job=job,
        cron_schedule="30 3 * * *",
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
    def expire_daily() -> dg.RunRequest:
        days = float(os.environ.get(DAYS_VARIABLE, "30"))
        return dg.RunRequest(run_config={"ops": {"expire": {"config": {"days": days}}}})

    return expire_daily


async def _expire(executor: PipelineExecutor, info: ThreadInfo) -> bool:
    """Cancel the thread unless it was answered meanwhile."""
    state = await executor.get_state(info.thread_id)
    if state is None or state.status != "suspended" or not state.blocking_questions():
        return False
    await executor.cancel(info.thread_id)
    return True


def _mark(instance: dg.DagsterInstance, info: ThreadInfo, days: float) -> None:
    run = last_run_of(instance, info.thread_id)
    if run is None:
        return
    instance.add_run_tags(run.run_id, {STATUS: EXPIRED})
    instance.report_engine_event(
        f"Expired: no answer for {days:g} days. Answer and re-execute from failure to go on all the same.",
        run,
        EngineEventData(metadata={"thread": dg.MetadataValue.text(info.thread_id)}),
    )
