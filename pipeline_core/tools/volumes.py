"""Find how many of something arrive in which time."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Literal, NamedTuple

from pipeline_core.text.language import language_of
from pipeline_core.tools.numbers import Number, find_numbers

Period = Literal["hour", "day", "week", "month", "year"]

_PER_YEAR: dict[Period, float] = {"hour": 8760, "day": 365, "week": 365 / 7, "month": 12, "year": 1}
_PERIODS: dict[Period, str] = {
    "hour": r"hours?|hrs?|h|Stunde|heure|hora|ora|時間",
    "day": r"days?|d|night|Tag|Nacht|jour|día|dia|giorno|日",
    "week": r"weeks?|wk|Woche|semaine|semana|settimana|週",
    "month": r"months?|mo|Monat|mois|mes|mês|mese|月",
    "year": r"years?|yrs?|y|annum|Jahr|année|an|año|ano|anno|年",
}
_PERIOD = "|".join(f"(?P<{name}>{words})" for name, words in _PERIODS.items())
_LINK = r"(?:a|an|per|each|every|in a|in an|pro|je|im|am|par|por|a la|al|à la|ao|all'|por cada|cada|chaque)"
_NOUN = r"(?P<noun>(?:[^\W\d_][\w'’&-]*(?:\s|(?=/)|$)){0,6}?)"
_FOLLOWED = rf"\s?{_NOUN}(?:{_LINK}\s|\s?/\s?)(?:single\s|working\s)?(?:{_PERIOD})(?!\w)"
_ADVERBS: dict[Period, str] = {
    "hour": r"hourly|stündlich",
    "day": r"daily|täglich|pro Tag|am Tag|per day|cada día|al día|chaque jour|par jour"
    r"|毎日|1日(?:あたり)?|日に",
    "week": r"weekly|wöchentlich|pro Woche|cada semana|chaque semaine|par semaine|毎週|週に?",
    "month": r"monthly|monatlich|pro Monat|im Monat|cada mes|chaque mois|par mois|毎月|月に?",
    "year": r"yearly|annual(?:ly)?|jährlich|pro Jahr|im Jahr|cada año|chaque année|par an|毎年|年に?",
}
_BEFORE = (
    "(?:"
    + "|".join(f"(?P<{name}>{words})" for name, words in _ADVERBS.items())
    + r")(?:\s+(?:intake|volume|number|quantity)\s?[:=]?)?[\s(]*"
    r"(?:rund|etwa|ca\.?|circa|about|around|some|environ|unos|unas|約|およそ)?\s*$"
)
_AFTER_BEFORE = r"\s?(?P<noun>[件枚通回本個台]|(?:[^\W\d_][\w'’&-]*\s?){0,3}(?=[\s).,;:、。(]|$|[^\w]))"
_AFTER_ADVERBS: dict[Period, str] = {
    "hour": "hourly",
    "day": "daily|täglich",
    "week": "weekly|wöchentlich",
    "month": "monthly|monatlich",
    "year": "yearly|annually|jährlich",
}
_THEN_ADVERB = (
    rf"\s?{_NOUN.replace('{0,6}', '{0,3}')}(?:"
    + "|".join(f"(?P<{name}>{words})" for name, words in _AFTER_ADVERBS.items())
    + r")(?!\w)"
)
_RANGE = r"^\s?(?:-|–|to|bis|à|or|oder|a|～|〜)\s?$"
_MONEY_BEFORE = (
    r"(?:[€$£¥]|\b(?:EUR|USD|GBP|CHF|cap|costs?|price|saves?|savings|lose|loss|worth|pays?|fee|subscription"
    r"|more than|over|above)"
    r"(?:\s(?:of|us|is|up to|about|around|maybe|some))*)\s?$"
)
_NOT_ITEMS = (
    r"^\s?(?:%|percent|prozent|x\b|[€$£¥]|eur\b|usd|euros?\b|dollars?|pounds?|cents?|times?\b|fois|veces|mal\b"
    r"|km\b|kg\b|years?\b|yrs?\b|hours?\b|hrs?\b|h\b|min\b|minutes?\b|seconds?\b|s\b|ms\b|days?\b|weeks?\b"
    r"|months?\b|stunden|minuten|tage|heures|jours|horas|días|dias|minutos|staff|people|fte|analysts|tokens)"
)
_CHECK_SENTENCE = (
    r"\b(?:sampl\w+|audit\w*|re-?check\w*|re-?label\w*|blind|QA|stichprobe\w*|échantillon|muestra"
    r"|withheld|rater?s)\b|抽出"
)
_LABEL_BEFORE = r"(?:\bvol(?:ume)?\b|\bquantity|\bintake|\bMenge|\bAnzahl)[^.\n]{0,12}$"
_STOP_NOUNS = frozenset(
    [
        "come",
        "comes",
        "came",
        "in",
        "are",
        "is",
        "was",
        "arrive",
        "arrives",
        "and",
        "or",
        "which",
        "that",
        "who",
        "go",
        "goes",
        "get",
        "be",
        "of",
        "with",
        "from",
        "at",
        "on",
        "by",
        "für",
        "von",
        "aus",
        "mit",
        "und",
        "die",
        "der",
    ]
)
_CUT_NOUN = (
    r"(?s)\s(?:to|from|in|for|by|at|on|with|who|which|that|into|and|or|come|comes|arrive|are|is|per|via|through"
    r"|von|aus|mit|im|für|an|auf|de|des|du|d'|da|do|par|para|que|sur|di|al)(?:\s.*)?$"
)


@cache
def _pattern(source: str) -> re.Pattern[str]:
    # Compiled at first use: importing the package must stay cheap.
    return re.compile(source, re.IGNORECASE)


class Volume(NamedTuple):
    """So many of something in a period. `text[start:end]` is the passage, `unit` the noun as written
    or "".
    """

    amount: float
    """The middle where the text gives a range."""
    unit: str
    period: Period
    start: int
    end: int
    sampled: bool
    """The passage speaks of a sample or an audit, not of the work itself."""

    @property
    def per_day(self) -> float:
        """Items in one calendar day: a year has 365 days and 12 months."""
        return self.per_year / 365

    @property
    def per_year(self) -> float:
        """Items in one year, at the pace of the period."""
        return self.amount * _PER_YEAR[self.period]


def find_volumes(text: str, language: str | None = None) -> tuple[Volume, ...]:
    """Return the volumes of `text` in order; amounts of money, time and shares are left out.

    Args:
        language: ISO 639-1 code that decides how numbers are read; guessed from the text by default.
    """
    numbers = list(find_numbers(text, language or language_of(text)))
    return tuple(_volumes(text, numbers))


def main_volume(text: str, language: str | None = None) -> Volume | None:
    """Return the volume that most likely counts the work itself, or None.

    A labelled one ("Volume: 900 a week") goes first, then the first one with a noun, then the first
    one; samples and audits never count.
    """
    candidates = [volume for volume in find_volumes(text, language) if not volume.sampled]
    if not candidates:
        return None
    labelled = [volume for volume in candidates if _pattern(_LABEL_BEFORE).search(text, 0, volume.start)]
    named = [volume for volume in candidates if volume.unit]
    return (labelled or named or candidates)[0]


def _volumes(text: str, numbers: list[Number]) -> Iterator[Volume]:
    lows: dict[int, Number] = {}
    for low, high in pairwise(numbers):
        if _pattern(_RANGE).match(text[low.end : high.start]):
            lows[high.start] = low
    for number in numbers:
        if text[number.start : number.end].isdigit() and 1900 <= number.value < 2100:
            continue  # a year, most likely
        low = lows.get(number.start, number)
        if _pattern(_MONEY_BEFORE).search(text, max(0, low.start - 40), low.start) or _pattern(
            _NOT_ITEMS
        ).match(text[number.end : number.end + 12]):
            continue
        found = _period_after(text, number) or _period_before(text, low, number)
        if found is None:
            continue
        period, unit, start, end = found
        start = min(start, low.start)
        yield Volume((low.value + number.value) / 2, unit, period, start, end, _in_check(text, start, end))


def _period_after(text: str, number: Number) -> tuple[Period, str, int, int] | None:
    match = _pattern(_FOLLOWED).match(text, number.end) or _pattern(_THEN_ADVERB).match(text, number.end)
    if match is None:
        return None
    return _period_of(match), _unit(match.group("noun")), number.start, match.end()


def _period_before(text: str, low: Number, number: Number) -> tuple[Period, str, int, int] | None:
    window = max(0, low.start - 32)
    match = _pattern(_BEFORE).search(text[window : low.start])
    if match is None:
        return None
    after = _pattern(_AFTER_BEFORE).match(text, number.end)
    noun = after.group("noun").rstrip() if after else ""
    unit = _unit(noun)
    end = text.index(noun, number.end) + len(noun) if unit and noun else number.end
    return _period_of(match), unit, window + match.start(), end


def _period_of(match: re.Match[str]) -> Period:
    for name in _PER_YEAR:
        if match.group(name):
            return name
    raise AssertionError(match)


def _unit(noun: str) -> str:
    unit = _pattern(_CUT_NOUN).sub("", noun.strip()).strip()
    words = unit.split()
    return "" if not words or words[0].lower() in _STOP_NOUNS or len(words) > 4 else unit


def _in_check(text: str, start: int, end: int) -> bool:
    before = max(text.rfind(mark, 0, start) for mark in (". ", ", ", "\n", "; ", "。"))
    after = min(
        (at for mark in (". ", ", ", "\n", ";", "。") if (at := text.find(mark, end)) >= 0), default=len(text)
    )
    return bool(_pattern(_CHECK_SENTENCE).search(text, before + 1, min(after, end + 80)))
