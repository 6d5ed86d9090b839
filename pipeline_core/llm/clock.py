"""The time of one attempt, counted only while a request is under way or its answer is worked on."""

import asyncio
from dataclasses import dataclass, field


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
    _spent: float = 0.0
    _since: float | None = None

    def sent(self) -> None:
        """Say that a request goes out now."""
        self._since = asyncio.get_running_loop().time()
        self.timeout.reschedule(self._since + min(self.first_event, self._left()))

    def heard(self) -> None:
        """Say that a piece of an answer came."""
        if self._since is not None:
            self.timeout.reschedule(self._since + self._left())

    def waits(self) -> None:
        """Say that the attempt waits for a slot; the clock goes on with `sent`."""
        if self._since is not None:
            self._spent += asyncio.get_running_loop().time() - self._since
            self._since = None
        self.timeout.reschedule(None)

    def _left(self) -> float:
        return max(self.attempt - self._spent, 0.0)
