"""Executes pipelines: the public face of the engine."""

import logging
import os
import socket
import uuid
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel

from pipeline_core.engine.analyzer import Analyzer
from pipeline_core.engine.answers import check_answers, require_progress
from pipeline_core.engine.carry_over import carry_over
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
from pipeline_core.engine.finish import finish
from pipeline_core.engine.heartbeat import Heartbeat
from pipeline_core.engine.listener import Listener, tell
from pipeline_core.engine.memory import MemoryCheckpointer
from pipeline_core.engine.pipeline import Pipeline
from pipeline_core.engine.policy import Policy
from pipeline_core.engine.run import Run
from pipeline_core.engine.state import PipelineState
from pipeline_core.engine.stored import store
from pipeline_core.engine.thread import OpenThread, UnreadableStateError, read_state
from pipeline_core.engine.work import Work
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
        self._decoder = Decoder(pipeline)
        self._fingerprint = pipeline.fingerprint(analyzers)
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
        return self._decoder

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
        thread = self._thread(thread_id)
        return self._stream(
            thread,
            lambda: self._begin(thread, given, owner or _make_owner()),
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
        thread = self._thread(thread_id)
        given = dict(answers or {})
        return self._stream(
            thread,
            lambda: self._reopen(
                thread, given, owner or _make_owner(), takeover_from, joins=owner is not None
            ),
            until,
            shared=owner is not None,
        )

    async def answer(self, thread_id: str, answers: Mapping[str, str]) -> PipelineState:
        """Store answers without running anything, and return the state with them.

        Raises:
            UnknownThreadError, ThreadNotSuspendedError, AnswerError, ThreadBusyError: see `resume`.
        """
        state, _ = await self._read(thread_id)
        _refuse_completed(state)
        checked = check_answers(state, answers)
        if not checked:
            require_progress(state, checked)
            return state
        received = [AnswerReceived(question_id=id_, answer=text) for id_, text in checked.items()]
        return await finish(self._write(thread_id, received))

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
        state, _ = await self._read(thread_id)
        _refuse_completed(state)
        if state.status != "cancelled":
            await finish(self._write(thread_id, [], PipelineCancelled()))

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
        source, found = await self._read(thread_id, version, partly=True)
        checked = check_answers(source, answers or {})
        fork = self._thread(new_thread_id)
        state = carry_over(source, self._pipeline).model_copy(
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
        event = await finish(self._create_and_release(fork, forked))
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
        self,
        thread: OpenThread,
        opening: Callable[[], Coroutine[Any, Any, list[Event]]],
        until: str | None,
        *,
        shared: bool,
    ) -> AsyncGenerator[Event, None]:
        """Open the thread, yield what is to be told of that and what happens then, and keep the lease."""
        run: Run | None = None
        heartbeat: Heartbeat | None = None
        self._check_until(until)
        try:
            first = await finish(opening())
            run = Run(self._work, thread, until)
            self._runs.setdefault(thread.thread_id, []).append(run)
            heartbeat = Heartbeat(self._checkpointer, thread.lease, self._work.policy.lease_ttl, run.abort)
            for event in first:
                await self._tell(event)
                yield event
            async with aclosing(run.events()) as events:
                async for event in events:
                    if self._on_event is not None:
                        await tell(self._on_event, event)
                    yield event
        finally:
            if run is not None:
                self._forget(thread.thread_id, run)
            if heartbeat is not None:
                await heartbeat.stop()
            if thread.holds_lease and not shared:
                await finish(self._release(thread.lease))

    def _forget(self, thread_id: str, run: Run) -> None:
        self._runs[thread_id].remove(run)
        if not self._runs[thread_id]:
            del self._runs[thread_id]

    async def _release(self, lease: Lease) -> None:
        """Give a lease up; if that fails it runs out by itself."""
        try:
            await self._checkpointer.release(lease)
        except Exception:
            logger.warning("could not release the lease of thread %s", lease.thread_id, exc_info=True)

    async def _tell(self, event: Event) -> None:
        if self._on_event is not None:
            await tell(self._on_event, event)

    async def _begin(self, thread: OpenThread, given: BaseModel, owner: str) -> list[Event]:
        """Make a new thread."""
        started = PipelineStarted(
            input=self._checked(given), fingerprint=self._fingerprint, stages=self._pipeline.stage_names
        )
        return await self._create(thread, started, owner)

    async def _create(self, thread: OpenThread, first: Event, owner: str) -> list[Event]:
        return [await thread.create(first, owner, self._work.policy.lease_ttl)]

    async def _create_and_release(self, thread: OpenThread, first: Event) -> Event:
        [event] = await self._create(thread, first, _make_owner())
        await self._release(thread.lease)
        return event

    async def _reopen(
        self,
        thread: OpenThread,
        answers: Mapping[str, str],
        owner: str,
        takeover_from: str | None,
        *,
        joins: bool,
    ) -> list[Event]:
        """Read a thread under its lease; save that it runs again unless its owner runs it already."""
        self._admit(await self._read(thread.thread_id), answers, joins=joins)
        lease = await self._checkpointer.acquire(
            thread.thread_id, owner, self._work.policy.lease_ttl, takeover_from=takeover_from
        )
        try:
            state, version = await self._read(thread.thread_id)
            # Again, now that nobody else can change it.
            answers = self._admit((state, version), answers, joins=joins)
            if state.status == "completed":
                thread.join(state, version, lease)
                if lease.fresh:
                    await self._release(lease)
                return []
            if not lease.fresh and not answers:
                thread.join(state.model_copy(update={"status": "running"}), version, lease)
                return []
            running = carry_over(state, self._pipeline).model_copy(
                update={"status": "running", "failure": None}
            )
            thread.join(running, version, lease)
            received = [AnswerReceived(question_id=id_, answer=text) for id_, text in answers.items()]
            return await thread.commit(thread.draft([PipelineResumed(state=running), *received]))
        except BaseException:
            if lease.fresh:
                await self._release(lease)
            raise

    async def _write(
        self, thread_id: str, events: Sequence[Event], ending: Event | None = None
    ) -> PipelineState:
        """Commit events to a thread that nobody runs."""
        lease = await self._checkpointer.acquire(thread_id, _make_owner(), self._work.policy.lease_ttl)
        try:
            state, version = await self._read(thread_id)
            _refuse_completed(state)
            thread = self._thread(thread_id)
            thread.join(state, version, lease)
            for event in await thread.commit(thread.draft(events), ending):
                await self._tell(event)
            return thread.state
        finally:
            await self._release(lease)

    async def _read(
        self, thread_id: str, version: int | None = None, *, partly: bool = False
    ) -> tuple[PipelineState, int]:
        try:
            found = await read_state(self._checkpointer, self._decoder, thread_id, version, partly=partly)
        except UnreadableStateError as error:
            if error.fingerprint:
                self._compare_fingerprint(thread_id, error.fingerprint)
            raise
        if found is None:
            if version is not None and await self._checkpointer.exists(thread_id):
                raise UnknownVersionError(thread_id, version)
            raise UnknownThreadError(thread_id)
        return found

    def _admit(
        self, found: tuple[PipelineState, int], answers: Mapping[str, str], *, joins: bool
    ) -> dict[str, str]:
        """Check that a thread may go on with these answers, and return them as they are kept."""
        state, _ = found
        if not joins or answers:
            _refuse_completed(state)
        self._compare_fingerprint(state.thread_id, state.fingerprint)
        checked = check_answers(state, answers)
        require_progress(state, checked)
        return checked

    def _checked(self, given: BaseModel) -> BaseModel:
        """Return `given` as it will be read back when the thread is resumed."""
        kind = self._pipeline.input
        if not isinstance(given, kind):
            raise InputError(f"the input must be a {kind.__name__}, not {type(given).__name__}")
        try:
            return store(given, kind).value
        except ValueError as error:
            raise InputError(f"the input is {error}") from error

    def _check_until(self, until: str | None) -> None:
        if until is not None:
            self._pipeline.stage_of(until)

    def _compare_fingerprint(self, thread_id: str, then: Mapping[str, str]) -> None:
        parts = sorted({*then, *self._fingerprint})
        difference = {
            part: (then.get(part), self._fingerprint.get(part))
            for part in parts
            if then.get(part) != self._fingerprint.get(part)
        }
        if difference:
            raise FingerprintMismatchError(thread_id, difference)

    def _thread(self, thread_id: str | None) -> OpenThread:
        name = uuid.uuid4().hex[:16] if thread_id is None else thread_id
        return OpenThread(self._pipeline, self._checkpointer, name)


async def _try_to_cancel(run: Run) -> StaleWriterError | None:
    """Cancel one of the streams of a thread; the first of them to be saved speaks for all."""
    try:
        await run.cancel()
    except StaleWriterError as error:
        return error
    return None


def _refuse_completed(state: PipelineState) -> None:
    if state.status == "completed":
        raise ThreadNotSuspendedError(state.thread_id, state.status)


def _make_owner() -> str:
    return f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:8]}"
