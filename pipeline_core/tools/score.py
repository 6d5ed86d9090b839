"""One number from all dimensions, and where it comes from."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field

from pipeline_core.models import DimensionResult, Score
from pipeline_core.tools.presets import Preset
from pipeline_core.tools.presets import preset as load_preset

_POINTS: Mapping[Score, float] = {"favorable": 100.0, "neutral": 50.0, "unfavorable": 0.0}


class ScorePart(BaseModel):
    """What one dimension adds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dimension: str
    score: Score
    weight: float = Field(ge=0, le=1)
    """Its share among the dimensions that were scored."""
    points: float = Field(ge=0, le=100)
    """What it adds to the total: the parts add up to it, but for rounding."""
    reason: str = ""
    """Why it weighs what it weighs in this preset."""


class WeightedScore(BaseModel):
    """How favorable a problem looks, from 0 to 100. It describes; the verdict is decided by rules."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    total: float = Field(ge=0, le=100)
    preset: str
    coverage: float = Field(ge=0, le=1)
    """Share of the preset's weight that was scored; below 1 a dimension is missing."""
    breakdown: tuple[ScorePart, ...]
    """By weight, heaviest first; the dimension's id decides between equals."""


def weighted_score(
    dimensions: Mapping[str, DimensionResult], preset: str | None = "general"
) -> WeightedScore:
    """Return sum(weight x points) / sum(weight) with 100, 50 and 0 points for the three scores.

    With `preset` None every dimension keeps the weight of its own result, as the rubric gave it.
    A dimension the preset does not know keeps the weight of its own result. A missing one is left out
    and the others are scaled up: it is never guessed. Without any dimension the total is 50 and the
    coverage 0.

    Raises:
        UnknownPresetError: no preset has this name.
    """
    chosen = load_preset(preset) if preset else Preset(name="rubric", why="", weights={}, reasons={})
    weights = {name: chosen.weights.get(name, result.weight) for name, result in dimensions.items()}
    whole = sum(weights.values())
    expected = sum({**chosen.weights, **weights}.values())
    if not whole:
        return WeightedScore(total=50.0, preset=chosen.name, coverage=0.0, breakdown=())
    parts = [
        ScorePart(
            dimension=name,
            score=result.score,
            weight=round(weights[name] / whole, 4),
            points=round(_POINTS[result.score] * weights[name] / whole, 2),
            reason=chosen.reasons.get(name, ""),
        )
        for name, result in dimensions.items()
    ]
    total = sum(_POINTS[result.score] * weights[name] for name, result in dimensions.items()) / whole
    return WeightedScore(
        total=round(total, 1),
        preset=chosen.name,
        coverage=round(min(1.0, whole / expected), 4),
        breakdown=tuple(sorted(parts, key=lambda part: (-part.weight, part.dimension))),
    )
