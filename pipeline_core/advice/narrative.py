"""The markdown text of a report."""

from collections.abc import Iterator

from pipeline_core.advice.phrases import fill, quoted, sentence
from pipeline_core.advice.reading import Reading
from pipeline_core.models import DimensionResult, Evidence
from pipeline_core.tools.cost import estimate_running_cost

_MOST_SIDES = 4


def narrative_of(reading: Reading) -> str:
    """Return the narrative: what was asked, for, against, what decides, how it is done today, how to go on."""
    sections = [
        ("What was asked", _asked(reading)),
        ("What speaks for it", _side(reading, "favorable")),
        ("What speaks against it", _side(reading, "unfavorable")),
        ("What decides", _decides(reading)),
        ("Compared with today", _today(reading)),
        ("How to go on", _onward(reading)),
    ]
    return "\n\n".join(f"## {title}\n\n{body}" for title, body in sections if body)


def _asked(reading: Reading) -> str:
    slots = reading.slots
    lines = [sentence(fill("In the text's own words: “{task}”", slots))]
    frame = [
        fill("Volume: “{volume}”.", slots),
        fill("The check: “{check}”.", slots),
        fill("Kept out of reach of the model: “{limits}”.", slots)
        if reading.facts.limits != reading.facts.check
        else "",
        fill("Time: “{deadline}”.", slots),
        fill("Systems involved: {system}.", slots),
        fill("Law or rule mentioned: “{law}”.", slots),
    ]
    return " ".join([*lines, *(line for line in frame if line)])


def _side(reading: Reading, score: str) -> str:
    results = sorted(
        (result for result in reading.case.dimensions.values() if result.score == score),
        key=lambda result: (-result.weight, result.dimension),
    )[:_MOST_SIDES]
    lines = [_point(result, reading) for result in results]
    if reading.verdict in ("STRONG_FIT", "CONDITIONAL"):
        lines += _cost(reading)
    if not lines:
        return {
            "favorable": fill(
                "Nothing in the text clearly speaks for giving {job} to a model.", reading.slots
            ),
            "unfavorable": fill(
                "Nothing in the text clearly speaks against it; what is open about {item} is listed below.",
                reading.slots,
            ),
        }[score]
    return "\n".join(lines)


def _point(result: DimensionResult, reading: Reading) -> str:
    quote = next((item for item in result.evidence if item.score in (result.score, None)), None)
    words = _quote_of(quote) or _from_facts(result.dimension, reading)
    return f"- **{result.title}.** {words or sentence(result.reasoning)}"


def _quote_of(evidence: Evidence | None) -> str:
    return sentence(quoted(" ".join(evidence.quote.split()).rstrip(".;,"))) if evidence else ""


def _from_facts(dimension: str, reading: Reading) -> str:
    facts = reading.facts
    passage = {
        "error_tolerance": facts.error,
        "human_oversight_cost": facts.check or facts.nocheck,
        "data_availability": facts.data,
        "evaluation_clarity": facts.metric,
        "edge_case_risk": facts.edge,
        "rate_of_change": facts.change,
    }.get(dimension)
    return sentence(quoted(passage.shown)) if passage else ""


def _decides(reading: Reading) -> str:
    verdict = reading.case.verdict
    if verdict is None:
        return ""
    lines = [sentence(verdict.headline)]
    for factor in verdict.key_factors[:3]:
        quote = _quote_of(factor.evidence[0]) if factor.evidence else ""
        lines.append(f"{sentence(factor.text)} {quote}".strip())
    lines += list(_oversight(reading))
    if verdict.split is not None:
        lines.append(
            f"The proposal has two parts. Safe to hand over: {verdict.split.safe_part.strip().rstrip('.')}. "
            f"Not to be handed over: {verdict.split.risky_part.strip().rstrip('.')}."
        )
    if verdict.overruled:
        lines.append(f"A proposed {verdict.overruled} was overruled by the rules.")
    return "\n\n".join(dict.fromkeys(lines))


def _oversight(reading: Reading) -> Iterator[str]:
    """The check has two sides: what it costs, and whether it can stop a mistake."""
    slots = reading.brief
    if reading.facts.nocheck is not None and reading.verdict in ("NOT_RECOMMENDED", "CONDITIONAL"):
        yield fill("Power to stop a mistake: none is described where the text says “{nocheck}”.", slots)
        return
    if reading.facts.check is None or reading.verdict not in ("STRONG_FIT", "CONDITIONAL"):
        return
    cost = fill(["about {review_hours} hours per working day", "“{check_effort}”", "not stated"], slots)
    power = (
        "before the result takes effect, as far as the text tells"
        if reading.facts.checks_every
        else "for part of the results"
    )
    who = slots.get("checker", "a person")
    yield f"The check costs: {cost}. Power to stop a mistake: {who} can, {power}."


def _today(reading: Reading) -> str:
    slots = reading.brief
    if reading.facts.today is None:
        return ""
    ask = {
        "STRONG_FIT": "The model has to beat this; measure it before anything is switched on.",
        "CONDITIONAL": "The conditions only make sense if the new way beats this; measure it first.",
        "WEAK_FIT": "Against this, {tool_or_people} changes little in risk and costs least.",
        "NOT_RECOMMENDED": "Whatever is wrong with this, it keeps a person between the result and its effect.",
    }[reading.verdict or "CONDITIONAL"]
    slots = {**slots, "tool_or_people": slots.get("tool", "a little more time for people")}
    return fill("Today: “{today}”. " + ask, slots)


def _onward(reading: Reading) -> str:
    case = reading.case
    lines = [
        f"- {sentence(condition)}" for condition in (case.verdict.conditions if case.verdict else ())[:4]
    ]
    if case.alternatives is not None and reading.verdict in ("WEAK_FIT", "NOT_RECOMMENDED"):
        for alternative in case.alternatives.alternatives[:2]:
            lines.append(f"- **{alternative.name}** ({alternative.effort} effort). {alternative.description}")
    if case.architecture is not None and case.architecture.architecture is not None:
        built = case.architecture.architecture
        lines.append(f"- **{built.pattern}.** {built.human_in_the_loop.description}")
    if case.risks is not None and case.risks.risks:
        first = case.risks.risks[0]
        lines.append(f"- Watch first: {first.title[0].lower()}{first.title[1:]}. {first.mitigation}")
    if reading.verdict in ("STRONG_FIT", "CONDITIONAL"):
        lines += _cost(reading)
    if not lines:
        lines.append(fill("- Settle the open questions about {item} first.", reading.brief))
    return "\n".join(lines)


def _cost(reading: Reading) -> list[str]:
    volume = reading.facts.volume
    if volume is None:
        return []
    cost = estimate_running_cost(volume.text, language=reading.facts.language)
    if cost.low is None or cost.high is None:
        return []
    return [
        f"- The model alone would cost about {cost.low.per_month:,.0f} to {cost.high.per_month:,.0f} {cost.currency} a "
        f"month at “{volume.shown}” (list prices of {cost.prices_as_of})."
    ]
