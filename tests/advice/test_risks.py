"""Risks follow from evidence and verdict."""

from pipeline_core.advice import assess_risks
from tests.advice.cases import WEIGHTS, all_but, case_of

KIOSK = (
    "Let the kiosk in the emergency department decide alone which patients are seen first and who goes home."
)
REPORTS = (
    "We want a plain-language draft of each report. The reporting radiologist approves each draft "
    "before release, which takes 60 seconds. We produce 700 reports a day. A wrong simplification could"
    " frighten a patient."
)


def test_fatal_risk_quotes_what_removes_the_check() -> None:
    case = case_of(
        KIOSK, "NOT_RECOMMENDED", {"error_tolerance": "unfavorable", "human_oversight_cost": "unfavorable"}
    )
    first = assess_risks(case).risks[0]
    assert first.severity == "critical"
    assert "decide alone" in first.description
    assert first.mitigation.startswith("Do not build it this way")


def test_rejected_purpose_is_the_risk_itself() -> None:
    text = "Could AI write 40 cheerful fake reviews per product and post them from different accounts?"
    case = case_of(text, "NOT_RECOMMENDED", {"error_tolerance": "unfavorable"}, rule="unlawful_or_deceptive")
    risks = assess_risks(case).risks
    assert risks[0].category == "ethical"
    assert "purpose" in risks[0].title
    assert all("measure" not in risk.title for risk in risks)


def test_grave_mistakes_with_a_check_name_the_checker() -> None:
    case = case_of(REPORTS, "CONDITIONAL", all_but("neutral", error_tolerance="unfavorable"))
    gate = next(risk for risk in assess_risks(case).risks if "depends on one check" in risk.title)
    assert gate.severity == "high"
    assert "the reporting radiologist" in gate.mitigation


def test_review_load_is_computed_from_the_text() -> None:
    case = case_of(REPORTS, "CONDITIONAL")
    load = next(risk for risk in assess_risks(case).risks if "formality" in risk.title)
    assert "17 hours" in load.description
    assert "700 reports a day" in load.description


def test_cheap_mistakes_make_small_risks() -> None:
    case = case_of(
        "Tag our photos by trade. If a tag is wrong somebody re-tags it.",
        "STRONG_FIT",
        dict.fromkeys(WEIGHTS, "favorable"),
    )
    assert {risk.severity for risk in assess_risks(case).risks} == {"low"}


def test_better_tool_is_the_first_risk_of_a_weak_fit() -> None:
    case = case_of(
        "An AI should watch 240 cold stores. The alarm threshold is 2-6 degrees for 15 minutes.",
        "WEAK_FIT",
        dict.fromkeys(WEIGHTS, "favorable"),
        cause="better_tool",
        better_tool="a threshold alarm",
    )
    assert "a threshold alarm" in assess_risks(case).risks[0].title


def test_a_missing_dimension_is_said_not_guessed() -> None:
    case = case_of(REPORTS, "CONDITIONAL", {"error_tolerance": "neutral", "task_determinism": "favorable"})
    assert any("could be assessed" in risk.title for risk in assess_risks(case).risks)


def test_no_dimension_at_all_still_gives_two_risks() -> None:
    assert len(assess_risks(case_of("Sort our mails.", "CONDITIONAL", {})).risks) >= 2
