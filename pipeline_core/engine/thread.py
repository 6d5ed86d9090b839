"""A thread opened for writing: its state, its lease, and the two ways to make something durable."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial

from pipeline_core.engine.checkpoint import Checkpoint, Checkpointer, Lease, TaskRecord
from pipeline_core.engine.codec import Decoder, Encoder
from pipeline_core.engine.draft import Draft
from pipeline_core.engine.ending import Ending
from pipeline_core.engine.envelope import Envelope, Said, sent
from pipeline_core.engine.events import CheckpointSaved, Event
from pipeline_core.engine.fold import apply, settle
from pipeline_core.engine.outcome import Outcome
from pipeline_core.engine.pipeline import Pipeline
from pipeline_core.engine.rows import Keys
from pipeline_core.engine.state import PipelineState
from pipeline_core.engine.values import fill
from pipeline_core.errors import CorruptCheckpointError, StaleWriterError

ENDED = frozenset({"suspended", "completed", "failed", "cancelled"})
"""The states in which a stream ends."""


class OpenThread:
    """The single writer's view of a thread.

    Events get their numbers here, and state changes here only, by folding them.
    """

    def __init__(self, pipeline: Pipeline, checkpointer: Checkpointer, thread_id: str) -> None:
        self._pipeline = pipeline
        self._checkpointer = checkpointer
        self._encoder = Encoder()
        self._envelope = Envelope(thread_id)
        self._lease: Lease | None = None
        self._released = False
        self._version = 0
        self._seq = 0
        self.thread_id = thread_id
        self.state: PipelineState
        """The state after all that has settled, and all that was saved; `create` or `join` comes first."""

    @property
    def lease(self) -> Lease:
        """The right to write."""
        assert self._lease is not None  # (create or join comes first)
        return self._lease

    @property
    def holds_lease(self) -> bool:
        """Whether there is a lease to give up."""
        return self._lease is not None and not self._released

    @property
    def ended(self) -> bool:
        """Whether nothing more runs until somebody resumes the thread."""
        return self.state.status in ENDED

    def know(self, value: object, text: str) -> None:
        """Use `text` for `value` when it is written."""
        self._encoder.know(value, text)

    async def create(self, first: Event, owner: str, ttl: float) -> list[Said]:
        """Make the thread durable with the state that `first` starts, and return what may be announced."""
        event = self._envelope.around(first, datetime.now(UTC))
        state = apply(None, event)
        self._lease = await self._checkpointer.create(
            self._checkpoint(state, event.timestamp, None), owner, ttl
        )
        self._version, self.state = 1, state
        return [sent(event)]

    def join(self, state: PipelineState, version: int, lease: Lease) -> None:
        """Go on from what is stored, under a lease obtained before it was read."""
        self.state, self._version, self._lease = state, version, lease

    def announce(self, said: Iterable[Said]) -> Iterator[Event]:
        """Yield what was said as events, numbered in the order in which they are taken."""
        for seq, (event, envelope, at) in enumerate(said, self._seq + 1):
            self._seq = seq
            if envelope is not None:
                yield envelope.around(event, at, seq)
            else:
                fill(event, "seq", seq)
                yield event

    def says(self, event: Event, task: str | None = None) -> Said:
        """Return an event, of a task if one is named, that changes nothing and needs no write."""
        envelope = self._envelope if task is None else Envelope(self.thread_id, task)
        return event, envelope, datetime.now(UTC)

    def settle(self, ending: Ending) -> None:
        """Change the state as `ending` says; `record` or `commit` makes it durable. Idempotent."""
        if ending.text is not None:
            self.know(ending.outcome.result, ending.text)
        self.state = settle(self.state, ending.outcome)

    async def record(self, outcome: Outcome) -> None:
        """Make an outcome durable in a stage that stays open; it may be announced afterwards."""
        record = TaskRecord(self.thread_id, outcome.task, self._encoder.outcome(outcome))
        await self._checkpointer.record(record, self.lease)

    def draft(self, said: Iterable[Event] = ()) -> Draft:
        """Return a draft of what `commit` is to save."""
        return Draft(self.state, self._envelope, said)

    async def commit(
        self,
        draft: Draft,
        ending: Event | None = None,
        *,
        stage: str | None = None,
        settled: Collection[str] = (),
        release: bool = False,
    ) -> list[Said]:
        """Save the state after `draft` and `ending`, and return what may be announced now.

        Args:
            draft: what happened; nothing has settled since it was begun.
            ending: the event that ends the stream, if one does.
            stage: the stage that is closed with it, if one is.
            settled: tasks whose records the checkpoint replaces.
            release: give the lease up with it.

        Returns:
            The events of the draft, then `checkpoint:saved`, then `ending`, for `announce`.

        Raises:
            StaleWriterError: another owner has the thread, or has saved.
        """
        draft.add(CheckpointSaved(version=self._version + 1))
        if ending is not None:
            draft.add(ending)
        checkpoint = self._checkpoint(draft.state, datetime.now(UTC), stage)
        save = partial(self._checkpointer.save, checkpoint, self.lease, settled=settled, release=release)
        await self._save(save, checkpoint)
        self._released = self._released or release
        self._version += 1
        self.state = draft.state
        return [sent(event) for event in draft.events]

    async def _save(self, save: Callable[[], Awaitable[None]], checkpoint: Checkpoint) -> None:
        """Save to the end, however often this is cancelled meanwhile."""
        interrupted = False
        while True:
            try:
                return await save()
            except asyncio.CancelledError:
                # Nobody knows whether it happened, so it is tried again.
                interrupted = True
            except StaleWriterError:
                if interrupted and await self._is_saved(checkpoint):
                    return None
                raise

    async def _is_saved(self, checkpoint: Checkpoint) -> bool:
        stored = await self._checkpointer.load(self.thread_id, checkpoint.version)
        # Others may write under the same lease: what tells is the content, times included.
        return stored is not None and stored.checkpoint.body == checkpoint.body

    def _checkpoint(self, state: PipelineState, at: datetime, stage: str | None) -> Checkpoint:
        return Checkpoint(
            thread_id=self.thread_id,
            version=self._version + 1,
            status=state.status,
            text=self._encoder.state(state),
            saved_at=at,
            stage=stage,
            summary=self._pipeline.summary(state),
        )


class UnreadableStateError(CorruptCheckpointError):
    """Raised when a stored state is not one of this pipeline; tells of which it may be."""

    def __init__(self, error: CorruptCheckpointError, fingerprint: Mapping[str, str]) -> None:
        super().__init__(error.key, error.defect)
        self.fingerprint = fingerprint


async def read_state(
    checkpointer: Checkpointer,
    decoder: Decoder,
    thread_id: str,
    version: int | None = None,
    *,
    partly: bool = False,
) -> tuple[PipelineState, int] | None:
    """Return what is durable of a thread, with its version; None if it, or the version, is unknown.

    Records of finished tasks are part of it. A failure recorded under an earlier lease than the
    checkpoint's is not: that task is to run again. With `partly`, outcomes that cannot be read are left
    out.

    Raises:
        CorruptCheckpointError: what is stored cannot be read.
    """
    stored = await checkpointer.load(thread_id, version)
    if stored is None:
        return None
    checkpoint, keys = stored.checkpoint, Keys.of(thread_id)
    try:
        state = decoder.state(checkpoint.body, keys.checkpoint(checkpoint.version), partly=partly)
        outcomes = dict(state.outcomes)
        for record in stored.records:
            outcome = decoder.outcome(record.body, keys.record(record.task))
            if outcome.status == "failed" and record.fence < checkpoint.fence:
                continue
            if not state.has_result(record.task):
                outcomes[record.task] = outcome
    except CorruptCheckpointError as error:
        raise UnreadableStateError(error, decoder.fingerprint(checkpoint.body)) from error
    return state.model_copy(update={"outcomes": outcomes}), checkpoint.version
