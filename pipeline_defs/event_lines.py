"""What a reader of Dagster's event log is shown of a pipeline event."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import singledispatch

import dagster as dg

from pipeline_core.engine import (
    AnswerReceived,
    CheckpointSaved,
    Event,
    PipelineCompleted,
    PipelineFailed,
    PipelineForked,
    PipelineResumed,
    PipelineStarted,
    PipelineSuspended,
    StageCompleted,
    StageFailed,
    StageRestored,
    StageStarted,
    TaskRetrying,
)
from pipeline_core.events import (
    AlternativesCompleted,
    ArchitectureCompleted,
    DimensionCompleted,
    DimensionPreliminary,
    DimensionQuestion,
    DimensionRestarted,
    RisksCompleted,
    ScreeningCompleted,
    ScreeningInsight,
    ScreeningQuestion,
    ScreeningRestarted,
    ScreeningSignal,
    SynthesisChunk,
    SynthesisCompleted,
    SynthesisRestarted,
    SynthesisSection,
    ToolCalled,
    ToolReturned,
    VerdictCompleted,
    VerdictDetermined,
)
from pipeline_core.models import PipelineInput, Question, Usage
from pipeline_core.render.labels import usage_text
from pipeline_core.report import Report

MAX_FACTS = 5
MAX_TEXT = 300

Fact = str | int | float


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log: a summary to scan, and the facts behind it."""

    summary: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict[str, Fact])
    level: int = logging.INFO


def message_of(event: Event) -> str:
    """Return the line's text: type, subject and summary, in this order, so that lines can be scanned.

    It is one line: breaks in what was given are gone.
    """
    subject = event.task if event.task and not event.type.startswith(f"{event.task}:") else ""
    reason = _stand_in(event)
    judge = f"(the rubric, as the model failed: {reason})" if reason else ""
    summary = " ".join(line_of(event).summary.split())
    parts = (event.type, subject, shortened(summary), shortened(judge))
    return " ".join(part for part in parts if part)


def metadata_of(event: Event) -> dict[str, dg.MetadataValue]:
    """Return the telling facts of an event, at most `MAX_FACTS`, texts cut short.

    What models consumed is always one of them, where they were asked.
    """
    used = usage_of(event)
    last = {} if used is None else {"usage": usage_text(used)}
    facts = dict(list(line_of(event).facts.items())[: MAX_FACTS - len(last)])
    return {name: _metadata(value) for name, value in (facts | last).items()}


def usage_of(event: Event) -> Usage | None:
    """Return what models consumed for what `event` tells: for a task until then, or for the thread."""
    result = getattr(event, "result", None)
    if isinstance(result, Report):
        return result.total_usage
    used = getattr(result if result is not None else getattr(event, "failure", None), "usage", None)
    return used if isinstance(used, Usage) else None


def level_of(event: Event) -> int:
    """Return how much the line matters: a task for which the rubric had to stand in is worth a warning."""
    return max(line_of(event).level, logging.WARNING if _stand_in(event) else logging.NOTSET)


def _stand_in(event: Event) -> str | None:
    """Return why the rubric stands in for a model in the result that `event` tells, if it does."""
    return getattr(getattr(event, "result", None), "fallback_reason", None)


@singledispatch
def line_of(event: Event) -> Line:
    """Return what is told of `event`."""
    failure = getattr(event, "failure", None)
    if failure is None:
        return Line()
    return Line(failure.message, {"kind": failure.kind, "attempt": event.attempt}, logging.ERROR)


@line_of.register
def _(event: PipelineStarted) -> Line:
    given = event.input
    return Line(given.problem) if isinstance(given, PipelineInput) else Line()


@line_of.register
def _(event: PipelineResumed) -> Line:
    closed = ", ".join(event.state.stages) or "nothing"
    return Line(f"after {closed}", {"answers": len(event.state.answers)})


@line_of.register
def _(event: PipelineForked) -> Line:
    return Line(f"from {event.source_thread_id}@{event.source_version}")


@line_of.register
def _(event: PipelineSuspended) -> Line:
    asked = _count(event.questions, "question")
    return Line(f"waits for an answer to {asked}", _questions(event.questions), logging.WARNING)


@line_of.register
def _(event: PipelineCompleted) -> Line:
    report = event.result
    if not isinstance(report, Report):
        return Line()
    facts: dict[str, Fact] = {"verdict": report.verdict or "", "confidence": report.confidence or 0.0}
    return Line(f"{report.verdict}: {report.headline}", facts)


@line_of.register
def _(event: PipelineFailed | StageFailed) -> Line:
    return Line(f"{event.stage}: {event.failure.message}", {"kind": event.failure.kind}, logging.ERROR)


@line_of.register
def _(event: StageStarted) -> Line:
    return Line(event.stage, {"tasks": ", ".join(event.tasks)}, logging.DEBUG)


@line_of.register
def _(event: StageCompleted) -> Line:
    if not event.failed:
        return Line(event.stage, level=logging.DEBUG)
    failed = ", ".join(event.failed)
    return Line(f"{event.stage} without {failed}", {"failed": failed}, logging.WARNING)


@line_of.register
def _(event: StageRestored) -> Line:
    return Line(event.stage, level=logging.DEBUG)


@line_of.register
def _(event: CheckpointSaved) -> Line:
    return Line(f"version {event.version}", level=logging.DEBUG)


@line_of.register
def _(event: AnswerReceived) -> Line:
    return Line(event.question_id, {event.question_id: event.answer})


@line_of.register
def _(event: TaskRetrying) -> Line:
    facts: dict[str, Fact] = {"kind": event.failure.kind, "attempt": event.attempt}
    return Line(f"in {event.delay:.1f} s: {event.failure.message}", facts, logging.WARNING)


@line_of.register
def _(event: ScreeningSignal) -> Line:
    return Line(f"{event.signal} {event.confidence:.0%}", {"confidence": event.confidence})


@line_of.register
def _(event: ScreeningInsight) -> Line:
    return Line(event.insight.text, level=logging.DEBUG)


@line_of.register
def _(event: ScreeningQuestion | DimensionQuestion) -> Line:
    level = logging.WARNING if event.question.priority == "blocking" else logging.INFO
    return Line(event.question.text, {"id": event.question.id, "why": event.question.why}, level)


@line_of.register
def _(event: ScreeningCompleted) -> Line:
    result = event.result
    facts: dict[str, Fact] = {
        "signal": result.signal,
        "confidence": result.confidence,
        "questions": len(result.questions),
        "reasoning": result.reasoning,
    }
    return Line(f"{result.signal} {result.confidence:.0%}", facts)


@line_of.register
def _(event: DimensionPreliminary) -> Line:
    return Line(f"{event.score} {event.confidence:.0%}", level=logging.DEBUG)


@line_of.register
def _(event: DimensionCompleted) -> Line:
    result = event.result
    facts: dict[str, Fact] = {
        "reasoning": result.reasoning,
        "score": result.score,
        "confidence": result.confidence,
        "weight": result.weight,
    }
    return Line(f"{result.score} {result.confidence:.0%}", facts)


@line_of.register
def _(event: ToolCalled | ToolReturned) -> Line:
    return Line(event.tool, level=logging.DEBUG)


@line_of.register
def _(event: DimensionRestarted | ScreeningRestarted | SynthesisRestarted) -> Line:
    return Line(event.reason, level=logging.WARNING)


@line_of.register
def _(event: VerdictDetermined) -> Line:
    return Line(f"{event.verdict} {event.confidence:.0%}", {"headline": event.headline})


@line_of.register
def _(event: VerdictCompleted) -> Line:
    result = event.result
    facts: dict[str, Fact] = {
        "verdict": result.verdict,
        "confidence": result.confidence,
        "score": result.score,
        "headline": result.headline,
    }
    return Line(f"{result.verdict} {result.confidence:.0%}", facts)


@line_of.register
def _(event: RisksCompleted) -> Line:
    return Line(
        _count(event.result.risks, "risk"), {risk.title: risk.severity for risk in event.result.risks}
    )


@line_of.register
def _(event: AlternativesCompleted) -> Line:
    alternatives = event.result.alternatives
    return Line(", ".join(one.name for one in alternatives), {one.name: one.effort for one in alternatives})


@line_of.register
def _(event: ArchitectureCompleted) -> Line:
    architecture = event.result.architecture
    return Line(architecture.pattern if architecture else "none", {"reasoning": event.result.reasoning})


@line_of.register
def _(event: SynthesisSection) -> Line:
    return Line(event.title, level=logging.DEBUG)


@line_of.register
def _(event: SynthesisChunk) -> Line:
    return Line(" ".join(event.text.split()), level=logging.DEBUG)


@line_of.register
def _(event: SynthesisCompleted) -> Line:
    return Line(event.result.executive_summary, {"action items": len(event.result.action_items)})


def _questions(questions: Sequence[Question]) -> dict[str, Fact]:
    return {question.id: question.text for question in questions}


def _count(things: Sequence[object], name: str) -> str:
    return f"{len(things)} {name}{'' if len(things) == 1 else 's'}"


def _metadata(value: Fact) -> dg.MetadataValue:
    if isinstance(value, str):
        return dg.MetadataValue.text(shortened(value))
    return dg.MetadataValue.int(value) if isinstance(value, int) else dg.MetadataValue.float(value)


def shortened(text: str) -> str:
    """Return `text`, or its beginning if it is longer than a cell of the log shows."""
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 2].rstrip()} …"
