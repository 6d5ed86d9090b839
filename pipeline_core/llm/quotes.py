"""Finds a model's quotes in the user's words."""

import re
from collections.abc import Iterable, Iterator

from pipeline_core.llm.frame import unescape
from pipeline_core.models import Case, Evidence, Score

_LEAST = 4
_MOST = 4


def evidence_of(
    quotes: Iterable[str], case: Case, score: Score | None = None, note: str = ""
) -> tuple[Evidence, ...]:
    """Return the quotes that stand in the text, each with its place; invented ones are left out."""
    found: dict[tuple[str, int, int], Evidence] = {}
    for quote in quotes:
        for source, text in _sources(case):
            if span := _find(unescape(quote).strip(" \t\n\"'“”„«»…"), text):
                start, end = span
                found[source, start, end] = Evidence(
                    quote=text[start:end], start=start, end=end, source=source, score=score, note=note
                )
                break
    return tuple(found.values())[:_MOST]


def _sources(case: Case) -> Iterator[tuple[str, str]]:
    yield "problem", case.input.problem
    if case.input.context:
        yield "context", case.input.context
    for question, answer in sorted(case.answers.items()):
        yield f"answer:{question}", answer


def _find(quote: str, text: str) -> tuple[int, int] | None:
    if len(quote) < _LEAST:
        return None
    start = text.find(quote)
    if start >= 0:
        return start, start + len(quote)
    loose = re.search(r"\s+".join(map(re.escape, quote.split())), text, re.IGNORECASE)
    return loose.span() if loose else None
