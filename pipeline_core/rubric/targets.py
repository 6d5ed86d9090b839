"""What a statement can speak for: a score of a dimension, or a signal."""

from typing import NamedTuple, cast, get_args

from pipeline_core.models import Score
from pipeline_core.rubric.schema import RubricSpec

SCORES: tuple[Score, ...] = ("unfavorable", "neutral", "favorable")
assert set(SCORES) == set(get_args(Score))


class Target(NamedTuple):
    """`dimension` and its score, or `signal` and the empty score."""

    subject: str
    score: str

    @property
    def as_score(self) -> Score | None:
        return cast("Score", self.score) if self.score else None


def targets(spec: RubricSpec) -> tuple[Target, ...]:
    """Return all targets of a rubric, in the order of every array that is indexed by target."""
    of_dimensions = [Target(dimension.id, score) for dimension in spec.dimensions for score in SCORES]
    return (*of_dimensions, *(Target(signal.id, "") for signal in spec.signals))


def cues_of(spec: RubricSpec) -> dict[Target, tuple[str, ...]]:
    """Return the cues of each target."""
    cues = {
        Target(dimension.id, score): getattr(dimension.cues, score)
        for dimension in spec.dimensions
        for score in SCORES
    }
    return cues | {Target(signal.id, ""): signal.cues for signal in spec.signals}
