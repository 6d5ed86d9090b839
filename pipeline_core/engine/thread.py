"""A thread opened for writing: its state, its lease, and the two ways to make something durable."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

from pipeline_core.engine.checkpoint import Checkpoint, Checkpointer, Lease, TaskRecord
from pipeline_core.engine.codec import Decoder, Encoder
from pipeline_core.engine.envelope import Envelope
from pipeline_core.engine.events import CheckpointSaved, Event
from pipeline_core.engine.fold import apply, fold, outcome_of
from pipeline_core.engine.pipeline import Pipeline
from pipeline_core.engine.state import PipelineState
from pipeline_core.errors import CorruptCheckpointError

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
        self._lease: Lease | None = None
        self._released = False
        self._state: PipelineState | None = None
        self._version = 0
        self._seq = 0
        self.thread_id = thread_id

    @property
    def state(self) -> PipelineState:
        """The state after all announced events."""
        assert self._state is not None  # (create or join comes first)
        return self._state

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

    async def create(self, first: Event, owner: str, ttl: float) -> Event:
        """Make the thread durable with the state that `first` starts, and return that event."""
        event = self._seal([self._envelope(first)])[0]
        state = apply(None, event)
        assert state is not None  # (no event folds to None)
        checkpoint = self._checkpoint(state, event.timestamp, None)
        self._lease = await self._checkpointer.create(checkpoint, owner, ttl)
        self._advance([event], state)
        self._version = 1
        return event

    def join(self, state: PipelineState, version: int, lease: Lease) -> None:
        """Go on from what is stored, under a lease obtained before it was read."""
        self._state, self._version, self._lease = state, version, lease

    def announce(self, envelope: Envelope | Event) -> Event:
        """Give an event its number and fold it; for what needs no write of its own."""
        if isinstance(envelope, Event):
            envelope = self._envelope(envelope)
        event = envelope.seal(self._seq + 1)
        self._advance([event], apply(self._state, event))
        return event

    def preview(self, envelopes: Sequence[Envelope | Event]) -> PipelineState:
        """Return what the state would be after `envelopes`."""
        return fold((e.seal(0) if isinstance(e, Envelope) else e for e in envelopes), self.state)

    async def record(self, envelope: Envelope) -> None:
        """Make the outcome that `envelope` reports durable; it may be announced afterwards."""
        outcome = outcome_of(envelope.seal(0))
        assert outcome is not None  # (a worker ends with nothing else)
        self._remember(envelope)
        body = self._encoder.outcome(outcome)
        await self._checkpointer.record(TaskRecord(self.thread_id, outcome.task, body), self.lease)

    async def commit(
        self,
        events: Sequence[Envelope | Event],
        ending: Event | None = None,
        *,
        stage: str | None = None,
        settled: Collection[str] = (),
        release: bool = False,
    ) -> list[Event]:
        """Save the state after `events` and `ending`, and return what may be announced now.

        Args:
            events: in order; an envelope keeps the time at which it happened.
            ending: the event that ends the stream, if one does.
            stage: the stage that is closed with it, if one is.
            settled: tasks whose records the checkpoint replaces.
            release: give the lease up with it.

        Returns:
            `events`, then `checkpoint:saved`, then `ending`, numbered.
        """
        drafts: list[Envelope | Event] = [*events, CheckpointSaved(version=self._version + 1)]
        if ending is not None:
            drafts.append(ending)
        envelopes = [draft if isinstance(draft, Envelope) else self._envelope(draft) for draft in drafts]
        for envelope in envelopes:
            self._remember(envelope)
        sealed = self._seal(envelopes)
        state = fold(sealed, self.state)
        checkpoint = self._checkpoint(state, datetime.now(UTC), stage)
        await self._checkpointer.save(checkpoint, self.lease, settled=settled, release=release)
        self._released = self._released or release
        self._version += 1
        self._advance(sealed, state)
        return sealed

    def _advance(self, events: Sequence[Event], state: PipelineState | None) -> None:
        self._seq += len(events)
        self._state = state

    def _remember(self, envelope: Envelope) -> None:
        """Use the text that the result it carries has already."""
        if envelope.stored is not None:
            self._encoder.know(*envelope.stored)

    def _seal(self, envelopes: Sequence[Envelope]) -> list[Event]:
        return [envelope.seal(self._seq + 1 + index) for index, envelope in enumerate(envelopes)]

    def _envelope(self, event: Event) -> Envelope:
        return Envelope(event, self.thread_id, datetime.now(UTC), event.task, event.attempt)

    def _checkpoint(self, state: PipelineState, at: datetime, stage: str | None) -> Checkpoint:
        return Checkpoint(
            thread_id=self.thread_id,
            version=self._version + 1,
            status=state.status,
            body=self._encoder.state(state),
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
    checkpoint = stored.checkpoint
    try:
        state = decoder.state(checkpoint.body, f"ckpt/{thread_id}/{checkpoint.version}", partly=partly)
        outcomes = dict(state.outcomes)
        for record in stored.records:
            outcome = decoder.outcome(record.body, f"task/{thread_id}/{record.task}")
            if outcome.status == "failed" and record.fence < checkpoint.fence:
                continue
            if not state.has_result(record.task):
                outcomes[record.task] = outcome
    except CorruptCheckpointError as error:
        raise UnreadableStateError(error, decoder.fingerprint(checkpoint.body)) from error
    return state.model_copy(update={"outcomes": outcomes}), checkpoint.version
