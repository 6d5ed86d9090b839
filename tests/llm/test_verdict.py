"""A model argues; our vetoes stand."""

from collections.abc import Callable
from typing import Any

from pipeline_core.settings import Settings
from tests.llm.conftest import DIVING, TICKETS, Bench, one
from tests.support.llm_answers import answers, dimension
from tests.support.llm_server import LlmServer, Reply

Make = Callable[..., Settings]


def test_a_strong_fit_on_a_vetoed_case_is_overruled_and_the_report_says_so(
    bench: Bench, settings: Make
) -> None:
    report = one(bench.thread(settings(), problem=DIVING), "pipeline:completed").result
    assert report.verdict == "NOT_RECOMMENDED"
    assert report.overruled == "STRONG_FIT"
    assert "a veto of our own rules stands above that" in report.reasons[-1]
    assert report.architecture is None


def test_the_event_of_an_overruled_verdict_never_shows_what_the_model_wanted(
    bench: Bench, settings: Make
) -> None:
    events = bench.thread(settings(), problem=DIVING)
    assert one(events, "verdict:determined").verdict == "NOT_RECOMMENDED"


def test_without_a_veto_the_model_decides_and_the_rules_are_listed(bench: Bench, settings: Make) -> None:
    result = one(bench.thread(settings()), "verdict:completed").result
    assert (result.verdict, result.rule, result.source) == ("STRONG_FIT", "model", "model")
    assert result.overruled is None
    assert len(result.reasons) > 1


def test_where_scores_differ_widely_the_report_shows_both(
    bench: Bench, settings: Make, provider: LlmServer
) -> None:
    provider.script = lambda _: Reply(answer=dimension("unfavorable"))
    result = one(bench.dimension(settings()), "dimension:completed").result
    assert (result.score, result.second_opinion.value) == ("unfavorable", "favorable")
    assert any("rubric reads this dimension as favorable" in gap for gap in result.information_gaps)


def test_where_verdicts_differ_widely_the_report_shows_both(
    bench: Bench, settings: Make, provider: LlmServer
) -> None:
    against = {**answers()["verdict"], "verdict": "WEAK_FIT", "cause": "better_tool", "better_tool": "a rule"}
    provider.script = lambda asked: Reply(answer=against if asked.task == "verdict" else None)
    report = one(bench.thread(settings()), "pipeline:completed").result
    assert (report.verdict, report.better_tool) == ("WEAK_FIT", "a rule")
    assert (report.verdict_second_opinion.source, report.verdict_second_opinion.value) == (
        "rubric",
        "STRONG_FIT",
    )
    assert report.architecture is None


def test_agreement_leaves_no_second_opinion(bench: Bench, settings: Make) -> None:
    result = one(bench.dimension(settings()), "dimension:completed").result
    assert result.second_opinion is None


def test_a_case_that_cannot_be_judged_asks_before_it_goes_on(
    bench: Bench, settings: Make, provider: LlmServer
) -> None:
    vague: dict[str, Any] = {**answers()["screening"], "can_evaluate": False, "questions": []}
    provider.script = lambda _: Reply(answer=vague)
    events = bench.thread(settings(), problem=TICKETS)
    (question,) = one(events, "pipeline:suspended").questions
    assert question.priority == "blocking"
