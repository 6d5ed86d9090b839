"""What tokens cost."""

from dataclasses import dataclass

from genai_prices import calc_price
from pydantic_ai.usage import RequestUsage

from pipeline_core.settings import Settings

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class PriceList:
    """Prices of one model: those of the settings, else of the bundled list, else unknown."""

    model: str
    provider: str
    input_price: float | None = None
    output_price: float | None = None

    @classmethod
    def of(cls, model: str, provider: str, settings: Settings) -> "PriceList":
        """Return the prices of `model` under `settings`."""
        return cls(model, provider, settings.input_price, settings.output_price)

    def cost(self, usage: RequestUsage) -> float | None:
        """Return US dollars for one request, or None where nobody knows. Asks no network."""
        if self.input_price is not None and self.output_price is not None:
            return (
                usage.input_tokens * self.input_price + usage.output_tokens * self.output_price
            ) / _MILLION
        try:
            return float(calc_price(usage, self.model, provider_id=self.provider).total_price)
        except (LookupError, ValueError):
            return None
