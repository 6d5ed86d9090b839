"""What the analyzer of the alternatives says."""

from typing import Literal

from pipeline_core.engine import Event, Failure
from pipeline_core.models import AlternativesResult


class AlternativesEvent(Event, frozen=True):
    """Any event of the alternatives."""


class AlternativesStarted(AlternativesEvent, frozen=True):
    type: Literal["alternatives:started"] = "alternatives:started"


class AlternativesCompleted(AlternativesEvent, frozen=True):
    type: Literal["alternatives:completed"] = "alternatives:completed"
    result: AlternativesResult


class AlternativesFailed(AlternativesEvent, frozen=True):
    type: Literal["alternatives:failed"] = "alternatives:failed"
    failure: Failure


AnyAlternativesEvent = AlternativesStarted | AlternativesCompleted | AlternativesFailed
