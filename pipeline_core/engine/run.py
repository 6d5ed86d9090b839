"""Drives one open thread through its stages: what `execute` and `resume` have in common."""

import asyncio
import math
from collections.abc import AsyncGenerator, Iterable, Mapping
from functools import partial

from pipeline_core.engine.alarm import Alarm
from pipeline_core.engine.analyzer import TaskContext
from pipeline_core.engine.channel import Channel
from pipeline_core.engine.draft import Draft
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
from pipeline_core.engine.keeper import Keeper
from pipeline_core.engine.outcome import Outcome
from pipeline_core.engine.part import Part, part_of
from pipeline_core.engine.pipeline import Stage, Task
from pipeline_core.engine.state import PipelineState
from pipeline_core.engine.thread import OpenThread
from pipeline_core.engine.work import Work
from pipeline_core.engine.worker import Keep, Worker


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
        self._channel: Channel[Said] = Channel(width=3, producers=0)
        self._alarm = Alarm()
        self._writing = asyncio.Lock()
        self._cancelled: asyncio.Task[list[Said]] | None = None
        self._silent = False
        self._was_completed = thread.ended
        self._aborted: BaseException | None = None
        self._deadline = self._after(self._policy.thread_timeout)

    async def events(self, opening: list[Said]) -> AsyncGenerator[Iterable[Said], None]:
        """Yield `opening`, run what is left of the thread and yield what happens, as it may be announced.

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
                    while (said := await self._channel.get()) is not None:
                        yield said
                finally:
                    await self._stop_workers()
                if part is not None and self._is_open(part):
                    yield await finish(self._close(part)) or ()
                yield await self._interrupt(stage)
                if self._until in stage.task_names or (self._thread.ended and not self._was_completed):
                    return
            yield await finish(self._complete())
        finally:
            self._alarm.close()
            if self._cancelled is not None:
                await asyncio.wait([self._cancelled])

    async def cancel(self) -> None:
        """Stop all analyzers, wait for them, and save the thread as cancelled.

        What is left to announce comes from `events`. Does nothing to a thread that has ended.
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

    async def _pass_over(self, stage: Stage) -> list[Said]:
        """Say that `stage` is closed already, or ask what must be answered before it runs."""
        if stage.name in self._thread.state.stages:
            return self._says(StageRestored(stage=stage.name))
        return await finish(self._suspend())

    def _begin(self, part: Part) -> list[Said]:
        """Say what runs of a stage, and what need not."""
        said: list[Said] = []
        if not part.alone:
            names = tuple([task.name for task in part.pending])
            said += self._says(StageStarted(stage=part.stage.name, tasks=names))
        for task in part.restored:
            said += self._says(TaskRestored(), task)
        return said

    def _start_workers(self, part: Part | None) -> None:
        """Run tasks at once, each by a worker: what goes wrong in one never touches the others."""
        pending = () if part is None else part.pending
        self._channel, self._workers = Channel(width=3, producers=len(pending)), []
        if self._aborted is not None:
            raise self._aborted
        if part is None or self._cancelled is not None:
            return
        names = [task.name for task in pending]
        keep = Keeper(self._thread, names, partial(self._close, part)).keep
        deadline = min(self._deadline, self._after(self._policy.stage_timeout))
        outcomes = self._pipeline.known_to(part.stage, self._thread.state)
        self._workers = [self._worker(task, outcomes, deadline, keep) for task in pending]

    def _worker(self, task: Task, outcomes: Mapping[str, Outcome], deadline: float, keep: Keep) -> Worker:
        state = self._thread.state
        context = TaskContext(state.thread_id, task.name, 1, state.input, state.answers, outcomes)
        analyzer, out = self._work.analyzers[task.name], self._channel.producer()
        return Worker(task, analyzer, context, self._policy, deadline, self._alarm, out, keep)

    def _is_open(self, part: Part) -> bool:
        """Tell whether this stream is to close the stage, and has not yet."""
        if part.alone or self._cancelled is not None or self._thread.ended:
            return False
        return part.stage.name not in self._thread.state.stages

    async def _close(self, part: Part) -> list[Said] | None:
        """Save the end of a stage, unless this stream is to leave it open; return what may be announced."""
        if not self._is_open(part):
            return None
        stage, draft = part.stage, self._thread.draft()
        failed = stage.without_result(draft.state)
        if failed and (failure := why_not_go_on(stage, draft.state, self._policy.strategy)):
            draft.add(StageFailed(stage=stage.name, failure=failure))
            return await self._commit(draft, PipelineFailed(stage=stage.name, failure=failure))
        draft.add(StageCompleted(stage=stage.name, failed=failed))
        return await self._commit(draft, self._completion(draft.state), stage=stage)

    async def _interrupt(self, stage: Stage) -> list[Said]:
        """Return what is left to announce if the stream ends here: as suspended, or as cancelled."""
        said: list[Said] = []
        if self._until in stage.task_names and stage.name in self._thread.state.stages:
            said += await finish(self._suspend())
        if self._cancelled is not None:
            said += await asyncio.shield(self._cancelled)
        return said

    def _completion(self, state: PipelineState) -> Event | None:
        """Return the event of the pipeline's result if all stages are closed."""
        if not set(self._pipeline.stage_names).issubset(state.stages):
            return None
        final = state.model_copy(update={"status": "completed"})
        return PipelineCompleted(result=self._pipeline.result(final))

    async def _complete(self) -> list[Said]:
        """Complete a thread that was closed to its last stage before this stream began: a fork."""
        return await self._commit(self._thread.draft(), self._completion(self._thread.state))

    async def _suspend(self) -> list[Said]:
        """Save the thread as waiting for answers; does nothing if nothing blocks it."""
        questions = self._thread.state.blocking_questions()
        if not questions or self._cancelled is not None:
            return []
        return await self._commit(self._thread.draft(), PipelineSuspended(questions=questions))

    async def _commit(self, draft: Draft, ending: Event | None, *, stage: Stage | None = None) -> list[Said]:
        """Save the thread, unless it has ended, and return what may be announced."""
        async with self._writing:
            if self._thread.ended:
                return []
            return await self._thread.commit(
                draft,
                ending,
                stage=stage.name if stage else None,
                settled=stage.task_names if stage else (),
                release=ending is not None,
            )

    async def _cancel(self) -> list[Said]:
        await self._stop_workers()
        self._channel.close()
        async with self._writing:
            self._silent = True
            left = list(self._channel.take())
            if not self._thread.ended:
                left += await self._thread.commit(self._thread.draft(), PipelineCancelled(), release=True)
            return left

    def _says(self, event: Event, task: str | None = None) -> list[Said]:
        """Say what needs no write of its own; nothing once `cancel` has the last word."""
        return [] if self._silent else [self._thread.says(event, task)]

    async def _stop_workers(self) -> None:
        """Cancel what still runs and wait until it has cleaned up."""
        running = [worker for worker in self._workers if not worker.done]
        for worker in running:
            worker.stop()
        for worker in running:
            await worker.stopped()
        self._workers = []

    def _after(self, seconds: float | None) -> float:
        """Return the time of the loop in so many seconds."""
        return math.inf if seconds is None else self._alarm.now() + seconds
