"""Cues: phrases that speak for themselves, in a small language a reader of the rubric can write.

`confirm*` matches any ending, `...` up to six words in between, `(a|b)` either, `(a)?` or nothing, `<n>` a
number, `_` one word. A cue matches whole words and ignores case. `+` before a cue means that a negation
before it does not turn it around, because it holds its own.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

_TOKEN = re.compile(r"\.\.\.|\)[?*]?|<n>|[*_(|]|\s+|[^\s*_()|.<]+|[.<]")
_GAP = r"(?:[^\w\n]+[\w'’%-]+){0,6}?[^\w\n]+"
_NUMBER = r"\d[\d.,  ']*(?:\s?(?:k|m|mio|thousand|million|billion|tausend|millionen|mil|mille|millones|万))?"
_WIDE_SCRIPT = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


_FIXED = {"...": _GAP, "*": r"\w*", "<n>": _NUMBER, "_": r"[\w'’-]+", "(": "(?:"}


def check(cue: str) -> None:
    """Refuse what is no cue.

    Raises:
        ValueError: its brackets do not match, or it holds no word.
    """
    if not any(char.isalnum() or char == "<" for char in cue):
        raise ValueError(f"the cue {cue!r} holds no word")
    depth = 0
    for char in cue:
        depth += (char == "(") - (char == ")")
        if depth < 0:
            break
    if depth:
        raise ValueError(f"the brackets of the cue {cue!r} do not match")


def pattern(cue: str) -> str:
    """Return the regular expression of a cue.

    Raises:
        ValueError: see `check`.
    """
    check(cue)
    tokens: list[str] = _TOKEN.findall(cue.removeprefix("+").strip())
    depth = 0
    parts: list[str] = []
    for index, token in enumerate(tokens):
        depth += (token == "(") - token.startswith(")")
        beside_gap = "..." in tokens[max(index - 1, 0) : index + 2]
        parts.append(_part(token, depth=depth, beside_gap=beside_gap))
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


class Cues:
    """Finds any of several cues, like one expression with all of them as alternatives.

    A cue is compiled when a text holds the words without which it cannot match: most texts need few of a
    thousand cues, and compiling takes longer than searching.
    """

    def __init__(self, cues: Iterable[str]) -> None:
        self._cues = tuple((needed_words(cue), cue) for cue in cues)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Yield the matches from left to right; of two that overlap the one that begins first."""
        lowered = text.lower()
        matches = [
            match
            for needed, cue in self._cues
            if all(any(word in lowered for word in words) for words in needed)
            for match in _compiled(cue).finditer(text)
        ]
        end = 0
        for match in sorted(matches, key=lambda match: match.start()):
            if match.start() >= end:
                yield match
                end = match.end()

    def search(self, text: str) -> re.Match[str] | None:
        """Return the first match, if there is one."""
        return next(self.finditer(text), None)


@lru_cache(maxsize=512)
def any_of(cues: tuple[str, ...]) -> Cues:
    """Return what finds any of the cues."""
    return Cues(cues)


@lru_cache(maxsize=4096)
def _compiled(cue: str) -> re.Pattern[str]:
    return re.compile(pattern(cue), re.IGNORECASE)


Needed = tuple[tuple[str, ...], ...]
"""Groups of words in lower case: a text must hold one of each group."""


def needed_words(cue: str) -> Needed:
    """Return words without which a text cannot match a cue; nothing where none is sure."""
    tokens: list[str] = _TOKEN.findall(cue.removeprefix("+").strip())
    return _needed(tokens[::-1], top=True)


def _needed(rest: list[str], *, top: bool = False) -> Needed:
    """Return what is needed up to the end of a bracket; takes its tokens from the end of `rest`."""
    alternatives: list[list[tuple[str, ...]]] = [[]]
    while rest:
        token = rest.pop()
        if token.startswith(")"):
            if token == ")":
                break
            return ()
        if token == "(":
            alternatives[-1].extend(_needed(rest))
        elif token == "|" and not top:
            alternatives.append([])
        elif token[0] not in "|*_<." and not token.isspace():
            alternatives[-1].extend((word,) for word in re.split("['’]", token.lower()) if word)
    if len(alternatives) == 1:
        return tuple(alternatives[0])
    if not all(alternatives):
        return ()
    # One group that holds for every alternative: the rarest words of each, which are the longest.
    rarest = [max(groups, key=lambda words: min(map(len, words))) for groups in alternatives]
    return (tuple(word for words in rarest for word in words),)


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
