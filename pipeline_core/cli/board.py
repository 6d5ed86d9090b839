"""What a terminal shows of a running thread: one line per task, kept up to date by events."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pipeline_core.engine import Event, Outcome, PipelineResumed, TaskRetrying
from pipeline_core.events import DimensionCompleted, DimensionPreliminary, VerdictDetermined

Progress = Literal["waiting", "running", "retrying", "done", "failed"]


@dataclass(slots=True)
class Line:
    """One task."""

    task: str
    status: Progress = "waiting"
    says: str = ""
    """Its score or verdict, as far as known."""
    confidence: float | None = None
    started: datetime | None = None
    ended: datetime | None = None
    restored: bool = False
    """Whether its result is from an earlier run."""

    def elapsed(self, now: datetime) -> float | None:
        """Return the seconds it has taken; None if it has not begun, or did so in an earlier run."""
        if self.started is None:
            return None
        return max(((self.ended or now) - self.started).total_seconds(), 0.0)


class Board:
    """The lines of all tasks, in the order in which the tasks run.

    Args:
        tasks: all tasks of the pipeline.
    """

    def __init__(self, tasks: Iterable[str]) -> None:
        self.lines = {task: Line(task) for task in tasks}

    def apply(self, event: Event) -> Line | None:
        """Take an event in; return the line that it settled, if it settled one."""
        if isinstance(event, PipelineResumed):
            for outcome in event.state.outcomes.values():
                self._restore(outcome)
            return None
        line = self.lines.get(event.task or "")
        if line is None:
            return None
        _describe(line, event)
        return _advance(line, event)

    def _restore(self, outcome: Outcome) -> None:
        line = self.lines.get(outcome.task)
        if line is not None:
            line.status = "done" if outcome.status == "completed" else "failed"
            line.restored = True
            line.says = (
                getattr(outcome.result, "score", None) or getattr(outcome.result, "verdict", None) or ""
            )
            line.confidence = getattr(outcome.result, "confidence", None)


def _describe(line: Line, event: Event) -> None:
    if isinstance(event, DimensionPreliminary):
        line.says, line.confidence = event.score, event.confidence
    elif isinstance(event, DimensionCompleted):
        line.says, line.confidence = event.result.score, event.result.confidence
    elif isinstance(event, VerdictDetermined):
        line.says, line.confidence = event.verdict, event.confidence
    elif isinstance(event, TaskRetrying):
        line.status, line.says = "retrying", event.failure.kind


def _advance(line: Line, event: Event) -> Line | None:
    match event.type.partition(":")[2]:
        case "started":
            line.status, line.started, line.ended = "running", event.timestamp, None
            line.restored = False
        case "completed":
            line.status, line.ended = "done", event.timestamp
            return line
        case "failed":
            line.status, line.ended = "failed", event.timestamp
            failure = getattr(event, "failure", None)
            line.says = failure.kind if failure is not None else ""
            return line
        case _:
            pass
    return None
