"""Apply the rules of a verdict in order, and keep what each of them said."""

from dataclasses import dataclass

from pipeline_core.rubric.facts import Facts
from pipeline_core.rubric.schema import ConditionSpec, RubricSpec, RuleSpec

_NAMES = {
    "veto": "dangerous without a check, or unlawful",
    "weak": "something else is better",
    "strong": "cheap mistakes and clear success",
    "conditional": "useful under conditions",
}


@dataclass(frozen=True)
class Decision:
    """The rule that holds, and what was looked at on the way."""

    rule: RuleSpec
    reasons: tuple[str, ...]


def decide(spec: RubricSpec, facts: Facts) -> Decision:
    """Return the first rule that holds; the last one always does."""
    reasons: list[str] = []
    for rule in spec.rules:
        held, why = applies(rule, facts)
        reasons.append(f"{rule.id}: {'yes' if held else 'no'} ({why})")
        if held:
            return Decision(rule, tuple(reasons))
    raise AssertionError("the schema makes the last rule hold always")


def applies(rule: RuleSpec, facts: Facts) -> tuple[bool, str]:
    """Return whether a rule holds, and why."""
    every = [(holds(condition, facts), describe(condition, facts)) for condition in rule.all]
    some = [(holds(condition, facts), describe(condition, facts)) for condition in rule.any]
    held = all(result for result, _ in every) and (not some or any(result for result, _ in some))
    return held, "; ".join(text for _, text in (*every, *some)) or "it holds always"


def holds(condition: ConditionSpec, facts: Facts) -> bool:  # noqa: PLR0911  one line for each kind
    """Return whether one condition holds."""
    if condition.dimension is not None:
        scores = facts.own if condition.own else facts.scores
        return scores.get(condition.dimension) in (condition.is_ or ())
    if condition.signal is not None:
        return _within(facts.signals.get(condition.signal, 0.0), condition, least=0.5)
    if condition.predicate is not None:
        value = facts.predicates.get(condition.predicate, 0.0)
        if condition.leads and value < max(facts.predicates.values(), default=0.0):
            return False
        return _within(value, condition, least=0.0)
    if condition.favorable_at_least is not None:
        return facts.favorable >= condition.favorable_at_least
    if condition.unfavorable_at_most is not None:
        return facts.unfavorable <= condition.unfavorable_at_most
    if condition.unfavorable_at_least is not None:
        return facts.unfavorable >= condition.unfavorable_at_least
    return facts.score >= (condition.score_at_least or 0)


def describe(condition: ConditionSpec, facts: Facts) -> str:  # noqa: PLR0911  one line for each kind
    """Return what a condition looked at and saw."""
    if condition.dimension is not None:
        scores = facts.own if condition.own else facts.scores
        return f"{condition.dimension} is {scores.get(condition.dimension, 'not known')}"
    if condition.signal is not None:
        return f"{condition.signal} {facts.signals.get(condition.signal, 0.0):.0%}"
    if condition.predicate is not None:
        return f"{_NAMES[condition.predicate]} {facts.predicates.get(condition.predicate, 0.0):.0%}"
    if condition.favorable_at_least is not None:
        return f"{facts.favorable} favorable, {condition.favorable_at_least} needed"
    if condition.unfavorable_at_most is not None:
        return f"{facts.unfavorable} unfavorable, at most {condition.unfavorable_at_most} allowed"
    if condition.unfavorable_at_least is not None:
        return f"{facts.unfavorable} unfavorable, {condition.unfavorable_at_least} needed"
    return f"score {facts.score:.0f}, {condition.score_at_least:.0f} needed"


def _within(value: float, condition: ConditionSpec, *, least: float) -> bool:
    low = condition.at_least if condition.at_least is not None else least
    if condition.below is not None and condition.at_least is None:
        low = 0.0
    return value >= low and (condition.below is None or value < condition.below)
