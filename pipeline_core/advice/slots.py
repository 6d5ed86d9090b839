"""Turn facts into the words that templates may use.

A slot exists only if the text gave it, `item` and the task's own words apart, so a template with an
unknown slot falls back to a plainer variant.
"""

from pipeline_core.advice.facts import Facts
from pipeline_core.advice.phrases import fill
from pipeline_core.advice.text import Sentence
from pipeline_core.models import Case

_ENGLISH = "en"
PASSAGES = [
    "task",
    "volume",
    "check",
    "check_effort",
    "nocheck",
    "error",
    "today",
    "metric",
    "target",
    "data",
    "change",
    "edge",
    "limits",
    "people",
    "law",
    "deadline",
    "money",
    "sensitive",
    "deception",
    "tool_quote",
    "people_quote",
]
"""Slots that hold words of the user."""
_UNCOUNTED = frozenset(
    ["mail", "post", "staff", "homework", "bolus", "music", "footage", "minutes", "children", "people"]
)


def slots_of(case: Case, facts: Facts) -> dict[str, str]:
    """Return the slots for the templates of one case.

    `item` (plural) and `job` always exist. `checker` is "the dispatcher", `checker_or_person` falls
    back to "a person". `metric_short` is the measure in the user's words, else the usual one for the
    kind of task. Passages of the text carry no quotation marks; templates set them.
    """
    slots = {name: passage.shown for name in PASSAGES if (passage := _passage(facts, name)) is not None}
    if facts.error is not None and facts.nocheck is not None and _overlap(facts.error, facts.nocheck):
        # One passage cannot say both what goes wrong and that nobody looks.
        del slots["error"]
    slots["item"] = item_words(facts)
    slots["job"] = fill(facts.kind.job, slots)
    if facts.system is not None:
        slots["system"] = facts.system.shown if facts.language != _ENGLISH else f"the {facts.system.shown}"
        if facts.system.shown[:1].isupper() and not facts.system.shown.isupper():
            slots["system"] = facts.system.shown
    if facts.checker is not None:
        slots["checker"] = _named(facts.checker, facts.language)
    slots["checker_or_person"] = slots.get("checker", "a person")
    slots["metric_short"] = f"“{slots['metric']}”" if "metric" in slots else fill(facts.kind.metric, slots)
    slots.setdefault("task", case.input.problem.strip()[:80])
    return slots


def item_words(facts: Facts) -> str:
    """Return the noun for what is handled: an English plural, or the user's own word in quotation marks."""
    if facts.item is None:
        return "cases"
    word = facts.item.shown
    if facts.language != _ENGLISH:
        return f"“{word}”"
    return _plural(word if word.isupper() or word[1:2].isupper() else word[0].lower() + word[1:])


def _plural(noun: str) -> str:
    last = noun.rsplit(" ", 1)[-1].lower()
    if last.endswith("s") or last in _UNCOUNTED or " of " in noun:
        return noun
    if last.endswith(("sh", "ch", "x")):
        return f"{noun}es"
    if last.endswith("y") and last[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}s"


def _named(role: Sentence, language: str) -> str:
    if language != _ENGLISH:
        return f"“{role.shown}”"
    word = role.shown
    word = word if word.isupper() else word[0].lower() + word[1:]
    if word.endswith("ies"):
        word = f"{word[:-3]}y"
    elif word.endswith("s") and not word.endswith(("ss", "us")):
        word = word[:-1]
    return f"the {word}"


def _overlap(one: Sentence, other: Sentence) -> bool:
    return one.source == other.source and one.start < other.end and other.start < one.end


def _passage(facts: Facts, name: str) -> Sentence | None:
    return getattr(facts, name, None)
