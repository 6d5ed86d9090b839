"""Turn facts into a verdict with its reasons."""

from collections.abc import Sequence

from pipeline_core.models import Case, Evidence, KeyFactor, Split, Verdict, VerdictResult
from pipeline_core.rubric.facts import Facts
from pipeline_core.rubric.reading import Reading
from pipeline_core.rubric.rules import Decision
from pipeline_core.rubric.schema import RubricSpec, SignalSpec
from pipeline_core.rubric.scoring import statements_speaking
from pipeline_core.rubric.today import todays_way

_TELLING = 0.5
_FAINT = 0.2
_CLEAR_PART = 0.6
_MOST_FACTORS = 8
_WITHOUT_PREDICATES = 0.6
_BY_LIMIT = 0.35
"""Least confidence where a hard limit, not the leading predicate, decides."""
_PREDICATE: dict[Verdict, str] = {
    "NOT_RECOMMENDED": "veto",
    "WEAK_FIT": "weak",
    "CONDITIONAL": "conditional",
    "STRONG_FIT": "strong",
}


def result_of(
    spec: RubricSpec, case: Case, reading: Reading, facts: Facts, decision: Decision
) -> VerdictResult:
    """Return the verdict of a decision, with what speaks for it and what must hold."""
    verdict = decision.rule.verdict
    weak = weak_because(spec, facts) if verdict == "WEAK_FIT" else None
    factors = (*_signal_factors(spec, facts, verdict), *_dimension_factors(spec, case))
    return VerdictResult(
        verdict=verdict,
        confidence=_confidence(case, facts, verdict, spec),
        headline=_headline(decision, weak, case),
        key_factors=factors[:_MOST_FACTORS],
        conditions=_conditions(case, verdict, reading),
        rule=decision.rule.id,
        reasons=decision.reasons,
        score=facts.score,
        cause=None if weak is None else weak.cause,
        better_tool=None if weak is None else weak.tool,
        split=_split(reading, verdict),
    )


def weak_because(spec: RubricSpec, facts: Facts) -> SignalSpec | None:
    """Return the signal that best says why something else is better."""
    causes = [each for each in spec.signals if each.cause is not None]
    return max(causes, key=lambda each: facts.signals.get(each.id, 0.0), default=None)


def _confidence(case: Case, facts: Facts, verdict: Verdict, spec: RubricSpec) -> float:
    base = facts.predicates.get(_PREDICATE[verdict], _WITHOUT_PREDICATES)
    if base < max(facts.predicates.values(), default=0.0):
        base = max(base, _BY_LIMIT)
    missing = len(spec.dimensions) - len(facts.scores)
    if not facts.predicates and case.dimensions:
        base = sum(result.confidence for result in case.dimensions.values()) / len(case.dimensions)
    return round(max(0.05, min(0.98, base - 0.05 * missing)), 3)


def _headline(decision: Decision, weak: SignalSpec | None, case: Case) -> str:
    title = decision.rule.title
    measure = case.dimensions.get("evaluation_clarity")
    match decision.rule.verdict:
        case "NOT_RECOMMENDED":
            return f"Not recommended: {title}."
        case "WEAK_FIT" if weak is not None and weak.cause == "leave_to_people":
            return f"Weak fit: leave it to people, because {weak.title}."
        case "WEAK_FIT":
            return f"Weak fit: {title if weak is None or weak.tool is None else 'better use ' + weak.tool}."
        case "STRONG_FIT" if measure is not None and measure.score != "favorable":
            return "Strong fit, but agree first how success will be measured."
        case "STRONG_FIT":
            return f"Strong fit: {title}."
        case "CONDITIONAL":
            return f"Conditional fit: {title}."


def _signal_factors(spec: RubricSpec, facts: Facts, verdict: Verdict) -> list[KeyFactor]:
    least = _FAINT if verdict in ("NOT_RECOMMENDED", "WEAK_FIT") else _TELLING
    ranked = sorted(spec.signals, key=lambda each: -facts.signals.get(each.id, 0.0))
    out: list[KeyFactor] = []
    for signal in ranked:
        statement = facts.signal_statements.get(signal.id)
        if facts.signals.get(signal.id, 0.0) < least or statement is None or len(out) == 3:
            break
        text = f"{signal.title[:1].upper()}{signal.title[1:]}."
        out.append(
            KeyFactor(influence="against", text=text, evidence=(statement.evidence(None, signal.title),))
        )
    return out


def _dimension_factors(spec: RubricSpec, case: Case) -> list[KeyFactor]:
    influence = {"favorable": "for", "unfavorable": "against", "neutral": "neutral"}
    order = {"unfavorable": 0, "favorable": 1, "neutral": 2}
    results = [case.dimensions[each.id] for each in spec.dimensions if each.id in case.dimensions]
    results.sort(key=lambda each: (order[each.score], -each.weight))
    return [
        KeyFactor(
            dimension=each.dimension,
            influence=influence[each.score],  # pyright: ignore[reportArgumentType]
            text=f"{each.title}: {each.reasoning}",
            evidence=each.evidence,
        )
        for each in results
        if each.score != "neutral" or each.evidence
    ]


_ASKED: dict[str, dict[str, str]] = {
    "error_tolerance": {
        "unfavorable": "No result takes effect before somebody who can stop it has looked at it",
        "neutral": "Agree which mistakes are acceptable, and cap what a single one may cost",
    },
    "human_oversight_cost": {
        "unfavorable": "Name a person with the time, the knowledge and the power to stop a wrong result",
        "neutral": "Keep the check by the people named, and measure how long it takes them",
    },
    "data_availability": {
        "unfavorable": "Collect usable examples with true outcomes before anything is built",
        "neutral": "Check the quality of the examples on a sample first",
    },
    "evaluation_clarity": {
        "unfavorable": "Find a measure that shows within weeks whether results are right",
        "neutral": "Agree a measure and a target before the start, and test on cases kept apart",
    },
    "edge_case_risk": {
        "unfavorable": "Route unusual and hostile inputs to people, and test with them on purpose",
        "neutral": "Send unusual inputs to a person",
    },
    "rate_of_change": {
        "unfavorable": "Plan a retest with every change, and an owner who does it",
        "neutral": "Retest after each announced change",
    },
    "task_determinism": {
        "unfavorable": "Use it for suggestions only; a person decides",
        "neutral": "Write down, with examples, what a good result is",
    },
}


def _conditions(case: Case, verdict: Verdict, reading: Reading) -> tuple[str, ...]:
    if verdict == "WEAK_FIT":
        return ()
    wanted = ("unfavorable",) if verdict == "NOT_RECOMMENDED" else ("unfavorable", "neutral")
    out: list[str] = []
    for level in wanted:
        for name, result in case.dimensions.items():
            text = _ASKED.get(name, {}).get(level)
            if text is None or result.score != level or (level == "neutral" and not result.evidence):
                continue
            out.append(f"{text}{_about(result.evidence, level)}.")
    measure = case.dimensions.get("evaluation_clarity")
    if verdict == "STRONG_FIT" and measure is not None and measure.score != "favorable":
        out.insert(0, "Agree a measure first: how, and how soon, would you notice that results are wrong?")
    way = todays_way(reading)
    if way is not None and verdict != "NOT_RECOMMENDED":
        out.append(f"It must beat today's way: “{' '.join(way.text.split())}”.")
    return tuple(out)


def _about(evidence: Sequence[Evidence], level: str) -> str:
    own = [each.quote for each in evidence if each.score == level]
    if not own:
        return ""
    flat = " ".join(own[0].split())
    return f" (“{flat if len(flat) <= 120 else flat[:117].rstrip() + '…'}”)"


def _split(reading: Reading, verdict: Verdict) -> Split | None:
    if verdict == "STRONG_FIT":
        return None
    speaking = statements_speaking(reading, "error_tolerance")
    safe = [each for each in speaking if each.score == "favorable" and each.probability >= _CLEAR_PART]
    risky = [each for each in speaking if each.score == "unfavorable" and each.probability >= _CLEAR_PART]
    if not safe or not risky or safe[0].statement is risky[0].statement:
        return None
    return Split(safe_part=safe[0].statement.text, risky_part=risky[0].statement.text)
