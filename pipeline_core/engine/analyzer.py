"""What performs a task, and what it is given."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import BaseModel

from pipeline_core.engine.events import Event
from pipeline_core.engine.outcome import Outcome


@dataclass(frozen=True, slots=True)
class TaskContext:
    """What an analyzer may know."""

    thread_id: str
    task: str
    attempt: int
    """From 1."""
    input: Any
    """What the pipeline was given, as its input type."""
    answers: Mapping[str, str]
    """Answers by question id."""
    outcomes: Mapping[str, Outcome]
    """How the tasks of the stages before this one ended, by task."""

    def result(self, task: str) -> BaseModel | None:
        """Return the result of a task of an earlier stage; None if it has none."""
        outcome = self.outcomes.get(task)
        return outcome.result if outcome is not None else None


class Analyzer(Protocol):
    """Performs a task.

    Called once for each attempt; returns an asynchronous iterator, usually an async generator, over
    events of the task. The event that carries the result ends it: the iterator is closed after it. An
    iterator that ends without one has failed. Being cancelled must end it soon.

    Raises:
        AnalyzerError: a failure whose class tells whether to try again. Anything else counts as a bug.
    """

    def __call__(self, context: TaskContext, /) -> AsyncIterator[Event]: ...
