"""The weighted score adds up, and presets explain their weights."""

from typing import get_args

import pytest

from pipeline_core.models import DimensionResult, Score
from pipeline_core.tools import UnknownPresetError, preset, preset_names, weighted_score
from tests.advice.cases import WEIGHTS


def result(name: str, score: Score, weight: float = 0.1) -> DimensionResult:
    return DimensionResult(
        dimension=name, title=name, score=score, confidence=0.8, weight=weight, reasoning="because"
    )


def all_of(score: Score) -> dict[str, DimensionResult]:
    return {name: result(name, score) for name in WEIGHTS}


@pytest.mark.parametrize("name", preset_names())
def test_the_ends_of_the_scale_are_reached_with_every_preset(name: str) -> None:
    totals = [weighted_score(all_of(score), name).total for score in get_args(Score)]
    assert totals == [100, 50, 0]


def test_parts_add_up_to_the_total() -> None:
    dimensions = all_of("neutral") | {"error_tolerance": result("error_tolerance", "favorable")}
    score = weighted_score(dimensions, "healthcare")
    assert score.total == 64.0
    assert sum(part.points for part in score.breakdown) == pytest.approx(score.total, abs=0.1)
    assert score.breakdown[0].dimension == "error_tolerance"
    assert score.breakdown[0].reason


def test_a_missing_dimension_lowers_coverage_only() -> None:
    dimensions = all_of("favorable")
    del dimensions["error_tolerance"]
    score = weighted_score(dimensions)
    assert score.total == 100
    assert score.coverage == pytest.approx(0.78)


def test_a_dimension_of_a_users_own_keeps_its_weight() -> None:
    score = weighted_score({"novelty": result("novelty", "unfavorable", weight=0.5), **all_of("favorable")})
    assert score.total == pytest.approx(66.7)


def test_nothing_scored_is_no_opinion() -> None:
    score = weighted_score({})
    assert (score.total, score.coverage, score.breakdown) == (50.0, 0.0, ())


@pytest.mark.parametrize("name", ["healthcare", "finance", "legal", "general"])
def test_weights_of_a_preset_add_up_to_one_and_have_reasons(name: str) -> None:
    chosen = preset(name)
    assert sum(chosen.weights.values()) == pytest.approx(1)
    assert chosen.why
    assert chosen.reasons.keys() <= chosen.weights.keys()


def test_an_unknown_preset_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownPresetError, match="healthcare"):
        preset("astrology")
    with pytest.raises(UnknownPresetError):
        weighted_score({}, "astrology")
