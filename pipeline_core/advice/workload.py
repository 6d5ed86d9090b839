"""How many hours of checking the stated volume means."""

import re

from pipeline_core.advice.facts import Facts

_WORDS = {
    "a": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "ten": 10,
    "fifteen": 15,
    "twenty": 20,
}
_EFFORT = re.compile(
    r"(?P<low>\d+(?:[.,]\d+)?|[a-z]+) ?(?:(?:to|-|–) ?(?P<high>\d+(?:[.,]\d+)?))? ?"
    r"(?P<unit>s|sec\w*|min\w*|h|hours?|Stunden|heures|horas)\b",
    re.IGNORECASE,
)
_SECONDS = {"s": 1, "m": 60, "h": 3600}


def review_hours(facts: Facts) -> float | None:
    """Return hours of checking per working day, or None unless volume and time per item are both given.

    hours = items per calendar day x 365 / 250 working days x seconds per item / 3600, with the middle
    of a range.
    """
    if facts.amount is None or facts.check_effort is None or not facts.checks_every:
        return None
    match = _EFFORT.search(facts.check_effort.shown)
    if match is None:
        return None
    low = _number(match.group("low"))
    high = _number(match.group("high")) or low
    if not low or not high:
        return None
    unit = match.group("unit").lower()
    seconds = (low + high) / 2 * _SECONDS["h" if unit[0] == "h" or unit.startswith("st") else unit[0]]
    hours = facts.amount.per_day * 365 / 250 * seconds / 3600
    return round(hours, 1) if 0.05 <= hours < 10_000 else None


def _number(written: str | None) -> float | None:
    if written is None:
        return None
    if written.lower() in _WORDS:
        return float(_WORDS[written.lower()])
    try:
        return float(written.replace(",", "."))
    except ValueError:
        return None
