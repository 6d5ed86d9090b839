"""What a provider's failure means to us, told by its type and in our own words.

What a provider says may hold keys and prompts, so nothing of it is kept. A message begins with a word for the
failure where that says more than its class.
"""

from pydantic_ai import exceptions as ai

from pipeline_core.errors import (
    AnalyzerError,
    AnalyzerTimeoutError,
    InvalidOutputError,
    RateLimitedError,
    RejectedError,
    TransientError,
)


class BudgetExceededError(RejectedError):
    """Raised before a request that could exceed a budget; nothing was sent."""

    def __init__(self, scope: str, what: str, limit: float) -> None:
        super().__init__(
            f"budget: the next request could exceed the {what} budget of this {scope} ({limit:g})"
        )


class ProviderDownError(TransientError):
    """Raised when the provider is overloaded or down; it may have said for how long."""

    def __init__(self, retry_after: float | None) -> None:
        self.retry_after = retry_after
        super().__init__("unavailable: the provider is overloaded or down")


class UnknownProviderError(RejectedError):
    """Raised when a model's name begins with a provider that does not exist."""

    def __init__(self, provider: str) -> None:
        super().__init__(f"config: no provider is called {provider!r}; name models like openai:gpt-4o-mini")


class PriceUnknownError(RejectedError):
    """Raised where a money budget is set and nobody knows what the model costs."""

    def __init__(self) -> None:
        super().__init__(
            "budget: a money budget is set, but the price of the model is unknown; "
            "set SUITABILITY_INPUT_PRICE and SUITABILITY_OUTPUT_PRICE"
        )


_MEANINGS: tuple[tuple[type[Exception], type[AnalyzerError], str], ...] = (
    (ai.ModelQuotaExceededError, RejectedError, "quota: the account at the provider has no credit left"),
    (ai.ModelServerError, TransientError, "provider_error: the provider failed inside"),
    (ai.ModelTimeoutError, AnalyzerTimeoutError, "the provider stopped answering"),
    (ai.ModelRequestTimeout, AnalyzerTimeoutError, "the provider took too long"),
    (ai.RunTimedOut, AnalyzerTimeoutError, "the attempt took too long"),
    (ai.ModelConnectionError, TransientError, "network: the connection to the provider failed"),
    (ai.ModelAuthenticationError, RejectedError, "auth: the provider refused the key"),
    (ai.ModelNotFoundError, RejectedError, "config: the provider does not know the model"),
    (ai.ModelContextWindowExceededError, RejectedError, "input_too_long: the text does not fit the model"),
    (ai.ContentFilterError, RejectedError, "content_filter: the provider refused the content"),
    (
        ai.OutputTokenLimitExceeded,
        RejectedError,
        "truncated: the answer did not fit SUITABILITY_MAX_OUTPUT_TOKENS",
    ),
    (ai.UsageLimitExceeded, InvalidOutputError, "the model called tools without end"),
    (
        ai.UnexpectedModelBehavior,
        InvalidOutputError,
        "the answer did not have the asked shape",
    ),
    (ai.UserError, RejectedError, "config: the model cannot be used as configured (name, key or package)"),
)
"""Looked at in this order: subclasses before their parents."""


def classify(error: Exception) -> AnalyzerError:  # noqa: PLR0911  (a table)
    """Return what `error` means; of an unknown one only the type is told. The clock tells timeouts."""
    if isinstance(error, AnalyzerError):
        return error
    if isinstance(error, ai.ModelRateLimitError) and not isinstance(error, ai.ModelQuotaExceededError):
        return RateLimitedError("the provider asks to wait", error.retry_after)
    if isinstance(error, ai.ModelUnavailableError):
        return ProviderDownError(error.retry_after)
    if isinstance(error, ai.ModelRequestRejectedError) and error.provider_error_code == "content_filter":
        return RejectedError("content_filter: the provider refused the content")
    for kind, ours, message in _MEANINGS:
        if isinstance(error, kind):
            return ours(message)
    if isinstance(error, ai.ModelAPIError):
        return RejectedError("refused: the provider refused the request")
    if isinstance(error, OSError):
        return TransientError("network: the connection to the provider failed")
    return AnalyzerError(f"the client of the provider failed with {type(error).__name__}")
