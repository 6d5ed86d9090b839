"""Merges what several producers say into one stream, fairly and within bounds."""

import asyncio
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")

CREDITS = 16
"""Items a producer may have in the channel before it waits."""


class Producer(Generic[T]):
    """One producer's end of a channel."""

    __slots__ = ("_channel", "_credits", "_waiter")

    def __init__(self, channel: "Channel[T]") -> None:
        self._channel = channel
        self._credits = CREDITS
        self._waiter: asyncio.Future[None] | None = None

    def offer(self, item: T) -> bool:
        """Hand `item` over if that needs no waiting, and tell whether it did."""
        if self._credits <= 0:
            return False
        self.force(item)
        return True

    async def put(self, item: T) -> None:
        """Hand `item` over; waits while the consumer is `CREDITS` items behind this producer."""
        while not self.offer(item):
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None

    def force(self, item: T) -> None:
        """Hand `item` over without waiting; for the one item that must not be lost."""
        self._credits -= 1
        self._channel.push(self, item)

    def close(self) -> None:
        """Say that nothing more will come from this producer; what it handed over is delivered."""
        self._channel.close_one()

    def fail(self, error: BaseException) -> None:
        """Make the consumer's next `get` raise `error`, ahead of all items."""
        self._channel.fail(error)

    def give_back(self) -> None:
        """Return one credit; wakes the producer once half of its credits are back."""
        self._credits += 1
        if self._waiter is not None and self._credits * 2 >= CREDITS and not self._waiter.done():
            self._waiter.set_result(None)


class Channel(Generic[T]):
    """A queue in order of arrival, for one consumer.

    Each producer has credits of its own, so that a fast one neither fills the memory nor keeps a slow
    one waiting: no producer gets ahead of a ready sibling by more than `CREDITS` items.
    """

    __slots__ = ("_closed", "_error", "_items", "_open", "_waiter")

    def __init__(self) -> None:
        self._items: deque[tuple[Producer[T], T]] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._open = 0
        self._closed = False
        self._error: BaseException | None = None

    def producer(self) -> Producer[T]:
        """Return an end for one more producer; the channel ends when all of them have closed."""
        self._open += 1
        return Producer(self)

    def push(self, producer: Producer[T], item: T) -> None:
        """Append `item`; for producers. Nobody waits for it after `close`: it is dropped."""
        if not self._closed:
            self._items.append((producer, item))
            if self._waiter is not None:
                self._wake()

    def close(self) -> None:
        """Take nothing more; what is there already is delivered."""
        self._closed = True
        self._wake()

    def close_one(self) -> None:
        """Count one producer off; for producers."""
        self._open -= 1
        self._wake()

    def fail(self, error: BaseException) -> None:
        """Make the next `get` raise `error`; for producers."""
        self._error = error
        self._wake()

    def take(self) -> T | None:
        """Return the next item if there is one now and no producer has failed."""
        if not self._items or self._error is not None:
            return None
        producer, item = self._items.popleft()
        producer.give_back()
        return item

    async def get(self) -> T | None:
        """Return the next item, in order of arrival; None once all producers, or the channel, have closed.

        Raises:
            BaseException: what a producer failed with.
        """
        while True:
            if self._error is not None:
                raise self._error
            if (item := self.take()) is not None:
                return item
            if self._open == 0 or self._closed:
                return None
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
