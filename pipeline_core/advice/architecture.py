"""How it would be built, where building is advised."""

from typing import Literal

from pipeline_core.advice.phrases import fill, report, sentence
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

    `architecture` is None where AI is advised against: NOT_RECOMMENDED, or WEAK_FIT because a tool is
    better or people do it better. The questions before building are there in every case. Call it with a
    verdict in the case.
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
            description=sentence(report("mode", mode, {**slots, "at": f"{threshold:.2f}"})),
        ),
        confidence_threshold=threshold,
        monitoring=_monitoring(reading),
    )
    return ArchitectureResult(
        architecture=built, reasoning=_why(reading, threshold), questions_before_building=questions
    )


def confidence_threshold(case: Case) -> float:
    """Return the confidence below which an item goes to a person.

    threshold = base(error_tolerance) + shift(human_oversight_cost) + shift(edge_case_risk), kept in
    0.50 to 0.98:

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
    """Return how people take part: every item if mistakes are grave or the text says so, samples if
    harmless.
    """
    tolerance = reading.score("error_tolerance")
    if tolerance == "unfavorable" or reading.facts.checks_every:
        return "review_every_item"
    if tolerance == "favorable" and reading.facts.checker is None:
        return "sample"
    return "review_below_threshold"


def _who(reading: Reading) -> str:
    checker = reading.facts.checker
    return checker.shown if checker else report("who", "open", reading.brief)


def _monitoring(reading: Reading) -> tuple[str, ...]:
    lines = (
        report("monitoring", name, reading.brief)
        for name in ("measure", "target", "mistakes", "volume", "change", "people")
    )
    return tuple(line for line in lines if line)


def _why(reading: Reading, threshold: float) -> str:
    tolerance = reading.score("error_tolerance") or "not assessed"
    oversight = reading.score("human_oversight_cost") or "not assessed"
    asked = report("why", "built", reading.brief)
    scores = f"error tolerance {tolerance} and oversight {oversight}"
    return sentence(f"{asked}; with {scores} the threshold starts at {threshold:.2f}")


def _why_none(reading: Reading) -> str:
    if reading.unlawful:
        return report("why", "unlawful", reading.brief)
    return report("why", reading.cause or "no", reading.brief)
