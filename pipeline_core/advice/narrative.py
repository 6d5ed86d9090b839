"""The markdown text of a report."""

from collections.abc import Iterator

from pipeline_core.advice.phrases import fill, plain, quoted, report, sentence
from pipeline_core.advice.reading import Reading
from pipeline_core.models import DimensionResult, Evidence, KeyFactor, Score
from pipeline_core.tools.cost import estimate_running_cost

_MOST_SIDES = 4


def narrative_of(reading: Reading) -> str:
    """Return the narrative: what was asked, for, against, what decides, how it is done today, how to
    go on.
    """
    sections = [
        ("What was asked", _asked(reading)),
        ("What speaks for it", _side(reading, "favorable")),
        ("What speaks against it", _side(reading, "unfavorable")),
        ("What decides", _decides(reading)),
        ("Compared with today", _today(reading)),
        ("How to go on", "\n".join(_onward(reading))),
    ]
    return "\n\n".join(f"## {title}\n\n{body}" for title, body in sections if body)


def _asked(reading: Reading) -> str:
    facts = reading.facts
    lines = [sentence(fill("In the text's own words: “{task}”", reading.slots))]
    for name in ("volume", "check", "limits", "deadline", "system", "law"):
        repeated = name == "limits" and facts.limits in (facts.check, facts.task)
        if not repeated and (line := report("frame", name, reading.slots)):
            lines.append(line)
    return " ".join(lines)


def _side(reading: Reading, score: Score) -> str:
    results = sorted(
        (result for result in reading.case.dimensions.values() if result.score == score),
        key=lambda result: (-result.weight, result.dimension),
    )
    if not results:
        weak = score == "unfavorable" and reading.verdict == "WEAK_FIT"
        return report("silent", "weak" if weak else score, reading.brief)
    return "\n".join(_point(result, reading) for result in results[:_MOST_SIDES])


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
    for factor in _decisive(verdict.key_factors):
        quote = _quote_of(factor.evidence[0]) if factor.evidence else ""
        repeated = not quote or plain(quote).strip("“”") in factor.text
        lines.append(sentence(factor.text) if repeated else f"{sentence(factor.text)} {quote}")
    lines.append(_oversight(reading))
    if verdict.split is not None:
        lines.append(
            f"The proposal has two parts. Safe to hand over: {plain(verdict.split.safe_part)}. "
            f"Not to be handed over: {plain(verdict.split.risky_part)}."
        )
    if verdict.overruled:
        lines.append(f"A proposed {verdict.overruled} was overruled by the rules.")
    return "\n\n".join(line for line in dict.fromkeys(lines) if line)


def _decisive(factors: tuple[KeyFactor, ...]) -> tuple[KeyFactor, ...]:
    """What a rule rests on; the dimensions have their own sections, so one of them is enough without
    any.
    """
    cues = tuple(factor for factor in factors if factor.dimension is None)
    return cues[:3] or factors[:1]


def _oversight(reading: Reading) -> str:
    """The check has two sides: what it costs, and whether it can stop a mistake."""
    facts = reading.facts
    if reading.verdict == "NOT_RECOMMENDED":
        return report("oversight", "none", reading.brief) if not reading.unlawful else ""
    if reading.verdict not in ("STRONG_FIT", "CONDITIONAL"):
        return ""
    return report("oversight", "all" if facts.checks_every and facts.checker else "some", reading.brief)


def _today(reading: Reading) -> str:
    return report("today", reading.verdict, reading.slots) if reading.verdict and reading.facts.today else ""


def _onward(reading: Reading) -> Iterator[str]:
    case = reading.case
    conditions = case.verdict.conditions[:4] if case.verdict else ()
    if conditions and reading.verdict == "NOT_RECOMMENDED":
        yield "What would have to change before anybody looks at it again:\n"
    for condition in conditions:
        yield f"- {sentence(condition)}"
    if conditions and reading.verdict == "NOT_RECOMMENDED":
        yield "\nMeanwhile:\n"
    if case.alternatives is not None and reading.verdict in ("WEAK_FIT", "NOT_RECOMMENDED"):
        for alternative in case.alternatives.alternatives[:2]:
            yield f"- **{alternative.name}** ({alternative.effort} effort). {alternative.description}"
    if case.architecture is not None and case.architecture.architecture is not None:
        built = case.architecture.architecture
        yield f"- **{built.pattern}.** {built.human_in_the_loop.description}"
    if case.risks is not None and case.risks.risks:
        first = case.risks.risks[0]
        yield f"- Watch first: {first.title[0].lower()}{first.title[1:]}. {first.mitigation}"
    if reading.verdict in ("STRONG_FIT", "CONDITIONAL"):
        yield from _cost(reading)
    if not case.risks and not case.alternatives:
        yield sentence(fill("- Settle first what is open about {item}", reading.brief))


def _cost(reading: Reading) -> Iterator[str]:
    volume = reading.facts.volume
    cost = estimate_running_cost(volume.text, language=reading.facts.language) if volume else None
    if volume and cost and cost.low and cost.high:
        low, high = max(1.0, cost.low.per_month), max(2.0, cost.high.per_month)
        price = f"about {low:,.0f} to {high:,.0f} {cost.currency} a month"
        dated = f"list prices of {cost.prices_as_of}"
        yield f"- The model alone would cost {price} at “{volume.shown}” ({dated})."
