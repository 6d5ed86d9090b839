"""What all tasks have in common in the way they use a model."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Set
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from pipeline_core.engine import Event
from pipeline_core.llm.field_stream import Part
from pipeline_core.llm.opinion import Opinion
from pipeline_core.models import Case

Percent = Annotated[int, Field(ge=0, le=100)]
Line = Annotated[str, Field(max_length=300)]
Paragraph = Annotated[str, Field(max_length=1500)]
Quote = Annotated[str, Field(max_length=400, description="Copied from the case, or empty.")]


class Answer(BaseModel):
    """The shape a model is asked for. Its fields arrive in the order in which they are declared."""

    model_config = ConfigDict(extra="forbid")


Opinions = Opinion
"""Where a telling asks the rubric."""


class Telling(ABC):
    """One answer of a model, told as events of its task while it arrives.

    A new one begins with every attempt and with every answer that follows a rejected one.
    """

    answer: ClassVar[type[Answer]]
    """What the model is asked for."""
    text_fields: ClassVar[Set[str]] = frozenset()
    """Fields told piece by piece."""
    with_tools: ClassVar[bool] = False
    findings: ClassVar[tuple[str, ...]] = ()
    """Which earlier results the model is shown: names of tasks, or `dimensions` for all of them."""
    room: ClassVar[int] = 1
    """How many times the usual length the answer may have."""

    def __init__(self, task: str, case: Case, opinion: Opinion) -> None:
        self.task = task
        self.case = case
        self.opinion = opinion

    def tell(self, part: Part) -> Iterator[Event]:  # noqa: ARG002  (for those who override it)
        """Yield the events that a part of the answer is worth; valid in itself, perhaps not in the whole."""
        return iter(())

    def restarted(self, reason: str) -> Event | None:  # noqa: B027  (most tell nothing early)
        """Return the event that takes back what was told, for tasks that tell anything early."""

    def tool_called(self, tool: str) -> Event | None:  # noqa: B027
        """Return the event of a tool call."""

    def tool_returned(self, tool: str, result: Any) -> Event | None:  # noqa: B027
        """Return the event of a tool's result."""

    async def prepare(self) -> Any:
        """Return what the rubric says; runs beside the model and is handed to `finish`."""
        return None

    @abstractmethod
    def finish(self, answer: Any, prepared: Any) -> tuple[list[Event], BaseModel]:
        """Return the events that are still to be told, and the result."""

    @abstractmethod
    def completed(self, result: Any) -> Event:
        """Return the event that carries the result."""
