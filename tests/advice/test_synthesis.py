"""The report says what was decided, why, and what to do."""

from pipeline_core.advice import synthesise
from pipeline_core.models import Split
from tests.advice.cases import all_but, case_of
from tests.advice.pages import page_of

MAILS = (
    "We want 650 mails a day sorted into 12 trays. Today two clerks do it by hand and one in fifteen "
    "lands in the wrong tray. A wrong tray costs a few minutes. A clerk sees each mail and moves it "
    "with one click."
)


def test_headings_come_in_their_order() -> None:
    narrative = page_of(case_of(MAILS, "CONDITIONAL")).synthesis.narrative
    headings = [line for line in narrative.splitlines() if line.startswith("## ")]
    assert headings == [
        "## What was asked",
        "## What speaks for it",
        "## What speaks against it",
        "## What decides",
        "## Compared with today",
        "## How to go on",
    ]


def test_today_is_compared_where_the_text_tells_it() -> None:
    narrative = synthesise(case_of(MAILS, "CONDITIONAL")).narrative
    assert "one in fifteen lands in the wrong tray" in narrative
    assert "## Compared with today" not in synthesise(case_of("Sort our mails.", "CONDITIONAL")).narrative


def test_strong_fit_without_a_measure_is_told_to_agree_one_first() -> None:
    scores = all_but("favorable", evaluation_clarity="neutral")
    result = synthesise(case_of(MAILS, "STRONG_FIT", scores))
    assert "provided that a measure is agreed first" in result.executive_summary
    assert result.action_items[0].title.startswith("Agree a measure")


def test_weak_fit_names_the_tool() -> None:
    case = case_of(
        "An AI should approve holidays by three rules.",
        "WEAK_FIT",
        cause="better_tool",
        better_tool="a decision table",
    )
    assert synthesise(case).executive_summary.startswith("Not with AI: a decision table is the better way")


def test_weak_fit_for_people_says_people() -> None:
    case = case_of("Choose our six poetry books a year by taste.", "WEAK_FIT", cause="leave_to_people")
    assert "to people" in synthesise(case).executive_summary


def test_no_is_said_plainly_with_what_would_have_to_change() -> None:
    case = case_of(
        "The pump doses insulin on its own.",
        "NOT_RECOMMENDED",
        {"error_tolerance": "unfavorable", "human_oversight_cost": "unfavorable"},
        conditions=("A nurse confirms each dose.",),
    )
    result = synthesise(case)
    assert result.executive_summary.startswith("No: ")
    assert "looked at again only if" in result.executive_summary
    assert "What would have to change" in result.narrative
    assert "A nurse confirms each dose." in result.narrative


def test_oversight_tells_cost_and_power_apart() -> None:
    narrative = synthesise(case_of(MAILS, "CONDITIONAL")).narrative
    assert "The check costs:" in narrative
    assert "Power to stop a mistake:" in narrative


def test_conditions_become_action_items() -> None:
    result = synthesise(
        case_of(MAILS, "CONDITIONAL", conditions=("Sample 3 % of the sure mails every week.",))
    )
    assert any(item.detail == "Sample 3 % of the sure mails every week." for item in result.action_items)


def test_split_gets_two_answers() -> None:
    split = Split(safe_part="opening hours", risky_part="triage")
    result = synthesise(case_of("A bot tells opening hours and does triage.", "CONDITIONAL", split=split))
    assert "Two answers: yes to opening hours, no to triage." in result.takeaways


def test_results_of_earlier_tasks_may_be_missing() -> None:
    assert synthesise(case_of(MAILS, "NOT_RECOMMENDED", {})).narrative
