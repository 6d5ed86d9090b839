"""Fills in what events do not know of themselves: who sent them, when, and their number."""

from datetime import datetime
from typing import Any, TypeVar

from pipeline_core.engine.analyzer import TaskContext
from pipeline_core.engine.events import Event
from pipeline_core.engine.values import assembled

E = TypeVar("E", bound=Event)


class Envelope:
    """What all events of one sender have in common.

    Args:
        thread_id: the thread.
        task: the task they belong to, if they belong to one.
        attempt: the attempt of it that sends them, if one does.
    """

    __slots__ = ("_common",)

    def __init__(self, thread_id: str, task: str | None = None, attempt: int = 0) -> None:
        self._common: dict[str, Any] = {"thread_id": thread_id, "task": task, "attempt": attempt}

    @classmethod
    def of(cls, context: TaskContext) -> "Envelope":
        """Return the envelope of one attempt of a task."""
        return cls(context.thread_id, context.task, context.attempt)

    def around(self, event: E, at: datetime, seq: int = 0) -> E:
        """Return a copy of `event` as sent at that time; without a number, `fill` is to give it one."""
        fields = event.__dict__ | self._common
        fields["timestamp"], fields["seq"] = at, seq
        return assembled(type(event), fields)


Said = tuple[Event, Envelope | None, datetime]
"""What somebody said, and when: an event but for its number, without an envelope if it has that already."""


def sent(event: Event) -> Said:
    """Return an event that has its envelope."""
    return event, None, event.timestamp
