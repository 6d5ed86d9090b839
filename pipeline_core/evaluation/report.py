"""What an evaluation finds."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from pipeline_core.models import Evidence, Score, Verdict


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Interval(_Value):
    """A figure with its bootstrap interval of 95 %. The bounds are None where it cannot be told."""

    value: float
    low: float | None = None
    high: float | None = None


class DimensionFigures(_Value):
    """How the scores of one dimension agree."""

    dimension: str
    cases: int
    exact: Interval
    acceptable: Interval
    macro_f1: float
    weighted_kappa: Interval
    """Quadratic weights on unfavorable < neutral < favorable."""


class VerdictFigures(_Value):
    """How the verdicts agree."""

    cases: int
    exact: Interval
    acceptable: Interval
    weighted_kappa: Interval
    """Quadratic weights on NOT_RECOMMENDED < WEAK_FIT < CONDITIONAL < STRONG_FIT."""
    confusion: Mapping[Verdict, Mapping[Verdict, int]]
    """Labelled verdict, then the verdict given."""
    unanswered: int
    """Cases with a labelled verdict that got a blocking question instead."""


class Clarification(_Value):
    """Whether vague texts, and only they, get blocking questions."""

    vague: int
    recall: float | None
    clear: int
    false_alarms: float | None


class Bin(_Value):
    """Verdicts whose confidence lies between two bounds."""

    low: float
    high: float
    cases: int
    confidence: float
    accuracy: float


class Calibration(_Value):
    """Whether confidence means what it says."""

    bins: tuple[Bin, ...]
    expected_error: float
    """Mean gap between confidence and share of right verdicts, weighted by bin."""


class Miss(_Value):
    """A case that was judged otherwise than labelled, and what misled."""

    id: str
    labelled: Verdict | None
    given: Verdict | None
    """None means that a blocking question was asked."""
    confidence: float
    wrong_dimensions: Mapping[str, tuple[Score, Score]]
    """Labelled and given score of the dimensions that differ beyond what is acceptable."""
    evidence: tuple[Evidence, ...]
    """Quotes that the verdict and the wrong dimensions rest on."""
    text: str
    """Beginning of the case."""


class EvaluationReport(_Value):
    """Agreement with labelled cases."""

    cases: int
    verdict: VerdictFigures
    dimensions: tuple[DimensionFigures, ...]
    clarification: Clarification
    calibration: Calibration
    misses: tuple[Miss, ...]
