"""Merges what several producers say into one stream, fairly and within bounds."""

import asyncio
from collections.abc import Iterator
from typing import Any, Generic, TypeVar

T = TypeVar("T", bound=tuple[Any, ...])

CREDITS = 64
"""Items of one producer that may be on their way to the consumer before it waits."""

CREDITS_ALONE = 256
"""The same of a producer without siblings: it only has memory to be fair to, and waits less often."""


class Producer(Generic[T]):
    """One producer's end of a channel."""

    __slots__ = ("_channel", "_credits", "_granted", "_most", "_waiter")

    def __init__(self, channel: "Channel[T]", most: int) -> None:
        self._channel = channel
        self._most = self._credits = self._granted = most
        self._waiter: asyncio.Future[None] | None = None

    def send(self, item: T) -> bool:
        """Hand `item` over, and tell whether another may follow without waiting.

        After the channel closed nobody waits for it: it is dropped.
        """
        self._credits -= 1
        channel = self._channel
        if not channel.closed:
            channel.fields += item
            if channel.waiter is not None:
                channel.wake()
        return self._credits > 0

    async def wait(self) -> None:
        """Wait while as many items of this producer are on their way as may be."""
        while self._credits <= 0:
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter

    def close(self) -> None:
        """Say that nothing more will come from this producer; what it handed over is delivered."""
        self._channel.forget(self)

    def fail(self, error: BaseException) -> None:
        """Make the consumer's next `get` raise `error`, ahead of all items."""
        self._channel.fail(error)

    def grant(self) -> None:
        """Allow for as many items as may be on their way, less those that are taken now; for the channel."""
        taken = self._granted - self._credits
        self._credits = self._granted = self._most - taken
        if self._waiter is not None and self._credits > 0 and not self._waiter.done():
            self._waiter.set_result(None)


class Channel(Generic[T]):
    """A queue in order of arrival, for one consumer, who takes all that is there at a time.

    Each producer has credits of its own, so that a fast one neither fills the memory nor keeps a slow
    one waiting: no producer gets ahead of a ready sibling by more than its credits. An item is on its
    way until the consumer asks for more.

    Args:
        width: how many fields each item has.
        producers: how many there will be.
    """

    __slots__ = ("_credits", "_error", "_producers", "_width", "closed", "fields", "waiter")

    def __init__(self, width: int, producers: int) -> None:
        self.fields: list[Any] = []
        """The items that wait for the consumer, field after field.

        As tuples they would be most of what the garbage collector has to look at.
        """
        self._width = width
        self._credits = CREDITS if producers > 1 else CREDITS_ALONE
        self.waiter: asyncio.Future[None] | None = None
        """What the consumer waits for if nothing waits for it."""
        self.closed = False
        self._producers: list[Producer[T]] = []
        self._error: BaseException | None = None

    def producer(self) -> Producer[T]:
        """Return an end for one more producer; the channel ends when all of them have closed."""
        producer = Producer(self, self._credits)
        self._producers.append(producer)
        return producer

    def close(self) -> None:
        """Take nothing more; what is there already is delivered."""
        self.closed = True
        self.wake()

    def forget(self, producer: Producer[T]) -> None:
        """Expect nothing more from a producer; for producers."""
        self._producers.remove(producer)
        if not self._producers:
            self.wake()

    def fail(self, error: BaseException) -> None:
        """Make the next `get` raise `error`; for producers."""
        self._error = error
        self.wake()

    def take(self) -> Iterator[T]:
        """Return all that is there, in order of arrival; what was taken before is delivered."""
        fields, self.fields = iter(self.fields), []
        for producer in self._producers:
            producer.grant()
        items: Any = zip(*[fields] * self._width, strict=True)
        return items

    async def get(self) -> Iterator[T] | None:
        """Return all that is there, once something is; None once all producers, or the channel, have closed.

        Raises:
            BaseException: what a producer failed with.
        """
        while True:
            if self._error is not None:
                raise self._error
            there = bool(self.fields)
            items = self.take()
            if there:
                return items
            if not self._producers or self.closed:
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
