"""What the verdict says."""

from typing import Literal

from pipeline_core.engine import Event, Failure
from pipeline_core.events.tools import ToolCalled, ToolReturned
from pipeline_core.models import Verdict, VerdictResult


class VerdictEvent(Event, frozen=True):
    """Any event of the verdict."""


class VerdictStarted(VerdictEvent, frozen=True):
    type: Literal["verdict:started"] = "verdict:started"


class VerdictToolCalled(VerdictEvent, ToolCalled, frozen=True):
    type: Literal["verdict:tool_called"] = "verdict:tool_called"


class VerdictToolReturned(VerdictEvent, ToolReturned, frozen=True):
    type: Literal["verdict:tool_returned"] = "verdict:tool_returned"


class VerdictDetermined(VerdictEvent, frozen=True):
    """The verdict is decided; its reasons are being put together."""

    type: Literal["verdict:determined"] = "verdict:determined"
    verdict: Verdict
    confidence: float
    headline: str


class VerdictCompleted(VerdictEvent, frozen=True):
    type: Literal["verdict:completed"] = "verdict:completed"
    result: VerdictResult


class VerdictFailed(VerdictEvent, frozen=True):
    type: Literal["verdict:failed"] = "verdict:failed"
    failure: Failure


AnyVerdictEvent = (
    VerdictStarted
    | VerdictToolCalled
    | VerdictToolReturned
    | VerdictDetermined
    | VerdictCompleted
    | VerdictFailed
)
