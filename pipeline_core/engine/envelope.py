"""An event on its way from an analyzer to the stream, before it has a number."""

from datetime import UTC, datetime
from typing import NamedTuple

from pipeline_core.engine.analyzer import TaskContext
from pipeline_core.engine.events import Event
from pipeline_core.engine.stored import Stored


class Envelope(NamedTuple):
    """An event and what is known about it where it happened."""

    event: Event
    thread_id: str
    timestamp: datetime
    task: str | None = None
    attempt: int = 0
    stored: Stored | None = None
    """The result it carries and its text, if it carries one."""

    @classmethod
    def of(cls, event: Event, context: TaskContext, stored: Stored | None = None) -> "Envelope":
        """Wrap what an attempt of a task said just now."""
        return cls(event, context.thread_id, datetime.now(UTC), context.task, context.attempt, stored)

    def seal(self, seq: int) -> Event:
        """Return the event with its envelope filled in and `seq` as its number."""
        return self.event.model_copy(
            update={
                "thread_id": self.thread_id,
                "seq": seq,
                "timestamp": self.timestamp,
                "task": self.task,
                "attempt": self.attempt,
            }
        )
