"""The rubric stands in for a model, and says so."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, cast

from pydantic import BaseModel

from pipeline_core.engine import Analyzer, Event, TaskContext
from pipeline_core.engine.failure import describe
from pipeline_core.errors import AnalyzerError
from pipeline_core.models import Usage

LESS = 0.8
"""What the rubric's confidence is multiplied with where a model was wanted."""


async def stand_in(
    offline: Analyzer, context: TaskContext, failure: AnalyzerError, usage: Usage | None
) -> AsyncGenerator[Event, None]:
    """Yield what the rubric says, with lower confidence, and its result marked as a stand-in."""
    reason = f"{failure.kind}: {describe(failure).message}"
    events = cast("AsyncGenerator[Event, None]", offline(context))
    async with aclosing(events):
        async for event in events:
            yield _marked(event, reason, usage)


def _marked(event: Event, reason: str, usage: Usage | None) -> Event:
    changes: dict[str, Any] = {}
    confidence = getattr(event, "confidence", None)
    if confidence is not None:
        changes["confidence"] = round(confidence * LESS, 3)
    result = getattr(event, "result", None)
    if isinstance(result, BaseModel):
        changes["result"] = _mark(result, reason, usage)
    return event.model_copy(update=changes) if changes else event


def _mark(result: BaseModel, reason: str, usage: Usage | None) -> BaseModel:
    changes: dict[str, Any] = {"source": "fallback", "fallback_reason": reason, "usage": usage}
    if (confidence := getattr(result, "confidence", None)) is not None:
        changes["confidence"] = round(confidence * LESS, 3)
    if (reasoning := getattr(result, "reasoning", None)) is not None:
        changes["reasoning"] = (
            f"Judged by the offline rubric, because the model failed ({reason}). {reasoning}"
        )
    if (reasons := getattr(result, "reasons", None)) is not None:
        changes["reasons"] = (*reasons, f"the offline rubric decides, because the model failed ({reason})")
    return result.model_copy(update=changes)
