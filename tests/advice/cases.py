"""Cases as the judging stages would hand them over, made from labelled texts or by hand."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pipeline_core.models import (
    Case,
    DimensionResult,
    Evidence,
    PipelineInput,
    Score,
    Split,
    Verdict,
    VerdictResult,
)

WEIGHTS = {
    "task_determinism": 0.15,
    "error_tolerance": 0.22,
    "data_availability": 0.15,
    "evaluation_clarity": 0.17,
    "edge_case_risk": 0.11,
    "human_oversight_cost": 0.14,
    "rate_of_change": 0.06,
}
_TOOLS = {
    "solver": "a solver",
    "statistics": "classical statistics",
    "lookup": "a lookup table",
    "rule": "a rule set",
    "existing_tool": "the function that software you own already has",
}


@cache
def labelled_rows() -> tuple[dict[str, Any], ...]:
    """Return the labelled texts kept with these tests."""
    lines = (Path(__file__).parent / "data" / "cases.jsonl").read_text("utf-8").splitlines()
    return tuple(json.loads(line) for line in lines)


def labelled_cases() -> Iterator[tuple[str, Case]]:
    """Yield id and case of each labelled text, judged as its labels say."""
    for row in labelled_rows():
        yield row["id"], labelled_case(row)


def labelled_case(row: Mapping[str, Any], text: str | None = None) -> Case:
    """Return the case of a row; `text` replaces its text and must hold the row's evidence."""
    written = row["text"] if text is None else text
    evidence: dict[str, list[Evidence]] = {}
    for item in row.get("evidence", ()):
        start = written.find(item["quote"])
        if start >= 0:
            quote = Evidence(
                quote=item["quote"], start=start, end=start + len(item["quote"]), score=item["score"]
            )
            evidence.setdefault(item["dimension"], []).append(quote)
    signals = {signal["signal"] for signal in row.get("signals", ())}
    tool = next((name for signal, name in _TOOLS.items() if signal in signals), None)
    cause: Literal["better_tool", "leave_to_people"] | None = None
    if row["verdict"] == "WEAK_FIT":
        cause = "leave_to_people" if signals and tool is None else "better_tool"
    return case_of(
        written,
        row["verdict"],
        row["dimensions"],
        evidence=evidence,
        gaps=row["missing_info"],
        cause=cause,
        better_tool=tool if row["verdict"] == "WEAK_FIT" else None,
    )


def all_but(score: Score, **others: Score) -> dict[str, Score]:
    """Return one score for every dimension, and others where named."""
    return {name: others.get(name, score) for name in WEIGHTS}


def case_of(
    text: str,
    verdict: Verdict,
    scores: Mapping[str, Score] | None = None,
    *,
    evidence: Mapping[str, Sequence[Evidence]] | None = None,
    gaps: Sequence[str] = (),
    cause: Literal["better_tool", "leave_to_people"] | None = None,
    better_tool: str | None = None,
    split: Split | None = None,
    conditions: tuple[str, ...] = (),
    rule: str = "rule",
    context: str | None = None,
) -> Case:
    """Return a case with a verdict; dimensions that `scores` leaves out are missing, as after a failure."""
    quotes = evidence or {}
    given: Mapping[str, Score] = scores if scores is not None else dict.fromkeys(WEIGHTS, "neutral")
    return Case(
        input=PipelineInput(problem=text, context=context),
        dimensions={
            name: DimensionResult(
                dimension=name,
                title=name.replace("_", " ").capitalize(),
                score=score,
                confidence=0.4 if name in gaps else 0.8,
                weight=WEIGHTS[name],
                reasoning=f"what the text says about {name.replace('_', ' ')}",
                evidence=tuple(quotes.get(name, ())),
                information_gaps=(f"nothing about {name}",) if name in gaps else (),
            )
            for name, score in given.items()
        },
        verdict=VerdictResult(
            verdict=verdict,
            confidence=0.8,
            headline="A headline.",
            rule=rule,
            score=50,
            cause=cause,
            better_tool=better_tool,
            split=split,
            conditions=conditions,
        ),
    )
