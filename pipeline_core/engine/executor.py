"""Executes pipelines: the public face of the engine."""

from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from contextlib import aclosing
from typing import Any

from pydantic import BaseModel

from pipeline_core.engine.analyzer import Analyzer
from pipeline_core.engine.answers import check_answers, require_progress
from pipeline_core.engine.checkpoint import Checkpoint, Checkpointer
from pipeline_core.engine.codec import Decoder
from pipeline_core.engine.envelope import Said
from pipeline_core.engine.events import AnswerReceived, Event, PipelineCancelled
from pipeline_core.engine.finish import finish
from pipeline_core.engine.heartbeat import Heartbeat
from pipeline_core.engine.listener import Listener, tell
from pipeline_core.engine.memory import MemoryCheckpointer
from pipeline_core.engine.pipeline import Pipeline
from pipeline_core.engine.policy import Policy
from pipeline_core.engine.run import Run
from pipeline_core.engine.state import PipelineState
from pipeline_core.engine.thread import OpenThread, read_state
from pipeline_core.engine.threads import Threads, make_owner, refuse_completed
from pipeline_core.engine.work import Work
from pipeline_core.errors import PipelineDefinitionError, StaleWriterError, UnknownThreadError


class Executor:
    """Executes one pipeline; any number of threads at once.

    Args:
        pipeline: the stages and tasks.
        analyzers: what performs each task, by task name.
        checkpointer: where threads are kept; in memory if None. Not closed by the executor.
        on_event: is told every event.
        policy: timeouts, retries, strategy.

    Raises:
        PipelineDefinitionError: a task has no analyzer, or an analyzer has no task.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        analyzers: Mapping[str, Analyzer],
        *,
        checkpointer: Checkpointer | None = None,
        on_event: Listener | None = None,
        policy: Policy | None = None,
    ) -> None:
        if difference := set(pipeline.tasks) ^ set(analyzers):
            raise PipelineDefinitionError(
                f"tasks and analyzers do not match: {', '.join(sorted(difference))}; "
                f"the tasks are {', '.join(pipeline.tasks)}"
            )
        self._pipeline = pipeline
        self._work = Work(pipeline, dict(analyzers), policy or Policy())
        self._checkpointer = checkpointer or MemoryCheckpointer()
        self._on_event = on_event
        self._fingerprint = pipeline.fingerprint(analyzers)
        self._threads = Threads(pipeline, self._checkpointer, self._fingerprint, self._work.policy.lease_ttl)
        self._runs: dict[str, list[Run]] = {}

    @property
    def pipeline(self) -> Pipeline:
        """What it executes."""
        return self._pipeline

    @property
    def checkpointer(self) -> Checkpointer:
        """Where its threads are kept."""
        return self._checkpointer

    @property
    def decoder(self) -> Decoder:
        """Reads states and events of its pipeline back from JSON."""
        return self._threads.decoder

    @property
    def fingerprint(self) -> dict[str, str]:
        """What shapes its analyses, part by part."""
        return dict(self._fingerprint)

    def execute(
        self,
        given: BaseModel,
        *,
        thread_id: str | None = None,
        owner: str | None = None,
        until: str | None = None,
    ) -> AsyncGenerator[Event, None]:
        """Start a new thread and run it.

        One iteration is one event, as it happens. `pipeline:started` comes first; an event that reports
        a completion comes after the write that makes it durable. The stream ends with
        `pipeline:completed`, `pipeline:suspended`, `pipeline:failed` or `pipeline:cancelled`. Leaving
        it earlier stops the analyzers, and the thread can be resumed: wrap it in
        `contextlib.aclosing` if you may, so that this happens at once.

        Args:
            given: what the pipeline takes as its input.
            thread_id: names the thread; made up if None.
            owner: who writes. Drivers that share one thread among several calls, in one process or
                in many, give all of them the same owner; else leave it out.
            until: a task to stop after. Tasks that must come before it run too; of its own stage, if
                that has several tasks, only this one runs, and the stage stays open.

        Raises:
            ThreadExistsError: the thread is there already.
            StaleWriterError: another owner took the thread over while this one did not renew its lease.
        """
        thread = self._threads.named(thread_id)
        return self._stream(
            thread,
            lambda: self._threads.begin(thread, given, owner or make_owner()),
            until,
            shared=owner is not None,
        )

    def resume(
        self,
        thread_id: str,
        answers: Mapping[str, str] | None = None,
        *,
        owner: str | None = None,
        until: str | None = None,
        takeover_from: str | None = None,
    ) -> AsyncGenerator[Event, None]:
        """Go on with a thread: one that waits for answers, failed, was cancelled, or whose process died.

        What is durable does not run again; tasks that failed in an open stage do. The stream begins
        with `pipeline:resumed`, which carries the state it goes on from, and is otherwise like that of
        `execute`. Blocking questions still open afterwards suspend the thread again.

        Args:
            thread_id: the thread.
            answers: by question id; to blocking or helpful questions.
            owner: see `execute`. If this owner holds the thread already, the stream joins its run: it
                has no `pipeline:resumed`, and failed tasks count as settled, except `until` itself.
            until: see `execute`.
            takeover_from: an owner known to be dead, whose lease need not run out first.

        Raises:
            UnknownThreadError: there is no such thread.
            ThreadNotSuspendedError: the thread is completed.
            AnswerError: an answer does not fit; see its children.
            FingerprintMismatchError: the thread began under another configuration.
            ThreadBusyError: another owner runs it.
            CorruptCheckpointError: what is stored cannot be read.
        """
        thread = self._threads.named(thread_id)
        given = dict(answers or {})
        return self._stream(
            thread,
            lambda: self._threads.reopen(
                thread, given, owner or make_owner(), takeover_from, joins=owner is not None
            ),
            until,
            shared=owner is not None,
        )

    async def answer(self, thread_id: str, answers: Mapping[str, str]) -> PipelineState:
        """Store answers without running anything, and return the state with them.

        Raises:
            UnknownThreadError, ThreadNotSuspendedError, AnswerError, ThreadBusyError: see `resume`.
        """
        state, _ = await self._threads.read(thread_id)
        refuse_completed(state)
        checked = check_answers(state, answers)
        if not checked:
            require_progress(state, checked)
            return state
        received = [AnswerReceived(question_id=id_, answer=text) for id_, text in checked.items()]
        return await finish(self._threads.write(thread_id, received, None, self._tell))

    async def cancel(self, thread_id: str) -> None:
        """Cancel a thread: stop its analyzers, wait for their clean-up, and save it as cancelled.

        Works for a thread that runs in this executor or is not running at all. The thread can be
        resumed. Idempotent.

        Raises:
            UnknownThreadError: there is no such thread.
            ThreadNotSuspendedError: it is completed.
            ThreadBusyError: another process runs it.
        """
        if runs := self._runs.get(thread_id):
            cancelled = [await _try_to_cancel(run) for run in tuple(runs)]
            if error := cancelled[0] if all(cancelled) else None:
                raise error
            return
        state, _ = await self._threads.read(thread_id)
        refuse_completed(state)
        if state.status != "cancelled":
            await finish(self._threads.write(thread_id, [], PipelineCancelled(), self._tell))

    async def fork(
        self,
        thread_id: str,
        *,
        version: int | None = None,
        answers: Mapping[str, str] | None = None,
        new_thread_id: str | None = None,
    ) -> str:
        """Make a new thread from a checkpoint of another and return its id; `resume` runs it.

        The fork takes over input, closed stages and answers, and goes on under this executor's
        configuration. The source is not changed.

        Args:
            thread_id: the source.
            version: which of its checkpoints (see `history`); the latest if None.
            answers: take the place of earlier answers to the same questions.
            new_thread_id: names the fork; made up if None.

        Raises:
            UnknownThreadError, UnknownVersionError: there is no such thread or checkpoint.
            AnswerError: an answer does not fit a question asked up to that checkpoint.
            ThreadExistsError: `new_thread_id` is taken.
        """
        fork = self._threads.named(new_thread_id)
        forked = await self._threads.forked(thread_id, version, answers or {}, fork.thread_id)
        for event in fork.announce(await finish(self._threads.fork(fork, forked))):
            await self._tell(event)
        return fork.thread_id

    async def get_state(self, thread_id: str) -> PipelineState | None:
        """Return all that is durable of a thread, with tasks finished in an open stage; None if unknown.

        Raises:
            CorruptCheckpointError: what is stored cannot be read.
        """
        found = await read_state(self._checkpointer, self._threads.decoder, thread_id)
        return found[0] if found is not None else None

    async def history(self, thread_id: str) -> list[Checkpoint]:
        """Return the checkpoints of a thread, oldest first.

        Raises:
            UnknownThreadError: there is no such thread.
        """
        checkpoints = await self._checkpointer.history(thread_id)
        if not checkpoints:
            raise UnknownThreadError(thread_id)
        return checkpoints

    async def _stream(
        self,
        thread: OpenThread,
        opening: Callable[[], Coroutine[Any, Any, list[Said]]],
        until: str | None,
        *,
        shared: bool,
    ) -> AsyncGenerator[Event, None]:
        """Open the thread, yield what is to be told of that and what happens then, and keep the lease."""
        run: Run | None = None
        heartbeat: Heartbeat | None = None
        if until is not None:
            self._pipeline.stage_of(until)  # (raises if there is none)
        try:
            first = await finish(opening())
            run = Run(self._work, thread, until)
            self._runs.setdefault(thread.thread_id, []).append(run)
            heartbeat = Heartbeat(self._checkpointer, thread.lease, self._work.policy.lease_ttl, run.abort)
            async with aclosing(run.events(first)) as happened:
                async for said in happened:
                    for event in thread.announce(said):
                        if self._on_event is not None:
                            await tell(self._on_event, event)
                        yield event
        finally:
            if run is not None:
                self._forget(thread.thread_id, run)
            if heartbeat is not None:
                await heartbeat.stop()
            if thread.holds_lease and not shared:
                await finish(self._threads.release(thread.lease))

    def _forget(self, thread_id: str, run: Run) -> None:
        self._runs[thread_id].remove(run)
        if not self._runs[thread_id]:
            del self._runs[thread_id]

    async def _tell(self, event: Event) -> None:
        if self._on_event is not None:
            await tell(self._on_event, event)


async def _try_to_cancel(run: Run) -> StaleWriterError | None:
    """Cancel one of the streams of a thread; the first of them to be saved speaks for all."""
    try:
        await run.cancel()
    except StaleWriterError as error:
        return error
    return None
