"""What is told of a failure, and how an exception becomes one."""

import asyncio
import math
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict

from pipeline_core.errors import AnalyzerError
from pipeline_core.models.usage import Usage

FailureKind = Literal[
    "transient", "rate_limited", "timeout", "invalid_output", "rejected", "cancelled", "bug", "incomplete"
]
"""`incomplete` is a stage without enough results; the others are classes of an analyzer's failure."""


class Failure(BaseModel):
    """A failure as it is stored and shown."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: FailureKind
    message: str
    """Never holds a key, a prompt or a provider's words."""
    retry_after: float | None = None
    """Seconds the provider asked to wait."""
    usage: Usage | None = None
    """What models consumed for the task until then, where that is known."""


def describe(error: BaseException) -> Failure:
    """Classify `error` by its type.

    Only an `AnalyzerError` speaks for itself; of any other exception the name of the type is kept and
    the message is not, since nobody vouches for what it holds.
    """
    if isinstance(error, AnalyzerError) and error.kind in get_args(FailureKind):
        wait = _seconds(getattr(error, "retry_after", None))
        used = error.usage if isinstance(error.usage, Usage) else None
        return Failure.model_construct(kind=error.kind, message=_text(error), retry_after=wait, usage=used)
    if isinstance(error, TimeoutError):
        return Failure(kind="timeout", message="ran out of time")
    if isinstance(error, asyncio.CancelledError):
        return Failure(kind="cancelled", message="cancelled itself")
    return Failure(kind="bug", message=f"failed with {type(error).__name__}")


def _seconds(value: object) -> float | None:
    if isinstance(value, int | float) and math.isfinite(value) and value >= 0:
        return float(value)
    return None


def _text(error: AnalyzerError) -> str:
    """Return what `error` says, in characters that can be stored."""
    try:
        return str(error).encode("utf-8", "replace").decode()
    except Exception:
        return f"failed with {type(error).__name__}"
