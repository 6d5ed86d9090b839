"""Runs one task to its end: a result, or a recorded failure."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace

from pipeline_core.engine.analyzer import Analyzer, TaskContext
from pipeline_core.engine.channel import Producer
from pipeline_core.engine.envelope import Envelope
from pipeline_core.engine.events import EngineEvent, Event, TaskRetrying
from pipeline_core.engine.failure import Failure, describe
from pipeline_core.engine.pipeline import Task
from pipeline_core.engine.policy import Policy
from pipeline_core.errors import AnalyzerTimeoutError, InvalidOutputError

logger = logging.getLogger("pipeline_core")


class _CancelledItselfError(Exception):
    """An analyzer raised CancelledError though nobody had cancelled it."""


async def settle(
    task: Task, analyzer: Analyzer, context: TaskContext, policy: Policy, out: Producer[Envelope]
) -> Envelope:
    """Run `task` and return the event that ends it.

    Interim events go to `out` as they come; the one returned does not, since it may be announced only
    when it is durable. Failures are retried as `policy` says and end in the task's failed event.

    Raises:
        asyncio.CancelledError: somebody else cancelled the task.
    """
    await out.put(Envelope.of(task.started(), context))
    while True:
        try:
            return await _attempt(task, analyzer, context, policy, out)
        except (Exception, GeneratorExit) as error:
            failure = _describe(error, context)
        delay = policy.delay(failure, context.attempt)
        if delay is None:
            return Envelope.of(task.failed(failure), context)
        await out.put(Envelope.of(TaskRetrying(failure=failure, delay=round(delay, 3)), context))
        await asyncio.sleep(delay)
        context = replace(context, attempt=context.attempt + 1)


async def _attempt(
    task: Task, analyzer: Analyzer, context: TaskContext, policy: Policy, out: Producer[Envelope]
) -> Envelope:
    iterator: AsyncIterator[Event] | None = None
    clock = asyncio.timeout(policy.attempt_timeout)
    try:
        async with clock:
            iterator = aiter(analyzer(context))
            async for event in iterator:
                _check(event, task)
                envelope = Envelope.of(event, context)
                if isinstance(event, task.completed):
                    return envelope
                if out.must_wait:
                    await _without_clock(clock, out.put(envelope))
                else:
                    out.force(envelope)
        raise InvalidOutputError("ended without a result")
    except asyncio.CancelledError as error:
        current = asyncio.current_task()
        if current is not None and current.cancelling():
            raise
        raise _CancelledItselfError from error
    except TimeoutError as error:
        if clock.expired():
            raise AnalyzerTimeoutError(f"took longer than {policy.attempt_timeout:g} s") from error
        raise
    finally:
        await _close(iterator, context)


async def _close(iterator: AsyncIterator[Event] | None, context: TaskContext) -> None:
    """Let the analyzer clean up; what goes wrong in that does not touch its result."""
    close = getattr(iterator, "aclose", None)
    if close is None:
        return
    try:
        await close()
    except Exception:
        logger.warning(
            "task %s of thread %s failed to clean up", context.task, context.thread_id, exc_info=True
        )


def _check(event: object, task: Task) -> None:
    if isinstance(event, task.completed):
        if not isinstance(getattr(event, "result", None), task.result):
            raise InvalidOutputError(f"its result is not a {task.result.__name__}")
    elif isinstance(event, EngineEvent) or not isinstance(event, task.emits):
        raise InvalidOutputError(f"yielded a {type(event).__name__}")
    elif event.type.endswith((":completed", ":failed")):
        raise InvalidOutputError(f"yielded {event.type!r}")


async def _without_clock(clock: asyncio.Timeout, waiting: Awaitable[None]) -> None:
    """Wait while the consumer is slow, and give the analyzer that time back."""
    deadline = clock.when()
    if deadline is None:
        await waiting
        return
    loop = asyncio.get_running_loop()
    began = loop.time()
    clock.reschedule(None)
    await waiting
    clock.reschedule(deadline + loop.time() - began)


def _describe(error: BaseException, context: TaskContext) -> Failure:
    if isinstance(error, _CancelledItselfError):
        return Failure(kind="bug", message="cancelled itself")
    failure = describe(error)
    if failure.kind == "bug":
        logger.warning(
            "task %s of thread %s failed", context.task, context.thread_id, exc_info=error
        )
    return failure
