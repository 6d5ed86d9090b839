"""Many times to be called at, and one timer of the loop."""

import asyncio
import math
from collections.abc import Callable


class Alarm:
    """Calls back at given times.

    For times that are given up, nearly all of them, before they come: that costs next to nothing here,
    while a timer of the loop stays in its heap and is taken out again.
    """

    __slots__ = ("_calls", "_loop", "_number", "_rings_at", "_timer", "now")

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._calls: dict[int, tuple[float, Callable[[], object]]] = {}
        self._number = 0
        self._timer: asyncio.TimerHandle | None = None
        self._rings_at = math.inf
        self.now = self._loop.time
        """Returns the time of the loop."""

    def set(self, when: float, call: Callable[[], object]) -> int:
        """Call `call` at the time `when` of the loop; returns what `unset` takes."""
        self._number += 1
        self._calls[self._number] = (when, call)
        if when < self._rings_at:
            self._start(when)
        return self._number

    def unset(self, number: int) -> None:
        """Do not make a call; does nothing if it was made already."""
        self._calls.pop(number, None)

    def close(self) -> None:
        """Make none of the calls there are."""
        if self._timer is not None:
            self._timer.cancel()

    def _start(self, when: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._rings_at = when
        self._timer = self._loop.call_at(when, self._ring)

    def _ring(self) -> None:
        reached, self._rings_at, self._timer = self._rings_at, math.inf, None
        due = [number for number, (when, _) in self._calls.items() if when <= reached]
        for number in due:
            if number in self._calls:
                self._calls.pop(number)[1]()
        following = min((when for when, _ in self._calls.values()), default=math.inf)
        if following < self._rings_at:
            self._start(following)
