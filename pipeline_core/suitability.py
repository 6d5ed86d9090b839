"""The pipeline that judges whether a problem suits AI: five stages, thirteen tasks."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from pydantic import BaseModel

from pipeline_core.engine import Event, Pipeline, PipelineState, Stage, Task
from pipeline_core.events import (
    ANALYSIS_EVENTS,
    AlternativesCompleted,
    AlternativesEvent,
    AlternativesFailed,
    AlternativesStarted,
    ArchitectureCompleted,
    ArchitectureEvent,
    ArchitectureFailed,
    ArchitectureStarted,
    DimensionCompleted,
    DimensionEvent,
    DimensionFailed,
    DimensionStarted,
    RisksCompleted,
    RisksEvent,
    RisksFailed,
    RisksStarted,
    ScreeningCompleted,
    ScreeningEvent,
    ScreeningFailed,
    ScreeningStarted,
    SynthesisCompleted,
    SynthesisEvent,
    SynthesisFailed,
    SynthesisStarted,
    VerdictCompleted,
    VerdictEvent,
    VerdictFailed,
    VerdictStarted,
)
from pipeline_core.models import (
    AlternativesResult,
    ArchitectureResult,
    DimensionResult,
    PipelineInput,
    RisksResult,
    ScreeningResult,
    SynthesisResult,
    VerdictResult,
)
from pipeline_core.report import Report, report_of

DIMENSIONS = (
    "task_determinism",
    "error_tolerance",
    "data_availability",
    "evaluation_clarity",
    "edge_case_risk",
    "human_oversight_cost",
    "rate_of_change",
)
"""The dimensions of the built-in rubric."""

INDISPENSABLE = "error_tolerance"
"""The dimension without which no verdict is given: it decides whether a mistake can be borne."""

MISSING_AT_MOST = 2
"""How many dimensions may end without a result for a verdict to be given."""


def suitability_pipeline(dimensions: Sequence[str] = DIMENSIONS) -> Pipeline:
    """Return the pipeline for a rubric with these dimensions."""
    return Pipeline(
        name="suitability",
        input=PipelineInput,
        stages=(
            Stage(name="screening", tasks=(_SCREENING,)),
            Stage(
                name="dimensions",
                after=("screening",),
                tasks=tuple(_dimension(name) for name in dimensions),
                quorum=max(len(dimensions) - MISSING_AT_MOST, 1),
                required=frozenset({INDISPENSABLE}.intersection(dimensions)),
            ),
            Stage(name="verdict", after=("dimensions",), tasks=(_VERDICT,)),
            Stage(
                name="secondary", after=("verdict",), tasks=(_RISKS, _ALTERNATIVES, _ARCHITECTURE), quorum=0
            ),
            Stage(name="synthesis", after=("secondary",), tasks=(_SYNTHESIS,)),
        ),
        events=ANALYSIS_EVENTS,
        result=report_of,
        result_type=Report,
        summary=_summary,
    )


def _dimension(name: str) -> Task:
    return Task(
        name=name,
        result=DimensionResult,
        emits=DimensionEvent,
        started=partial(DimensionStarted, dimension=name),
        completed=DimensionCompleted,
        failed=lambda failure: DimensionFailed(dimension=name, failure=failure),
    )


def _task(
    name: str,
    result: type[BaseModel],
    emits: type[Event],
    started: Callable[[], Event],
    completed: type[Event],
    failed: Callable[..., Event],
) -> Task:
    return Task(
        name=name,
        result=result,
        emits=emits,
        started=started,
        completed=completed,
        failed=lambda failure: failed(failure=failure),
    )


_SCREENING = _task(
    "screening", ScreeningResult, ScreeningEvent, ScreeningStarted, ScreeningCompleted, ScreeningFailed
)
_VERDICT = _task("verdict", VerdictResult, VerdictEvent, VerdictStarted, VerdictCompleted, VerdictFailed)
_RISKS = _task("risks", RisksResult, RisksEvent, RisksStarted, RisksCompleted, RisksFailed)
_ALTERNATIVES = _task(
    "alternatives",
    AlternativesResult,
    AlternativesEvent,
    AlternativesStarted,
    AlternativesCompleted,
    AlternativesFailed,
)
_ARCHITECTURE = _task(
    "architecture",
    ArchitectureResult,
    ArchitectureEvent,
    ArchitectureStarted,
    ArchitectureCompleted,
    ArchitectureFailed,
)
_SYNTHESIS = _task(
    "synthesis", SynthesisResult, SynthesisEvent, SynthesisStarted, SynthesisCompleted, SynthesisFailed
)


def _summary(state: PipelineState) -> Mapping[str, str]:
    given, verdict = state.input, state.result("verdict")
    summary = {"problem": " ".join(given.problem.split())[:100]} if isinstance(given, PipelineInput) else {}
    if isinstance(verdict, VerdictResult):
        summary["verdict"] = verdict.verdict
    return summary
