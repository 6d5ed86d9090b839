"""What to find out before anything is built."""

from collections.abc import Iterator
from typing import NamedTuple

from pipeline_core.advice._data import load
from pipeline_core.advice.phrases import fill
from pipeline_core.advice.reading import DIMENSIONS, Reading

MOST = 6


class OpenQuestion(NamedTuple):
    """A question and what it is about, in a few words."""

    topic: str
    text: str


def questions_before_building(reading: Reading) -> tuple[str, ...]:
    """Return the texts of `open_questions`."""
    return tuple(question.text for question in open_questions(reading))


def open_questions(reading: Reading) -> tuple[OpenQuestion, ...]:
    """Return up to six questions: open ones of the analysis, then one per gap, then one of the kind of
    task.

    Gaps come in the order of their dimensions' weight. Answered questions are left out.
    """
    asked: dict[str, OpenQuestion] = {}
    for question in _questions(reading):
        if question.text:
            asked.setdefault(question.text, question)
    return tuple(asked.values())[:MOST]


def _questions(reading: Reading) -> Iterator[OpenQuestion]:
    case = reading.case
    covered: set[str] = set()
    if case.screening is not None:
        for question in case.screening.questions:
            if question.id not in case.answers:
                covered.add(question.dimension or "")
                yield OpenQuestion(_topic(question.dimension, reading), question.text)
    heaviest_first = sorted(case.dimensions.values(), key=lambda result: (-result.weight, result.dimension))
    for result in heaviest_first:
        if result.dimension in covered or not result.information_gaps:
            continue
        unanswered = [question for question in result.questions if question.id not in case.answers]
        ready = fill(load("questions")["dimension"].get(result.dimension, ""), reading.brief)
        yield OpenQuestion(
            _topic(result.dimension, reading), ready or (unanswered[0].text if unanswered else "")
        )
    for dimension in DIMENSIONS:
        if dimension not in case.dimensions and case.dimensions:
            yield OpenQuestion(
                _topic(dimension, reading), fill(load("questions")["dimension"][dimension], reading.brief)
            )
    yield from _of_the_verdict(reading)


def _of_the_verdict(reading: Reading) -> Iterator[OpenQuestion]:
    if reading.verdict in ("STRONG_FIT", "CONDITIONAL"):
        text = fill(reading.facts.kind.specific_question, reading.brief)
        yield OpenQuestion(fill("how far {job} goes", reading.brief), text)
    elif reading.verdict == "WEAK_FIT":
        variants = [
            "How much of last month's {item} does {tool} leave over?",
            "What do {item} cost today, in hours a month?",
        ]
        yield OpenQuestion(fill("what is left over of {item}", reading.brief), fill(variants, reading.brief))


def _topic(dimension: str | None, reading: Reading) -> str:
    topics = load("questions")["topic"]
    return fill(
        [topics.get(dimension or "", ""), "what is open about {item}"][dimension not in topics :],
        reading.brief,
    )
