"""Merges what several producers say into one stream, fairly and within bounds."""

import asyncio
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")

CREDITS = 32
"""Items a producer may have in the channel before it waits."""


class Producer(Generic[T]):
    """One producer's end of a channel."""

    __slots__ = ("_channel", "credits", "waiter")

    def __init__(self, channel: "Channel[T]") -> None:
        self._channel = channel
        self.credits = CREDITS
        """Items it may hand over now; the consumer gives each of them back."""
        self.waiter: asyncio.Future[None] | None = None
        """What it waits for if it has no credits left."""

    def offer(self, item: T) -> bool:
        """Hand `item` over if that needs no waiting, and tell whether it did."""
        if self.credits <= 0:
            return False
        self.force(item)
        return True

    async def put(self, item: T) -> None:
        """Hand `item` over; waits while the consumer is `CREDITS` items behind this producer."""
        while not self.offer(item):
            self.waiter = asyncio.get_running_loop().create_future()
            try:
                await self.waiter
            finally:
                self.waiter = None

    def force(self, item: T) -> None:
        """Hand `item` over without waiting; nobody waits for it after the channel closed: it is dropped."""
        self.credits -= 1
        channel = self._channel
        if not channel.closed:
            channel.items.append((self, item))
            if channel.waiter is not None:
                channel.wake()

    def close(self) -> None:
        """Say that nothing more will come from this producer; what it handed over is delivered."""
        self._channel.close_one()

    def fail(self, error: BaseException) -> None:
        """Make the consumer's next `get` raise `error`, ahead of all items."""
        self._channel.fail(error)

    def go_on(self) -> None:
        """Stop waiting once half of the credits are back."""
        if self.waiter is not None and self.credits * 2 >= CREDITS and not self.waiter.done():
            self.waiter.set_result(None)


class Channel(Generic[T]):
    """A queue in order of arrival, for one consumer.

    Each producer has credits of its own, so that a fast one neither fills the memory nor keeps a slow
    one waiting: no producer gets ahead of a ready sibling by more than `CREDITS` items.
    """

    __slots__ = ("_error", "_open", "closed", "items", "waiter")

    def __init__(self) -> None:
        self.items: deque[tuple[Producer[T], T]] = deque()
        """What waits for the consumer, and from whom it came."""
        self.waiter: asyncio.Future[None] | None = None
        """What the consumer waits for if nothing waits for it."""
        self.closed = False
        self._open = 0
        self._error: BaseException | None = None

    def producer(self) -> Producer[T]:
        """Return an end for one more producer; the channel ends when all of them have closed."""
        self._open += 1
        return Producer(self)

    def close(self) -> None:
        """Take nothing more; what is there already is delivered."""
        self.closed = True
        self.wake()

    def close_one(self) -> None:
        """Count one producer off; for producers."""
        self._open -= 1
        if self._open == 0:
            self.wake()

    def fail(self, error: BaseException) -> None:
        """Make the next `get` raise `error`; for producers."""
        self._error = error
        self.wake()

    def take(self) -> T | None:
        """Return the next item if there is one now and no producer has failed."""
        if not self.items or self._error is not None:
            return None
        producer, item = self.items.popleft()
        producer.credits += 1
        if producer.waiter is not None:
            producer.go_on()
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
            if self._open == 0 or self.closed:
                return None
            self.waiter = asyncio.get_running_loop().create_future()
            try:
                await self.waiter
            finally:
                self.waiter = None

    def wake(self) -> None:
        """Let the consumer go on; for producers."""
        waiter, self.waiter = self.waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)
