"""Recognise the plain tool that would do the work."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from pipeline_core.advice._data import joined, load
from pipeline_core.advice.aspects import clause_around
from pipeline_core.advice.facts import Facts
from pipeline_core.advice.text import Sentence, trimmed
from pipeline_core.models import Case, Level


@dataclass(frozen=True, slots=True)
class ToolFamily:
    """A kind of plain tool, as data/tools.toml describes it."""

    id: str
    short: str
    """Its name with an article."""
    general: bool
    """Many texts that mean another family mention this one as well."""
    description: tuple[str, ...]
    effort: Level
    plus: tuple[str, ...]
    minus: tuple[str, ...]
    when: str


@dataclass(frozen=True, slots=True)
class NamedTool:
    """The tool the verdict or the text points to."""

    family: ToolFamily
    quote: Sentence | None
    """The passage of the text that mentions it."""


def named_tool(case: Case, facts: Facts) -> NamedTool:
    """Return the plain tool that fits best.

    The words of the families are counted in what the verdict names, in the text, and three times in the
    passages the verdict rests on; those of a general family (rules, lookups, functions of some
    software) weigh a third. The heaviest family wins, the first of equals; without any word it is the
    software already owned. The quote is the passage with the most words of the family.
    """
    wanted = (case.verdict.better_tool or "") if case.verdict else ""
    decisive = "\n".join(dict.fromkeys(passage.flat for passage in decisive_passages(case)))
    best, most = family_of("existing_software"), 0
    for family, pattern in _families():
        if family.id == "people":
            continue
        count = len(pattern.findall(f"{wanted}\n{facts.text}")) + 3 * len(pattern.findall(decisive))
        weight = count if family.general else 3 * count
        if weight > most:
            best, most = family, weight
    return NamedTool(best, _quote(case, facts, best))


def family_of(name: str) -> ToolFamily:
    """Return the family with this id.

    Raises:
        KeyError: the data file has none.
    """
    return {family.id: family for family, _ in _families()}[name]


def _quote(case: Case, facts: Facts, family: ToolFamily) -> Sentence | None:
    pattern = next(pattern for known, pattern in _families() if known.id == family.id)
    rests_on = list(decisive_passages(case))
    decisive = [(item.source, item.start, item.end) for item in rests_on]
    best: tuple[int, Sentence, re.Match[str]] | None = None
    for sentence in facts.sentences:
        hits = list(pattern.finditer(sentence.flat))
        if not hits:
            continue
        bonus = any(
            src == sentence.source and low < sentence.end and sentence.start < high
            for src, low, high in decisive
        )
        weight = len(hits) + 3 * bonus
        if best is None or weight > best[0]:
            best = (weight, sentence, hits[0])
    if best is not None:
        return clause_around(best[1], best[2].start(), 120)
    return next((clause_around(passage, 0, 120) for passage in rests_on), None)


def decisive_passages(case: Case) -> Iterator[Sentence]:
    """Yield the passages the verdict rests on apart from the dimensions, in the order of its key factors."""
    for factor in case.verdict.key_factors if case.verdict else ():
        if factor.dimension is None:
            for item in factor.evidence:
                yield trimmed(item.quote, item.start, item.source)


@cache
def _families() -> tuple[tuple[ToolFamily, re.Pattern[str]], ...]:
    return tuple(
        (
            ToolFamily(
                id=entry["id"],
                short=entry["short"],
                general=entry.get("general", False),
                description=tuple(entry["description"]),
                effort=entry["effort"],
                plus=tuple(entry["plus"]),
                minus=tuple(entry["minus"]),
                when=entry["when"],
            ),
            joined(tuple(entry["words"])),
        )
        for entry in load("tools")["tool"]
    )
