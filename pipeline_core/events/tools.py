"""What analyzers say of the tools they use."""

from typing import Any

from pipeline_core.engine import Event


class ToolCalled(Event, frozen=True):
    """An analyzer asked one of its tools."""

    tool: str
    arguments: dict[str, Any]


class ToolReturned(Event, frozen=True):
    """What a tool answered."""

    tool: str
    result: Any
