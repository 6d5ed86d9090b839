"""Counts what was paid for, across processes that are killed."""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncGenerator
from pathlib import Path

from pipeline_core.engine.analyzer import Analyzer, TaskContext
from pipeline_core.engine.events import Event


class Ledger:
    """A file to which each run of an analyzer adds a line that survives the process."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def pay(self, task: str) -> None:
        """Note that `task` is being run; durable when this returns."""
        file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            os.write(file, f"{task}\n".encode())
            os.fsync(file)
        finally:
            os.close(file)

    def paid(self) -> Counter[str]:
        """Return how often each task was run."""
        return Counter(self._path.read_text().split()) if self._path.exists() else Counter()


class PaidAnalyzer:
    """Notes in a ledger that it runs, then does what another analyzer does.

    Args:
        analyzer: does the work.
        ledger: where to note it.
        gate: a file without which it waits before it works; None for no wait.
        turns: of the event loop that it waits before it works. Siblings with different ones settle one
            after the other, so that their outcomes are recorded; else they share one write.
    """

    fingerprint = "paid"

    def __init__(self, analyzer: Analyzer, ledger: Ledger, gate: Path | None = None, turns: int = 0) -> None:
        self._analyzer = analyzer
        self._ledger = ledger
        self._gate = gate
        self._turns = turns

    async def __call__(self, context: TaskContext, /) -> AsyncGenerator[Event, None]:
        """Pay, wait at the gate, work."""
        self._ledger.pay(context.task)
        # What opens the gate is another process: there is nothing in this one to wait on.
        while self._gate is not None and not self._gate.exists():  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        for _ in range(self._turns):
            await asyncio.sleep(0)
        async for event in self._analyzer(context):
            await asyncio.sleep(0)
            yield event
