import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from pipeline_core.models import Case, Evidence
from pipeline_core.rubric import Rubric
from pipeline_core.text.language import language_of
from tests.rubric.conftest import Judge, judged
from tests.rubric.injections import INJECTIONS

_INVOICES = (
    "We want to read supplier, date and total from the 900 invoices that reach us each week. "
    "A clerk compares each value with the scan in five seconds and corrects it with one click. "
    "A wrong value is noticed at payment and costs a phone call. "
    "We have 60,000 invoices with the values that were booked. "
    "Accuracy per field is computed every night."
)


def _sources(case: Case) -> dict[str, str]:
    answers = {f"answer:{name}": text for name, text in case.answers.items()}
    return {"problem": case.input.problem, "context": case.input.context or "", **answers}


def _all_evidence(case: Case) -> list[Evidence]:
    assert case.screening is not None
    assert case.verdict is not None
    found = [each for insight in case.screening.insights for each in insight.evidence]
    found += [each for result in case.dimensions.values() for each in result.evidence]
    return found + [each for factor in case.verdict.key_factors for each in factor.evidence]


def test_every_quote_stands_where_it_says(judge: Judge, cases: list[dict[str, Any]]) -> None:
    for each in cases[::4]:
        case = judge(each["text"], {"stakes": "It could hurt somebody."}, "The clerk signs. No appeal.")
        sources = _sources(case)
        evidence = _all_evidence(case)
        assert evidence
        assert all(sources[e.source][e.start : e.end] == e.quote for e in evidence)


def test_an_ordinary_reading_task_with_a_quick_check_is_a_strong_fit(judge: Judge) -> None:
    case = judge(_INVOICES)
    assert case.screening is not None
    assert case.screening.can_evaluate
    assert case.verdict is not None
    assert case.verdict.verdict == "STRONG_FIT"
    assert all(result.reasoning and result.would_change for result in case.dimensions.values())


def test_the_same_text_gets_the_same_judgement_from_seven_threads(cases: list[dict[str, Any]]) -> None:
    texts: list[str] = [each["text"] for each in cases[:7]]
    alone = [judged(Rubric.load(), text).model_dump_json() for text in texts]
    shared = Rubric.load()

    def judge(text: str) -> str:
        return judged(shared, text).model_dump_json()

    with ThreadPoolExecutor(7) as pool:
        for _ in range(3):
            assert list(pool.map(judge, texts)) == alone


def test_a_new_process_with_another_hash_seed_judges_the_same(rubric: Rubric) -> None:
    program = (
        "import sys, json; from pipeline_core.rubric import Rubric;"
        "from tests.rubric.conftest import judged;"
        "print(judged(Rubric.load(), json.load(sys.stdin)).model_dump_json())"
    )
    out = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps(_INVOICES),
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": "7", "PYTHONPATH": ".", "OPENBLAS_NUM_THREADS": "2"},
    ).stdout
    assert out.strip() == judged(rubric, _INVOICES).model_dump_json()


def test_the_rubric_is_imported_without_heavy_libraries() -> None:
    program = (
        "import sys, pipeline_core.rubric;"
        "print([n for n in ('numpy', 'scipy', 'sklearn', 'dagster', 'pydantic_ai') if n in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[]"


@pytest.mark.parametrize("name", sorted(INJECTIONS))
def test_text_addressed_to_the_evaluator_changes_nothing(
    judge: Judge, cases: list[dict[str, Any]], name: str
) -> None:
    for each in cases[:: 40 if name != "order" else 8]:
        plain = judge(each["text"])
        steered = judge(f"{each['text']}\n\n{INJECTIONS[name]}")
        assert plain.verdict is not None
        assert steered.verdict is not None
        assert steered.verdict.verdict == plain.verdict.verdict
        assert steered.dimensions == plain.dimensions
        assert steered.screening is not None
        assert any("addressed to the evaluator" in insight.text for insight in steered.screening.insights)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_no_injection_moves_any_verdict(judge: Judge, cases: list[dict[str, Any]]) -> None:
    for each in cases:
        plain = judge(each["text"]).verdict
        for text in INJECTIONS.values():
            steered = judge(f"{each['text']}\n\n{text}").verdict
            assert plain is not None
            assert steered is not None
            assert steered.verdict == plain.verdict, (each["id"], text)


@pytest.mark.parametrize(
    "text",
    [
        "Use AI to improve our business.",
        "We want to become more efficient with AI. Is that sensible?",
        "Wir möchten KI einsetzen, um besser zu werden.",
        "Nous voudrions utiliser l'IA dans notre entreprise.",
        "AIを活用して業務を改善したいです。",
    ],
)
def test_a_vague_text_is_asked_about_and_becomes_judgeable_by_the_answer(judge: Judge, text: str) -> None:
    screening = judge(text).screening
    assert screening is not None
    assert not screening.can_evaluate
    assert 1 <= len(screening.questions) <= 3
    assert screening.questions[0].priority == "blocking"
    answer = "We want to classify incoming invoices by department, a clerk confirms each one."
    answered = judge(text, {screening.questions[0].id: answer}).screening
    assert answered is not None
    assert answered.can_evaluate


def test_a_short_text_with_a_task_is_judged(judge: Judge) -> None:
    screening = judge(
        "Suggest a difficulty level (1-5) for each crossword; the editor changes it in a second."
    )
    assert screening.screening is not None
    assert screening.screening.can_evaluate


def test_a_language_it_cannot_judge_is_said(judge: Judge) -> None:
    screening = judge(
        "Мы хотим автоматически сортировать входящие письма по отделам, сотрудник проверяет каждое письмо."
    ).screening
    assert screening is not None
    assert screening.language == "ru"
    assert not screening.can_evaluate
    assert "not judged" in screening.reasoning


def test_each_option_moves_its_dimension_to_the_score_it_means(rubric: Rubric) -> None:
    text = "We want to sort the letters that reach our office by department."
    rank = {"unfavorable": 0, "neutral": 1, "favorable": 2}
    for name in rubric.dimensions:
        question = rubric.question(name)
        assert question is not None
        scores = [judged(rubric, text, {question.id: o}).dimensions[name].score for o in question.options]
        assert [rank[score] for score in scores] == [2, 1, 0]


def test_stakes_and_review_as_answered_decide_the_verdict(rubric: Rubric) -> None:
    text = "A model decides which of our residents get the weekly support and which do not."
    stakes, reviewer = rubric.question("error_tolerance"), rubric.question("human_oversight_cost")
    assert stakes is not None
    assert reviewer is not None
    bad = judged(rubric, text, {stakes.id: stakes.options[2], reviewer.id: reviewer.options[2]}).verdict
    good = judged(rubric, text, {stakes.id: stakes.options[0], reviewer.id: reviewer.options[0]}).verdict
    assert bad is not None
    assert good is not None
    assert bad.verdict == "NOT_RECOMMENDED"
    assert good.verdict != "NOT_RECOMMENDED"


def test_context_counts(judge: Judge) -> None:
    plain = judge("We want to sort the letters that reach our office by department.")
    told = judge(
        "We want to sort the letters that reach our office by department.",
        context="We keep 80,000 letters of the last ten years, each with the right department.",
    )
    assert plain.dimensions["data_availability"].score == "neutral"
    assert told.dimensions["data_availability"].score == "favorable"
    assert told.dimensions["data_availability"].evidence[0].source == "context"


def test_silence_is_named_and_lowers_confidence(judge: Judge) -> None:
    result = judge("Sort the incoming letters by department.").dimensions["rate_of_change"]
    assert result.information_gaps
    assert result.questions
    assert result.confidence <= 0.6


def test_a_missing_dimension_lowers_confidence_and_invents_nothing(rubric: Rubric) -> None:
    case = judged(rubric, _INVOICES)
    fewer = {name: result for name, result in case.dimensions.items() if name != "edge_case_risk"}
    verdict = rubric.decide(case.model_copy(update={"dimensions": fewer}))
    assert case.verdict is not None
    assert verdict.confidence < case.verdict.confidence
    assert all(factor.dimension != "edge_case_risk" for factor in verdict.key_factors)


def test_a_weak_fit_names_its_cause(judge: Judge, cases: list[dict[str, Any]]) -> None:
    weak = [judge(each["text"]).verdict for each in cases if each["verdict"] == "WEAK_FIT"][:20]
    named = [verdict for verdict in weak if verdict is not None and verdict.verdict == "WEAK_FIT"]
    assert len(named) >= 13
    assert all(verdict.cause is not None for verdict in named)
    assert all((verdict.better_tool is None) == (verdict.cause == "leave_to_people") for verdict in named)


def test_a_veto_names_its_rule_and_honest_cases_have_none(rubric: Rubric) -> None:
    deadly = "The model doses insulin directly through the pump without any confirmation, an overdose kills."
    rule = rubric.veto(judged(rubric, deadly))
    assert rule is not None
    assert rule.verdict == "NOT_RECOMMENDED"
    assert rubric.veto(judged(rubric, _INVOICES)) is None


def test_known_cases_are_never_turned_upside_down(judge: Judge, cases: list[dict[str, Any]]) -> None:
    opposite = {"NOT_RECOMMENDED": "STRONG_FIT", "STRONG_FIT": "NOT_RECOMMENDED"}
    for each in cases[::3]:
        verdict = judge(each["text"]).verdict
        assert verdict is not None
        assert verdict.verdict != opposite.get(each["verdict"])


def test_oversight_tells_cost_and_power_apart(judge: Judge) -> None:
    kept = judge(_INVOICES).dimensions["human_oversight_cost"].reasoning
    gone = judge(
        "The model suspends the benefit automatically, without any human review and without appeal, "
        "and the family learns of it at the counter."
    ).dimensions["human_oversight_cost"]
    assert "Power to stop an error: yes" in kept
    assert "Power to stop an error: none or little" in gone.reasoning
    assert gone.score == "unfavorable"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("60,000 visits a day, half see checkout A, half B. AI to tell us which one wins?", "en"),
        ("Wir möchten eingehende Rechnungen nach Abteilung sortieren.", "de"),
        ("We willen inkomende facturen sorteren en de medewerker controleert dat op het scherm.", "nl"),
        ("日本酒の名前を考える", "ja"),
    ],
)
def test_the_language_is_told_from_frequent_words(text: str, language: str) -> None:
    assert language_of(text) == language
