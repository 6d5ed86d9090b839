"""Makes, reads and reopens threads: what comes before anything of them runs."""

import logging
import os
import secrets
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime

from pydantic import BaseModel

from pipeline_core.engine.answers import check_answers, require_progress
from pipeline_core.engine.carry_over import carry_over
from pipeline_core.engine.checkpoint import Checkpointer, Lease
from pipeline_core.engine.codec import Decoder
from pipeline_core.engine.envelope import Said
from pipeline_core.engine.events import (
    AnswerReceived,
    Event,
    PipelineForked,
    PipelineResumed,
    PipelineStarted,
)
from pipeline_core.engine.pipeline import Pipeline
from pipeline_core.engine.state import PipelineState
from pipeline_core.engine.stored import Stored, store
from pipeline_core.engine.thread import OpenThread, UnreadableStateError, read_state
from pipeline_core.errors import (
    FingerprintMismatchError,
    InputError,
    ThreadNotSuspendedError,
    UnknownThreadError,
    UnknownVersionError,
)

logger = logging.getLogger("pipeline_core")


class Threads:
    """The threads of one pipeline in one checkpointer.

    Args:
        pipeline: what the threads are of.
        checkpointer: where they are.
        fingerprint: what shapes an analysis now; a thread that began otherwise is not reopened.
        lease_ttl: seconds a lease lasts unless it is renewed.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        checkpointer: Checkpointer,
        fingerprint: Mapping[str, str],
        lease_ttl: float,
    ) -> None:
        self._pipeline = pipeline
        self._checkpointer = checkpointer
        self._fingerprint = dict(fingerprint)
        self._lease_ttl = lease_ttl
        self.decoder = Decoder(pipeline)
        """Reads states and events of the pipeline back from JSON."""

    def named(self, thread_id: str | None) -> OpenThread:
        """Return a thread that is still to be made or reopened; its name is made up if None."""
        name = secrets.token_hex(8) if thread_id is None else thread_id
        return OpenThread(self._pipeline, self._checkpointer, name)

    async def begin(self, thread: OpenThread, given: BaseModel, owner: str) -> list[Said]:
        """Make a new thread, and return what may be announced."""
        stored = self._checked(given)
        thread.know(*stored)
        started = PipelineStarted(
            input=stored.value, fingerprint=self._fingerprint, stages=self._pipeline.stage_names
        )
        return await thread.create(started, owner, self._lease_ttl)

    async def forked(
        self, source_id: str, version: int | None, answers: Mapping[str, str], thread_id: str
    ) -> PipelineForked:
        """Return the first event of a thread that goes on from a checkpoint of another."""
        source, found = await self.read(source_id, version, partly=True)
        checked = check_answers(source, answers)
        state = carry_over(source, self._pipeline).model_copy(
            update={
                "thread_id": thread_id,
                "status": "running",
                "fingerprint": dict(self._fingerprint),
                "created_at": datetime.now(UTC),
                "answers": {**source.answers, **checked},
                "failure": None,
                "forked_from": f"{source_id}@{found}",
            }
        )
        return PipelineForked(source_thread_id=source_id, source_version=found, state=state)

    async def fork(self, thread: OpenThread, first: PipelineForked) -> list[Said]:
        """Make a thread that begins with the state of another, and let go of it."""
        said = await thread.create(first, make_owner(), self._lease_ttl)
        await self.release(thread.lease)
        return said

    async def reopen(
        self,
        thread: OpenThread,
        answers: Mapping[str, str],
        owner: str,
        takeover_from: str | None,
        *,
        joins: bool,
    ) -> list[Said]:
        """Read a thread under its lease; save that it runs again unless its owner runs it already.

        Returns:
            What may be announced.
        """
        self._admit(await self.read(thread.thread_id), answers, joins=joins)
        lease = await self._checkpointer.acquire(
            thread.thread_id, owner, self._lease_ttl, takeover_from=takeover_from
        )
        try:
            state, version = await self.read(thread.thread_id)
            # Again, now that nobody else can change it.
            answers = self._admit((state, version), answers, joins=joins)
            if state.status == "completed":
                thread.join(state, version, lease)
                await self.release(lease)
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
                await self.release(lease)
            raise

    async def write(
        self,
        thread_id: str,
        events: Sequence[Event],
        ending: Event | None,
        tell: Callable[[Event], Awaitable[None]],
    ) -> PipelineState:
        """Commit events to a thread that nobody runs, tell of them, and return its state."""
        lease = await self._checkpointer.acquire(thread_id, make_owner(), self._lease_ttl)
        try:
            state, version = await self.read(thread_id)
            refuse_completed(state)
            thread = self.named(thread_id)
            thread.join(state, version, lease)
            for event in thread.announce(await thread.commit(thread.draft(events), ending)):
                await tell(event)
            return thread.state
        finally:
            await self.release(lease)

    async def read(
        self, thread_id: str, version: int | None = None, *, partly: bool = False
    ) -> tuple[PipelineState, int]:
        """Return what is durable of a thread, with its version; see `read_state`.

        Raises:
            UnknownThreadError, UnknownVersionError: there is no such thread or checkpoint.
            FingerprintMismatchError: it cannot be read and began under another configuration.
        """
        try:
            found = await read_state(self._checkpointer, self.decoder, thread_id, version, partly=partly)
        except UnreadableStateError as error:
            if error.fingerprint:
                self._compare_fingerprint(thread_id, error.fingerprint)
            raise
        if found is None:
            if version is not None and await self._checkpointer.exists(thread_id):
                raise UnknownVersionError(thread_id, version)
            raise UnknownThreadError(thread_id)
        return found

    async def release(self, lease: Lease) -> None:
        """Give a lease up; if that fails it runs out by itself."""
        try:
            await self._checkpointer.release(lease)
        except Exception:
            logger.warning("could not release the lease of thread %s", lease.thread_id, exc_info=True)

    def _admit(
        self, found: tuple[PipelineState, int], answers: Mapping[str, str], *, joins: bool
    ) -> dict[str, str]:
        """Check that a thread may go on with these answers, and return them as they are kept."""
        state, _ = found
        if not joins or answers:
            refuse_completed(state)
        self._compare_fingerprint(state.thread_id, state.fingerprint)
        checked = check_answers(state, answers)
        require_progress(state, checked)
        return checked

    def _checked(self, given: BaseModel) -> Stored:
        """Return `given` as it will be read back when the thread is resumed."""
        kind = self._pipeline.input
        if not isinstance(given, kind):
            raise InputError(f"the input must be a {kind.__name__}, not {type(given).__name__}")
        try:
            return store(given, kind)
        except ValueError as error:
            raise InputError(f"the input is {error}") from error

    def _compare_fingerprint(self, thread_id: str, then: Mapping[str, str]) -> None:
        parts = sorted({*then, *self._fingerprint})
        difference = {
            part: (then.get(part), self._fingerprint.get(part))
            for part in parts
            if then.get(part) != self._fingerprint.get(part)
        }
        if difference:
            raise FingerprintMismatchError(thread_id, difference)


def refuse_completed(state: PipelineState) -> None:
    """Raise if there is nothing left to do."""
    if state.status == "completed":
        raise ThreadNotSuspendedError(state.thread_id, state.status)


def make_owner() -> str:
    """Return a name for one who writes once."""
    return f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)}"
