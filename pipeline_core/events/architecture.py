"""What the analyzer of the architecture says."""

from typing import Literal

from pipeline_core.engine import Event, Failure
from pipeline_core.models import ArchitectureResult


class ArchitectureEvent(Event, frozen=True):
    """Any event of the architecture."""


class ArchitectureStarted(ArchitectureEvent, frozen=True):
    type: Literal["architecture:started"] = "architecture:started"


class ArchitectureCompleted(ArchitectureEvent, frozen=True):
    type: Literal["architecture:completed"] = "architecture:completed"
    result: ArchitectureResult


class ArchitectureFailed(ArchitectureEvent, frozen=True):
    type: Literal["architecture:failed"] = "architecture:failed"
    failure: Failure


AnyArchitectureEvent = ArchitectureStarted | ArchitectureCompleted | ArchitectureFailed
