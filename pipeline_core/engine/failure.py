"""What is told of a failure, and how an exception becomes one."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from pipeline_core.errors import AnalyzerError

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


def describe(error: BaseException) -> Failure:
    """Classify `error` by its type.

    Only an `AnalyzerError` speaks for itself; of any other exception the name of the type is kept and
    the message is not, since nobody vouches for what it holds.
    """
    if isinstance(error, AnalyzerError):
        retry_after = getattr(error, "retry_after", None)
        return Failure(kind=error.kind, message=str(error), retry_after=retry_after)  # type: ignore[arg-type]
    if isinstance(error, TimeoutError):
        return Failure(kind="timeout", message="ran out of time")
    return Failure(kind="bug", message=f"failed with {type(error).__name__}")
