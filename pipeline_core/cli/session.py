"""One call of the command line: a driver, an executor on the same threads, and one event loop at a time."""

import asyncio
import shlex
import shutil
import sys
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from contextlib import aclosing
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from pipeline_core.cli.core_driver import CoreDriver
from pipeline_core.cli.driver import Driver, load_driver
from pipeline_core.cli.executors import configured_executor
from pipeline_core.cli.reading import read_foreign
from pipeline_core.engine import Event, PipelineState
from pipeline_core.errors import CorruptCheckpointError, UnknownThreadError
from pipeline_core.executor import PipelineExecutor
from pipeline_core.models import PipelineInput

T = TypeVar("T")
Watch = Callable[[Event], None]


class Interrupted(Exception):
    """Raised when the user stopped a thread; `command` goes on with it."""

    def __init__(self, command: str) -> None:
        self.command = command
        super().__init__(command)


class Session:
    """Opened by a command, closed at its end.

    Args:
        dagster: run threads through Dagster, and see those kept there.
        rubric: a rubric file; the built-in one if None.

    Raises:
        PipelineError: the driver cannot work here, or the rubric is not one.
    """

    def __init__(self, *, dagster: bool = False, rubric: Path | None = None) -> None:
        self._flags = [*(["--dagster"] if dagster else []), *(["--rubric", str(rubric)] if rubric else [])]
        self.driver: Driver
        self.executor: PipelineExecutor
        if dagster:
            self.driver = load_driver("dagster", rubric=rubric)
            self.executor = configured_executor(self.driver.checkpointer, rubric=rubric)
        else:
            core = CoreDriver(rubric=rubric)
            self.driver, self.executor = core, core.executor

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run(self.driver.close())

    def command(self, name: str, thread_id: str, *arguments: str) -> str:
        """Return what to type for a command about a thread of this session."""
        return shlex.join([_program(), name, *self._flags, thread_id, *arguments])

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine to its end and return what it returns."""
        return asyncio.run(work)

    def state(self, thread_id: str) -> PipelineState:
        """Return what is known of a thread.

        Raises:
            UnknownThreadError: there is no such thread.
        """
        return self.run(self._state(thread_id))

    def execute(self, given: PipelineInput, *, thread_id: str | None, watch: Watch) -> PipelineState:
        """Run a new thread, show its events to `watch`, and return how it ended.

        Raises:
            Interrupted: the user stopped it; it can be resumed.
            PipelineError: see `PipelineExecutor.execute`.
        """
        return self._follow(self.driver.execute(given, thread_id=thread_id), watch)

    def resume(self, thread_id: str, answers: Mapping[str, str], *, watch: Watch) -> PipelineState:
        """Go on with a thread, show its events to `watch`, and return how it ended.

        Raises:
            Interrupted: the user stopped it; it can be resumed.
            PipelineError: see `PipelineExecutor.resume`.
        """
        return self._follow(self.driver.resume(thread_id, answers), watch)

    def _follow(self, stream: AsyncGenerator[Event, None], watch: Watch) -> PipelineState:
        thread_id = ""

        async def follow() -> PipelineState:
            nonlocal thread_id
            async with aclosing(stream) as events:
                async for event in events:
                    thread_id = thread_id or event.thread_id
                    watch(event)
            return await self._state(thread_id)

        try:
            return self.run(follow())
        except KeyboardInterrupt as error:
            if thread_id:
                raise Interrupted(self.command("resume", thread_id)) from error
            raise

    async def _state(self, thread_id: str) -> PipelineState:
        try:
            state = await self.executor.get_state(thread_id)
        except CorruptCheckpointError:
            state = await read_foreign(self.driver.checkpointer, thread_id)
        if state is None:
            raise UnknownThreadError(thread_id)
        return state


def _program() -> str:
    """Return how this command line was called, if its name alone would not find it."""
    called = Path(sys.argv[0])
    return str(called) if called.name == "suitability" and not shutil.which(called.name) else "suitability"
