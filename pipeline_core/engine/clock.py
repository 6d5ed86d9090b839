"""How long an attempt may take."""

import asyncio
import math
from collections.abc import Callable

from pipeline_core.engine.alarm import Alarm


class Clock:
    """Cancels a task when its time is up; a context manager around one attempt, in that task.

    Args:
        task: what is cancelled.
        alarm: wakes it up.
        limit: seconds from now; None for no limit. The clock can be stopped meanwhile.
        deadline: time of the loop at which the time is up in any case.
        patience: seconds for the attempt to end once it was cancelled.
        on_stuck: called if it has not ended by then.
    """

    __slots__ = (
        "_alarm",
        "_call",
        "_deadline",
        "_limit",
        "_on_stuck",
        "_patience",
        "_stopped_at",
        "_task",
        "_up_at",
        "expired",
    )

    def __init__(
        self,
        task: asyncio.Task[None],
        alarm: Alarm,
        limit: float | None,
        deadline: float,
        patience: float,
        on_stuck: Callable[[], None],
    ) -> None:
        self._alarm = alarm
        self._limit = limit
        self._deadline = deadline
        self._patience = patience
        self._on_stuck = on_stuck
        self._task = task
        self._call: int | None = None
        self._stopped_at: float | None = None
        self._up_at = math.inf
        self.expired: str | None = None
        """What ran out of time, once something has."""

    def __enter__(self) -> "Clock":
        if self._limit is not None:
            self._up_at = self._alarm.now() + self._limit
        self._schedule()
        return self

    def __exit__(self, *_: object) -> None:
        if self._call is not None:
            self._alarm.unset(self._call)
        if self.expired is not None:
            self._task.uncancel()

    def stop(self) -> None:
        """Let no time of the limit pass until `go_on`."""
        self._stopped_at = self._alarm.now()

    def go_on(self) -> None:
        """Let time pass again."""
        if self._stopped_at is not None:
            self._up_at += self._alarm.now() - self._stopped_at
            self._stopped_at = None

    def _schedule(self) -> None:
        when = min(self._up_at, self._deadline)
        self._call = None if when == math.inf else self._alarm.set(when, self._ring)

    def _ring(self) -> None:
        now = self._alarm.now()
        if self._stopped_at is not None:
            # Not the time of the limit that has passed: look again when it could have at the earliest.
            self._up_at += now - self._stopped_at
            self._stopped_at = now
        if now < min(self._up_at, self._deadline):
            self._schedule()
        else:
            self._expire(in_any_case=now >= self._deadline)

    def _expire(self, *, in_any_case: bool) -> None:
        self.expired = (
            "was still running when its stage or thread ran out of time"
            if in_any_case
            else f"took longer than {self._limit:g} s"
        )
        self._call = self._alarm.set(self._alarm.now() + self._patience, self._on_stuck)
        self._task.cancel()
