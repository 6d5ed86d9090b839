"""Drives one open thread through its stages: what `execute` and `resume` have in common."""

import asyncio
import logging
import math
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from pipeline_core.engine.analyzer import Analyzer, TaskContext
from pipeline_core.engine.channel import Channel, Producer
from pipeline_core.engine.envelope import Envelope
from pipeline_core.engine.events import (
    Event,
    PipelineCancelled,
    PipelineCompleted,
    PipelineFailed,
    PipelineSuspended,
    StageCompleted,
    StageFailed,
    StageRestored,
    StageStarted,
    TaskRestored,
)
from pipeline_core.engine.failure import Failure, FailureKind
from pipeline_core.engine.fold import fold
from pipeline_core.engine.pipeline import Pipeline, Stage, Task
from pipeline_core.engine.policy import Policy
from pipeline_core.engine.settle import settle
from pipeline_core.engine.state import PipelineState
from pipeline_core.engine.thread import OpenThread
from pipeline_core.models.questions import Question

logger = logging.getLogger("pipeline_core")


@dataclass(frozen=True, slots=True)
class Work:
    """What a run executes and how: the same for all runs of an executor."""

    pipeline: Pipeline
    analyzers: Mapping[str, Analyzer]
    policy: Policy


class Run:
    """One stream of events of one thread.

    Args:
        work: pipeline, analyzers and policy.
        thread: open for writing.
        until: the task to stop after, or None to go on to the end.
    """

    def __init__(self, work: Work, thread: OpenThread, until: str | None) -> None:
        self._work = work
        self._pipeline = work.pipeline
        self._policy = work.policy
        self._thread = thread
        self._until = until
        self._workers: set[asyncio.Task[None]] = set()
        self._channel: Channel[Envelope] = Channel()
        self._unsaved: Envelope | None = None
        self._lock = asyncio.Lock()
        self._cancelled: asyncio.Future[list[Event]] | None = None
        self._deadline = _deadline(self._policy.thread_timeout)

    async def events(self) -> AsyncGenerator[Event, None]:
        """Run what is left of the thread and yield what happens.

        Ends when the thread is suspended, completed, failed or cancelled, or after the task `until`.
        Closing it early stops all analyzers and waits for them; wrap it in `aclosing`.

        Raises:
            StaleWriterError: another owner has taken the thread over; nothing more was written.
        """
        try:
            for stage in self._pipeline.stages:
                restored = stage.name in self._thread.state.stages
                async with aclosing(self._pass(stage)) as events:
                    async for event in events:
                        yield event
                if self._cancelled is not None:
                    for event in await asyncio.shield(self._cancelled):
                        yield event
                if self._until in stage.task_names:
                    if stage.name in self._thread.state.stages:
                        for event in await self._suspend_for(self._thread.state.blocking_questions()):
                            yield event
                    return
                if self._thread.ended and not restored:
                    return
        finally:
            if self._unsaved is not None:
                await self._thread.record(self._unsaved)

    async def cancel(self) -> None:
        """Stop all analyzers, wait for them, and save the thread as cancelled.

        What is left to announce is announced by `events`. Does nothing to a thread that has ended.
        """
        if self._cancelled is not None:
            await asyncio.shield(self._cancelled)
            return
        self._cancelled = asyncio.get_running_loop().create_future()
        left: list[Event] = []
        try:
            await self._stop_workers()
            async with self._lock:
                while (envelope := self._channel.take()) is not None:
                    left.append(self._thread.announce(envelope))
                if not self._thread.ended:
                    last = [] if self._unsaved is None else [self._unsaved]
                    left += await self._thread.commit(last, PipelineCancelled(), release=True)
                    self._unsaved = None
        finally:
            self._cancelled.set_result(left)

    def abort(self, error: BaseException) -> None:
        """Make `events` stop the analyzers and raise `error`; used when the lease is lost."""
        self._channel.fail(error)

    async def _pass(self, stage: Stage) -> AsyncGenerator[Event, None]:
        """Run `stage`, unless it is closed already or questions stand before it."""
        state = self._thread.state
        if stage.name in state.stages:
            yield self._thread.announce(StageRestored(stage=stage.name))
        elif waiting := state.blocking_questions():
            for event in await self._suspend_for(waiting):
                yield event
        else:
            async with aclosing(self._run_stage(stage)) as events:
                async for event in events:
                    yield event

    async def _run_stage(self, stage: Stage) -> AsyncGenerator[Event, None]:
        state = self._thread.state
        alone = self._until in stage.task_names and len(stage.tasks) > 1
        wanted = [task for task in stage.tasks if not alone or task.name == self._until]
        pending = [task for task in wanted if not _has_settled(state, task, again=alone)]
        if not alone:
            names = tuple(task.name for task in pending)
            yield self._thread.announce(StageStarted(stage=stage.name, tasks=names))
        for task in wanted:
            if state.has_result(task.name):
                context = self._context(stage, task)
                yield self._thread.announce(Envelope.of(TaskRestored(), context)._replace(attempt=0))
        async with aclosing(self._settle_all(stage, pending, closes=not alone)) as events:
            async for event in events:
                yield event
        if not alone and self._cancelled is None:
            for event in await self._close(stage):
                yield event

    async def _settle_all(
        self, stage: Stage, tasks: Sequence[Task], *, closes: bool
    ) -> AsyncGenerator[Event, None]:
        """Run `tasks` at once and yield what they say, in the order in which it happens.

        What goes wrong in one of them never touches the others.
        """
        self._channel = Channel()
        deadline = min(self._deadline, _deadline(self._policy.stage_timeout))
        unsettled = _Countdown(len(tasks) if closes else -1)
        if self._cancelled is None:
            for task in tasks:
                context = self._context(stage, task)
                worker = self._settle_one(task, context, self._channel.producer(), unsettled, deadline)
                self._workers.add(asyncio.create_task(worker, name=f"{context.thread_id}/{task.name}"))
        try:
            while (envelope := await self._channel.get()) is not None:
                yield self._thread.announce(envelope)
        finally:
            await self._stop_workers()

    async def _settle_one(
        self,
        task: Task,
        context: TaskContext,
        out: Producer[Envelope],
        unsettled: "_Countdown",
        deadline: float,
    ) -> None:
        try:
            ending = await self._settle_in_time(task, context, out, deadline)
            if unsettled.last():
                self._unsaved = ending
                return
            try:
                await self._thread.record(ending)
            except asyncio.CancelledError:
                # The outcome is there and was paid for; recording it twice does no harm.
                await self._thread.record(ending)
                out.force(ending)
                raise
            out.force(ending)
        except Exception as error:
            out.fail(error)
        finally:
            out.close()

    async def _settle_in_time(
        self, task: Task, context: TaskContext, out: Producer[Envelope], deadline: float
    ) -> Envelope:
        clock = asyncio.timeout_at(None if deadline == math.inf else deadline)
        try:
            async with clock:
                return await settle(task, self._work.analyzers[task.name], context, self._policy, out)
        except TimeoutError:
            late = Failure(kind="timeout", message="was still running when its stage or thread ran out of time")
            return Envelope.of(task.failed(late), context)

    async def _close(self, stage: Stage) -> list[Event]:
        """Save the end of a stage, with the outcome that settled last, and return what may be announced."""
        events: list[Envelope | Event] = [] if self._unsaved is None else [self._unsaved]
        state = fold([envelope.seal(0) for envelope in events if isinstance(envelope, Envelope)], self._thread.state)
        if failure := self._verdict_on(stage, state):
            events.append(StageFailed(stage=stage.name, failure=failure))
            return await self._commit(events, PipelineFailed(stage=stage.name, failure=failure))
        failed = tuple(name for name in stage.task_names if not state.has_result(name))
        completed = StageCompleted(stage=stage.name, failed=failed)
        ending = None
        if set(self._pipeline.stage_names) <= {*state.stages, stage.name}:
            final = fold([completed], state).model_copy(update={"status": "completed"})
            ending = PipelineCompleted(result=self._pipeline.result(final))
        return await self._commit([*events, completed], ending, stage=stage)

    def _verdict_on(self, stage: Stage, state: PipelineState) -> Failure | None:
        """Return why the pipeline must not go on after `stage`, or None if it may."""
        missing = stage.shortfall(state)
        if self._policy.strategy == "fail_fast":
            missing = tuple(name for name in stage.task_names if not state.has_result(name))
        if not missing:
            return None
        failures = {name: state.outcomes[name].failure for name in missing}
        kinds: set[FailureKind] = {failure.kind for failure in failures.values() if failure}
        reasons = "; ".join(f"{name} {failure.message}" for name, failure in failures.items() if failure)
        return Failure(
            kind=next(iter(kinds)) if len(kinds) == 1 else "incomplete",
            message=f"{stage.name} has {len(stage.tasks) - len(missing)} of {len(stage.tasks)} results: {reasons}",
        )

    async def _suspend_for(self, questions: tuple[Question, ...]) -> list[Event]:
        """Save the thread as waiting for answers; does nothing if nothing is asked."""
        return await self._commit([], PipelineSuspended(questions=questions)) if questions else []

    async def _commit(
        self, events: Sequence[Envelope | Event], ending: Event | None, *, stage: Stage | None = None
    ) -> list[Event]:
        async with self._lock:
            if self._thread.ended:
                return []
            sealed = await self._thread.commit(
                events,
                ending,
                stage=stage.name if stage else None,
                settled=stage.task_names if stage else (),
                release=ending is not None,
            )
            self._unsaved = None
            return sealed

    def _context(self, stage: Stage, task: Task) -> TaskContext:
        state = self._thread.state
        earlier = self._pipeline.ancestors(stage)
        known = {name for other in earlier for name in self._pipeline.stage(other).task_names}
        return TaskContext(
            thread_id=state.thread_id,
            task=task.name,
            attempt=1,
            input=state.input,
            answers=state.answers,
            outcomes={name: state.outcomes[name] for name in known if name in state.outcomes},
        )

    async def _stop_workers(self) -> None:
        """Cancel what still runs and wait until it has cleaned up."""
        workers, self._workers = self._workers, set()
        for worker in workers:
            worker.cancel()
        if workers:
            _, stuck = await asyncio.wait(workers, timeout=self._policy.cleanup_timeout)
            for worker in stuck:
                logger.error("%s ignores its cancellation and is abandoned", worker.get_name())


class _Countdown:
    """Tells the last of several tasks to settle that it is the last; never, if it starts below zero."""

    def __init__(self, count: int) -> None:
        self._count = count

    def last(self) -> bool:
        """Count one down and tell whether none is left."""
        self._count -= 1
        return self._count == 0


def _has_settled(state: PipelineState, task: Task, *, again: bool) -> bool:
    """Tell whether `task` need not run; one that failed need not either, unless `again` asks for it."""
    return state.has_result(task.name) or (task.name in state.outcomes and not again)


def _deadline(seconds: float | None) -> float:
    return math.inf if seconds is None else asyncio.get_running_loop().time() + seconds
