"""What to do next, most urgent first."""

from collections.abc import Iterator
from typing import Literal

from pipeline_core.advice.phrases import fill, sentence
from pipeline_core.advice.questions import open_questions
from pipeline_core.advice.reading import Reading
from pipeline_core.models import ActionItem

MOST = 6
Priority = Literal["high", "medium", "low"]
_ORDER: dict[str, int] = {"high": 0, "medium": 1, "low": 2}


def action_items(reading: Reading) -> tuple[ActionItem, ...]:
    """Return two to six items that follow from the verdict, its conditions, the gravest risk and the gaps."""
    unique: dict[str, ActionItem] = {}
    for item in _items(reading):
        unique.setdefault(item.title, item)
    return tuple(sorted(unique.values(), key=lambda item: _ORDER[item.priority])[:MOST])


def _items(reading: Reading) -> Iterator[ActionItem]:
    yield from _of_the_verdict(reading)
    verdict = reading.case.verdict
    for condition in verdict.conditions[:3] if verdict else ():
        yield _item("high", _headline(condition), condition)
    risks = reading.case.risks.risks if reading.case.risks else ()
    for risk in risks[:2]:
        if risk.severity in ("critical", "high") and reading.verdict in ("STRONG_FIT", "CONDITIONAL"):
            yield _item("high", f"Contain: {risk.title[0].lower()}{risk.title[1:]}", risk.mitigation)
    if reading.verdict in ("STRONG_FIT", "CONDITIONAL"):
        yield from _of_the_pilot(reading)
    for number, question in enumerate(open_questions(reading)[:2]):
        priority: Priority = "medium" if number == 0 and reading.verdict == "CONDITIONAL" else "low"
        yield _item(priority, f"Clarify {question.topic}", question.text)


def _of_the_verdict(reading: Reading) -> Iterator[ActionItem]:
    slots = reading.brief
    if reading.unlawful:
        yield _item(
            "high",
            fill("Stop {job} for this purpose", slots),
            fill("Nothing is built or published; what exists is taken down: “{task}”.", slots),
        )
        yield _item(
            "medium",
            "Talk to counsel",
            fill(
                [
                    "Have it looked at what follows from “{deception}”.",
                    "Have it looked at what follows from “{task}”.",
                ],
                slots,
            ),
        )
    elif reading.verdict == "NOT_RECOMMENDED":
        yield _item(
            "high",
            fill("Do not start {job} in this form", slots),
            fill(
                ["Withdraw the plan as described; what would have to change: {no_stop}."],
                {**slots, "no_stop": _no_stop(reading)},
            ),
        )
        yield _item(
            "medium",
            fill("Relieve the people who handle {item}", slots),
            fill(
                [
                    "Begin with what the text complains about: “{today}”.",
                    "Begin with the need behind “{task}”: hours, forms, look-ups, waiting.",
                ],
                slots,
            ),
        )
    elif reading.verdict == "WEAK_FIT" and reading.tool is not None:
        yield _item(
            "high",
            fill("Try {tool} on last month's {item}", slots),
            fill(
                [
                    "Half a day shows what is left over. The text points to it: “{tool_quote}”.",
                    "Half a day shows what is left over of “{task}”.",
                ],
                slots,
            ),
        )
        yield _item(
            "medium",
            fill("Name an owner for {tool}", slots),
            fill(
                [
                    "{checker_cap} or whoever knows {item} best keeps it current.",
                    "Whoever knows {item} best keeps it current.",
                ],
                slots,
            ),
        )
    elif reading.verdict == "WEAK_FIT":
        yield _item(
            "high",
            fill("Keep {job} with people and plan the hours", slots),
            fill(
                [
                    "The text says what counts: “{people}”.",
                    "{volume_cap} can be planned; write the hours down.",
                    "Write down who does “{task}” and how long it takes.",
                ],
                slots,
            ),
        )
        yield _item(
            "low",
            fill("Look again if the number of {item} grows tenfold", slots),
            fill(
                [
                    "Until then the effort does not come back at {volume}.",
                    "Until then the effort does not come back.",
                ],
                slots,
            ),
        )


def _of_the_pilot(reading: Reading) -> Iterator[ActionItem]:
    slots = reading.brief
    if reading.score("evaluation_clarity") != "favorable":
        yield _item(
            "high",
            fill("Agree a measure for {job}", slots),
            fill(
                [
                    "The text offers “{metric}”; add a number: {kind_metric}.",
                    "Proposal: {kind_metric}, compared with today (“{today}”).",
                    "Proposal: {kind_metric}, counted weekly and compared with today's way.",
                ],
                slots,
            ),
        )
    if reading.score("data_availability") != "favorable":
        yield _item(
            "medium",
            fill("Put together a test set of {item}", slots),
            fill(
                [
                    "Draw 200 at random from “{data}” and have {checker_or_person} settle the right answer.",
                    "Draw 200 at random and have {checker_or_person} settle the right answer.",
                ],
                slots,
            ),
        )
    priority: Priority = "high" if reading.verdict == "STRONG_FIT" else "medium"
    yield _item(
        priority,
        fill("Run four weeks of suggestions on {item}", slots),
        fill(
            [
                "Part of {volume} first; {checker_or_person} decides; continue if the measure holds: {metric_short}.",
                "A tenth of the {item} first; {checker_or_person} decides; continue if the measure holds: {metric_short}.",
            ],
            slots,
        ),
    )
    if "review_hours" in slots:
        yield _item(
            "medium",
            fill("Plan {review_hours} hours of checking per working day", slots),
            fill("From {volume} and “{check_effort}” per check by {checker_or_person}.", slots),
        )
    yield _item(
        "low",
        fill("Write down when {job} is switched off again", slots),
        fill(
            [
                "Two weeks below the target ({target}) or one case of “{error}” that should have been caught.",
                "One case of “{error}” beyond what was agreed, or two weeks worse than today.",
                "Two weeks worse than today's way on {item}, by the agreed measure.",
            ],
            slots,
        ),
    )


def _no_stop(reading: Reading) -> str:
    return fill(
        [
            "somebody with time and the right to say no stands where the text now says “{nocheck}”",
            "somebody with time and the right to say no stands between the result on {item} and its effect",
        ],
        reading.brief,
    )


def _headline(condition: str) -> str:
    words = condition.strip().rstrip(".").split()
    return " ".join(words[:9]) + (" …" if len(words) > 9 else "")


def _item(priority: Priority, title: str, detail: str) -> ActionItem:
    return ActionItem(priority=priority, title=title[0].upper() + title[1:], detail=sentence(detail))
