"""An event on its way from an analyzer to the stream, before it has a number."""

from datetime import UTC, datetime
from typing import NamedTuple

from pipeline_core.engine.analyzer import TaskContext
from pipeline_core.engine.events import Event
from pipeline_core.engine.stored import Stored

_ENVELOPE = frozenset({"thread_id", "seq", "timestamp", "task", "attempt"})


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
        event = self.event
        fields = event.__dict__.copy()
        fields["thread_id"] = self.thread_id
        fields["seq"] = seq
        fields["timestamp"] = self.timestamp
        fields["task"] = self.task
        fields["attempt"] = self.attempt
        # What `model_copy` does, without what events do not have; it is called for every event there is.
        sealed = object.__new__(type(event))
        object.__setattr__(sealed, "__dict__", fields)
        object.__setattr__(sealed, "__pydantic_fields_set__", event.model_fields_set | _ENVELOPE)
        object.__setattr__(sealed, "__pydantic_extra__", None)
        object.__setattr__(sealed, "__pydantic_private__", None)
        return sealed
