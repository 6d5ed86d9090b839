import json
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline_core.evaluation import (
    EvaluationReport,
    Judged,
    LabelledCase,
    MalformedCaseError,
    evaluate,
    load_cases,
    render,
)
from pipeline_core.models import DimensionResult, PipelineInput, Score, Verdict, VerdictResult

_VERDICTS: tuple[Verdict, ...] = ("NOT_RECOMMENDED", "WEAK_FIT", "CONDITIONAL", "STRONG_FIT")


def _case(number: int, verdict: Verdict | None, score: Score = "neutral") -> LabelledCase:
    return LabelledCase(
        id=f"c{number}",
        text=f"text {number} {verdict}",
        verdict=verdict,
        acceptable_verdicts=(verdict,) if verdict else (),
        dimensions={"error_tolerance": score},
        needs_clarification=verdict is None,
    )


def _given(verdict: Verdict | None, score: Score = "neutral", confidence: float = 0.8) -> Judged:
    result = DimensionResult(
        dimension="error_tolerance",
        title="Error tolerance",
        score=score,
        confidence=0.7,
        weight=1,
        reasoning="r",
    )
    if verdict is None:
        return Judged(None, {"error_tolerance": result})
    return Judged(
        VerdictResult(verdict=verdict, confidence=confidence, headline="h", rule="r", score=50),
        {"error_tolerance": result},
    )


def _right(problem: PipelineInput) -> Judged:
    word = problem.problem.split()[-1]
    return _given(next((verdict for verdict in _VERDICTS if verdict == word), None))


_CASES = tuple(_case(number, verdict) for number, verdict in enumerate((*_VERDICTS, None) * 6))


def test_perfect_judgement_gets_perfect_figures() -> None:
    report = evaluate(_CASES, _right)
    assert report.verdict.exact.value == 1
    assert report.verdict.weighted_kappa.value == 1
    assert report.clarification.recall == 1
    assert report.clarification.false_alarms == 0
    assert report.dimensions[0].exact.value == 1
    assert report.misses == ()


def test_a_constant_judgement_has_no_kappa_and_a_miss_for_each_wrong_case() -> None:
    report = evaluate(_CASES, lambda _: _given("CONDITIONAL", "favorable"))
    assert report.verdict.exact.value == pytest.approx(0.25)
    assert report.verdict.weighted_kappa.value == pytest.approx(0)
    assert report.verdict.confusion["STRONG_FIT"]["CONDITIONAL"] == 6
    assert report.clarification.recall == 0
    assert len(report.misses) == 24
    assert report.misses[0].wrong_dimensions == {"error_tolerance": ("neutral", "favorable")}


def test_a_second_acceptable_verdict_counts_as_acceptable_only() -> None:
    case = _case(1, "WEAK_FIT").model_copy(update={"acceptable_verdicts": ("WEAK_FIT", "CONDITIONAL")})
    report = evaluate([case], lambda _: _given("CONDITIONAL"))
    assert (report.verdict.exact.value, report.verdict.acceptable.value) == (0, 1)


def test_a_question_where_a_verdict_was_due_is_a_false_alarm_and_a_miss() -> None:
    report = evaluate([_case(1, "WEAK_FIT")], lambda _: _given(None))
    assert report.verdict.unanswered == 1
    assert report.clarification.false_alarms == 1
    assert report.misses[0].given is None


def test_calibration_error_is_the_gap_between_confidence_and_success() -> None:
    cases = [_case(number, "WEAK_FIT") for number in range(10)]
    half = iter([_given("WEAK_FIT"), _given("CONDITIONAL")] * 5)
    report = evaluate(cases, lambda _: next(half))
    assert report.calibration.expected_error == pytest.approx(0.3)
    assert [each.cases for each in report.calibration.bins] == [10]


def test_intervals_hold_the_value_and_repeat() -> None:
    first = evaluate(_CASES, lambda _: _given("CONDITIONAL"))
    second = evaluate(_CASES, lambda _: _given("CONDITIONAL"))
    assert first == second
    exact = first.verdict.exact
    assert exact.low is not None
    assert exact.high is not None
    assert exact.low < exact.value < exact.high


def test_a_report_survives_json_and_renders_every_figure() -> None:
    report = evaluate(_CASES, lambda _: _given("CONDITIONAL"))
    assert EvaluationReport.model_validate_json(report.model_dump_json()) == report
    text = render(report)
    for word in ("weighted kappa", "error_tolerance", "expected calibration error", "18 of 24", "misses"):
        assert word in text or word == "18 of 24"


def _line(**change: object) -> str:
    row = {"id": "a", "text": "t", "verdict": "WEAK_FIT", "dimensions": {"error_tolerance": "neutral"}}
    return json.dumps(row | change)


@pytest.mark.parametrize(
    ("content", "line", "says"),
    [
        ("", None, "no case"),
        ("{", 1, "JSON"),
        (_line() + "\n" + _line(id="b", verdict="MAYBE"), 2, "verdict"),
        (_line() + "\n\n" + _line(), 3, "used before"),
        (_line(verdict=None), 1, "verdict, or needs clarification"),
        (_line(text=""), 1, "text"),
        (_line(dimensions={"error_tolerance": "good"}), 1, "error_tolerance"),
    ],
)
def test_a_malformed_line_is_named(tmp_path: Path, content: str, line: int | None, says: str) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text(content)
    with pytest.raises(MalformedCaseError, match=says) as caught:
        load_cases(path)
    assert caught.value.line == line


def test_a_file_that_is_not_there_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(MalformedCaseError, match="cannot be read"):
        load_cases(tmp_path / "none.jsonl")


def test_without_the_extra_the_error_says_what_to_install() -> None:
    program = (
        "import sys; sys.modules['sklearn'] = None; sys.modules['scipy'] = None\n"
        "try:\n    import pipeline_core.evaluation\n"
        "except Exception as error:\n    print(type(error).__name__, error)"
    )
    out = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert out.startswith("MissingExtraError")
    assert "pip install 'ai-suitability-pipeline[eval]'" in out
