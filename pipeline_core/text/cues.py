"""Cues: phrases that speak for themselves, in a small language a reader of the rubric can write.

`confirm*` matches any ending, `...` up to six words in between, `(a|b)` either, `(a)?` or nothing, `<n>` a
number, `_` one word. A cue matches whole words and ignores case. `+` before a cue means that a negation
before it does not turn it around, because it holds its own.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

_TOKEN = re.compile(r"\.\.\.|\)[?*]?|<n>|[*_(|]|\s+|[^\s*_()|.<]+|[.<]")
_GAP = r"(?:[^\w\n]+[\w'’%-]+){0,6}?[^\w\n]+"
_NUMBER = r"\d[\d.,  ']*(?:\s?(?:k|m|mio|thousand|million|billion|tausend|millionen|mil|mille|millones|万))?"
_WIDE_SCRIPT = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


_FIXED = {"...": _GAP, "*": r"\w*", "<n>": _NUMBER, "_": r"[\w'’-]+", "(": "(?:"}


def pattern(cue: str) -> str:
    """Return the regular expression of a cue.

    Raises:
        ValueError: its brackets do not match, or it holds no word.
    """
    cue = cue.removeprefix("+").strip()
    if not any(char.isalnum() or char == "<" for char in cue):
        raise ValueError(f"the cue {cue!r} holds no word")
    tokens: list[str] = _TOKEN.findall(cue)
    depth = 0
    parts: list[str] = []
    for index, token in enumerate(tokens):
        depth += (token == "(") - token.startswith(")")
        if depth < 0:
            break
        beside_gap = "..." in tokens[max(index - 1, 0) : index + 2]
        parts.append(_part(token, depth=depth, beside_gap=beside_gap))
    if depth:
        raise ValueError(f"the brackets of the cue {cue!r} do not match")
    body = "".join(parts)
    return body if _WIDE_SCRIPT.search(cue) else rf"(?<!\w)(?:{body})(?!\w)"


def _part(token: str, *, depth: int, beside_gap: bool) -> str:
    if token in _FIXED:
        return _FIXED[token]
    if token.startswith(")"):
        return token
    if token == "|":
        return "|" if depth else r"\|"
    if token.isspace():
        return "" if beside_gap else r"[\s\-]+"
    return re.escape(token).replace("'", "['’]?")


@lru_cache(maxsize=4096)
def any_of(cues: tuple[str, ...]) -> re.Pattern[str]:
    """Return one expression that finds any of the cues."""
    return re.compile("|".join(pattern(cue) for cue in cues) or r"(?!)", re.IGNORECASE)


_NEGATION = re.compile(
    r"(?:\b(?:not|no|never|none|nobody|without|isn'?t|aren'?t|doesn'?t|don'?t|won'?t|cannot|can'?t"
    r"|hardly|rather than"
    r"|instead of|kein\w*|nicht|nie|ohne|ningun\w*|sin|nunca|pas|sans|jamais|aucun\w*|non|senza|sem|não|nem)"
    r"|n[’']t)(?:\W+\w+){0,2}\W+$",
    re.IGNORECASE,
)


def negated(text: str, start: int) -> bool:
    """Return whether a negation stands right before a place in a statement."""
    return bool(_NEGATION.search(text[max(0, start - 40) : start]))


def found(text: str, cues: Iterable[str]) -> str | None:
    """Return the words that match one of the cues and are not negated, or None."""
    own = tuple(cue for cue in cues if cue.startswith("+"))
    plain = tuple(cue for cue in cues if not cue.startswith("+"))
    if own and (match := any_of(own).search(text)):
        return match.group()
    if plain:
        for match in any_of(plain).finditer(text):
            if not negated(text, match.start()):
                return match.group()
    return None
