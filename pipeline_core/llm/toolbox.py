"""The tools a model may call: read-only, without arguments, about the case at hand and nothing else.

They are named in advance and take nothing from the model, so a text cannot make them do anything.
"""

from dataclasses import dataclass
from typing import Any

from pydantic_ai import RunContext

from pipeline_core.models import Case
from pipeline_core.tools import classify_domain as classify
from pipeline_core.tools import estimate_running_cost as estimate


@dataclass(frozen=True)
class Desk:
    """What the tools work on."""

    case: Case


def classify_domain(ctx: RunContext[Desk]) -> dict[str, Any]:
    """Tell the field of work of this problem, and the laws and duties to think of there."""
    guess = classify(ctx.deps.case.input.problem)
    return guess.model_dump(mode="json", include={"domain", "title", "confidence", "considerations"})


def estimate_running_cost(ctx: RunContext[Desk]) -> dict[str, Any]:
    """Estimate what a model would cost a month at the volume that the problem states."""
    estimated = estimate(ctx.deps.case.input.problem)
    return estimated.model_dump(mode="json", exclude={"evidence"})


TOOLS = (classify_domain, estimate_running_cost)
