"""Executes pipelines: the public face of the engine."""

import asyncio
import inspect
import logging
import os
import socket
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, datetime

from pydantic import BaseModel

from pipeline_core.engine.analyzer import Analyzer
from pipeline_core.engine.answers import check_answers, require_progress
from pipeline_core.engine.checkpoint import Checkpoint, Checkpointer, Lease
from pipeline_core.engine.codec import Decoder
from pipeline_core.engine.events import (
    AnswerReceived,
    Event,
    PipelineCancelled,
    PipelineForked,
    PipelineResumed,
    PipelineStarted,
)
from pipeline_core.engine.memory import MemoryCheckpointer
from pipeline_core.engine.pipeline import Pipeline
from pipeline_core.engine.policy import Policy
from pipeline_core.engine.run import Run, Work
from pipeline_core.engine.state import PipelineState
from pipeline_core.engine.thread import OpenThread, read_state
from pipeline_core.errors import (
    FingerprintMismatchError,
    InputError,
    PipelineDefinitionError,
    StaleWriterError,
    ThreadNotSuspendedError,
    UnknownThreadError,
    UnknownVersionError,
)

logger = logging.getLogger("pipeline_core")

Listener = Callable[[Event], Awaitable[object] | object]
"""Is told every event just before it is yielded; what it raises is logged and changes nothing."""


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
        self._work = Work(pipeline, analyzers, policy or Policy())
        self._checkpointer = checkpointer or MemoryCheckpointer()
        self._on_event = on_event
        self._decoder = Decoder(pipeline)
        self._fingerprint = pipeline.fingerprint(analyzers)
        self._runs: dict[str, Run] = {}

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
        return self._decoder

    @property
    def fingerprint(self) -> dict[str, str]:
        """What shapes its analyses, part by part."""
        return dict(self._fingerprint)

    async def execute(
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
        self._check(given, until)
        thread = OpenThread(self._pipeline, self._checkpointer, thread_id or uuid.uuid4().hex[:16])
        started = PipelineStarted(
            input=given, fingerprint=self._fingerprint, stages=self._pipeline.stage_names
        )
        first = await thread.create(started, owner or _make_owner(), self._work.policy.lease_ttl)
        async with aclosing(self._stream(thread, [first], until, shared=owner is not None)) as events:
            async for event in events:
                yield event

    async def resume(
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
        self._check(None, until)
        state, _ = await self._read(thread_id)
        if state.status == "completed" and owner is None:
            raise ThreadNotSuspendedError(thread_id, state.status)
        self._check_fingerprint(state)
        checked = check_answers(state, answers or {})
        require_progress(state, checked)
        lease = await self._checkpointer.acquire(
            thread_id, owner or _make_owner(), self._work.policy.lease_ttl, takeover_from=takeover_from
        )
        thread, first = await self._reopen(lease, checked)
        async with aclosing(self._stream(thread, first, until, shared=owner is not None)) as events:
            async for event in events:
                yield event

    async def answer(self, thread_id: str, answers: Mapping[str, str]) -> PipelineState:
        """Store answers without running anything, and return the state with them.

        Raises:
            UnknownThreadError, ThreadNotSuspendedError, AnswerError, ThreadBusyError: see `resume`.
        """
        state, _ = await self._read(thread_id)
        if state.status == "completed":
            raise ThreadNotSuspendedError(thread_id, state.status)
        checked = check_answers(state, answers)
        if not checked:
            require_progress(state, checked)
            return state
        received = [AnswerReceived(question_id=id_, answer=text) for id_, text in checked.items()]
        return await self._write(thread_id, received)

    async def cancel(self, thread_id: str) -> None:
        """Cancel a thread: stop its analyzers, wait for their clean-up, and save it as cancelled.

        Works for a thread that runs in this executor or is not running at all. The thread can be
        resumed. Idempotent.

        Raises:
            UnknownThreadError: there is no such thread.
            ThreadNotSuspendedError: it is completed.
            ThreadBusyError: another process runs it.
        """
        run = self._runs.get(thread_id)
        if run is not None:
            await run.cancel()
            return
        state, _ = await self._read(thread_id)
        if state.status == "completed":
            raise ThreadNotSuspendedError(thread_id, state.status)
        if state.status != "cancelled":
            await self._write(thread_id, [], PipelineCancelled())

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
        source, found = await self._read(thread_id, version)
        checked = check_answers(source, answers or {})
        fork = OpenThread(self._pipeline, self._checkpointer, new_thread_id or uuid.uuid4().hex[:16])
        state = self._without_open_failures(source).model_copy(
            update={
                "thread_id": fork.thread_id,
                "status": "running",
                "fingerprint": dict(self._fingerprint),
                "created_at": datetime.now(UTC),
                "answers": {**source.answers, **checked},
                "failure": None,
                "forked_from": f"{thread_id}@{found}",
            }
        )
        forked = PipelineForked(source_thread_id=thread_id, source_version=found, state=state)
        event = await fork.create(forked, _make_owner(), self._work.policy.lease_ttl)
        await self._checkpointer.release(fork.lease)
        await self._tell(event)
        return fork.thread_id

    async def get_state(self, thread_id: str) -> PipelineState | None:
        """Return all that is durable of a thread, with tasks finished in an open stage; None if unknown.

        Raises:
            CorruptCheckpointError: what is stored cannot be read.
        """
        found = await read_state(self._checkpointer, self._decoder, thread_id)
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
        self, thread: OpenThread, first: list[Event], until: str | None, *, shared: bool
    ) -> AsyncGenerator[Event, None]:
        """Yield `first`, then what happens, and keep the lease meanwhile."""
        run = Run(self._work, thread, until)
        self._runs[thread.thread_id] = run
        heartbeat = asyncio.create_task(self._keep(thread.lease, run))
        try:
            for event in first:
                await self._tell(event)
                yield event
            async with aclosing(run.events()) as events:
                async for event in events:
                    await self._tell(event)
                    yield event
        finally:
            heartbeat.cancel()
            await asyncio.wait([heartbeat])
            if self._runs.get(thread.thread_id) is run:
                del self._runs[thread.thread_id]
            if not shared and not thread.ended:
                await self._checkpointer.release(thread.lease)

    async def _keep(self, lease: Lease, run: Run) -> None:
        """Renew the lease until cancelled; stop the analyzers if it is lost."""
        ttl = self._work.policy.lease_ttl
        while True:
            await asyncio.sleep(ttl / 3)
            try:
                await self._checkpointer.renew(lease, ttl)
            except StaleWriterError as error:
                run.abort(error)
                return
            except Exception:
                logger.warning("could not renew the lease of thread %s", lease.thread_id, exc_info=True)

    async def _tell(self, event: Event) -> None:
        if self._on_event is None:
            return
        try:
            answer = self._on_event(event)
            if inspect.isawaitable(answer):
                await answer
        except Exception:
            logger.warning("on_event failed for %s of thread %s", event.type, event.thread_id, exc_info=True)

    async def _reopen(self, lease: Lease, answers: Mapping[str, str]) -> tuple[OpenThread, list[Event]]:
        """Read a thread under its lease; save that it runs again unless its owner runs it already."""
        try:
            state, version = await self._read(lease.thread_id)
            thread = OpenThread(self._pipeline, self._checkpointer, lease.thread_id)
            if not lease.fresh and not answers:
                thread.join(state.model_copy(update={"status": "running"}), version, lease)
                return thread, []
            if state.status == "completed":
                thread.join(state, version, lease)
                return thread, []
            running = self._without_open_failures(state).model_copy(
                update={"status": "running", "failure": None}
            )
            thread.join(running, version, lease)
            received = [AnswerReceived(question_id=id_, answer=text) for id_, text in answers.items()]
            return thread, await thread.commit([PipelineResumed(state=running), *received])
        except BaseException:
            if lease.fresh:
                await self._checkpointer.release(lease)
            raise

    async def _write(self, thread_id: str, events: Sequence[Event], ending: Event | None = None) -> PipelineState:
        """Commit events to a thread that nobody runs."""
        lease = await self._checkpointer.acquire(thread_id, _make_owner(), self._work.policy.lease_ttl)
        try:
            state, version = await self._read(thread_id)
            thread = OpenThread(self._pipeline, self._checkpointer, thread_id)
            thread.join(state, version, lease)
            for event in await thread.commit(events, ending):
                await self._tell(event)
            return thread.state
        finally:
            await self._checkpointer.release(lease)

    async def _read(self, thread_id: str, version: int | None = None) -> tuple[PipelineState, int]:
        found = await read_state(self._checkpointer, self._decoder, thread_id, version)
        if found is None:
            if version is not None and await self._checkpointer.exists(thread_id):
                raise UnknownVersionError(thread_id, version)
            raise UnknownThreadError(thread_id)
        return found

    def _without_open_failures(self, state: PipelineState) -> PipelineState:
        """Forget failures in open stages, so that those tasks run again.

        Failures in closed stages stay: the pipeline went on without them.
        """
        closed = {task for stage in state.stages for task in self._pipeline.stage(stage).task_names}
        kept = {
            task: outcome
            for task, outcome in state.outcomes.items()
            if outcome.status == "completed" or task in closed
        }
        return state.model_copy(update={"outcomes": kept})

    def _check(self, given: BaseModel | None, until: str | None) -> None:
        if given is not None and not isinstance(given, self._pipeline.input):
            raise InputError(f"the input must be a {self._pipeline.input.__name__}, not {type(given).__name__}")
        if until is not None:
            self._pipeline.stage_of(until)

    def _check_fingerprint(self, state: PipelineState) -> None:
        parts = sorted({*state.fingerprint, *self._fingerprint})
        difference = {
            part: (state.fingerprint.get(part), self._fingerprint.get(part))
            for part in parts
            if state.fingerprint.get(part) != self._fingerprint.get(part)
        }
        if difference:
            raise FingerprintMismatchError(state.thread_id, difference)


def _make_owner() -> str:
    return f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:8]}"
