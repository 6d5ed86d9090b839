"""How patient a pipeline is."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from pipeline_core.engine.failure import Failure, FailureKind


class Retry(BaseModel):
    """Retries of one class of failure: exponential backoff with jitter."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    attempts: int = Field(ge=1)
    """Attempts in all."""
    initial: float = Field(default=0.5, ge=0)
    """Seconds before the second attempt; doubled before each further one."""
    maximum: float = Field(default=30.0, ge=0)
    """Most seconds between two attempts."""
    jitter: float = Field(default=0.5, ge=0)
    """Up to this many random seconds are added."""


DEFAULT_RETRIES: Mapping[FailureKind, Retry] = MappingProxyType(
    {
        "transient": Retry(attempts=4),
        "rate_limited": Retry(attempts=6, initial=2.0, maximum=60.0),
        "timeout": Retry(attempts=2),
        "invalid_output": Retry(attempts=2, initial=0.0, jitter=0.0),
    }
)
"""Other classes are not tried again: the same call would fail in the same way."""


class Policy(BaseModel):
    """Timeouts, retries and what a failed task means. All times are in seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    strategy: Literal["partial", "fail_fast"] = "partial"
    """`partial` goes on with the results there are if the stage's quorum allows; `fail_fast` ends the
    thread as failed when a stage has settled and one of its tasks has no result."""
    retries: dict[FailureKind, Retry] = Field(default_factory=lambda: dict(DEFAULT_RETRIES))
    attempt_timeout: float | None = Field(default=120.0, gt=0)
    """For one attempt of a task; time in which the consumer keeps the analyzer waiting does not count."""
    stage_timeout: float | None = Field(default=600.0, gt=0)
    """For one stage; what has not settled by then fails."""
    thread_timeout: float | None = Field(default=1800.0, gt=0)
    """For one call of `execute` or `resume`; what has not settled by then fails."""
    lease_ttl: float = Field(default=30.0, gt=0)
    """Until others may take over the thread of an executor that died."""
    cleanup_timeout: float = Field(default=10.0, gt=0)
    """For an analyzer to end after it was cancelled; then it is abandoned with a warning in the log."""

    def delay(self, failure: Failure, attempt: int) -> float | None:
        """Return the seconds to wait after `attempt` failed; None if it was the last.

        At least what the provider asked for, where it did.
        """
        retry = self.retries.get(failure.kind)
        if retry is None or attempt >= retry.attempts:
            return None
        # Imported when something failed: it doubles the time that importing this package takes.
        from tenacity import RetryCallState, wait_exponential_jitter  # noqa: PLC0415

        wait = wait_exponential_jitter(multiplier=retry.initial, max=retry.maximum, jitter=retry.jitter)
        call = RetryCallState(retry_object=None, fn=None, args=(), kwargs={})  # type: ignore[arg-type]
        call.attempt_number = attempt
        return max(wait(call), failure.retry_after or 0.0)
