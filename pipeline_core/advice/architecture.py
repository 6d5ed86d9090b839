"""How it would be built, where building is advised."""

from typing import Literal

from pipeline_core.advice.phrases import fill, sentence
from pipeline_core.advice.questions import questions_before_building
from pipeline_core.advice.reading import Reading, read
from pipeline_core.models import Architecture, ArchitectureResult, Case, Component, HumanInTheLoop

Mode = Literal["review_every_item", "review_below_threshold", "sample", "on_request"]

_BASE = {"favorable": 0.6, "neutral": 0.75, "unfavorable": 0.9, None: 0.8}
_OVERSIGHT = {"favorable": -0.05, "neutral": 0.0, "unfavorable": 0.05, None: 0.03}
_EDGE = {"favorable": -0.02, "neutral": 0.0, "unfavorable": 0.03, None: 0.02}
_LOWEST, _HIGHEST = 0.5, 0.98


def design_architecture(case: Case) -> ArchitectureResult:
    """Return a blueprint made of the text's own inputs, roles and measures.

    `architecture` is None where AI is advised against: NOT_RECOMMENDED, or WEAK_FIT because a tool is better or
    people do it better. The questions before building are there in every case. Call it with a verdict in the case.
    """
    reading = read(case)
    questions = questions_before_building(reading)
    if reading.verdict == "NOT_RECOMMENDED" or (reading.verdict == "WEAK_FIT" and reading.cause is not None):
        return ArchitectureResult(
            architecture=None, reasoning=_why_none(reading), questions_before_building=questions
        )
    kind = reading.facts.kind
    slots = reading.brief
    mode = review_mode(reading)
    threshold = confidence_threshold(case)
    built = Architecture(
        pattern=kind.pattern,
        components=tuple(
            Component(name=name, purpose=purpose)
            for name, variants in kind.components
            if (purpose := sentence(fill(variants, slots)))
        ),
        human_in_the_loop=HumanInTheLoop(
            mode=mode,
            who=_who(reading),
            description=sentence(fill(_MODES[mode], {**slots, "at": f"{threshold:.2f}"})),
        ),
        confidence_threshold=threshold,
        monitoring=_monitoring(reading),
    )
    return ArchitectureResult(
        architecture=built, reasoning=_why(reading, threshold), questions_before_building=questions
    )


def confidence_threshold(case: Case) -> float:
    """Return the confidence below which an item goes to a person.

    threshold = base(error_tolerance) + shift(human_oversight_cost) + shift(edge_case_risk), kept in 0.50 to 0.98:

    ================  =========  =======  ===========  =======
    dimension         favorable  neutral  unfavorable  missing
    ================  =========  =======  ===========  =======
    error_tolerance     0.60      0.75       0.90       0.80
    oversight cost     -0.05      0.00      +0.05      +0.03
    edge case risk     -0.02      0.00      +0.03      +0.02
    ================  =========  =======  ===========  =======

    It is where to start; the pilot moves it to the point where the agreed measure holds.
    """
    scores = {name: result.score for name, result in case.dimensions.items()}
    value = _BASE[scores.get("error_tolerance")]
    value += _OVERSIGHT[scores.get("human_oversight_cost")]
    value += _EDGE[scores.get("edge_case_risk")]
    return round(min(_HIGHEST, max(_LOWEST, value)), 2)


def review_mode(reading: Reading) -> Mode:
    """Return how people take part: every item if mistakes are grave or the text says so, samples if harmless."""
    tolerance = reading.score("error_tolerance")
    if tolerance == "unfavorable" or reading.facts.checks_every:
        return "review_every_item"
    if tolerance == "favorable" and reading.facts.checker is None:
        return "sample"
    return "review_below_threshold"


_MODES: dict[Mode, list[str]] = {
    "review_every_item": [
        "{checker} sees each result before it counts, as the text has it: “{check}”; below a confidence of {at} the "
        "doubtful place is marked",
        "a named person sees each of the {item} before it counts; below a confidence of {at} the doubtful place is marked",
    ],
    "review_below_threshold": [
        "{checker} gets what is below a confidence of {at}; for the rest the text's own check stays (“{check}”)",
        "{checker} gets what is below a confidence of {at}, and a random twentieth of the other {item}",
        "a named person gets {item} below a confidence of {at}, and a random twentieth of the rest",
    ],
    "sample": [
        "nobody has to look at each of the {item}; fifty a week are compared with a person's answer (the text's own "
        "measure: “{metric}”), and below a confidence of {at} nothing is done",
        "nobody has to look at each of the {item}; fifty a week are compared with a person's answer, and below a "
        "confidence of {at} nothing is done",
    ],
    "on_request": ["whoever doubts a result on {item} asks for a person"],
}


def _who(reading: Reading) -> str:
    checker = reading.facts.checker
    return checker.shown if checker else fill("to be named: who answers for {item} today", reading.slots)


def _monitoring(reading: Reading) -> tuple[str, ...]:
    slots = reading.brief
    lines = [
        fill(["Measure, in the text's words: “{metric}”", "To agree first: {kind_metric}"], slots),
        fill(["Target: {target}, weekly, with an alarm below it"], slots),
        fill(["Count each case of “{error}”"], slots),
        fill(
            [
                "Volume and share held back, against {volume}",
                "Number of {item} and share held back, per week",
            ],
            slots,
        ),
        fill(["Test set again after each change (“{change}”)"], slots),
    ]
    if reading.facts.checker is not None:
        lines.append(fill("Share of {item} that {checker} changes, and how fast they are accepted", slots))
    return tuple(line for line in lines if line)


def _why(reading: Reading, threshold: float) -> str:
    tolerance = reading.score("error_tolerance") or "not assessed"
    oversight = reading.score("human_oversight_cost") or "not assessed"
    return sentence(
        fill(
            [
                "The text asks for {job}, takes in “{data}”, and names {checker} for the check",
                "The text asks for {job} and names {checker} for the check",
                "The text asks for {job}",
            ],
            reading.brief,
        )
        + f"; with error tolerance {tolerance} and oversight {oversight} the threshold starts at {threshold:.2f}"
    )


def _why_none(reading: Reading) -> str:
    slots = reading.brief
    if reading.unlawful:
        return fill("None: a blueprint would serve the purpose that is rejected (“{task}”).", slots)
    if reading.verdict == "NOT_RECOMMENDED":
        return fill(
            [
                "None: as described (“{nocheck}”) no design of {job} can be made safe; the process has to change first.",
                "None: no design of {job} makes up for the missing check; the process has to change first.",
            ],
            slots,
        )
    if reading.cause == "better_tool":
        return fill(
            [
                "None: {tool} does {job}, so there is nothing to build with AI.",
                "None: a plain tool does {job}.",
            ],
            slots,
        )
    return fill(
        ["None: {job} is better left to people (“{people}”).", "None: {job} is better left to people."], slots
    )
