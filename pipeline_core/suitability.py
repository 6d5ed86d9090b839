"""The pipeline that judges whether a problem suits AI: five stages, thirteen tasks."""

from collections.abc import Mapping, Sequence
from functools import partial

from pipeline_core.engine import Pipeline, PipelineState, Stage, Task
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


_SCREENING = Task(
    name="screening",
    result=ScreeningResult,
    emits=ScreeningEvent,
    started=ScreeningStarted,
    completed=ScreeningCompleted,
    failed=lambda failure: ScreeningFailed(failure=failure),
)
_VERDICT = Task(
    name="verdict",
    result=VerdictResult,
    emits=VerdictEvent,
    started=VerdictStarted,
    completed=VerdictCompleted,
    failed=lambda failure: VerdictFailed(failure=failure),
)
_RISKS = Task(
    name="risks",
    result=RisksResult,
    emits=RisksEvent,
    started=RisksStarted,
    completed=RisksCompleted,
    failed=lambda failure: RisksFailed(failure=failure),
)
_ALTERNATIVES = Task(
    name="alternatives",
    result=AlternativesResult,
    emits=AlternativesEvent,
    started=AlternativesStarted,
    completed=AlternativesCompleted,
    failed=lambda failure: AlternativesFailed(failure=failure),
)
_ARCHITECTURE = Task(
    name="architecture",
    result=ArchitectureResult,
    emits=ArchitectureEvent,
    started=ArchitectureStarted,
    completed=ArchitectureCompleted,
    failed=lambda failure: ArchitectureFailed(failure=failure),
)
_SYNTHESIS = Task(
    name="synthesis",
    result=SynthesisResult,
    emits=SynthesisEvent,
    started=SynthesisStarted,
    completed=SynthesisCompleted,
    failed=lambda failure: SynthesisFailed(failure=failure),
)


def _summary(state: PipelineState) -> Mapping[str, str]:
    given, verdict = state.input, state.result("verdict")
    summary = {"problem": " ".join(given.problem.split())[:100]} if isinstance(given, PipelineInput) else {}
    if isinstance(verdict, VerdictResult):
        summary["verdict"] = verdict.verdict
    return summary
