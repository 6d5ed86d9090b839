"""What the thirteen analyzers say. The executor's own events are in `pipeline_core.engine`.

Each group starts with `<group>:started` and ends with `<group>:completed` or `<group>:failed`.
"""

from pipeline_core.events.alternatives import (
    AlternativesCompleted,
    AlternativesEvent,
    AlternativesFailed,
    AlternativesStarted,
)
from pipeline_core.events.architecture import (
    ArchitectureCompleted,
    ArchitectureEvent,
    ArchitectureFailed,
    ArchitectureStarted,
)
from pipeline_core.events.dimension import (
    DimensionCompleted,
    DimensionEvent,
    DimensionFailed,
    DimensionPreliminary,
    DimensionQuestion,
    DimensionRestarted,
    DimensionStarted,
    DimensionToolCalled,
    DimensionToolReturned,
)
from pipeline_core.events.risks import RisksCompleted, RisksEvent, RisksFailed, RisksStarted
from pipeline_core.events.screening import (
    ScreeningCompleted,
    ScreeningEvent,
    ScreeningFailed,
    ScreeningInsight,
    ScreeningQuestion,
    ScreeningRestarted,
    ScreeningSignal,
    ScreeningStarted,
    ScreeningToolCalled,
    ScreeningToolReturned,
)
from pipeline_core.events.synthesis import (
    SynthesisChunk,
    SynthesisCompleted,
    SynthesisEvent,
    SynthesisFailed,
    SynthesisRestarted,
    SynthesisSection,
    SynthesisStarted,
    SynthesisToolCalled,
    SynthesisToolReturned,
)
from pipeline_core.events.tools import ToolCalled, ToolReturned
from pipeline_core.events.union import ANALYSIS_EVENTS, AnalysisEvent, PipelineEvent, event_schema
from pipeline_core.events.verdict import (
    VerdictCompleted,
    VerdictDetermined,
    VerdictEvent,
    VerdictFailed,
    VerdictStarted,
    VerdictToolCalled,
    VerdictToolReturned,
)

__all__ = [
    "ANALYSIS_EVENTS",
    "AlternativesCompleted",
    "AlternativesEvent",
    "AlternativesFailed",
    "AlternativesStarted",
    "AnalysisEvent",
    "ArchitectureCompleted",
    "ArchitectureEvent",
    "ArchitectureFailed",
    "ArchitectureStarted",
    "DimensionCompleted",
    "DimensionEvent",
    "DimensionFailed",
    "DimensionPreliminary",
    "DimensionQuestion",
    "DimensionRestarted",
    "DimensionStarted",
    "DimensionToolCalled",
    "DimensionToolReturned",
    "PipelineEvent",
    "RisksCompleted",
    "RisksEvent",
    "RisksFailed",
    "RisksStarted",
    "ScreeningCompleted",
    "ScreeningEvent",
    "ScreeningFailed",
    "ScreeningInsight",
    "ScreeningQuestion",
    "ScreeningRestarted",
    "ScreeningSignal",
    "ScreeningStarted",
    "ScreeningToolCalled",
    "ScreeningToolReturned",
    "SynthesisChunk",
    "SynthesisCompleted",
    "SynthesisEvent",
    "SynthesisFailed",
    "SynthesisRestarted",
    "SynthesisSection",
    "SynthesisStarted",
    "SynthesisToolCalled",
    "SynthesisToolReturned",
    "ToolCalled",
    "ToolReturned",
    "VerdictCompleted",
    "VerdictDetermined",
    "VerdictEvent",
    "VerdictFailed",
    "VerdictStarted",
    "VerdictToolCalled",
    "VerdictToolReturned",
    "event_schema",
]
