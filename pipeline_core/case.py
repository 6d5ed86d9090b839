"""Results by task name, as judgement functions take them."""

from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel

from pipeline_core.engine import Outcome, PipelineState, TaskContext
from pipeline_core.models import (
    AlternativesResult,
    ArchitectureResult,
    Case,
    DimensionResult,
    PipelineInput,
    RisksResult,
    ScreeningResult,
    VerdictResult,
)

R = TypeVar("R", bound=BaseModel)


def case_of(known: PipelineState | TaskContext) -> Case:
    """Return what a state, or an analyzer's context, knows of the problem."""
    results = _results(known.outcomes)
    given = known.input
    assert isinstance(given, PipelineInput)
    return Case(
        input=given,
        answers=known.answers,
        screening=_one(results, ScreeningResult),
        dimensions={task: result for task, result in results.items() if isinstance(result, DimensionResult)},
        verdict=_one(results, VerdictResult),
        risks=_one(results, RisksResult),
        alternatives=_one(results, AlternativesResult),
        architecture=_one(results, ArchitectureResult),
    )


def _results(outcomes: Mapping[str, Outcome]) -> dict[str, BaseModel]:
    return {task: outcome.result for task, outcome in outcomes.items() if outcome.result is not None}


def _one(results: Mapping[str, BaseModel], kind: type[R]) -> R | None:
    return next((result for result in results.values() if isinstance(result, kind)), None)
