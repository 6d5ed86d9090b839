"""What a model consumed."""

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict, Field


class Usage(BaseModel):
    """Requests, tokens and money of one task, or of several taken together."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    models: tuple[str, ...] = ()
    """Names of the models that were asked, without repetition."""
    requests: int = Field(default=0, ge=0)
    input_tokens: int = Field(default=0, ge=0)
    output_tokens: int = Field(default=0, ge=0)
    cost: float | None = 0.0
    """US dollars; None where the price of a model is unknown."""
    complete: bool = True
    """False where a request broke off before its usage was told: the rest is a lower bound."""

    def plus(self, other: "Usage") -> "Usage":
        """Return both taken together; a cost is known only if both are."""
        cost = None if self.cost is None or other.cost is None else round(self.cost + other.cost, 9)
        return Usage(
            models=tuple(dict.fromkeys((*self.models, *other.models))),
            requests=self.requests + other.requests,
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cost=cost,
            complete=self.complete and other.complete,
        )

    @property
    def tokens(self) -> int:
        """Input and output together."""
        return self.input_tokens + self.output_tokens

    @property
    def money(self) -> str:
        """The cost as it is shown: `unknown` where it is."""
        if self.cost is None:
            return "unknown"
        return f"{'' if self.complete else 'at least '}${self.cost:.4f}"


def total(usages: Iterable[Usage]) -> Usage:
    """Return all of `usages` taken together."""
    together = Usage()
    for usage in usages:
        together = together.plus(usage)
    return together
