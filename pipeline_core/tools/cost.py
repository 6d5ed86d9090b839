"""What running a model on the stated volume would cost."""

import re
from typing import Any

from pydantic import BaseModel, ConfigDict

from pipeline_core.models import Evidence
from pipeline_core.tools._data import load
from pipeline_core.tools.volumes import Volume, main_volume


class CostPoint(BaseModel):
    """Cost of one scenario at the pace of a calendar year (365 days, 12 months)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    per_day: float
    per_month: float
    per_year: float
    model: str
    """The size of model that was priced."""


class CostEstimate(BaseModel):
    """What the model alone would cost; people, building and hosting come on top."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: str
    """`known`, or `unknown` if the text gives no volume; the three scenarios are then None."""
    low: CostPoint | None = None
    mid: CostPoint | None = None
    high: CostPoint | None = None
    currency: str
    prices_as_of: str
    """Day of the price list, ISO 8601. Prices change; the data file says where they come from."""
    item_kind: str = ""
    items_per_day: float | None = None
    evidence: tuple[Evidence, ...] = ()
    """The passage the volume was read from."""
    assumptions: tuple[str, ...] = ()


def estimate_running_cost(
    text: str, *, language: str | None = None, calls_per_item: float = 1.0, source: str = "problem"
) -> CostEstimate:
    """Estimate the cost of the work whose volume `text` states.

    Per item and scenario: calls x (input tokens x input price + output tokens x output price). The
    tokens depend on what is counted (a photo, a contract, a short text); low prices a small model with
    little text, high a large one with much.

    Args:
        language: ISO 639-1 code that decides how numbers are read; guessed by default. calls_per_item:
        how often a model is asked about one item. source: what the evidence names as its text.
    """
    prices = load("prices")
    volume = main_volume(text, language)
    if volume is None:
        return CostEstimate(
            status="unknown",
            currency=prices["currency"],
            prices_as_of=prices["as_of"],
            assumptions=("The text does not say how many items come in which time.",),
        )
    item = _item_class(text, volume)
    points = {
        tier: _point(prices["tiers"][tier], item, tier, volume.per_year, calls_per_item)
        for tier in prices["tiers"]
    }
    return CostEstimate(
        status="known",
        **points,
        currency=prices["currency"],
        prices_as_of=prices["as_of"],
        item_kind=item["kind"],
        items_per_day=round(volume.per_day, 2),
        evidence=(
            Evidence(
                quote=text[volume.start : volume.end],
                start=volume.start,
                end=volume.end,
                source=source,
                note="volume",
            ),
        ),
        assumptions=_assumptions(item, volume, calls_per_item, prices),
    )


def _item_class(text: str, volume: Volume) -> Any:
    classes = load("prices")["items"]
    near = text[max(0, volume.start - 60) : volume.end + 60].lower()
    for words in (re.findall(r"[\w-]+", volume.unit.lower()), re.findall(r"[\w-]+", near)):
        for item in classes:
            if any(word in item["words"] for word in words):
                return item
    return classes[-1]


def _point(tier: Any, item: Any, name: str, per_year: float, calls: float) -> CostPoint:
    tokens_in, tokens_out = item["input_tokens"][name], item["output_tokens"][name]
    each = (tokens_in * tier["input_per_million"] + tokens_out * tier["output_per_million"]) / 1e6
    year = each * calls * per_year
    return CostPoint(
        per_day=round(year / 365, 2),
        per_month=round(year / 12, 2),
        per_year=round(year, 2),
        model=tier["name"],
    )


def _assumptions(item: Any, volume: Volume, calls: float, prices: Any) -> tuple[str, ...]:
    unit = volume.unit or "items"
    tokens_in, tokens_out = item["input_tokens"], item["output_tokens"]
    return (
        f"{volume.amount:,.6g} {unit} a {volume.period}, at this pace all year.",
        f"Each counts as one {item['kind']}: {tokens_in['low']:,} to {tokens_in['high']:,} tokens in, "
        f"{tokens_out['low']:,} to {tokens_out['high']:,} out.",
        f"{calls:g} call{'' if calls == 1 else 's'} of a model per item, list prices of {prices['as_of']}.",
        "Checking by people, building, hosting and integration are not included.",
    )
