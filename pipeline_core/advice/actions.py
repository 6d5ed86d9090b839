"""What to do next, most urgent first."""

import re
from collections.abc import Iterator
from typing import Literal

from pipeline_core.advice._data import load
from pipeline_core.advice.phrases import fill, sentence
from pipeline_core.advice.questions import open_questions
from pipeline_core.advice.reading import Reading
from pipeline_core.models import ActionItem

MOST = 6
Priority = Literal["high", "medium", "low"]
_ORDER: dict[Priority, int] = {"high": 0, "medium": 1, "low": 2}
_HEADLINE_WORDS = 14
_CONDITION = re.compile(r"(.+?)(?:\s*[(:]\s*(“.+”)\)?)?", re.DOTALL)
"""What must hold, and the quote it rests on."""


def action_items(reading: Reading) -> tuple[ActionItem, ...]:
    """Return two to six items that follow from the verdict, its conditions, the gravest risk and the
    gaps.
    """
    unique: dict[str, ActionItem] = {}
    for item in _items(reading):
        unique.setdefault(item.title, item)
    return tuple(sorted(unique.values(), key=lambda item: _ORDER[item.priority])[:MOST])


def _items(reading: Reading) -> Iterator[ActionItem]:
    going_ahead = reading.verdict in ("STRONG_FIT", "CONDITIONAL")
    yield from _of_the_verdict(reading)
    if going_ahead:
        yield from _of_the_conditions(reading)
        yield from _of_the_risks(reading)
        yield from _of_the_pilot(reading)
    for number, question in enumerate(open_questions(reading)[:2]):
        urgent = number == 0 and reading.verdict == "CONDITIONAL"
        yield _item("medium" if urgent else "low", f"clarify {question.topic}", question.text)


def _of_the_verdict(reading: Reading) -> Iterator[ActionItem]:
    if reading.unlawful:
        yield _entry("high", "stop_purpose", reading)
        yield _entry("medium", "counsel", reading)
    elif reading.verdict == "NOT_RECOMMENDED":
        yield _entry("high", "withdraw", reading)
        yield _entry("medium", "relieve", reading)
    elif reading.verdict == "WEAK_FIT" and reading.tool is not None:
        yield _entry("high", "try_tool", reading)
        yield _entry("medium", "own_tool", reading)
    elif reading.verdict == "WEAK_FIT":
        yield _entry("high", "keep_people", reading)
        yield _entry("low", "look_again", reading)


def _of_the_conditions(reading: Reading) -> Iterator[ActionItem]:
    for condition in reading.case.verdict.conditions[:3] if reading.case.verdict else ():
        what, rests_on = _CONDITION.fullmatch(condition.strip().rstrip(".")).groups()  # pyright: ignore[reportOptionalMemberAccess]
        words = what.split()
        headline = " ".join(words[:_HEADLINE_WORDS]) + (" …" if len(words) > _HEADLINE_WORDS else "")
        yield _item("high", headline, f"It rests on {rests_on}." if rests_on else condition)


def _of_the_risks(reading: Reading) -> Iterator[ActionItem]:
    for risk in reading.case.risks.risks[:2] if reading.case.risks else ():
        if risk.severity in ("critical", "high"):
            yield _item("high", f"contain: {risk.title[0].lower()}{risk.title[1:]}", risk.mitigation)


def _of_the_pilot(reading: Reading) -> Iterator[ActionItem]:
    if reading.score("evaluation_clarity") != "favorable":
        yield _entry("high", "measure", reading)
    if reading.score("data_availability") != "favorable":
        yield _entry("medium", "test_set", reading)
    yield _entry("high", "pilot", reading)
    if "review_hours" in reading.slots:
        yield _entry("medium", "plan_checks", reading)
    yield _entry("low", "switch_off", reading)


def _entry(priority: Priority, name: str, reading: Reading) -> ActionItem:
    entry = load("report")["action"][name]
    return _item(priority, fill(entry["title"], reading.brief), fill(entry["detail"], reading.brief))


def _item(priority: Priority, title: str, detail: str) -> ActionItem:
    return ActionItem(priority=priority, title=title[0].upper() + title[1:], detail=sentence(detail))
