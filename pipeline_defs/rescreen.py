"""The watch list is screened again when text, rubric or model have changed."""

# `dg.schedule` and `dg.run_status_sensor` are not fully typed.
# pyright: reportUnknownMemberType=false

import asyncio
import hashlib
from collections.abc import Iterator, Sequence

import dagster as dg

from pipeline_core import PipelineInput, report_of
from pipeline_core.errors import InputError
from pipeline_defs.alerts import alert
from pipeline_defs.inbox import run_config_of
from pipeline_defs.report_asset import REPORT
from pipeline_defs.resources import PipelineResource
from pipeline_defs.room import room_for_runs
from pipeline_defs.tags import STATUS, THREAD_ID
from pipeline_defs.thread_runs import MakePipeline, last_run_of, open_checkpointer, open_executor
from pipeline_defs.watch_list import VARIABLE, Watched, chosen_watch_list, read_watch_list
from pipeline_defs.watch_record import WATCH, Verdict, load_verdict, save_verdict

TRIES = 3
"""So many runs may fail for an entry; then it waits for a change."""


def make_rescreen_watch_list(
    job: dg.JobDefinition, make_pipeline: MakePipeline = PipelineResource
) -> dg.ScheduleDefinition:
    """Return the schedule that has `job` screen what has changed."""

    @dg.schedule(
        name="rescreen_watch_list",
        description=f"Screens the problems in the file ${VARIABLE} again when their text, the rubric or the "
        "model has changed since their last verdict.",
        job=job,
        cron_schedule="*/15 * * * *",
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
    def rescreen_watch_list(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
        path = chosen_watch_list()
        if path is None:
            yield dg.SkipReason(f"{VARIABLE} names no list")
            return
        try:
            entries, defects = read_watch_list(path)
        except InputError as error:
            context.log.warning(f"rescreen_watch_list: {error}")
            yield dg.SkipReason(str(error))
            return
        for defect in defects:
            context.log.warning(f"rescreen_watch_list: {defect}")
        with open_executor(context.instance, make_pipeline) as executor:
            fingerprint = executor.fingerprint
        due = _due(context.instance, entries, fingerprint)
        asked = due[: room_for_runs(context.instance)]
        for entry in asked:
            yield _request(job, entry, entry.digest(fingerprint))
        if not asked:
            yield dg.SkipReason(f"{len(entries)} problems watched, {len(due)} wait for room to run")

    return rescreen_watch_list


def make_report_verdicts(
    jobs: Sequence[dg.JobDefinition], make_pipeline: MakePipeline = PipelineResource
) -> dg.SensorDefinition:
    """Return the sensor that records the verdicts on watched problems and reports those that changed."""

    @dg.run_status_sensor(
        run_status=dg.DagsterRunStatus.SUCCESS,
        name="report_verdicts",
        description="Reports verdicts on watched problems that differ from the ones before.",
        monitored_jobs=list(jobs),
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def report_verdicts(context: dg.RunStatusSensorContext) -> dg.SkipReason | None:
        run = context.instance.get_run_by_id(context.dagster_run.run_id) or context.dagster_run
        if WATCH not in run.tags or THREAD_ID not in run.tags:
            return dg.SkipReason(f"Run {run.run_id} screened nothing that is watched")
        now = _verdict(context.instance, make_pipeline, run)
        if now is None:
            return dg.SkipReason(f"Run {run.run_id} gave no verdict")
        id_ = run.tags[WATCH]
        with open_checkpointer(context.instance) as checkpointer:
            before = load_verdict(checkpointer.store.rows, id_)
            if before is not None and before.verdict != now.verdict:
                changes = now.changes_since(before)
                alert(
                    context.log,
                    f"{id_}: the verdict was {before.verdict} and is {now.verdict}; what changed: {changes}",
                    problem=id_,
                    before=before.verdict,
                    now=now.verdict,
                    run_id=run.run_id,
                )
                context.instance.report_runless_asset_event(_observation(id_, before, now, changes))
            # Last: if the tick dies before, the change is reported once more, not never.
            save_verdict(checkpointer.store.rows, id_, now)
        return None

    return report_verdicts


def _due(
    instance: dg.DagsterInstance, entries: Sequence[Watched], fingerprint: dict[str, str]
) -> list[Watched]:
    with open_checkpointer(instance) as checkpointer:
        rows = checkpointer.store.rows
        known = {entry.id: load_verdict(rows, entry.id) for entry in entries}
    due: list[Watched] = []
    for entry in entries:
        digest, last = entry.digest(fingerprint), known[entry.id]
        if (last is None or last.digest != digest) and _may_run(instance, _thread_id(entry, digest)):
            due.append(entry)
    return due


def _may_run(instance: dg.DagsterInstance, thread_id: str) -> bool:
    """Tell whether a thread needs a run: it has none yet, or a failed one that may be tried again."""
    last = last_run_of(instance, thread_id)
    if last is None or last.status is dg.DagsterRunStatus.NOT_STARTED:
        return True
    if not last.is_failure_or_canceled or last.tags.get(STATUS) in ("suspended", "expired"):
        return False
    return instance.get_runs_count(dg.RunsFilter(tags={THREAD_ID: thread_id})) < TRIES


def _request(job: dg.JobDefinition, entry: Watched, digest: str) -> dg.RunRequest:
    return dg.RunRequest(
        run_key=f"{entry.id}:{digest}",
        run_config=run_config_of(job, entry.given.problem, entry.given.context, entry.id),
        tags={WATCH: entry.id, THREAD_ID: _thread_id(entry, digest)},
    )


def _thread_id(entry: Watched, digest: str) -> str:
    return f"watch-{hashlib.sha256(entry.id.encode()).hexdigest()[:8]}-{digest}"


def _verdict(instance: dg.DagsterInstance, make_pipeline: MakePipeline, run: dg.DagsterRun) -> Verdict | None:
    with open_executor(instance, make_pipeline, run.run_config) as executor:
        state = asyncio.run(executor.get_state(run.tags[THREAD_ID]))
    if state is None or not isinstance(state.input, PipelineInput):
        return None
    verdict = report_of(state).verdict
    if verdict is None:
        return None
    text = f"{state.input.problem}\0{state.input.context or ''}"
    return Verdict(
        verdict=verdict,
        digest=Watched(run.tags[WATCH], state.input).digest(state.fingerprint),
        text=hashlib.sha256(text.encode()).hexdigest()[:16],
        fingerprint=dict(state.fingerprint),
        thread_id=state.thread_id,
    )


def _observation(id_: str, before: Verdict, now: Verdict, changes: str) -> dg.AssetObservation:
    return dg.AssetObservation(
        asset_key=REPORT,
        partition=id_,
        description=f"The verdict changed from {before.verdict} to {now.verdict}.",
        metadata={
            "verdict before": before.verdict,
            "verdict": now.verdict,
            "what changed": changes,
            "thread before": before.thread_id,
            "thread": now.thread_id,
        },
    )
