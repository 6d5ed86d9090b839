"""Blueprints use the text's own inputs, roles and measures."""

import pytest

from pipeline_core.advice import design_architecture
from pipeline_core.advice.architecture import confidence_threshold
from pipeline_core.models import Score
from tests.advice.cases import WEIGHTS, case_of

ORDERS = (
    "About 1,100 transport orders/day arrive by e-mail; we want them parsed into the TMS. A dispatcher "
    "opens every order before release. Exact-match per field is the metric. A wrong pallet count leads "
    "to a phone call."
)


def test_components_name_input_system_and_role() -> None:
    built = design_architecture(
        case_of(ORDERS, "STRONG_FIT", dict.fromkeys(WEIGHTS, "favorable"))
    ).architecture
    assert built is not None
    purposes = " ".join(component.purpose for component in built.components)
    assert built.pattern.startswith("Extraction")
    assert "transport orders" in purposes
    assert "the TMS" in purposes
    assert built.human_in_the_loop.mode == "review_every_item"
    assert built.human_in_the_loop.who == "dispatcher"
    assert "Exact-match per field" in built.monitoring[0]


@pytest.mark.parametrize(
    ("tolerance", "oversight", "edge", "expected"),
    [
        ("favorable", "favorable", "favorable", 0.53),
        ("neutral", "neutral", "neutral", 0.75),
        ("unfavorable", "unfavorable", "unfavorable", 0.98),
        ("unfavorable", "favorable", "neutral", 0.85),
    ],
)
def test_threshold_follows_its_formula(
    tolerance: Score, oversight: Score, edge: Score, expected: float
) -> None:
    scores: dict[str, Score] = {
        "error_tolerance": tolerance,
        "human_oversight_cost": oversight,
        "edge_case_risk": edge,
    }
    assert confidence_threshold(case_of(ORDERS, "CONDITIONAL", scores)) == expected


def test_missing_scores_raise_the_threshold() -> None:
    assert confidence_threshold(case_of(ORDERS, "CONDITIONAL", {})) == 0.85


def test_grave_mistakes_mean_that_every_item_is_reviewed() -> None:
    case = case_of("Summarise discharge letters.", "CONDITIONAL", {"error_tolerance": "unfavorable"})
    built = design_architecture(case).architecture
    assert built is not None
    assert built.human_in_the_loop.mode == "review_every_item"


def test_harmless_work_without_a_checker_is_sampled() -> None:
    case = case_of("Name the playlists of our app.", "STRONG_FIT", {"error_tolerance": "favorable"})
    built = design_architecture(case).architecture
    assert built is not None
    assert built.human_in_the_loop.mode == "sample"


def test_a_weak_fit_without_a_cause_still_gets_a_blueprint() -> None:
    assert design_architecture(case_of(ORDERS, "WEAK_FIT")).architecture is not None


def test_gaps_become_questions_about_the_item() -> None:
    case = case_of(ORDERS, "CONDITIONAL", gaps=("evaluation_clarity", "rate_of_change"))
    questions = design_architecture(case).questions_before_building
    assert any(
        question.startswith("Which number") and "transport orders" in question for question in questions
    )
    assert len(questions) == len(set(questions)) <= 6
