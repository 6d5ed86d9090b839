"""What can go wrong with a proposal, most serious first."""

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline_core.advice._data import load, words
from pipeline_core.advice.phrases import fill, sentence
from pipeline_core.advice.reading import Reading, read
from pipeline_core.advice.text import Sentence
from pipeline_core.models import Case, Level, Risk, RisksResult, Severity

LEAST = 2
MOST = 6
_ORDER: dict[Severity, int] = {"critical": 0, "high": 1, "medium": 2, "low": 3}
_LIKELY: dict[Level, int] = {"high": 0, "medium": 1, "low": 2}
_STAKES: dict[str | None, Severity] = {
    "favorable": "low",
    "neutral": "medium",
    "unfavorable": "high",
    None: "medium",
}
_CHANCE: dict[str | None, Level] = {
    "favorable": "low",
    "neutral": "medium",
    "unfavorable": "high",
    None: "medium",
}


@dataclass(frozen=True, slots=True)
class _Found:
    name: str
    severity: Severity
    likelihood: Level
    passages: tuple[Sentence | None, ...] = ()
    fatal: bool = False


def assess_risks(case: Case) -> RisksResult:
    """Return two to six risks: the fatal one of a NOT_RECOMMENDED case first, then by severity and
    likelihood.

    Severity follows the score of `error_tolerance` (favorable low, neutral or missing medium,
    unfavorable high; critical if nobody can stop the mistake). Call it with a verdict in the case.
    """
    reading = read(case)
    listed = list(_found(reading))
    if len(listed) < LEAST:
        # Also where a model is advised against: what would go wrong if one were used all the same.
        listed += _of_the_kind(reading)
    if len(listed) < LEAST:
        listed.append(_Found("no_proof", "low", "medium", (reading.facts.today,)))
    found = sorted(listed, key=lambda risk: (not risk.fatal, _ORDER[risk.severity], _LIKELY[risk.likelihood]))
    risks = [_risk(item, reading) for item in found[:MOST]]
    return RisksResult(risks=tuple(risks))


def _found(reading: Reading) -> Iterator[_Found]:
    yield from _fatal(reading)
    if reading.unlawful:
        return
    yield from _weak(reading)
    if not _advised_against(reading):
        yield from _of_the_work(reading)
    yield from _of_the_material(reading)
    yield from _of_the_check(reading)
    yield from _of_the_frame(reading)


def _advised_against(reading: Reading) -> bool:
    return reading.verdict == "NOT_RECOMMENDED" or (
        reading.verdict == "WEAK_FIT" and reading.cause in ("better_tool", "leave_to_people")
    )


def _fatal(reading: Reading) -> Iterator[_Found]:
    facts = reading.facts
    if reading.verdict != "NOT_RECOMMENDED":
        return
    if reading.unlawful:
        yield _Found("unlawful", "critical", "high", (facts.deception, facts.task), fatal=True)
        yield _Found("discovery", "high", "high", (facts.deception or facts.task,))
        return
    else:
        yield _Found("no_stop", "critical", "high", (facts.nocheck, facts.error), fatal=True)
    if facts.check is not None and facts.checker is not None:
        yield _Found("nominal", "high", "high", (facts.check,))


def _weak(reading: Reading) -> Iterator[_Found]:
    facts = reading.facts
    if reading.verdict != "WEAK_FIT":
        return
    if reading.tool is not None:
        yield _Found("better_tool", "high", "high", (reading.tool.quote or facts.task,))
    if reading.tiny:
        yield _Found("tiny", "medium", "high", (facts.volume or facts.task,))
    if reading.cause == "leave_to_people":
        yield _Found("people_lost", "high", "medium", (facts.people,))


def _of_the_kind(reading: Reading) -> Iterator[_Found]:
    stakes = _STAKES[reading.score("error_tolerance")]
    chance = _CHANCE[reading.score("task_determinism")]
    yield _Found("kind", stakes, chance, (reading.facts.error, reading.facts.task))


def _of_the_work(reading: Reading) -> Iterator[_Found]:
    facts = reading.facts
    yield from _of_the_kind(reading)
    if reading.score("error_tolerance") == "unfavorable":
        open_check = reading.score("human_oversight_cost") == "unfavorable" or facts.check is None
        yield _Found(
            "missing_stop_check",
            "critical" if open_check else "high",
            "medium" if open_check else "low",
            (facts.error, facts.check),
        )
    elif facts.error is not None and reading.score("error_tolerance") == "neutral":
        yield _Found("error_cost", "medium", "medium", (facts.error, facts.volume))


def _of_the_material(reading: Reading) -> Iterator[_Found]:
    facts = reading.facts
    high = "medium" if _advised_against(reading) else "high"
    if reading.score("data_availability") == "unfavorable":
        yield _Found("data_missing", high, "high", (facts.data,))
    elif reading.score("data_availability") in ("neutral", None) and not _advised_against(reading):
        yield _Found("data_noisy", "medium", "medium", (facts.data,))
    if facts.edge is not None and _adversarial(facts.edge):
        severe = reading.score("edge_case_risk") == "unfavorable"
        yield _Found(
            "adversary", "high" if severe else "medium", "high" if severe else "medium", (facts.edge,)
        )
    elif facts.edge is not None and (
        reading.score("edge_case_risk") == "unfavorable"
        or (reading.score("edge_case_risk") == "neutral" and not _advised_against(reading))
    ):
        severity: Severity = max(
            _STAKES[reading.score("error_tolerance")], "medium", key=lambda level: -_ORDER[level]
        )
        yield _Found("edge", severity, _CHANCE[reading.score("edge_case_risk")], (facts.edge,))
    if reading.score("rate_of_change") == "unfavorable":
        yield _Found("change", "medium", "high", (facts.change,))
    elif _restless(facts.change) and reading.score("rate_of_change") == "neutral":
        yield _Found("change", "low", "medium", (facts.change,))


def _of_the_check(reading: Reading) -> Iterator[_Found]:
    facts = reading.facts
    if _advised_against(reading):
        return
    cost = reading.score("human_oversight_cost")
    if cost != "favorable" or "review_hours" in reading.slots:
        severity: Severity = "medium" if reading.score("error_tolerance") != "favorable" else "low"
        yield _Found("review_load", severity, _CHANCE[cost], (facts.check, facts.volume))


def _of_the_frame(reading: Reading) -> Iterator[_Found]:
    facts = reading.facts
    stakes = _STAKES[reading.score("error_tolerance")]
    if facts.law is not None or (facts.sensitive is not None and stakes != "low"):
        yield _Found(
            "law", "high" if stakes == "high" else "medium", "medium", (facts.law or facts.sensitive,)
        )
    if reading.verdict == "NOT_RECOMMENDED":
        return
    if reading.score("evaluation_clarity") != "favorable":
        severity = "high" if reading.score("evaluation_clarity") == "unfavorable" else "medium"
        yield _Found(
            "no_measure", severity, _CHANCE[reading.score("evaluation_clarity")], (facts.metric, facts.today)
        )
    elif reading.verdict in ("STRONG_FIT", "CONDITIONAL"):
        yield _Found("no_proof", "low", "low", (facts.today,))
    if reading.slots.get("missing"):
        yield _Found("not_assessed", "medium", "medium")


def _restless(passage: Sentence | None) -> bool:
    return passage is not None and not words("steady").search(passage.text)


def _adversarial(passage: Sentence) -> bool:
    return words("adversary").search(passage.text) is not None


def _risk(found: _Found, reading: Reading) -> Risk:
    kind = reading.facts.kind
    entry = load("risks").get(found.name)
    if entry is None:
        category, title, text, fix = "technical", kind.failure_title, kind.failure, kind.failure_fix
    else:
        category, title, text, fix = entry["category"], entry["title"], entry["text"], entry["fix"]
    description = sentence(fill(text, reading.slots))
    return Risk(
        category=category,  # pyright: ignore[reportArgumentType]
        title=fill(title, reading.slots),
        description=description,
        severity=found.severity,
        likelihood=found.likelihood,
        mitigation=sentence(fill(fix, reading.brief)),
        evidence=tuple(
            passage.evidence(found.name)
            for passage in found.passages
            if passage is not None and passage.shown in description
        )
        or tuple(passage.evidence(found.name) for passage in found.passages[:1] if passage is not None),
    )
