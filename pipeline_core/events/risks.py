"""What the analyzer of the risks says."""

from typing import Literal

from pipeline_core.engine import Event, Failure
from pipeline_core.models import RisksResult


class RisksEvent(Event, frozen=True):
    """Any event of the risks."""


class RisksStarted(RisksEvent, frozen=True):
    type: Literal["risks:started"] = "risks:started"


class RisksCompleted(RisksEvent, frozen=True):
    type: Literal["risks:completed"] = "risks:completed"
    result: RisksResult


class RisksFailed(RisksEvent, frozen=True):
    type: Literal["risks:failed"] = "risks:failed"
    failure: Failure


AnyRisksEvent = RisksStarted | RisksCompleted | RisksFailed
