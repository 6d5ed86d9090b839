"""Fills in what events do not know of themselves: who sent them, when, and their number."""

from datetime import UTC, datetime
from typing import NamedTuple

from pipeline_core.engine.analyzer import TaskContext
from pipeline_core.engine.events import Event
from pipeline_core.engine.stored import Stored
from pipeline_core.engine.values import assembled

_ENVELOPE = frozenset({"thread_id", "seq", "timestamp", "task", "attempt"})


class Ending(NamedTuple):
    """The event that ends a task."""

    event: Event
    stored: Stored | None = None
    """The result it carries and its text, if it carries one."""


def sent(event: Event, thread_id: str, task: str | None = None, attempt: int = 0) -> Event:
    """Return a copy of `event` as sent just now, without a number yet."""
    fields = {
        **event.__dict__,
        "thread_id": thread_id,
        "seq": 0,
        "timestamp": datetime.now(UTC),
        "task": task,
        "attempt": attempt,
    }
    return assembled(type(event), fields, event.model_fields_set | _ENVELOPE)


def sent_by(context: TaskContext, event: Event) -> Event:
    """Return a copy of `event` as sent just now by an attempt of a task."""
    return sent(event, context.thread_id, context.task, context.attempt)


def number(event: Event, seq: int) -> None:
    """Give a copy that `sent` made its number, before anybody else has it."""
    vars(event)["seq"] = seq
