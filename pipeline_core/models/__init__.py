"""Frozen values: what goes in, what is asked, what comes out."""

from pipeline_core.models.case import Case
from pipeline_core.models.evidence import Evidence, Score
from pipeline_core.models.problem import MAX_PROBLEM_CHARS, PipelineInput, check_text
from pipeline_core.models.questions import Priority, Question
from pipeline_core.models.results import (
    ActionItem,
    Alternative,
    AlternativesResult,
    Architecture,
    ArchitectureResult,
    Component,
    DimensionResult,
    HumanInTheLoop,
    Insight,
    KeyFactor,
    Level,
    Risk,
    RisksResult,
    ScreeningResult,
    SecondOpinion,
    Severity,
    Source,
    Split,
    SynthesisResult,
    Verdict,
    VerdictResult,
)
from pipeline_core.models.usage import Usage, total

__all__ = [
    "MAX_PROBLEM_CHARS",
    "ActionItem",
    "Alternative",
    "AlternativesResult",
    "Architecture",
    "ArchitectureResult",
    "Case",
    "Component",
    "DimensionResult",
    "Evidence",
    "HumanInTheLoop",
    "Insight",
    "KeyFactor",
    "Level",
    "PipelineInput",
    "Priority",
    "Question",
    "Risk",
    "RisksResult",
    "Score",
    "ScreeningResult",
    "SecondOpinion",
    "Severity",
    "Source",
    "Split",
    "SynthesisResult",
    "Usage",
    "Verdict",
    "VerdictResult",
    "check_text",
    "total",
]
