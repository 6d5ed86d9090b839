"""One step's share of a thread: runs what is missing up to a task, and says how it went."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field

import dagster as dg

from pipeline_core import PipelineInput, PipelineState, Report, report_of
from pipeline_core.engine import (
    Event,
    Failure,
    PipelineCompleted,
    PipelineFailed,
    PipelineResumed,
    PipelineStarted,
    PipelineSuspended,
    StageRestored,
    outcome_of,
)
from pipeline_core.errors import (
    FingerprintMismatchError,
    InputError,
    ThreadBusyError,
    UnansweredQuestionError,
)
from pipeline_core.models import Question
from pipeline_defs._dagster import step_key_of
from pipeline_defs.cancellation import run_coroutine
from pipeline_defs.event_bridge import EventBridge
from pipeline_defs.resources import PipelineResource
from pipeline_defs.tags import COST, REQUESTS, STATUS, THREAD_ID, TOKENS, VERDICT
from pipeline_defs.thread_identity import thread_of

BUSY_SECONDS = 10.0
"""How long somebody who is no run, such as the command line, may hold the thread before the step fails."""


@dataclass
class Progress:
    """How a step's share of a thread went, as its events tell it."""

    questions: tuple[Question, ...] = ()
    """What the thread waits for, if it does."""
    failure: Failure | None = None
    """Why the thread cannot go on, if it cannot."""
    failures: dict[str, Failure] = field(default_factory=dict[str, Failure])
    """Why tasks ended without a result, by task."""
    report: Report | None = None
    """The result, if the thread was completed now."""
    closed: set[str] = field(default_factory=set[str])
    """Stages of which nothing ran, as they were closed before."""

    def note(self, event: Event) -> None:
        """Take in one event."""
        match event:
            case PipelineSuspended():
                self.questions = event.questions
            case PipelineFailed():
                self.failure = event.failure
            case PipelineCompleted(result=Report() as report):
                self.report = report
            case StageRestored():
                self.closed.add(event.stage)
            case _:
                outcome = outcome_of(event)
                if outcome is not None and outcome.failure is not None:
                    self.failures[outcome.task] = outcome.failure


class ThreadRun:
    """The thread of a run, as one of its steps sees it.

    All steps of a run write under the id of the run, so they share its lease, whatever process they are
    in.
    """

    def __init__(self, context: dg.OpExecutionContext, pipeline: PipelineResource) -> None:
        self._instance = context.instance
        self._run = context.dagster_run
        self._log = context.log
        self._step_key = step_key_of(context)
        self._pipeline = pipeline
        self._executor = pipeline.executor
        self.thread_id = thread_of(self._instance, self._run)

    def state(self) -> PipelineState:
        """Return what is durable of the thread, which has begun."""
        state = run_coroutine(lambda: self._executor.get_state(self.thread_id))
        assert state is not None
        return state

    def advance(
        self,
        until: str | None = None,
        *,
        given: PipelineInput | None = None,
        on_event: Callable[[Event], None] | None = None,
    ) -> Progress:
        """Run what is missing up to the task `until`, or to the end, and say how it went.

        What is durable does not run again. Events are in the log of the run when this returns or raises.

        Args:
            until: the task to stop after.
            given: the problem; used if the thread has not begun.
            on_event: is told every event.

        Raises:
            Failure: the thread cannot be run; the message says why.
            DagsterExecutionInterruptedError: the run was cancelled; the thread can be resumed.
        """
        progress = Progress()
        try:
            with EventBridge(self._instance, self._pipeline.rows, self._run, self._step_key) as bridge:
                run_coroutine(lambda: self._run_events(until, given, bridge, progress, on_event))
        except dg.DagsterExecutionInterruptedError:
            self.tag("cancelled")
            raise
        except UnansweredQuestionError:
            progress.questions = self.state().blocking_questions()
        except FingerprintMismatchError as error:
            message = f"{error}. Re-execute all steps to begin afresh."
            raise dg.Failure(message, allow_retries=False) from error
        except (InputError, ThreadBusyError) as error:
            raise dg.Failure(str(error), allow_retries=False) from error
        if until is not None and self._executor.pipeline.stage_of(until).name in progress.closed:
            self._look_back(until)
        return progress

    def tag(self, status: str) -> None:
        """Note on the run which thread it works on and where that is."""
        tags = {THREAD_ID: self.thread_id, STATUS: status}
        if status == "running" and VERDICT in self._run.tags:
            # A re-execution begins with the tags of its parent.
            tags[VERDICT] = "pending"
        self._instance.add_run_tags(self._run.run_id, tags)

    def leave(self, status: str) -> None:
        """Note where the thread is when the run leaves it, its verdict and what models consumed for it."""
        report = report_of(self.state())
        used = report.total_usage
        if status == "completed" and report.verdict is not None:
            self._instance.add_run_tags(self._run.run_id, {VERDICT: report.verdict})
        if used is not None:
            numbers = {TOKENS: str(used.tokens), REQUESTS: str(used.requests), COST: used.money}
            self._instance.add_run_tags(self._run.run_id, numbers)
        self.tag(status)

    def _look_back(self, task: str) -> None:
        """Say what became of a task whose stage was closed before this step."""
        state = self.state()
        if not state.has_result(task):
            self._log.warning(
                f"{task} ended without a result before its stage was closed, and does not run again in this "
                "thread. Re-execute all steps to begin afresh."
            )
        if state.status == "completed" and self._run.tags.get(STATUS, "completed") != "completed":
            # The tags of the parent, which left the thread before another run completed it.
            self.tag("completed")

    async def _run_events(
        self,
        until: str | None,
        given: PipelineInput | None,
        bridge: EventBridge,
        progress: Progress,
        on_event: Callable[[Event], None] | None,
    ) -> None:
        async with aclosing(self._events(until, given)) as events:
            async for event in events:
                if isinstance(event, (PipelineStarted, PipelineResumed)):
                    # Only one step of the run gets one of these: nobody else sets tags meanwhile.
                    await asyncio.to_thread(self.tag, "running")
                progress.note(event)
                if on_event is not None:
                    on_event(event)
                await bridge.send(event)

    async def _events(self, until: str | None, given: PipelineInput | None) -> AsyncGenerator[Event, None]:
        dead: str | None = None
        patience = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                async with aclosing(await self._open(until, given, takeover_from=dead)) as events:
                    async for event in events:
                        yield event
            except ThreadBusyError as busy:
                holder = await asyncio.to_thread(self._instance.get_run_by_id, busy.owner)
                if holder is not None and holder.is_finished and dead is None:
                    dead = busy.owner
                elif holder is not None or time.monotonic() > patience:
                    raise
                else:
                    await asyncio.sleep(0.5)
            else:
                return

    async def _open(
        self, until: str | None, given: PipelineInput | None, *, takeover_from: str | None
    ) -> AsyncGenerator[Event, None]:
        owner = self._run.run_id
        if given is not None and not await self._executor.checkpointer.exists(self.thread_id):
            return self._executor.execute(given, thread_id=self.thread_id, owner=owner, until=until)
        return self._executor.resume(self.thread_id, owner=owner, until=until, takeover_from=takeover_from)
