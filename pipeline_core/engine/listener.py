"""Tells somebody of events, at their own risk."""

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable

from pipeline_core.engine.events import Event

logger = logging.getLogger("pipeline_core")

Listener = Callable[[Event], Awaitable[object] | object]
"""Is told every event just before it is yielded; what it raises is logged and changes nothing."""


async def tell(listener: Listener, event: Event) -> None:
    """Call `listener` with `event`, and await what it returns if that can be awaited.

    Raises:
        asyncio.CancelledError: the caller was cancelled meanwhile.
    """
    task = asyncio.current_task()
    cancellations = task.cancelling() if task is not None else 0
    try:
        answer = listener(event)
        if inspect.isawaitable(answer):
            await answer
    except asyncio.CancelledError:
        if task is None or task.cancelling() > cancellations:
            raise
        logger.warning("on_event cancelled itself at %s of thread %s", event.type, event.thread_id)
    except Exception:
        logger.warning("on_event failed for %s of thread %s", event.type, event.thread_id, exc_info=True)
