"""Analyzers that do as they are told."""

import asyncio
from collections.abc import AsyncGenerator, Iterable

from pipeline_core.engine.analyzer import TaskContext
from pipeline_core.engine.events import Event


class ScriptedAnalyzer:
    """Says what it was given, attempt by attempt, and remembers how it was called.

    Args:
        scripts: one per attempt: events to yield in order; an exception among them is raised in its
            turn. The last script serves all further attempts.
    """

    fingerprint = "scripted"

    def __init__(self, *scripts: Iterable[Event | BaseException]) -> None:
        self._scripts = [list(script) for script in scripts]
        self.calls: list[TaskContext] = []
        """The contexts it was called with."""
        self.closed = 0
        """How many of its generators have ended or been closed."""

    async def __call__(self, context: TaskContext, /) -> AsyncGenerator[Event, None]:
        """Play the next script."""
        script = self._scripts[min(len(self.calls), len(self._scripts) - 1)]
        self.calls.append(context)
        try:
            for said in script:
                if isinstance(said, BaseException):
                    raise said
                yield said
        finally:
            self.closed += 1


class FailingAnalyzer(ScriptedAnalyzer):
    """Raises `error`: in its first `times` attempts, or always if `times` is None; then plays `script`."""

    def __init__(self, error: BaseException, *script: Event, times: int | None = None) -> None:
        super().__init__(*([[error]] * (times or 1)), *([] if times is None else [script]))


class BlockingAnalyzer(ScriptedAnalyzer):
    """Plays its script, and before the last event of it waits to be released."""

    def __init__(self, *script: Event | BaseException) -> None:
        super().__init__(script)
        self.started = asyncio.Event()
        """Set once it waits."""
        self.released = asyncio.Event()
        """Set it to let the analyzer finish."""

    async def __call__(self, context: TaskContext, /) -> AsyncGenerator[Event, None]:
        """Play the script as far as it may."""
        *earlier, last = self._scripts[0]
        self.calls.append(context)
        try:
            for said in (*earlier, None, last):
                if said is None:
                    self.started.set()
                    await self.released.wait()
                elif isinstance(said, BaseException):
                    raise said
                else:
                    yield said
        finally:
            self.closed += 1
