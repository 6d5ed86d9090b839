"""One case read once: its facts, its slots, and short answers about its results."""

import re
from dataclasses import dataclass

from pipeline_core.advice._data import words
from pipeline_core.advice.facts import Facts, extract_facts
from pipeline_core.advice.phrases import fill, listed, shorten
from pipeline_core.advice.plain_tools import NamedTool, decisive_passages, named_tool
from pipeline_core.advice.slots import PASSAGES, slots_of
from pipeline_core.advice.workload import review_hours
from pipeline_core.models import Case, Score
from pipeline_core.text.memo import Memo
from pipeline_core.tools.domains import classify_domain

DIMENSIONS = (
    "task_determinism",
    "error_tolerance",
    "data_availability",
    "evaluation_clarity",
    "edge_case_risk",
    "human_oversight_cost",
    "rate_of_change",
)
"""The dimensions advice knows how to use; others are read through the verdict only."""
_SHORT_NAME = 6
_KNOWN: Memo[str, Facts] = Memo()
_GENERIC = re.compile(r"\b(?:function|software|tool)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the four pieces of advice share."""

    case: Case
    facts: Facts
    slots: dict[str, str]
    brief: dict[str, str]
    """The same with long passages shortened."""
    tool: NamedTool | None
    """The plain tool the verdict names or, for a weak fit, the text points to."""

    def score(self, dimension: str) -> Score | None:
        """Return the score of a dimension; None if it is missing."""
        result = self.case.dimensions.get(dimension)
        return result.score if result else None

    def silent(self, dimension: str) -> bool:
        """Tell whether the text says nothing about a dimension, so that its score is only a placeholder."""
        result = self.case.dimensions.get(dimension)
        return result is None or (not result.evidence and result.score == "neutral")

    @property
    def verdict(self) -> str:
        """The verdict, or "" before there is one."""
        return self.case.verdict.verdict if self.case.verdict else ""

    @property
    def cause(self) -> str | None:
        """Why a weak fit is weak."""
        return self.case.verdict.cause if self.case.verdict else None

    @property
    def unlawful(self) -> bool:
        """The verdict rejects the purpose itself, not the missing check."""
        if self.case.verdict is None or self.verdict != "NOT_RECOMMENDED":
            return False
        rule = f"{self.case.verdict.rule} {self.case.verdict.headline}".lower()
        if any(word in rule for word in ("unlawful", "decept", "purpose", "deceiv", "mislead", "illegal")):
            return True
        return self.score("error_tolerance") != "unfavorable" and self.facts.deception is not None

    @property
    def tiny(self) -> bool:
        """So few items that building does not pay: under about five a day, or the text says once."""
        amount = self.facts.amount
        if amount is not None:
            return amount.per_year <= 1500
        return bool(words("tiny").search(self.facts.text))


def read(case: Case) -> Reading:
    """Read a case; the same case always gives the same reading."""
    facts = _facts(case)
    slots = slots_of(case, facts)
    weak_by_tool = case.verdict is not None and (
        case.verdict.better_tool is not None or case.verdict.cause == "better_tool"
    )
    tool = named_tool(case, facts) if weak_by_tool else None
    if tool is not None:
        slots["tool"] = _tool_words(case, facts, tool, slots)
        if tool.quote is not None:
            slots["tool_quote"] = tool.quote.shown
        slots["tool_cap"] = slots["tool"][0].upper() + slots["tool"][1:]
    decisive = next(decisive_passages(case), None)
    if decisive is not None and case.verdict is not None and case.verdict.cause == "leave_to_people":
        slots["people"] = decisive.shown
    if decisive is not None and case.verdict is not None and case.verdict.verdict == "NOT_RECOMMENDED":
        slots.setdefault("deception", decisive.shown)
    if "people" in slots:
        slots["people_quote"] = slots["people"]
    if "checker" in slots:
        slots["checker_cap"] = slots["checker"][0].upper() + slots["checker"][1:]
    if "volume" in slots:
        slots["volume_cap"] = slots["volume"][0].upper() + slots["volume"][1:]
    hours = review_hours(facts)
    if hours is not None:
        slots["review_hours"] = f"{hours:,g}"
    domain = classify_domain(facts.text)
    considerations = domain.considerations
    if considerations:
        slots["consideration"] = considerations[0]
        slots["domain"] = domain.title.lower()
    else:
        slots["consideration"] = "Ask which duties apply before anything is built."
    slots["job_cap"] = slots["job"][0].upper() + slots["job"][1:]
    if case.verdict is not None and case.verdict.conditions:
        slots["first_condition"] = case.verdict.conditions[0].strip().rstrip(".")
    missing = [name.replace("_", " ") for name in DIMENSIONS if name not in case.dimensions]
    if missing and len(missing) < len(DIMENSIONS):
        slots["missing"] = listed(missing)
    said = "metric" in slots
    slots["measure_holds"] = "this holds" if said else f"the measure holds ({slots['metric_short']})"
    slots["kind_metric"] = fill(facts.kind.metric, slots)
    # For the second and later mention of a passage: enough to recognise it.
    brief = {name: shorten(value) if name in PASSAGES else value for name, value in slots.items()}
    return Reading(case, facts, slots, brief, tool)


def _facts(case: Case) -> Facts:
    """Return the facts of a case, which the four pieces of advice on it share."""
    told = case.model_copy(update=dict.fromkeys(("verdict", "risks", "alternatives", "architecture")))
    return _KNOWN.get(told.model_dump_json(), lambda: extract_facts(told))


def _tool_words(case: Case, facts: Facts, tool: NamedTool, slots: dict[str, str]) -> str:
    """What the verdict names if that is short, else the family, with the user's own system where it is
    one.
    """
    named = (case.verdict.better_tool or "").strip().rstrip(".") if case.verdict else ""
    if named and len(named.split()) <= _SHORT_NAME and not _GENERIC.search(named):
        return named[0].lower() + named[1:] if named[1:2].islower() else named
    if tool.family.id == "existing_software" and facts.system is not None:
        return f"a function of {slots['system']}"
    return tool.family.short
