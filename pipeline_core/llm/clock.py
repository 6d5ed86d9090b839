"""The time of one attempt, counted only while a request is under way or its answer is worked on."""

import asyncio
from dataclasses import dataclass, field

_LATE = "no answer began within SUITABILITY_FIRST_EVENT_TIMEOUT"
_LONG = "the attempt took too long"


@dataclass
class Clock:
    """Ends an attempt that takes too long; stands still while it waits for a free slot.

    Args:
        attempt: seconds for everything, waiting excluded.
        first_event: seconds from sending a request to the first piece of its answer.
    """

    attempt: float
    first_event: float
    timeout: asyncio.Timeout = field(default_factory=lambda: asyncio.timeout(None))
    """Enter it around the attempt; it raises TimeoutError."""
    complaint: str = _LONG
    """What to say if it raises: whether an answer never began or never ended."""
    _spent: float = 0.0
    _since: float | None = None

    def sent(self) -> None:
        """Say that a request goes out now."""
        self._since = asyncio.get_running_loop().time()
        left = self._left()
        self.complaint = _LONG if left <= self.first_event else _LATE
        self.timeout.reschedule(self._since + min(self.first_event, left))

    def heard(self) -> None:
        """Say that a piece of an answer came."""
        if self._since is not None:
            self.complaint = _LONG
            self.timeout.reschedule(self._since + self._left())

    def waits(self) -> None:
        """Say that the attempt waits for a slot; the clock goes on with `sent`."""
        if self._since is not None:
            self._spent += asyncio.get_running_loop().time() - self._since
            self._since = None
        self.timeout.reschedule(None)

    def _left(self) -> float:
        return max(self.attempt - self._spent, 0.0)
