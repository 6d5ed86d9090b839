"""The events of every pipeline. What a pipeline's own analyzers say is defined beside that pipeline."""

from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel, SerializeAsAny

from pipeline_core.engine.failure import Failure
from pipeline_core.engine.state import PipelineState
from pipeline_core.models.questions import Question

NOT_YET = datetime.fromtimestamp(0, UTC)
"""Timestamp of an event that no executor has sent yet."""


class Event(BaseModel, frozen=True, extra="forbid"):
    """An immutable fact about a thread.

    Analyzers yield events without an envelope; the executor fills it in.
    """

    type: str
    """`group:past_tense`; tells the class."""
    thread_id: str = ""
    seq: int = 0
    """Position in its stream, from 1 and without gaps. Each call of `execute` or `resume` is a stream."""
    timestamp: datetime = NOT_YET
    """When it happened, in UTC."""
    task: str | None = None
    """The task it belongs to; None for what concerns a stage or the thread."""
    attempt: int = 0
    """The attempt of the task, from 1; 0 for what no attempt made."""


class EngineEvent(Event, frozen=True):
    """An event that only the executor may send."""


class PipelineStarted(EngineEvent, frozen=True):
    """First event of a new thread."""

    type: Literal["pipeline:started"] = "pipeline:started"
    input: SerializeAsAny[BaseModel]
    fingerprint: dict[str, str]
    stages: tuple[str, ...]
    """All stages, in the order they will run."""


class PipelineResumed(EngineEvent, frozen=True):
    """First event of a stream that goes on with a thread."""

    type: Literal["pipeline:resumed"] = "pipeline:resumed"
    state: PipelineState
    """All that was durable when the thread was taken up again."""


class PipelineForked(EngineEvent, frozen=True):
    """A thread was made from a checkpoint of another."""

    type: Literal["pipeline:forked"] = "pipeline:forked"
    source_thread_id: str
    source_version: int
    state: PipelineState


class PipelineSuspended(EngineEvent, frozen=True):
    """The thread waits for answers; ends the stream."""

    type: Literal["pipeline:suspended"] = "pipeline:suspended"
    questions: tuple[Question, ...]
    """The blocking questions still open."""


class PipelineCompleted(EngineEvent, frozen=True):
    """The thread has its result; ends the stream."""

    type: Literal["pipeline:completed"] = "pipeline:completed"
    result: SerializeAsAny[BaseModel]


class PipelineFailed(EngineEvent, frozen=True):
    """The thread cannot go on; ends the stream. Resuming it tries again what failed."""

    type: Literal["pipeline:failed"] = "pipeline:failed"
    stage: str
    failure: Failure


class PipelineCancelled(EngineEvent, frozen=True):
    """Somebody cancelled the thread; ends the stream. It can be resumed."""

    type: Literal["pipeline:cancelled"] = "pipeline:cancelled"


class StageStarted(EngineEvent, frozen=True):
    type: Literal["stage:started"] = "stage:started"
    stage: str
    tasks: tuple[str, ...]
    """The tasks that will run: those of the stage that have no result yet."""


class StageCompleted(EngineEvent, frozen=True):
    type: Literal["stage:completed"] = "stage:completed"
    stage: str
    failed: tuple[str, ...] = ()
    """Tasks that ended without a result."""


class StageFailed(EngineEvent, frozen=True):
    """The stage has too few results to go on."""

    type: Literal["stage:failed"] = "stage:failed"
    stage: str
    failure: Failure


class StageRestored(EngineEvent, frozen=True):
    """The stage was closed before this stream began; nothing of it runs again."""

    type: Literal["stage:restored"] = "stage:restored"
    stage: str


class TaskRestored(EngineEvent, frozen=True):
    """The task had its result before this stream began; it does not run again."""

    type: Literal["task:restored"] = "task:restored"


class TaskRetrying(EngineEvent, frozen=True):
    """An attempt failed; what it said does not count, and another follows."""

    type: Literal["task:retrying"] = "task:retrying"
    failure: Failure
    delay: float
    """Seconds until the next attempt."""


class CheckpointSaved(EngineEvent, frozen=True):
    type: Literal["checkpoint:saved"] = "checkpoint:saved"
    version: int


class AnswerReceived(EngineEvent, frozen=True):
    type: Literal["answer:received"] = "answer:received"
    question_id: str
    answer: str


class TaskStarted(Event, frozen=True):
    """A task began; for pipelines that do not name events of their own."""

    type: Literal["task:started"] = "task:started"


class TaskCompleted(Event, frozen=True):
    """A task has its result; for pipelines that do not name events of their own."""

    type: Literal["task:completed"] = "task:completed"
    result: SerializeAsAny[Any]


class TaskFailed(Event, frozen=True):
    """A task ended without a result; for pipelines that do not name events of their own."""

    type: Literal["task:failed"] = "task:failed"
    failure: Failure


ENGINE_EVENTS: tuple[type[Event], ...] = (
    PipelineStarted,
    PipelineResumed,
    PipelineForked,
    PipelineSuspended,
    PipelineCompleted,
    PipelineFailed,
    PipelineCancelled,
    StageStarted,
    StageCompleted,
    StageFailed,
    StageRestored,
    TaskRestored,
    TaskRetrying,
    CheckpointSaved,
    AnswerReceived,
)
