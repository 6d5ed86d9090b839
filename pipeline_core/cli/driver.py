"""What runs a thread for the command line: this process, or something that was installed beside it.

A driver is found by its name in the entry points of the group `suitability.drivers`; the command line
knows nothing else of it.
"""

from collections.abc import AsyncGenerator, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol, cast

from pipeline_core.engine import Checkpointer, Event
from pipeline_core.errors import PipelineError
from pipeline_core.models import PipelineInput

GROUP = "suitability.drivers"
UI_GROUP = "suitability.uis"


class Driver(Protocol):
    """Runs threads and tells what happens.

    Its methods may be called from one event loop after another, never from two at once.
    """

    @property
    def checkpointer(self) -> Checkpointer:
        """Where its threads are kept; what has just been yielded can be read from it."""
        ...

    def execute(self, given: PipelineInput, *, thread_id: str | None = None) -> AsyncGenerator[Event, None]:
        """Run a new thread. Stream and errors are those of `PipelineExecutor.execute`.

        Closing the stream early stops the thread, which can be resumed.
        """
        ...

    def resume(self, thread_id: str, answers: Mapping[str, str] | None = None) -> AsyncGenerator[Event, None]:
        """Go on with a thread. Stream and errors are those of `PipelineExecutor.resume`."""
        ...

    def where(self, thread_id: str) -> str | None:
        """Return a line that says how to look at a thread besides this command line, if one can."""
        ...

    async def close(self) -> None:
        """Free what it holds, the checkpointer included. Idempotent."""
        ...


class DriverFactory(Protocol):
    """What an entry point of the group `suitability.drivers` names."""

    def __call__(self, *, rubric: Path | None) -> Driver:
        """Return a driver that judges by the rubric in this file; by the built-in one if None.

        Raises:
            PipelineError: it cannot work here; the message says what to do.
        """
        ...


class UnknownDriverError(PipelineError):
    """Raised when no installed package provides a driver of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"nothing installed here can run threads through {name!r}: install the whole project"
        )


def load_driver(name: str, *, rubric: Path | None) -> Driver:
    """Return a driver by the name it was installed under.

    Raises:
        UnknownDriverError: there is none.
        PipelineError: it cannot work here.
    """
    for entry in entry_points(group=GROUP, name=name):
        try:
            factory = cast("DriverFactory", entry.load())
        except ImportError as error:
            raise UnknownDriverError(name) from error
        return factory(rubric=rubric)
    raise UnknownDriverError(name)


class UserInterface(Protocol):
    """What an entry point of the group `suitability.uis` names."""

    def __call__(self, *, port: int) -> int:
        """Serve the interface on localhost until it is stopped, and return an exit code.

        Raises:
            PipelineError: it cannot work here; the message says what to do.
        """
        ...


def load_ui(name: str) -> UserInterface:
    """Return a user interface by the name it was installed under.

    Raises:
        UnknownDriverError: there is none.
    """
    for entry in entry_points(group=UI_GROUP, name=name):
        return cast("UserInterface", entry.load())
    raise UnknownDriverError(name)
