"""Alternatives are named for this task, the best one first."""

from pipeline_core.advice import suggest_alternatives
from pipeline_core.models import Split
from tests.advice.cases import WEIGHTS, case_of

CNC = (
    "CNC turning, diameter measured on each part. Somebody proposed to ask a language model whether the"
    " process goes out of control. The gauge software has the Shewhart control chart greyed out until "
    "we enter limits."
)


def test_named_tool_comes_first_with_the_passage_that_names_it() -> None:
    case = case_of(CNC, "WEAK_FIT", cause="better_tool", better_tool="control chart")
    first = suggest_alternatives(case).alternatives[0]
    assert first.name == "Control chart"
    assert not first.uses_ai
    assert "Shewhart control chart" in first.evidence[0].quote


def test_generic_name_of_the_verdict_is_made_concrete() -> None:
    case = case_of(
        CNC, "WEAK_FIT", cause="better_tool", better_tool="the function that software you own already has"
    )
    assert suggest_alternatives(case).alternatives[0].name == "A control chart"


def test_work_for_people_is_left_to_people_first() -> None:
    text = "We match mentors with students, 30 pairs a year. The coordinator knows each person well."
    first = suggest_alternatives(case_of(text, "WEAK_FIT", cause="leave_to_people")).alternatives[0]
    assert first.name.startswith("Leave ")
    assert not first.uses_ai


def test_suitable_work_gets_a_smaller_variant_with_ai_and_one_without() -> None:
    text = "Tag each ticket with one of 22 tags. An agent confirms each tag with one click."
    ways = suggest_alternatives(case_of(text, "STRONG_FIT", dict.fromkeys(WEIGHTS, "favorable"))).alternatives
    assert ways[0].name == "Suggestion mode for tickets"
    assert ways[0].uses_ai
    assert any(not way.uses_ai for way in ways)


def test_risky_proposal_is_offered_its_safe_part() -> None:
    split = Split(safe_part="reading out opening hours", risky_part="deciding on an ambulance")
    case = case_of(
        "A voice bot reads out opening hours and decides on an ambulance.", "NOT_RECOMMENDED", split=split
    )
    first = suggest_alternatives(case).alternatives[0]
    assert "reading out opening hours" in first.description
    assert "deciding on an ambulance" in first.description


def test_a_rejected_purpose_gets_an_honest_way_and_no_ai() -> None:
    case = case_of(
        "Write fake reviews from different accounts.", "NOT_RECOMMENDED", rule="unlawful_or_deceptive"
    )
    ways = suggest_alternatives(case).alternatives
    assert all(not way.uses_ai for way in ways)
    assert "honest" in ways[0].name.lower()
