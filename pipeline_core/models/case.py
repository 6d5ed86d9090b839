"""Everything known about one problem at the moment a task runs."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field

from pipeline_core.models.problem import PipelineInput
from pipeline_core.models.results import (
    AlternativesResult,
    ArchitectureResult,
    DimensionResult,
    RisksResult,
    ScreeningResult,
    VerdictResult,
)


class Case(BaseModel):
    """What judgement functions are given: the input and all results so far.

    A result is None, or absent from `dimensions`, if its task has not run or has failed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: PipelineInput
    answers: Mapping[str, str] = Field(default_factory=dict)
    """Answers by question id."""
    screening: ScreeningResult | None = None
    dimensions: Mapping[str, DimensionResult] = Field(default_factory=dict)
    """Results by dimension id."""
    verdict: VerdictResult | None = None
    risks: RisksResult | None = None
    alternatives: AlternativesResult | None = None
    architecture: ArchitectureResult | None = None
