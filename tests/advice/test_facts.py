"""Facts are found in real sentences, in the user's words, at their offsets."""

import pytest

from pipeline_core.advice.facts import Facts, extract_facts
from pipeline_core.advice.slots import slots_of
from pipeline_core.advice.text import Sentence, sentences_of
from pipeline_core.advice.workload import review_hours
from pipeline_core.models import Case, PipelineInput
from tests.advice.cases import labelled_cases

TICKETS = (
    "We run a B2B help desk and want every closed ticket to carry one of 22 product tags. Volume is "
    "about 1,800 tickets a week. There are roughly 210k tagged tickets in Zendesk. Today two support "
    "leads tag by hand. A wrong tag costs nothing but a click. An agent checks each tag in ten seconds."
    " Success is agreement of at least 92 % on a weekly sample. The tag list changes once a year."
)
RADIOLOGY = (
    "The model writes a draft of the plain-language report; the reporting radiologist approves or edits"
    " it before it appears in the portal, which takes 60 to 90 seconds. We produce 700 reports a day. A"
    " wrong simplification could frighten a patient."
)


def facts_of(text: str, context: str | None = None) -> Facts:
    return extract_facts(Case(input=PipelineInput(problem=text, context=context)))


def text_of(passage: Sentence | None) -> str:
    return passage.text if passage else ""


def test_a_described_process_yields_its_facts() -> None:
    facts = facts_of(TICKETS)
    assert facts.kind.id == "classification"
    assert text_of(facts.item) == "tickets"
    assert text_of(facts.volume) == "1,800 tickets a week"
    assert text_of(facts.checker) == "agent"
    assert text_of(facts.error) == "A wrong tag costs nothing but a click"
    assert text_of(facts.today) == "Today two support leads tag by hand"
    assert text_of(facts.system) == "Zendesk"
    assert "agreement of at least 92 %" in text_of(facts.metric)
    assert text_of(facts.target) == "at least 92 %"
    assert text_of(facts.change) == "The tag list changes once a year"
    assert facts.checks_every


def test_offsets_fit_problem_and_context() -> None:
    facts = facts_of(
        "Sort our mails.", context="Today a clerk reads each mail. A wrong folder means a day of delay."
    )
    assert facts.error is not None
    assert facts.error.source == "context"
    for _, case in labelled_cases():
        texts = {"problem": case.input.problem}
        for sentence in sentences_of(case):
            assert texts[sentence.source][sentence.start : sentence.end] == sentence.text


def test_review_hours_follow_from_volume_and_effort() -> None:
    facts = facts_of(RADIOLOGY)
    assert text_of(facts.checker) == "reporting radiologist"
    # 700 a day x 365 / 250 working days x 75 s
    assert review_hours(facts) == pytest.approx(21.3, abs=0.05)


def test_review_hours_need_both_numbers() -> None:
    assert review_hours(facts_of(RADIOLOGY.replace("700 reports a day", "many reports"))) is None


@pytest.mark.parametrize(
    ("text", "volume"),
    [
        (
            "Unsere Stadtwerke erhalten täglich rund 650 Schreiben und E-Mails.",
            "täglich rund 650 Schreiben und E-Mails",
        ),
        ("Im Amt prüfen wir 1.200 Urlaubsanträge im Monat.", "1.200 Urlaubsanträge im Monat"),
        ("Nous recevons 5.500 réclamations par mois.", "5.500 réclamations par mois"),
        ("Recibimos unas 4.300 sugerencias de vecinos al mes.", "4.300 sugerencias de vecinos al mes"),
        ("社内ヘルプデスクへの問い合わせ(月約4,500件)を分類したいです。", "月約4,500件"),
    ],
)
def test_volumes_are_found_in_other_languages(text: str, volume: str) -> None:
    assert text_of(facts_of(text).volume) == volume


@pytest.mark.parametrize(
    ("text", "checker"),
    [
        ("Wir wollen Mails sortieren. Der Sachbearbeiter prüft jede Mail mit einem Klick.", "Sachbearbeiter"),
        ("On voudrait des mots-clés. L'iconographe coche les bons en quelques secondes.", "iconographe"),
        ("Queremos leer los diarios. El inspector coteja cada diario antes de validarlo.", "inspector"),
        ("議事録の下書きを作らせたいです。担当者が3分で確認して直します。", "担当者"),
    ],
)
def test_the_checker_is_found_in_other_languages(text: str, checker: str) -> None:
    assert text_of(facts_of(text).checker) == checker


@pytest.mark.parametrize(
    "text",
    [
        "The kiosk decides alone. No nurse is involved.",
        "It sends the bolus directly to the pump. No confirmation by the patient.",
        "Die Sprach-KI entscheidet. Eine Pflegekraft hört nicht mit.",
        "Personne ne relit les textes.",
        "O robô enche as seringas sozinho, sem conferência do farmacêutico.",
    ],
)
def test_a_missing_check_is_a_fact_and_names_no_checker(text: str) -> None:
    facts = facts_of(text)
    assert facts.nocheck is not None
    assert facts.checker is None


def test_an_ai_agent_is_nobody_who_checks() -> None:
    assert facts_of("An LLM agent checks each order and approves it.").checker is None


def test_a_wish_is_told_from_what_is_not_wanted() -> None:
    facts = facts_of("What I don't want is an assistant that talks to clients. We want drafts of our offers.")
    assert text_of(facts.task) == "We want drafts of our offers"


def test_question_and_answer_of_a_form_stay_together() -> None:
    facts = facts_of("Purpose? Captions.\nWhat if it fails? A funny misspelt name.\nWho checks? The trainee.")
    assert text_of(facts.error) == "What if it fails? A funny misspelt name"


def test_own_words_appear_in_quotation_marks_outside_english() -> None:
    case = Case(input=PipelineInput(problem="Wir möchten 650 Rechnungen am Tag auslesen und sortieren."))
    assert slots_of(case, extract_facts(case))["item"] == "“Rechnungen”"


def test_an_item_becomes_an_english_plural_with_its_kind() -> None:
    case = Case(input=PipelineInput(problem="We want a model to tag each site photo by trade."))
    assert slots_of(case, extract_facts(case))["item"] == "site photos"


def test_wrapped_lines_read_as_one() -> None:
    facts = facts_of(
        "# A kiosk\n"
        "We want a kiosk at the entrance that sorts the 45 visitors and their\n"
        "letters a day by urgency while the desk is closed for the night. No\n"
        "nurse is there."
    )
    assert text_of(facts.task).startswith("We want a kiosk")
    assert text_of(facts.item) == "letters"
    assert text_of(facts.nocheck) == "No\nnurse is there"


def test_silence_yields_nothing() -> None:
    facts = facts_of("Make our shops smarter.")
    assert facts.volume is None
    assert facts.checker is None
    assert facts.error is None
    assert facts.metric is None
    assert facts.kind.id == "general"
