"""The closed union of all events of an analysis."""

from typing import Annotated, Any, get_args

from pydantic import Field, TypeAdapter

from pipeline_core.engine import (
    AnswerReceived,
    CheckpointSaved,
    Event,
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
from pipeline_core.events.alternatives import AnyAlternativesEvent
from pipeline_core.events.architecture import AnyArchitectureEvent
from pipeline_core.events.dimension import AnyDimensionEvent
from pipeline_core.events.risks import AnyRisksEvent
from pipeline_core.events.screening import AnyScreeningEvent
from pipeline_core.events.synthesis import AnySynthesisEvent
from pipeline_core.events.verdict import AnyVerdictEvent

AnalysisEvent = (
    AnyScreeningEvent
    | AnyDimensionEvent
    | AnyVerdictEvent
    | AnyRisksEvent
    | AnyAlternativesEvent
    | AnyArchitectureEvent
    | AnySynthesisEvent
)
"""What the thirteen analyzers say."""

ANALYSIS_EVENTS: tuple[type[Event], ...] = get_args(AnalysisEvent)
"""The classes of `AnalysisEvent`."""

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
    | AnalysisEvent,
    Field(discriminator="type"),
]
"""The closed union of all events of an analysis: what the executor and the analyzers say."""


def event_schema() -> dict[str, Any]:
    """Return the JSON Schema of `PipelineEvent`, as published in `docs/events.schema.json`."""
    return TypeAdapter(PipelineEvent).json_schema(mode="serialization")
