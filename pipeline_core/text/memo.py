"""Remember what was last made of a text."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_KEPT = 32


class Memo(Generic[K, V]):
    """The last 32 results of a pure function by what they were made from.

    Safe for use from several threads. One computes at a time: who asks for what is being computed waits
    for it instead of doing the same work again.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K, compute: Callable[[], V]) -> V:
        """Return the value of `key`, computed unless it is remembered.

        What `compute` raises is passed on, and nothing is remembered.
        """
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
            value = self._known[key] = compute()
            if len(self._known) > _KEPT:
                self._known.popitem(last=False)
            return value

    def latest(self) -> Iterator[V]:
        """Yield what is remembered, the last one first; to be used by `compute` only."""
        return reversed(self._known.values())
