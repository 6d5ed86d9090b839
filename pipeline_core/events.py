"""What the thirteen analyzers say. The executor's own events are in `pipeline_core.engine`.

Each group starts with `<group>:started` and ends with `<group>:completed` or `<group>:failed`.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from pipeline_core.engine import (
    AnswerReceived,
    CheckpointSaved,
    Event,
    Failure,
    PipelineCancelled,
    PipelineCompleted,
    PipelineFailed,
    PipelineForked,
    PipelineResumed,
    PipelineStarted,
    PipelineSuspended,
    StageCompleted,
    StageFailed,
    StageRestored,
    StageStarted,
    TaskRestored,
    TaskRetrying,
)
from pipeline_core.models import (
    AlternativesResult,
    ArchitectureResult,
    DimensionResult,
    Insight,
    Question,
    RisksResult,
    Score,
    ScreeningResult,
    SynthesisResult,
    Verdict,
    VerdictResult,
)


class ToolCalled(Event, frozen=True):
    """An analyzer asked one of its tools."""

    tool: str
    arguments: dict[str, Any]


class ToolReturned(Event, frozen=True):
    """What a tool answered."""

    tool: str
    result: Any


class ScreeningEvent(Event, frozen=True):
    """Any event of the screening."""


class ScreeningStarted(ScreeningEvent, frozen=True):
    type: Literal["screening:started"] = "screening:started"


class ScreeningSignal(ScreeningEvent, frozen=True):
    """A first impression, before anything is analyzed."""

    type: Literal["screening:signal"] = "screening:signal"
    signal: Literal["likely_positive", "uncertain", "likely_negative"]
    confidence: float


class ScreeningInsight(ScreeningEvent, frozen=True):
    type: Literal["screening:insight"] = "screening:insight"
    insight: Insight


class ScreeningQuestion(ScreeningEvent, frozen=True):
    type: Literal["screening:question"] = "screening:question"
    question: Question


class ScreeningRestarted(ScreeningEvent, frozen=True):
    """What this attempt said so far was rejected and does not count."""

    type: Literal["screening:restarted"] = "screening:restarted"
    reason: str


class ScreeningToolCalled(ScreeningEvent, ToolCalled, frozen=True):
    type: Literal["screening:tool_called"] = "screening:tool_called"


class ScreeningToolReturned(ScreeningEvent, ToolReturned, frozen=True):
    type: Literal["screening:tool_returned"] = "screening:tool_returned"


class ScreeningCompleted(ScreeningEvent, frozen=True):
    type: Literal["screening:completed"] = "screening:completed"
    result: ScreeningResult


class ScreeningFailed(ScreeningEvent, frozen=True):
    type: Literal["screening:failed"] = "screening:failed"
    failure: Failure


class DimensionEvent(Event, frozen=True):
    """Any event of a dimension; `task` on the envelope is the same name."""

    dimension: str


class DimensionStarted(DimensionEvent, frozen=True):
    type: Literal["dimension:started"] = "dimension:started"


class DimensionPreliminary(DimensionEvent, frozen=True):
    """The score as far as it is known; the completed event may differ."""

    type: Literal["dimension:preliminary"] = "dimension:preliminary"
    score: Score
    confidence: float


class DimensionQuestion(DimensionEvent, frozen=True):
    type: Literal["dimension:question"] = "dimension:question"
    question: Question


class DimensionToolCalled(DimensionEvent, ToolCalled, frozen=True):
    type: Literal["dimension:tool_called"] = "dimension:tool_called"


class DimensionToolReturned(DimensionEvent, ToolReturned, frozen=True):
    type: Literal["dimension:tool_returned"] = "dimension:tool_returned"


class DimensionRestarted(DimensionEvent, frozen=True):
    """What this attempt said so far was rejected and does not count."""

    type: Literal["dimension:restarted"] = "dimension:restarted"
    reason: str


class DimensionCompleted(DimensionEvent, frozen=True):
    type: Literal["dimension:completed"] = "dimension:completed"
    result: DimensionResult


class DimensionFailed(DimensionEvent, frozen=True):
    type: Literal["dimension:failed"] = "dimension:failed"
    failure: Failure


class VerdictEvent(Event, frozen=True):
    """Any event of the verdict."""


class VerdictStarted(VerdictEvent, frozen=True):
    type: Literal["verdict:started"] = "verdict:started"


class VerdictToolCalled(VerdictEvent, ToolCalled, frozen=True):
    type: Literal["verdict:tool_called"] = "verdict:tool_called"


class VerdictToolReturned(VerdictEvent, ToolReturned, frozen=True):
    type: Literal["verdict:tool_returned"] = "verdict:tool_returned"


class VerdictDetermined(VerdictEvent, frozen=True):
    """The verdict is decided; its reasons are being put together."""

    type: Literal["verdict:determined"] = "verdict:determined"
    verdict: Verdict
    confidence: float
    headline: str


class VerdictCompleted(VerdictEvent, frozen=True):
    type: Literal["verdict:completed"] = "verdict:completed"
    result: VerdictResult


class VerdictFailed(VerdictEvent, frozen=True):
    type: Literal["verdict:failed"] = "verdict:failed"
    failure: Failure


class RisksEvent(Event, frozen=True):
    """Any event of the risks."""


class RisksStarted(RisksEvent, frozen=True):
    type: Literal["risks:started"] = "risks:started"


class RisksCompleted(RisksEvent, frozen=True):
    type: Literal["risks:completed"] = "risks:completed"
    result: RisksResult


class RisksFailed(RisksEvent, frozen=True):
    type: Literal["risks:failed"] = "risks:failed"
    failure: Failure


class AlternativesEvent(Event, frozen=True):
    """Any event of the alternatives."""


class AlternativesStarted(AlternativesEvent, frozen=True):
    type: Literal["alternatives:started"] = "alternatives:started"


class AlternativesCompleted(AlternativesEvent, frozen=True):
    type: Literal["alternatives:completed"] = "alternatives:completed"
    result: AlternativesResult


class AlternativesFailed(AlternativesEvent, frozen=True):
    type: Literal["alternatives:failed"] = "alternatives:failed"
    failure: Failure


class ArchitectureEvent(Event, frozen=True):
    """Any event of the architecture."""


class ArchitectureStarted(ArchitectureEvent, frozen=True):
    type: Literal["architecture:started"] = "architecture:started"


class ArchitectureCompleted(ArchitectureEvent, frozen=True):
    type: Literal["architecture:completed"] = "architecture:completed"
    result: ArchitectureResult


class ArchitectureFailed(ArchitectureEvent, frozen=True):
    type: Literal["architecture:failed"] = "architecture:failed"
    failure: Failure


class SynthesisEvent(Event, frozen=True):
    """Any event of the synthesis."""


class SynthesisStarted(SynthesisEvent, frozen=True):
    type: Literal["synthesis:started"] = "synthesis:started"


class SynthesisToolCalled(SynthesisEvent, ToolCalled, frozen=True):
    type: Literal["synthesis:tool_called"] = "synthesis:tool_called"


class SynthesisToolReturned(SynthesisEvent, ToolReturned, frozen=True):
    type: Literal["synthesis:tool_returned"] = "synthesis:tool_returned"


class SynthesisChunk(SynthesisEvent, frozen=True):
    """The next piece of the narrative; the pieces of one attempt, since a restart if there was one, add up to
    it."""

    type: Literal["synthesis:chunk"] = "synthesis:chunk"
    text: str


class SynthesisSection(SynthesisEvent, frozen=True):
    """A section of the narrative begins."""

    type: Literal["synthesis:section"] = "synthesis:section"
    title: str


class SynthesisRestarted(SynthesisEvent, frozen=True):
    """What this attempt said so far was rejected; the narrative begins anew."""

    type: Literal["synthesis:restarted"] = "synthesis:restarted"
    reason: str


class SynthesisCompleted(SynthesisEvent, frozen=True):
    type: Literal["synthesis:completed"] = "synthesis:completed"
    result: SynthesisResult


class SynthesisFailed(SynthesisEvent, frozen=True):
    type: Literal["synthesis:failed"] = "synthesis:failed"
    failure: Failure


ANALYSIS_EVENTS: tuple[type[Event], ...] = (
    ScreeningStarted,
    ScreeningSignal,
    ScreeningInsight,
    ScreeningQuestion,
    ScreeningRestarted,
    ScreeningToolCalled,
    ScreeningToolReturned,
    ScreeningCompleted,
    ScreeningFailed,
    DimensionStarted,
    DimensionPreliminary,
    DimensionQuestion,
    DimensionToolCalled,
    DimensionToolReturned,
    DimensionRestarted,
    DimensionCompleted,
    DimensionFailed,
    VerdictStarted,
    VerdictToolCalled,
    VerdictToolReturned,
    VerdictDetermined,
    VerdictCompleted,
    VerdictFailed,
    RisksStarted,
    RisksCompleted,
    RisksFailed,
    AlternativesStarted,
    AlternativesCompleted,
    AlternativesFailed,
    ArchitectureStarted,
    ArchitectureCompleted,
    ArchitectureFailed,
    SynthesisStarted,
    SynthesisToolCalled,
    SynthesisToolReturned,
    SynthesisChunk,
    SynthesisSection,
    SynthesisRestarted,
    SynthesisCompleted,
    SynthesisFailed,
)

PipelineEvent = Annotated[
    PipelineStarted
    | PipelineResumed
    | PipelineForked
    | PipelineSuspended
    | PipelineCompleted
    | PipelineFailed
    | PipelineCancelled
    | StageStarted
    | StageCompleted
    | StageFailed
    | StageRestored
    | TaskRestored
    | TaskRetrying
    | CheckpointSaved
    | AnswerReceived
    | ScreeningStarted
    | ScreeningSignal
    | ScreeningInsight
    | ScreeningQuestion
    | ScreeningRestarted
    | ScreeningToolCalled
    | ScreeningToolReturned
    | ScreeningCompleted
    | ScreeningFailed
    | DimensionStarted
    | DimensionPreliminary
    | DimensionQuestion
    | DimensionToolCalled
    | DimensionToolReturned
    | DimensionRestarted
    | DimensionCompleted
    | DimensionFailed
    | VerdictStarted
    | VerdictToolCalled
    | VerdictToolReturned
    | VerdictDetermined
    | VerdictCompleted
    | VerdictFailed
    | RisksStarted
    | RisksCompleted
    | RisksFailed
    | AlternativesStarted
    | AlternativesCompleted
    | AlternativesFailed
    | ArchitectureStarted
    | ArchitectureCompleted
    | ArchitectureFailed
    | SynthesisStarted
    | SynthesisToolCalled
    | SynthesisToolReturned
    | SynthesisChunk
    | SynthesisSection
    | SynthesisRestarted
    | SynthesisCompleted
    | SynthesisFailed,
    Field(discriminator="type"),
]
"""The closed union of all events of an analysis."""


def event_schema() -> dict[str, Any]:
    """Return the JSON Schema of `PipelineEvent`, as published in `docs/events.schema.json`."""
    return TypeAdapter(PipelineEvent).json_schema(mode="serialization")
