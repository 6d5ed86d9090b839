"""Decide whether a text can be judged at all, and what must be asked first."""

from typing import Literal

from pipeline_core.models import Case, Insight, Question, ScreeningResult
from pipeline_core.rubric.facts import Facts
from pipeline_core.rubric.reading import Reading
from pipeline_core.rubric.schema import RubricSpec
from pipeline_core.rubric.scoring import as_question
from pipeline_core.rubric.today import todays_way
from pipeline_core.text.language import JUDGED, language_of
from pipeline_core.tools import classify_domain

_Signal = Literal["likely_positive", "uncertain", "likely_negative"]
_VAGUE = 0.11
_MOST_QUESTIONS = 3
_LEAST_ANSWER_WORDS = 3
_LEAST_WORDS = 6
_LIKELY = 0.6


def screen_case(spec: RubricSpec, case: Case, reading: Reading, facts: Facts) -> ScreeningResult:
    """Return whether the case can be judged; if not, one to three blocking questions."""
    text = " ".join(statement.text for statement in reading.statements)
    language, domain = language_of(text), classify_domain(text).domain
    insights = _insights(reading)
    if reading.statements and language not in JUDGED and spec.learned:
        return ScreeningResult(
            can_evaluate=False,
            signal="uncertain",
            confidence=0.3,
            reasoning=_FOREIGN,
            insights=insights,
            questions=(_TRANSLATE,) if _TRANSLATE.id not in case.answers else (_TRANSLATE_AGAIN,),
            language=language,
            domain=domain,
        )
    vague = vagueness(case, reading)
    if vague >= _VAGUE:
        asked = [as_question(each) for each in spec.questions if each.id not in case.answers]
        return ScreeningResult(
            can_evaluate=False,
            signal="uncertain",
            confidence=round(0.5 + vague / 2, 3),
            reasoning="The text names no task that could be judged: what goes in and what comes out is open.",
            insights=insights,
            questions=tuple(asked[:_MOST_QUESTIONS]),
            language=language,
            domain=domain,
        )
    signal, reasoning = _first_impression(facts)
    return ScreeningResult(
        can_evaluate=True,
        signal=signal,
        confidence=round(1 - vague, 3),
        reasoning=reasoning,
        insights=insights,
        language=language,
        domain=domain,
    )


def vagueness(case: Case, reading: Reading) -> float:
    """Return how likely it is that no task can be recognised."""
    described = [
        text for text in case.answers.values() if len(text.split()) >= _LEAST_ANSWER_WORDS or _wide(text)
    ]
    if described:
        return 0.1
    if not reading.statements:
        return 1.0
    if reading.judged is not None:
        return reading.judged.vague
    return 0.9 if reading.words < _LEAST_WORDS else 0.1


def _wide(text: str) -> bool:
    return sum(char > "\u3040" for char in text) >= 2 * _LEAST_ANSWER_WORDS


def _first_impression(facts: Facts) -> tuple[_Signal, str]:
    p = facts.predicates
    if not p:
        return "uncertain", "A task is named; the dimensions decide."
    against, good = p["veto"] + p["weak"], p["strong"] + p["conditional"]
    if against >= _LIKELY:
        why = "a serious mistake nobody would stop" if p["veto"] >= p["weak"] else "a better way than AI"
        return "likely_negative", f"A task is named, and the first reading points to {why}."
    if good >= _LIKELY:
        why = (
            "cheap mistakes and clear success"
            if p["strong"] >= p["conditional"]
            else "a fit under conditions"
        )
        return "likely_positive", f"A task is named, and the first reading points to {why}."
    return "uncertain", "A task is named; the first reading leaves open whether AI is the right means."


def _insights(reading: Reading) -> tuple[Insight, ...]:
    out: list[Insight] = []
    if reading.dropped:
        out.append(
            Insight(
                text="A passage is addressed to the evaluator, not to the problem; it was not counted.",
                evidence=tuple(statement.evidence() for statement in reading.dropped[:3]),
            )
        )
    way = todays_way(reading)
    if way is not None:
        out.append(Insight(text="The text says how it is done today.", evidence=(way.evidence(),)))
    return tuple(out)


_FOREIGN = (
    "The text is in a language this rubric was not tried in, so it is not judged. "
    "English, German, Spanish, French, Italian, Japanese and Portuguese are."
)
_TRANSLATE = Question(
    id="translation",
    text="Please describe the problem in English, German, Spanish, French, Italian, Japanese or Portuguese.",
    why="Judging a language the rubric was not tried in would be guessing.",
    priority="blocking",
)
_TRANSLATE_AGAIN = _TRANSLATE.model_copy(update={"id": "translation_again"})
