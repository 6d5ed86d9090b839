"""Runs that failed are reported; those that wait for answers have not failed."""

# `dg.run_failure_sensor` is not fully typed.
# pyright: reportUnknownMemberType=false

from collections.abc import Sequence

import dagster as dg

from pipeline_defs.alerts import alert
from pipeline_defs.tags import STATUS, THREAD_ID

ASKS = "questions"
"""The entry in the metadata of a step's failure that holds what it asks."""


def make_report_failures(jobs: Sequence[dg.JobDefinition]) -> dg.SensorDefinition:
    """Return the sensor that watches `jobs`."""

    @dg.run_failure_sensor(
        name="report_failures",
        description="Alerts of runs that failed, but not of those that wait for answers.",
        monitored_jobs=list(jobs),
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def report_failures(context: dg.RunFailureSensorContext) -> dg.SkipReason | None:
        run = context.instance.get_run_by_id(context.dagster_run.run_id) or context.dagster_run
        if waits_for_answers(context.instance, run):
            return dg.SkipReason(f"Run {run.run_id} waits for answers")
        thread_id = run.tags.get(THREAD_ID, "")
        reason = context.failure_event.message or "no reason was given"
        alert(
            context.log,
            f"{run.job_name} failed in run {run.run_id}, thread {thread_id or 'unknown'}: {reason}",
            run_id=run.run_id,
            job=run.job_name,
            thread_id=thread_id,
        )
        return None

    return report_failures


def waits_for_answers(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    """Tell whether a step of `run` ended with questions.

    The tag alone does not say so: a re-execution inherits it, and may die before it sets its own.
    """
    if run.tags.get(STATUS) not in ("suspended", "expired"):
        return False
    records = instance.get_records_for_run(run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE).records
    events = [record.event_log_entry.dagster_event for record in records]
    failures = [event.step_failure_data.user_failure_data for event in events if event is not None]
    return any(failure is not None and ASKS in failure.metadata for failure in failures)
