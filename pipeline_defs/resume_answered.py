"""Threads whose questions are answered go on by themselves."""

# `dg.sensor` is not fully typed.
# pyright: reportUnknownMemberType=false

import asyncio
import json
from collections.abc import Iterator, Sequence

import dagster as dg

from pipeline_core import PipelineInput, PipelineState
from pipeline_core.engine import ThreadInfo
from pipeline_core.errors import PipelineError
from pipeline_defs.inbox import run_config_of
from pipeline_defs.resources import PipelineResource
from pipeline_defs.tags import COST, PARENT_RUN, REQUESTS, RESUMES, ROOT_RUN, STATUS, THREAD_ID, TOKENS
from pipeline_defs.thread_runs import MakePipeline, last_run_of, open_checkpointer, open_executor

INTERVAL_SECONDS = 10


def make_resume_answered(
    jobs: Sequence[dg.JobDefinition], make_pipeline: MakePipeline = PipelineResource
) -> dg.SensorDefinition:
    """Return the sensor; a thread that no run began goes on with the first of `jobs`."""

    @dg.sensor(
        name="resume_answered",
        description="Goes on with threads that wait for answers, once all of their blocking questions are "
        "answered.",
        jobs=jobs,
        minimum_interval_seconds=INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def resume_answered(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        with open_checkpointer(context.instance) as checkpointer:
            suspended = asyncio.run(checkpointer.threads("suspended"))
        tick = _Tick(context, jobs, make_pipeline)
        requests = list(tick.requests(suspended))
        waiting = f"{len(suspended)} threads wait for answers" if suspended else "No thread waits for answers"
        return dg.SensorResult(
            run_requests=requests, skip_reason=None if requests else waiting, cursor=json.dumps(tick.seen)
        )

    return resume_answered


class _Tick:
    def __init__(
        self,
        context: dg.SensorEvaluationContext,
        jobs: Sequence[dg.JobDefinition],
        make_pipeline: MakePipeline,
    ) -> None:
        self._instance = context.instance
        self._log = context.log
        self._jobs = {job.name: job for job in jobs}
        self._make_pipeline = make_pipeline
        self._before: dict[str, int] = json.loads(context.cursor) if context.cursor else {}
        self.seen: dict[str, int] = {}
        """Version of each thread that still waited when it was looked at; answers make a new one."""

    def requests(self, suspended: Sequence[ThreadInfo]) -> Iterator[dg.RunRequest]:
        """Yield a request for each thread that can go on."""
        for info in suspended:
            if self._before.get(info.thread_id) == info.version:
                self.seen[info.thread_id] = info.version
                continue
            run = last_run_of(self._instance, info.thread_id)
            if run is not None and not run.is_finished:
                continue  # somebody goes on with it already
            try:
                state = self._state(info.thread_id, run)
            except PipelineError as error:
                self._log.warning(f"resume_answered: thread {info.thread_id} is passed over: {error}")
                self.seen[info.thread_id] = info.version
                continue
            if state is None or state.status != "suspended":
                continue
            if state.blocking_questions():
                self.seen[info.thread_id] = info.version
            elif run is None:
                yield self._first_run(info, state)
            elif run.job_name in self._jobs:
                yield self._next_run(info, run)

    def _state(self, thread_id: str, run: dg.DagsterRun | None) -> PipelineState | None:
        config = run.run_config if run is not None else None
        with open_executor(self._instance, self._make_pipeline, config) as executor:
            return asyncio.run(executor.get_state(thread_id))

    def _next_run(self, info: ThreadInfo, run: dg.DagsterRun) -> dg.RunRequest:
        inherited = {key: value for key, value in run.tags.items() if not key.startswith("dagster/")}
        root = run.root_run_id or run.tags.get(ROOT_RUN) or run.run_id
        # These would mean nothing until the run sets its own.
        for name in (STATUS, TOKENS, REQUESTS, COST):
            inherited.pop(name, None)
        return dg.RunRequest(
            run_key=_run_key(info),
            job_name=run.job_name,
            run_config=run.run_config,
            tags={
                **inherited,
                THREAD_ID: info.thread_id,
                RESUMES: run.run_id,
                PARENT_RUN: run.run_id,
                ROOT_RUN: root,
            },
        )

    def _first_run(self, info: ThreadInfo, state: PipelineState) -> dg.RunRequest:
        job = next(iter(self._jobs.values()))
        assert isinstance(state.input, PipelineInput)
        return dg.RunRequest(
            run_key=_run_key(info),
            job_name=job.name,
            run_config=run_config_of(job, state.input.problem, state.input.context, ""),
            tags={THREAD_ID: info.thread_id},
        )


def _run_key(info: ThreadInfo) -> str:
    return f"{info.thread_id}@{info.version}"
