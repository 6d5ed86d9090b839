"""What the command line runs threads with when it is told to use Dagster."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import dagster as dg

from pipeline_core import PipelineExecutor, PipelineInput
from pipeline_core.engine import Event
from pipeline_core.errors import (
    FingerprintMismatchError,
    PipelineError,
    ThreadExistsError,
    ThreadNotSuspendedError,
    UnansweredQuestionError,
    UnknownThreadError,
)
from pipeline_defs.checkpointer import DagsterCheckpointer
from pipeline_defs.event_log import follow_async
from pipeline_defs.home import open_instance
from pipeline_defs.local_run import LocalRun
from pipeline_defs.resources import PipelineResource
from pipeline_defs.tags import PARENT_RUN, RESUMES, ROOT_RUN, THREAD_ID
from pipeline_defs.thread_runs import pipeline_config


class RunFailedError(PipelineError):
    """Raised when a run fails for a reason that is not the thread's."""

    def __init__(self, run_id: str, reason: str) -> None:
        super().__init__(f"Dagster run {run_id} failed: {reason}")


class DagsterDriver:
    """Runs threads as runs of the job `screen_problem`, each in this process; see `Driver`.

    Args:
        rubric: a rubric file; the built-in one if None.
    """

    def __init__(self, *, rubric: Path | None) -> None:
        self._rubric = "" if rubric is None else str(rubric.absolute())
        self._instance = open_instance()
        self._checkpointer = DagsterCheckpointer(self._instance)
        self._pipeline = PipelineResource(rubric=self._rubric)
        self._executor = self._pipeline.open(self._instance)
        self._is_open = True

    @property
    def checkpointer(self) -> DagsterCheckpointer:
        """Where its threads are kept: the run storage of the instance."""
        return self._checkpointer

    async def execute(
        self, given: PipelineInput, *, thread_id: str | None = None
    ) -> AsyncGenerator[Event, None]:
        """Run a new thread."""
        thread_id = thread_id or uuid4().hex[:16]
        if await self._checkpointer.exists(thread_id):
            raise ThreadExistsError(thread_id)
        problem = {"problem": given.problem, "context": given.context or ""}
        run = await asyncio.to_thread(LocalRun, self._instance, self._config(problem), {THREAD_ID: thread_id})
        async for event in self._events(run):
            yield event

    async def resume(
        self, thread_id: str, answers: Mapping[str, str] | None = None
    ) -> AsyncGenerator[Event, None]:
        """Go on with a thread, in a run that Dagster groups with the one before."""
        parent = await asyncio.to_thread(self._last_run, thread_id)
        models = {} if parent is None else _models_of(parent)
        await self._prepare(thread_id, answers or {}, models)
        tags = {THREAD_ID: thread_id}
        config = self._config({})
        config["resources"]["pipeline"]["config"] |= models
        if parent is not None:
            tags |= {
                RESUMES: parent.run_id,
                PARENT_RUN: parent.run_id,
                ROOT_RUN: parent.root_run_id or parent.run_id,
            }
            config = {**parent.run_config, "resources": config["resources"]}
        run = await asyncio.to_thread(LocalRun, self._instance, config, tags, parent)
        async for event in self._events(run):
            yield event

    def where(self, thread_id: str) -> str | None:
        """Return how to find the thread's runs in the web interface."""
        return f"suitability ui, then the runs tagged {THREAD_ID}: {thread_id}"

    async def close(self) -> None:
        """Close the connections. Idempotent."""
        if self._is_open:
            self._is_open = False
            await self._checkpointer.close()
            self._pipeline.close()
            self._instance.dispose()

    async def _prepare(self, thread_id: str, answers: Mapping[str, str], models: Mapping[str, Any]) -> None:
        """Store the answers, and refuse what the run would refuse."""
        if not models:
            await self._answer(self._executor, thread_id, answers)
            return
        pipeline = PipelineResource(rubric=self._rubric, **models)
        try:
            await self._answer(pipeline.open(self._instance), thread_id, answers)
        finally:
            pipeline.close()

    async def _answer(self, executor: PipelineExecutor, thread_id: str, answers: Mapping[str, str]) -> None:
        state = await executor.get_state(thread_id)
        if state is None:
            raise UnknownThreadError(thread_id)
        if state.status == "completed":
            raise ThreadNotSuspendedError(thread_id, state.status)
        ours = executor.fingerprint
        if state.fingerprint != ours:
            parts = sorted({*ours, *state.fingerprint})
            pairs = {part: (state.fingerprint.get(part), ours.get(part)) for part in parts}
            raise FingerprintMismatchError(thread_id, {p: (a, b) for p, (a, b) in pairs.items() if a != b})
        if answers:
            state = await executor.answer(thread_id, answers)
        if waiting := state.blocking_questions():
            raise UnansweredQuestionError(question.id for question in waiting)

    async def _events(self, run: LocalRun) -> AsyncGenerator[Event, None]:
        told = False
        run.start()
        try:
            async for event in follow_async(
                self._instance, run.run_id, decoder=self._executor.decoder, is_alive=lambda: run.is_alive
            ):
                told = True
                yield event
        finally:
            await asyncio.to_thread(run.cancel)
        if not told:
            raise RunFailedError(run.run_id, await asyncio.to_thread(self._reason, run.run_id))

    def _last_run(self, thread_id: str) -> dg.DagsterRun | None:
        runs = self._instance.get_runs(dg.RunsFilter(tags={THREAD_ID: thread_id}), limit=1)
        return runs[0] if runs else None

    def _reason(self, run_id: str) -> str:
        entries = self._instance.all_logs(run_id)
        failures = [
            entry.message for entry in entries if entry.dagster_event and entry.dagster_event.is_failure
        ]
        return failures[-1] if failures else "see its log"

    def _config(self, problem: Mapping[str, str]) -> dict[str, Any]:
        return {
            "ops": {"screening": {"config": dict(problem)}},
            "resources": {"pipeline": {"config": {"rubric": self._rubric}}},
        }


def _models_of(run: dg.DagsterRun) -> dict[str, Any]:
    """Return what the config of a run says of models: its thread goes on with the same."""
    config = pipeline_config(run.run_config)
    return {name: str(config[name]) for name in ("model", "base_url") if config.get(name)}


def driver(*, rubric: Path | None) -> DagsterDriver:
    """Return the driver; the entry point of the command line."""
    return DagsterDriver(rubric=rubric)
