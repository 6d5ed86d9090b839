"""Tell the field of work a text is about, and what to keep in mind there."""

import re
from functools import lru_cache

from pydantic import BaseModel, ConfigDict, Field

from pipeline_core.models import Evidence
from pipeline_core.tools._data import load

_STRONG = 6.0


class DomainGuess(BaseModel):
    """The most likely field of work."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    domain: str
    """An id, or `general` where no word points to a field."""
    title: str
    confidence: float = Field(ge=0, le=1)
    considerations: tuple[str, ...] = ()
    """Laws and duties to ask about; a list to check, not legal advice."""
    matches: tuple[Evidence, ...] = ()
    """The words that decided, in the order of the text."""
    runner_up: str | None = None


@lru_cache(maxsize=32)
def classify_domain(text: str, *, source: str = "problem") -> DomainGuess:
    """Return the field of work whose words weigh most in `text`.

    Each listed word counts once, with its weight from the data file; the alphabet decides between
    equals. The confidence is (best - second) / best, damped by best / (best + 6), so that one stray
    word convinces nobody.
    """
    domains = load("domains")
    scores: dict[str, float] = {}
    found: dict[str, list[Evidence]] = {}
    lowered = text.lower()
    for name, entry in domains.items():
        # Most words are in no text: only those that are may cost the making of an expression.
        there = tuple(word for word in entry["words"] if word.lower() in lowered)
        if not there:
            continue
        pattern, seen = _pattern(there), set[str]()
        for match in pattern.finditer(text):
            word = match.group().lower()
            weight = entry["words"].get(word, 0)
            if word in seen or not weight:
                continue
            seen.add(word)
            scores[name] = scores.get(name, 0.0) + weight
            found.setdefault(name, []).append(
                Evidence(quote=match.group(), start=match.start(), end=match.end(), source=source, note=name)
            )
    if not scores:
        return DomainGuess(domain="general", title="General", confidence=0.0)
    ranked = sorted(scores, key=lambda name: (-scores[name], name))
    best = scores[ranked[0]]
    second = scores[ranked[1]] if len(ranked) > 1 else 0.0
    return DomainGuess(
        domain=ranked[0],
        title=domains[ranked[0]]["title"],
        confidence=round((best - second) / best * best / (best + _STRONG), 3),
        considerations=tuple(domains[ranked[0]]["considerations"]),
        matches=tuple(found[ranked[0]]),
        runner_up=ranked[1] if len(ranked) > 1 else None,
    )


def domain_names() -> tuple[str, ...]:
    """Return the ids of all fields of work, without `general`."""
    return tuple(load("domains"))


def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(words, key=len, reverse=True)
    # Japanese has no blanks between words, so its words are sought anywhere.
    pieces = [
        re.escape(word) if re.match(r"[\u3040-\u9fff]", word) else rf"\b{re.escape(word)}\b"
        for word in longest_first
    ]
    return re.compile("|".join(pieces), re.IGNORECASE)
