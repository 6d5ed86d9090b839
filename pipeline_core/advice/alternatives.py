"""Other ways to the same goal; always at least one without AI."""

from collections.abc import Iterator, Sequence

from pipeline_core.advice._data import load
from pipeline_core.advice.phrases import fill, sentence
from pipeline_core.advice.plain_tools import family_of
from pipeline_core.advice.reading import Reading, read
from pipeline_core.advice.text import Sentence
from pipeline_core.models import Alternative, AlternativesResult, Case, Evidence

MOST = 4


def suggest_alternatives(case: Case) -> AlternativesResult:
    """Return one to four alternatives, the best first.

    The tool the verdict names comes first, then (for work best left to people) the people, then the
    safe part of a split proposal, the plain way for this kind of task, today's way with a fix, and a
    smaller variant with AI where the verdict does not advise against it. Call it with a verdict in the
    case.
    """
    reading = read(case)
    found: list[Alternative] = []
    for alternative in _found(reading):
        if all(alternative.name != known.name for known in found):
            found.append(alternative)
    return AlternativesResult(alternatives=tuple(found[:MOST]))


def _found(reading: Reading) -> Iterator[Alternative]:
    if reading.unlawful:
        yield _entry("honest", reading)
        yield _entry("stop", reading)
        return
    if reading.tool is not None:
        yield _plain_tool(reading)
    if reading.verdict == "WEAK_FIT" and (reading.cause == "leave_to_people" or reading.tool is None):
        yield _people(reading)
    if reading.case.verdict is not None and reading.case.verdict.split is not None:
        yield _safe_part(reading)
    if reading.verdict == "NOT_RECOMMENDED":
        yield _entry("support_people", reading, reading.facts.error)
        yield _entry("ordinary_fix", reading, reading.facts.today or reading.facts.task)
        return
    if reading.verdict in ("STRONG_FIT", "CONDITIONAL"):
        yield _smaller(reading)
        yield _plain_way(reading)
        yield _entry("today_fixed", reading, reading.facts.today or reading.facts.check)
        return
    if reading.facts.today is not None:
        yield _entry("today_fixed", reading, reading.facts.today)
    if reading.tool is None:
        yield _plain_way(reading)
    else:
        yield _entry("rest_by_hand", reading, reading.facts.error or reading.facts.task)


def _plain_tool(reading: Reading) -> Alternative:
    assert reading.tool is not None
    family = reading.tool.family
    return Alternative(
        name=reading.brief["tool_cap"],
        uses_ai=False,
        description=sentence(fill(family.description, reading.brief)),
        effort=family.effort,
        advantages=_each(family.plus, reading),
        disadvantages=_each(family.minus, reading),
        when_to_choose=sentence(fill(family.when, reading.brief)),
        evidence=_evidence("names the tool", reading.tool.quote),
    )


def _people(reading: Reading) -> Alternative:
    family = family_of("people")
    return Alternative(
        name=fill(["Leave {item} to {checker}", "Leave {item} to the people who do it now"], reading.brief),
        uses_ai=False,
        description=sentence(fill(family.description, reading.brief)),
        effort="low",
        advantages=_each(family.plus, reading),
        disadvantages=_each(family.minus, reading),
        when_to_choose=sentence(fill(family.when, reading.brief)),
        evidence=_evidence("what people bring", reading.facts.people),
    )


def _plain_way(reading: Reading) -> Alternative:
    kind = reading.facts.kind
    return Alternative(
        name=fill(kind.plain_name, reading.brief),
        uses_ai=False,
        description=sentence(fill(kind.plain, reading.brief)),
        effort=kind.plain_effort,
        advantages=_each(kind.plain_plus, reading),
        disadvantages=_each(kind.plain_minus, reading),
        when_to_choose=sentence(fill(kind.plain_when, reading.brief)),
        evidence=_evidence("the task", reading.facts.task),
    )


def _smaller(reading: Reading) -> Alternative:
    entry = load("alternatives")["smaller"]
    built = _entry("smaller", reading, reading.facts.check)
    what, guard = fill(reading.facts.kind.suggest, reading.brief), fill(entry["text"], reading.brief)
    return built.model_copy(update={"description": f"{sentence(what)} {sentence(guard)}"})


def _safe_part(reading: Reading) -> Alternative:
    assert reading.case.verdict is not None
    assert reading.case.verdict.split is not None
    split = reading.case.verdict.split
    parts = {"safe": split.safe_part.strip().rstrip("."), "risky": split.risky_part.strip().rstrip(".")}
    slots = {**reading.brief, **parts}
    entry = load("alternatives")["safe_part"]
    return Alternative(
        name=fill(entry["name"], slots),
        uses_ai=True,
        description=sentence(fill(entry["text"], slots)),
        effort=entry["effort"],
        advantages=tuple(fill(line, slots) for line in entry["plus"]),
        disadvantages=tuple(fill(line, slots) for line in entry["minus"]),
        when_to_choose=sentence(fill(entry["when"], slots)),
    )


def _entry(name: str, reading: Reading, passage: Sentence | None = None) -> Alternative:
    entry = load("alternatives")[name]
    return Alternative(
        name=fill(entry["name"], reading.brief),
        uses_ai=entry["uses_ai"],
        description=sentence(fill(entry["text"], reading.brief)),
        effort=entry["effort"],
        advantages=_each(entry["plus"], reading),
        disadvantages=_each(entry["minus"], reading),
        when_to_choose=sentence(fill(entry["when"], reading.brief)),
        evidence=_evidence("what it starts from", passage),
    )


def _each(lines: Sequence[str], reading: Reading) -> tuple[str, ...]:
    return tuple(text for line in lines if (text := fill(line, reading.brief)))


def _evidence(note: str, passage: Sentence | None) -> tuple[Evidence, ...]:
    return (passage.evidence(note),) if passage is not None else ()
