"""Read numbers as people write them in several languages."""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

_MULTIPLIERS = {
    "k": 1e3,
    "thousand": 1e3,
    "tsd": 1e3,
    "tausend": 1e3,
    "mil": 1e3,
    "mila": 1e3,
    "mille": 1e3,
    "千": 1e3,
    "万": 1e4,
    "m": 1e6,
    "mn": 1e6,
    "mio": 1e6,
    "million": 1e6,
    "millions": 1e6,
    "millionen": 1e6,
    "millones": 1e6,
    "milhões": 1e6,
    "milioni": 1e6,
    "億": 1e8,
    "bn": 1e9,
    "billion": 1e9,
}
_WORDS = {
    **dict(
        zip(
            ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"],
            range(2, 13),
            strict=True,
        )
    ),
    **{"fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "eighty": 80},
    **{"a dozen": 12, "two dozen": 24, "a hundred": 100, "two hundred": 200, "a thousand": 1000},
    **{"zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7, "acht": 8, "neun": 9, "zehn": 10},
    **{"zwölf": 12, "zwanzig": 20, "dreißig": 30, "fünfzig": 50, "hundert": 100},
    **{"deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "dix": 10, "vingt": 20, "trente": 30, "cent": 100},
    **{"dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "diez": 10, "veinte": 20, "treinta": 30, "cien": 100},
}
_DIGITS = r"\d{1,3}(?:[.,'’ \u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d+)?"
_SUFFIX = (
    r"(?:(?P<sign>[kKM千万億])|[ \u00a0]?(?P<suffix>mn|mio|tsd|bn|mila?|mille|thousand|tausend"
    r"|millionen|millones|millions?|milhões|milioni|billion)\.?)(?![\w])"
)
_SUFFIX_ASIAN = r"(?P<asian>[千万億])"
_WORD = "|".join(sorted(_WORDS, key=len, reverse=True))
_NUMBER = rf"(?<![0-9A-Za-z.,])(?:(?P<digits>{_DIGITS})(?:{_SUFFIX_ASIAN}|{_SUFFIX})?|\b(?P<word>{_WORD})\b)"

_POINT_GROUPS_THOUSANDS = frozenset({"de", "es", "fr", "it", "pt", "nl"})
_GROUP = re.compile(r"[.,](\d{3})(?!\d)")


@cache
def _number() -> re.Pattern[str]:
    # One number with its multiplier: "6k", "2.3M", "18 mil", "約20万".
    return re.compile(_NUMBER, re.IGNORECASE)


class Number(NamedTuple):
    """A number found in a text: `text[start:end]` is how it is written."""

    value: float
    start: int
    end: int


def find_numbers(text: str, language: str = "en") -> Iterator[Number]:
    """Yield the numbers of `text` in order; `language` decides what a point or comma means.

    "1.800" is 1800 in German, Spanish, French, Italian, Portuguese and Dutch and 1.8 elsewhere; "1,800"
    is the reverse. Groups set apart by blanks or apostrophes are always thousands.
    """
    for match in _number().finditer(text):
        word = match.group("word")
        if word:
            yield Number(float(_WORDS[word.lower()]), match.start(), match.end())
            continue
        value = _parse_digits(match.group("digits"), language)
        suffix = match.group("asian") or match.group("sign") or match.group("suffix")
        if suffix:
            value *= _MULTIPLIERS[suffix.lower()]
        yield Number(value, match.start(), match.end())


def _parse_digits(written: str, language: str) -> float:
    plain = re.sub(r"['’ \u00a0\u202f]", "", written)
    thousands, decimal = (".", ",") if language in _POINT_GROUPS_THOUSANDS else (",", ".")
    groups = _GROUP.findall(plain)
    # "2.400.000" in an English text can only mean groups, whatever the convention says.
    if len(groups) > 1 and plain.count(decimal) > 1:
        thousands, decimal = decimal, thousands
    plain = plain.replace(thousands, "") if _only_groups(plain, thousands) else plain.replace(thousands, ".")
    return float(plain.replace(decimal, "."))


def _only_groups(plain: str, separator: str) -> bool:
    head, *rest = plain.split(separator)
    return head != "" and all(re.fullmatch(r"\d{3}(?:[.,]\d+)?", group) for group in rest)
