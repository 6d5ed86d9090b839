"""What a child process of the harnesses does: execute or resume one thread, and report how it ended."""

import asyncio
import json
import os
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline_core.engine.checkpoint import Checkpointer
from pipeline_core.engine.executor import Executor
from pipeline_core.engine.policy import Policy
from pipeline_core.testing.factory import Factory, load
from pipeline_core.testing.ledger import Ledger, PaidAnalyzer
from pipeline_core.testing.sample import TASKS, Text, plain, sample_executor

WRITES = frozenset({"create", "acquire", "save", "record", "release"})
"""The durable boundaries. When a lease is renewed depends on the clock, so that is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a child is to do."""

    target: str
    argument: str
    """The factory of its checkpointer."""
    build: str
    """`package.module:function` that makes the executor of a checkpointer and this order."""
    ledger: str
    report: str
    """File that tells how it ended; empty from when it is ready to begin."""
    thread_id: str
    action: str
    """`execute` or `resume`."""
    owner: str | None = None
    ttl: float = 30.0
    gate: str | None = None
    start: str | None = None
    """A file without which it does not begin, once it has opened its checkpointer."""
    kill_at: int | None = None
    """The write to die at, from 0; None to live."""
    kill_after: bool = False
    """Whether to die after that write, and not before it."""


class MortalCheckpointer:
    """Counts the writes of another checkpointer, and kills its process at one of them."""

    def __init__(self, inner: Checkpointer, kill_at: int | None, *, after: bool) -> None:
        self._inner = inner
        self._kill_at = kill_at
        self._after = after
        self.writes = 0

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)
        return self._mortal(method) if name in WRITES else method

    def _mortal(self, method: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def write(*args: Any, **kwargs: Any) -> Any:
            this, self.writes = self.writes, self.writes + 1
            if this == self._kill_at and not self._after:
                os.kill(os.getpid(), signal.SIGKILL)
            result = await method(*args, **kwargs)
            if this == self._kill_at:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return write


def paid_executor(checkpointer: Checkpointer, order: Order) -> Executor:
    """Return an executor of the sample pipeline whose analyzers note that they run, and settle in turn."""
    ledger, gate = Ledger(Path(order.ledger)), Path(order.gate) if order.gate else None
    analyzers = {
        task: PaidAnalyzer(plain, ledger, gate, turns=2 * number) for number, task in enumerate(TASKS)
    }
    return sample_executor(analyzers, checkpointer=checkpointer, policy=Policy(lease_ttl=order.ttl))


def obey(order: Order) -> None:
    """Do what `order` says, and write to its report how it ended."""
    told = asyncio.run(_run(order))
    Path(order.report).write_text(json.dumps(told))


async def _run(order: Order) -> dict[str, Any]:
    checkpointer: Any = MortalCheckpointer(
        Factory(order.target, order.argument)(), order.kill_at, after=order.kill_after
    )
    executor: Executor = load(order.build)(checkpointer, order)
    if order.action == "execute":
        stream = executor.execute(Text(text="x"), thread_id=order.thread_id, owner=order.owner)
    else:
        stream = executor.resume(order.thread_id, owner=order.owner)
    _get_ready(order)
    ended = ""
    began = time.monotonic()
    try:
        async with aclosing(stream) as events:
            async for event in events:
                ended = event.type
    except Exception as error:
        ended = type(error).__name__
    seconds = time.monotonic() - began
    await checkpointer.close()
    return {"ended": ended, "writes": checkpointer.writes, "seconds": seconds}


def _get_ready(order: Order) -> None:
    Path(order.report).touch()
    # Watched without a pause: those that wait for the same file begin at the same time.
    while order.start is not None and not Path(order.start).exists():
        pass
