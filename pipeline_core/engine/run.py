"""Drives one open thread through its stages: what `execute` and `resume` have in common."""

import asyncio
import logging
import math
from collections.abc import AsyncGenerator, Mapping, Sequence

from pipeline_core.engine.alarm import Alarm
from pipeline_core.engine.analyzer import TaskContext
from pipeline_core.engine.channel import Channel
from pipeline_core.engine.draft import Draft
from pipeline_core.engine.ending import Ending
from pipeline_core.engine.envelope import Said
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
from pipeline_core.engine.finish import finish
from pipeline_core.engine.judgement import why_not_go_on
from pipeline_core.engine.outcome import Outcome
from pipeline_core.engine.part import Part, part_of
from pipeline_core.engine.pipeline import Stage, Task
from pipeline_core.engine.state import PipelineState
from pipeline_core.engine.thread import OpenThread
from pipeline_core.engine.work import Work
from pipeline_core.engine.worker import Worker

logger = logging.getLogger("pipeline_core")

_PATIENCE = 0.5
"""Seconds in which a slow consumer may delay that the last outcome of a stage becomes durable."""


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
        self._workers: list[Worker] = []
        self._unsettled: set[str] | None = None
        self._channel: Channel[Said | Ending] = Channel()
        self._unsaved: Ending | None = None
        self._alarm = Alarm()
        self._impatience: int | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._writing = asyncio.Lock()
        self._cancelled: asyncio.Task[list[Event]] | None = None
        self._silent = False
        self._was_completed = thread.ended
        self._aborted: BaseException | None = None
        self._deadline = _deadline(self._policy.thread_timeout)

    async def events(self, opening: list[Event]) -> AsyncGenerator[list[Event], None]:
        """Yield `opening`, run what is left of the thread and yield what happens, as it may be told.

        Ends when the thread is suspended, completed, failed or cancelled, or after the task `until`.
        Closing it early stops all analyzers and waits for them; wrap it in `aclosing`.

        Raises:
            StaleWriterError: another owner has taken the thread over; nothing more was written.
        """
        try:
            yield opening
            for stage in self._pipeline.stages:
                part = part_of(stage, self._thread.state, self._until)
                yield self._begin(part) if part is not None else await self._pass_over(stage)
                self._start_workers(part)
                try:
                    while said := await self._channel.get():
                        yield self._thread.announce(said)
                finally:
                    await self._stop_workers()
                yield await self._close(part)
                yield await self._interrupt(stage)
                if self._until in stage.task_names or (self._thread.ended and not self._was_completed):
                    return
            yield await self._complete()
        finally:
            await self._leave()

    async def cancel(self) -> None:
        """Stop all analyzers, wait for them, and save the thread as cancelled.

        What is left to announce is announced by `events`. Does nothing to a thread that has ended.
        """
        if self._cancelled is None:
            self._cancelled = asyncio.create_task(self._cancel(), name=f"{self._thread.thread_id}/cancel")
        await asyncio.shield(self._cancelled)

    def abort(self, error: BaseException) -> None:
        """Make `events` stop the analyzers and raise `error`; used when the lease is lost."""
        if self._thread.holds_lease:  # (one that was given up is not lost)
            self._aborted = error
            self._channel.fail(error)
            for worker in self._workers:
                worker.stop()

    async def _pass_over(self, stage: Stage) -> list[Event]:
        """Say that `stage` is closed already, or ask what must be answered before it runs."""
        if stage.name in self._thread.state.stages:
            return self._say(StageRestored(stage=stage.name))
        return await self._suspend()

    def _begin(self, part: Part) -> list[Event]:
        """Say what runs of a stage, and what need not."""
        told: list[Event] = []
        if not part.alone:
            names = tuple([task.name for task in part.pending])
            told += self._say(StageStarted(stage=part.stage.name, tasks=names))
        for task in part.restored:
            told += self._say(TaskRestored(), task)
        return told

    def _start_workers(self, part: Part | None) -> None:
        """Run tasks at once, each by a worker: what goes wrong in one never touches the others."""
        self._channel, self._workers = Channel(), []
        if self._aborted is not None:
            raise self._aborted
        if part is None or self._cancelled is not None:
            return
        self._unsettled = None if part.alone else {task.name for task in part.pending}
        deadline = min(self._deadline, _deadline(self._policy.stage_timeout))
        outcomes = self._pipeline.known_to(part.stage, self._thread.state)
        self._workers = [self._worker(task, outcomes, deadline) for task in part.pending]

    def _worker(self, task: Task, outcomes: Mapping[str, Outcome], deadline: float) -> Worker:
        state = self._thread.state
        context = TaskContext(state.thread_id, task.name, 1, state.input, state.answers, outcomes)
        analyzer, out = self._work.analyzers[task.name], self._channel.producer()
        return Worker(task, analyzer, context, self._policy, deadline, self._alarm, out, self._keep)

    async def _keep(self, ending: Ending) -> bool:
        """Make an outcome durable; the last one of a stage becomes so with the checkpoint that closes it."""
        if ending.stored is not None:
            self._thread.know(ending.stored)
        if self._unsettled is not None:
            self._unsettled.discard(ending.outcome.task)
        if self._unsettled == set() and self._unsaved is None:
            self._unsaved = ending
            self._impatience = self._alarm.set(_deadline(_PATIENCE), self._keep_soon)
            return False
        await self._thread.record(ending)
        return True

    async def _close(self, part: Part | None) -> list[Event]:
        """Save the end of a stage, with the outcome that settled last, and return what may be announced."""
        if part is None or part.alone or self._cancelled is not None:
            return []
        stage, draft = part.stage, self._thread.draft(self._last())
        if failure := why_not_go_on(stage, draft.state, self._policy.strategy):
            draft.add(StageFailed(stage=stage.name, failure=failure))
            return await self._commit(draft, PipelineFailed(stage=stage.name, failure=failure))
        failed = tuple([name for name in stage.task_names if not draft.state.has_result(name)])
        draft.add(StageCompleted(stage=stage.name, failed=failed))
        return await self._commit(draft, self._completion(draft.state), stage=stage)

    async def _interrupt(self, stage: Stage) -> list[Event]:
        """Return what is left to announce if the stream ends here: as suspended, or as cancelled."""
        told: list[Event] = []
        if self._until in stage.task_names and stage.name in self._thread.state.stages:
            told += await self._suspend()
        if self._cancelled is not None:
            told += await asyncio.shield(self._cancelled)
        return told

    def _completion(self, state: PipelineState) -> Event | None:
        """Return the event of the pipeline's result if all stages are closed."""
        if not set(self._pipeline.stage_names).issubset(state.stages):
            return None
        final = state.model_copy(update={"status": "completed"})
        return PipelineCompleted(result=self._pipeline.result(final))

    async def _complete(self) -> list[Event]:
        """Complete a thread that was closed to its last stage before this stream began: a fork."""
        return await self._commit(self._thread.draft(), self._completion(self._thread.state))

    async def _suspend(self) -> list[Event]:
        """Save the thread as waiting for answers; does nothing if nothing blocks it."""
        questions = self._thread.state.blocking_questions()
        if not questions or self._cancelled is not None:
            return []
        return await self._commit(self._thread.draft(), PipelineSuspended(questions=questions))

    async def _commit(self, draft: Draft, ending: Event | None, *, stage: Stage | None = None) -> list[Event]:
        async with self._writing:
            if self._thread.ended:
                return []
            sealed = await finish(
                self._thread.commit(
                    draft,
                    ending,
                    stage=stage.name if stage else None,
                    settled=stage.task_names if stage else (),
                    release=ending is not None,
                )
            )
            self._unsaved = None
            self._be_patient()
            return sealed

    async def _cancel(self) -> list[Event]:
        await self._stop_workers()
        self._channel.close()
        async with self._writing:
            self._silent = True
            left = self._thread.announce(self._channel.take())
            if not self._thread.ended:
                last = self._thread.draft(self._last())
                left += await self._thread.commit(last, PipelineCancelled(), release=True)
                self._unsaved = None
            return left

    def _say(self, event: Event, task: str | None = None) -> list[Event]:
        """Announce what needs no write of its own; nothing once `cancel` has the last word."""
        return [] if self._silent else self._thread.say(event, task)

    def _last(self) -> Sequence[Ending]:
        """Return the outcome that waits for its stage to be closed, if one does."""
        return () if self._unsaved is None else (self._unsaved,)

    async def _stop_workers(self) -> None:
        """Cancel what still runs and wait until it has cleaned up."""
        running = [worker for worker in self._workers if not worker.done]
        for worker in running:
            worker.stop()
        for worker in running:
            await worker.stopped()

    def _be_patient(self) -> None:
        if self._impatience is not None:
            self._alarm.unset(self._impatience)

    def _keep_soon(self) -> None:
        self._keeping = asyncio.create_task(self._keep_last(), name=f"{self._thread.thread_id}/keep")

    async def _keep_last(self) -> None:
        """Record the outcome that waits for its stage to be closed."""
        async with self._writing:
            if self._unsaved is None:
                return
            try:
                await self._thread.record(self._unsaved)
            except Exception:
                logger.warning(
                    "could not record the last outcome of %s", self._thread.thread_id, exc_info=True
                )

    async def _leave(self) -> None:
        """Wait for what still writes, and lose no outcome."""
        self._be_patient()
        self._alarm.close()
        if writing := [task for task in (self._cancelled, self._keeping) if task is not None]:
            await asyncio.wait(writing)
        if self._unsaved is not None:
            await finish(self._keep_last())


def _deadline(seconds: float | None) -> float:
    return math.inf if seconds is None else asyncio.get_running_loop().time() + seconds
