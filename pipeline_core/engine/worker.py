"""Takes one task of a stage to its end: a result, or a recorded failure."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from pipeline_core.engine.alarm import Alarm
from pipeline_core.engine.analyzer import Analyzer, TaskContext
from pipeline_core.engine.channel import Producer
from pipeline_core.engine.clock import Clock
from pipeline_core.engine.ending import Ending
from pipeline_core.engine.envelope import Envelope, Said
from pipeline_core.engine.events import EngineEvent, Event, TaskRetrying
from pipeline_core.engine.failure import Failure, describe
from pipeline_core.engine.pipeline import Task
from pipeline_core.engine.policy import Policy
from pipeline_core.engine.stored import store
from pipeline_core.engine.values import fill
from pipeline_core.errors import AnalyzerTimeoutError, InvalidOutputError

logger = logging.getLogger("pipeline_core")

_now = datetime.now

Keep = Callable[[Ending], Awaitable[list[Said]]]
"""Makes an outcome durable, and returns what may be announced then."""


class Worker:
    """Runs the attempts of one task in an asyncio task of its own.

    Whatever its analyzer does ends as an event that carries a result or a failure, and touches nothing
    else. Interim events go to `out` as they come; the one that ends the task when it is durable.

    Args:
        task: what is to be done.
        analyzer: what does it.
        context: what the analyzer may know, for the first attempt.
        policy: retries and timeouts.
        deadline: time of the loop at which the task fails if it has not settled.
        alarm: tells when time is up.
        out: where its events go. An error of `keep` goes there as a failure of the whole stream.
        keep: makes the outcome durable.
    """

    __slots__ = (
        "_admitted",
        "_alarm",
        "_analyzer",
        "_context",
        "_deadline",
        "_ending",
        "_envelope",
        "_keep",
        "_out",
        "_policy",
        "_running",
        "_settled",
        "_stopping",
        "_substitute",
        "_task",
    )

    def __init__(
        self,
        task: Task,
        analyzer: Analyzer,
        context: TaskContext,
        policy: Policy,
        deadline: float,
        alarm: Alarm,
        out: Producer[Said],
        keep: Keep,
    ) -> None:
        self._task = task
        self._analyzer = analyzer
        self._context = context
        self._envelope = Envelope.of(context)
        self._policy = policy
        self._deadline = deadline
        self._alarm = alarm
        self._out = out
        self._keep = keep
        self._stopping = False
        self._settled = False
        self._ending: Ending | None = None
        self._admitted: dict[type[object], str] = {}
        self._substitute: asyncio.Task[None] | None = None
        self._running = asyncio.create_task(self._run(), name=f"{context.thread_id}/{task.name}")

    @property
    def name(self) -> str:
        """Thread and task."""
        return self._running.get_name()

    @property
    def done(self) -> bool:
        """Whether nothing of it runs any more."""
        return self._running.done() and (self._substitute is None or self._substitute.done())

    def stop(self) -> None:
        """Cancel the analyzer; an outcome that is there already is kept all the same."""
        if not self._stopping and not self._settled:
            self._running.cancel()
        self._stopping = True

    async def stopped(self) -> None:
        """Wait until nothing of it runs any more, or until the analyzer must be abandoned as stuck."""
        if self._substitute is None:
            await asyncio.wait([self._running], timeout=self._policy.cleanup_timeout)
        if self._settled or self._substitute is not None:
            await asyncio.wait([self._substitute or self._running])
        elif not self._running.done():
            logger.error("%s ignores its cancellation and is abandoned", self.name)

    async def _run(self) -> None:
        try:
            await self._end(await self._settle())
        finally:
            if self._substitute is None:
                self._out.close()

    async def _end(self, ending: Ending) -> None:
        """Make the outcome durable and announce it."""
        if self._settled:
            return
        self._settled = True
        try:
            try:
                kept = await self._keep(ending)
            except asyncio.CancelledError:
                # The outcome is there and was paid for; keeping it twice does no harm.
                kept = await self._keep(ending)
            for said in kept:
                self._out.send(said)
        except Exception as error:
            self._out.fail(error)

    def _give_up(self) -> None:
        """Settle the task in place of an analyzer that does not end when it is told to."""
        logger.error("%s ignores its cancellation and is abandoned", self.name)
        late = Failure(kind="timeout", message="ran out of time and did not end when it was told to")
        ending = self._ending or Ending.of(self._sent(self._task.failed(late)))
        self._substitute = asyncio.create_task(self._settle_as(ending), name=f"{self.name}/substitute")

    async def _settle_as(self, ending: Ending) -> None:
        try:
            await self._end(ending)
        finally:
            self._out.close()

    async def _settle(self) -> Ending:
        """Return the event that ends the task, after as many attempts as the policy grants."""
        context = self._context
        self._out.send(self._said(self._task.start))
        while True:
            try:
                return await self._attempt(context)
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                if self._stopping or self._substitute is not None:
                    raise asyncio.CancelledError from error
                failure = self._describe(error)
            delay = self._policy.delay(failure, context.attempt)
            if delay is None or self._alarm.now() + delay >= self._deadline:
                return Ending.of(self._sent(self._task.failed(failure)))
            self._out.send(self._said(TaskRetrying(failure=failure, delay=round(delay, 3))))
            await asyncio.sleep(delay)
            context = replace(context, attempt=context.attempt + 1)
            self._envelope = Envelope.of(context)

    async def _attempt(self, context: TaskContext) -> Ending:
        policy = self._policy
        if self._alarm.now() >= self._deadline:
            raise AnalyzerTimeoutError("did not begin before its stage or thread ran out of time")
        iterator: AsyncIterator[Event] | None = None
        clock = Clock(
            self._running,
            self._alarm,
            policy.attempt_timeout,
            self._deadline,
            policy.cleanup_timeout,
            self._give_up,
        )
        try:
            with clock:
                iterator = aiter(self._analyzer(context))
                return await self._listen(iterator, clock)
        except BaseException as error:
            if clock.expired is not None:
                raise AnalyzerTimeoutError(clock.expired) from error
            raise
        finally:
            if iterator is not None:
                await self._close(iterator)
            if self._running.cancelling() and not self._stopping:
                await self._forget_cancellation()

    async def _listen(self, iterator: AsyncIterator[Event], clock: Clock) -> Ending:
        """Pass on what the analyzer says until it gives its result, and return that."""
        out, envelope, admitted = self._out, self._envelope, self._admitted
        async for event in iterator:
            known = admitted.get(type(event))
            if known is None or event.type != known:
                if isinstance(event, self._task.completed):
                    self._ending = self._completion(event)
                    return self._ending
                self._admit(event)
            if self._stopping or clock.expired is not None:
                raise asyncio.CancelledError
            if not out.send((event, envelope, _now(UTC))):
                clock.stop()
                await out.wait()
                clock.go_on()
        raise InvalidOutputError("ended without a result")

    def _said(self, event: Event) -> Said:
        return event, self._envelope, _now(UTC)

    def _sent(self, event: Event) -> Event:
        return self._envelope.around(event, _now(UTC))

    def _admit(self, event: Event) -> None:
        """Learn that events of this class and type may come, unless they may not."""
        if isinstance(event, EngineEvent) or not isinstance(event, self._task.emits):
            raise InvalidOutputError(f"yielded a {type(event).__name__}")
        if event.type.endswith((":completed", ":failed")):
            raise InvalidOutputError(f"yielded {event.type!r}")
        self._admitted[type(event)] = event.type

    def _completion(self, event: Event) -> Ending:
        result = getattr(event, "result", None)
        if not isinstance(result, self._task.result):
            raise InvalidOutputError(f"its result is not a {self._task.result.__name__}")
        try:
            stored = store(result, self._task.result)
        except ValueError as error:
            raise InvalidOutputError(f"its result is {error}") from error
        sent = self._sent(event)
        fill(sent, "result", stored.value)
        return Ending.of(sent, stored.text)

    async def _close(self, iterator: AsyncIterator[Event]) -> None:
        """Let the analyzer clean up; what goes wrong in that does not touch its result."""
        close = getattr(iterator, "aclose", None)
        if close is not None:
            patience = self._policy.cleanup_timeout
            try:
                deadline = self._deadline + patience
                with Clock(self._running, self._alarm, patience, deadline, patience, self._give_up):
                    await close()
            except (Exception, asyncio.CancelledError, GeneratorExit):
                logger.warning("%s failed to clean up", self.name, exc_info=True)

    async def _forget_cancellation(self) -> None:
        """Undo what an analyzer did that cancelled the task it runs in."""
        while self._running.uncancel():
            pass
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(0)

    def _describe(self, error: BaseException) -> Failure:
        failure = describe(error)
        if failure.kind in ("bug", "cancelled"):
            logger.warning("%s failed", self.name, exc_info=error)
        return failure
