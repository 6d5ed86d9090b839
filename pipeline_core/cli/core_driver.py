"""Runs threads in this process and keeps them in the user's folder."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from pathlib import Path

from pipeline_core.cli.executors import configured_executor
from pipeline_core.cli.home import HomeStore, home
from pipeline_core.cli.takeover import is_dead
from pipeline_core.engine import Checkpointer, Event, StoreCheckpointer
from pipeline_core.errors import ThreadBusyError
from pipeline_core.executor import PipelineExecutor
from pipeline_core.models import PipelineInput


class CoreDriver:
    """The driver of the command line unless another is asked for.

    Args:
        rubric: a rubric file; the built-in one if None.

    Raises:
        InputError: see `configured_executor`.
    """

    def __init__(self, *, rubric: Path | None) -> None:
        self._checkpointer = StoreCheckpointer(HomeStore(home()))
        self._executor = configured_executor(self._checkpointer, rubric=rubric)

    @property
    def checkpointer(self) -> Checkpointer:
        """Where its threads are kept."""
        return self._checkpointer

    @property
    def executor(self) -> PipelineExecutor:
        """What runs them."""
        return self._executor

    def execute(self, given: PipelineInput, *, thread_id: str | None = None) -> AsyncGenerator[Event, None]:
        """Run a new thread."""
        return self._executor.execute(given, thread_id=thread_id)

    async def resume(
        self, thread_id: str, answers: Mapping[str, str] | None = None
    ) -> AsyncGenerator[Event, None]:
        """Go on with a thread; at once if the process that held it is dead."""
        dead: str | None = None
        while True:
            stream = self._executor.resume(thread_id, answers, takeover_from=dead)
            try:
                async with aclosing(stream) as events:
                    async for event in events:
                        yield event
            except ThreadBusyError as error:
                if dead is not None or not is_dead(error.owner):
                    raise
                dead = error.owner
            else:
                return

    def where(self, thread_id: str) -> str | None:  # noqa: ARG002  (the protocol's parameter)
        """Return None: its threads can be seen by this command line only."""
        return None

    async def close(self) -> None:
        """Close the file."""
        await self._checkpointer.close()
