"""The result of a thread in one object: what `--format json` prints."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from pipeline_core.case import case_of
from pipeline_core.engine import PipelineState, Status
from pipeline_core.models import (
    ActionItem,
    Alternative,
    Architecture,
    Evidence,
    Insight,
    KeyFactor,
    PipelineInput,
    Question,
    Risk,
    Score,
    SecondOpinion,
    Source,
    Split,
    SynthesisResult,
    Usage,
    Verdict,
    total,
)


class DimensionReport(BaseModel):
    """One dimension of the report."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    title: str
    score: Score
    confidence: float
    weight: float
    reasoning: str
    evidence: tuple[Evidence, ...]
    information_gaps: tuple[str, ...]
    would_change: str
    source: Source
    second_opinion: SecondOpinion | None = None
    """What the rubric says, where a model says something very different."""


class TaskError(BaseModel):
    """A task that ended without a result."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    task: str
    kind: str
    message: str


class Report(BaseModel):
    """What is known of a problem; fields of tasks that have not run are empty or None."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    thread_id: str
    status: Status
    problem: str
    context: str | None
    language: str | None
    domain: str | None
    insights: tuple[Insight, ...]
    verdict: Verdict | None
    confidence: float | None
    headline: str | None
    score: float | None
    """Weighted score of the dimensions, 0 to 100."""
    key_factors: tuple[KeyFactor, ...]
    conditions: tuple[str, ...]
    reasons: tuple[str, ...]
    cause: str | None
    better_tool: str | None
    split: Split | None
    overruled: str | None
    executive_summary: str | None
    narrative: str | None
    dimensions: tuple[DimensionReport, ...]
    questions: tuple[Question, ...]
    """Those without an answer."""
    answers: dict[str, str]
    risks: tuple[Risk, ...]
    alternatives: tuple[Alternative, ...]
    architecture: Architecture | None
    architecture_reasoning: str | None
    questions_before_building: tuple[str, ...]
    action_items: tuple[ActionItem, ...]
    takeaways: tuple[str, ...]
    errors: tuple[TaskError, ...]
    verdict_second_opinion: SecondOpinion | None = None
    sources: dict[str, Source] = Field(default_factory=dict[str, Source])
    """Who judged, by task."""
    fallbacks: dict[str, str] = Field(default_factory=dict[str, str])
    """Why the rubric stands in for a model, by task."""
    usage: dict[str, Usage] = Field(default_factory=dict[str, Usage])
    """What models consumed, by task; empty where none was asked."""
    total_usage: Usage | None = None
    """What models consumed for the whole thread; None where none was asked."""


def report_of(state: PipelineState) -> Report:
    """Return what `state` holds as a report; works for a thread in any status."""
    case = case_of(state)
    verdict, architecture = case.verdict, case.architecture
    synthesis = state.result("synthesis")
    told = synthesis if isinstance(synthesis, SynthesisResult) else None
    usage: dict[str, Usage] = {**_failed_usage(state), **_each(state, "usage")}
    given = state.input
    assert isinstance(given, PipelineInput)
    return Report(
        thread_id=state.thread_id,
        status=state.status,
        problem=given.problem,
        context=given.context,
        language=case.screening.language if case.screening else None,
        domain=case.screening.domain if case.screening else None,
        insights=case.screening.insights if case.screening else (),
        verdict=verdict.verdict if verdict else None,
        confidence=verdict.confidence if verdict else None,
        headline=verdict.headline if verdict else None,
        score=verdict.score if verdict else None,
        key_factors=verdict.key_factors if verdict else (),
        conditions=verdict.conditions if verdict else (),
        reasons=verdict.reasons if verdict else (),
        cause=verdict.cause if verdict else None,
        better_tool=verdict.better_tool if verdict else None,
        split=verdict.split if verdict else None,
        overruled=verdict.overruled if verdict else None,
        executive_summary=told.executive_summary if told else None,
        narrative=told.narrative if told else None,
        dimensions=_dimensions(state),
        questions=_questions(state),
        answers=dict(state.answers),
        risks=case.risks.risks if case.risks else (),
        alternatives=case.alternatives.alternatives if case.alternatives else (),
        architecture=architecture.architecture if architecture else None,
        architecture_reasoning=architecture.reasoning if architecture else None,
        questions_before_building=architecture.questions_before_building if architecture else (),
        action_items=told.action_items if told else (),
        takeaways=told.takeaways if told else (),
        errors=_errors(state),
        verdict_second_opinion=verdict.second_opinion if verdict else None,
        sources=_each(state, "source"),
        fallbacks=_each(state, "fallback_reason"),
        usage=usage,
        total_usage=total(usage.values()) if usage else None,
    )


def _dimensions(state: PipelineState) -> tuple[DimensionReport, ...]:
    results = case_of(state).dimensions
    order = state.fingerprint.get("stage:dimensions", "").split(",")
    return tuple(
        DimensionReport(
            id=name,
            title=result.title,
            score=result.score,
            confidence=result.confidence,
            weight=result.weight,
            reasoning=result.reasoning,
            evidence=result.evidence,
            information_gaps=result.information_gaps,
            would_change=result.would_change,
            source=result.source,
            second_opinion=result.second_opinion,
        )
        for name in order
        if (result := results.get(name)) is not None
    )


def _questions(state: PipelineState) -> tuple[Question, ...]:
    """Return the open questions: what blocks first, then what could move the weighted score most."""
    results = case_of(state).dimensions

    def urgency(question: Question) -> tuple[bool, float]:
        result = results.get(question.dimension or "")
        return question.priority == "blocking", result.weight * (1 - result.confidence) if result else 0.0

    return tuple(sorted(state.open_questions(), key=urgency, reverse=True))


def _each(state: PipelineState, name: str) -> dict[str, Any]:
    """Return what the results have in a field, by task, where they have something."""
    found = {task: getattr(outcome.result, name, None) for task, outcome in sorted(state.outcomes.items())}
    return {task: value for task, value in found.items() if value is not None}


def _failed_usage(state: PipelineState) -> dict[str, Usage]:
    """Return what tasks without a result consumed, by task."""
    failures = {task: outcome.failure for task, outcome in sorted(state.outcomes.items())}
    return {task: failure.usage for task, failure in failures.items() if failure and failure.usage}


def _errors(state: PipelineState) -> tuple[TaskError, ...]:
    return tuple(
        TaskError(task=task, kind=outcome.failure.kind, message=outcome.failure.message)
        for task, outcome in sorted(state.outcomes.items())
        if outcome.failure is not None
    )
