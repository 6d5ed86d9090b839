"""Kills and races executors in child processes, and checks that nothing was lost or done twice."""

import asyncio
import itertools
import json
import os
import signal
import time
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from pipeline_core.engine.checkpoint import Checkpointer
from pipeline_core.engine.executor import Executor
from pipeline_core.engine.fold import fold
from pipeline_core.engine.state import PipelineState
from pipeline_core.testing.child import Order
from pipeline_core.testing.factory import Factory, load
from pipeline_core.testing.ledger import Ledger
from pipeline_core.testing.nursery import Nursery
from pipeline_core.testing.sample import Text

T = TypeVar("T")

VICTIM = "victim"
"""The owner that gets killed."""


@dataclass
class Harness:
    """Runs threads in child processes; a context manager.

    Args:
        factory: of the checkpointer that parent and children share.
        folder: for ledgers, reports and gates.
        build: makes the executor of a checkpointer and an `Order`; its pipeline takes a
            `pipeline_core.testing.sample.Text`.
    """

    factory: Factory
    folder: Path
    build: str = "pipeline_core.testing.child:paid_executor"
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count, init=False)

    def __enter__(self) -> "Harness":
        self.nursery = Nursery(self.factory)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.nursery.__exit__(kind, error, trace)

    def order(self, action: str = "execute", thread_id: str | None = None, **details: Any) -> Order:
        """Return an order for a thread of its own, or for `thread_id`."""
        number = next(self._numbers)
        name = thread_id or f"thread-{number}"
        return Order(
            target=self.factory.target,
            argument=self.factory.argument,
            build=self.build,
            ledger=str(self.folder / f"{name}.ledger"),
            report=str(self.folder / f"{number}.report"),
            thread_id=name,
            action=action,
            **details,
        )

    def run(self, order: Order) -> dict[str, Any]:
        """Have `order` obeyed in a child that lives, and return its report."""
        assert self.nursery.wait(self.nursery.start(order)) == 0
        return report(order)

    def run_until_killed(self, order: Order, seconds: float | None = None) -> None:
        """Have `order` obeyed in a child that kills itself, or is killed after `seconds` of work."""
        pid = self.nursery.start(order)
        if seconds is not None:
            wait_for(lambda: ready(order))
            time.sleep(seconds)
            os.kill(pid, signal.SIGKILL)
        self.nursery.wait(pid)

    def finish(self, order: Order) -> PipelineState:
        """Resume the thread of a killed child in this process, and check everything that can be checked."""
        before, paid_before = self.state(order), paid(order)
        durable = [] if before is None else [task for task in before.outcomes if before.has_result(task)]
        assert all(paid_before[task] == 1 for task in durable), (durable, paid_before)
        after = self._with_executor(order, lambda executor: _finish(executor, order, before))
        for task, times in paid(order).items():
            if task in durable:
                assert times == paid_before[task], f"{task} ran again though its result was durable"
            else:
                assert times == paid_before[task] + 1, f"{task} ran {times} times"
        return after

    def state(self, order: Order) -> PipelineState | None:
        """Return what is durable of the thread of `order`."""
        return self._with_executor(order, lambda executor: executor.get_state(order.thread_id))

    def versions(self, order: Order) -> list[int]:
        """Return the versions of the thread's checkpoints."""

        async def read(executor: Executor) -> list[int]:
            return [checkpoint.version for checkpoint in await executor.history(order.thread_id)]

        return self._with_executor(order, read)

    def _with_executor(self, order: Order, action: Callable[[Executor], Any]) -> Any:
        async def act() -> Any:
            checkpointer: Checkpointer = self.factory()
            try:
                return await action(load(self.build)(checkpointer, replace(order, gate=None)))
            finally:
                await checkpointer.close()

        return asyncio.run(act())


async def _finish(executor: Executor, order: Order, before: PipelineState | None) -> PipelineState:
    if before is None:
        stream = executor.execute(Text(text="x"), thread_id=order.thread_id)
    elif before.status == "completed":
        return before
    else:
        stream = executor.resume(order.thread_id, takeover_from=VICTIM)
    async with aclosing(stream) as told:
        events = [event async for event in told]
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    after = await executor.get_state(order.thread_id)
    assert after is not None
    assert fold(events) == after
    history = await executor.history(order.thread_id)
    assert [checkpoint.version for checkpoint in history] == list(range(1, len(history) + 1))
    return after


def report(order: Order) -> dict[str, Any]:
    """Return what a child reported."""
    return json.loads(Path(order.report).read_text())


def ready(order: Order) -> bool:
    """Tell whether a child has opened its checkpointer; it begins then."""
    return Path(order.report).exists()


def reported(order: Order) -> bool:
    """Tell whether a child has reported."""
    return Path(order.report).exists() and bool(Path(order.report).read_text())


def paid(order: Order) -> Any:
    """Return how often each task of a thread was run, in all processes together."""
    return Ledger(Path(order.ledger)).paid()


def comparable(state: PipelineState) -> dict[str, Any]:
    """Return what two runs of the same work have in common."""
    outcomes = {
        task: {"status": outcome.status, "result": outcome.result, "failure": outcome.failure}
        for task, outcome in sorted(state.outcomes.items())
    }
    return {"status": state.status, "stages": state.stages, "answers": state.answers, "outcomes": outcomes}


def wait_for(condition: Callable[[], T], seconds: float = 30.0) -> T:
    """Wait until `condition` is true of another process, and return what it returned."""
    give_up = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < give_up, "waited in vain"
        time.sleep(0.002)
    return found
