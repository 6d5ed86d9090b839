"""What the screening says."""

from typing import Literal

from pipeline_core.engine import Event, Failure
from pipeline_core.events.tools import ToolCalled, ToolReturned
from pipeline_core.models import Insight, Question, ScreeningResult


class ScreeningEvent(Event, frozen=True):
    """Any event of the screening."""


class ScreeningStarted(ScreeningEvent, frozen=True):
    type: Literal["screening:started"] = "screening:started"


class ScreeningSignal(ScreeningEvent, frozen=True):
    """A first impression, before anything is analyzed."""

    type: Literal["screening:signal"] = "screening:signal"
    signal: Literal["likely_positive", "uncertain", "likely_negative"]
    confidence: float


class ScreeningInsight(ScreeningEvent, frozen=True):
    type: Literal["screening:insight"] = "screening:insight"
    insight: Insight


class ScreeningQuestion(ScreeningEvent, frozen=True):
    type: Literal["screening:question"] = "screening:question"
    question: Question


class ScreeningRestarted(ScreeningEvent, frozen=True):
    """What this attempt said so far was rejected and does not count."""

    type: Literal["screening:restarted"] = "screening:restarted"
    reason: str


class ScreeningToolCalled(ScreeningEvent, ToolCalled, frozen=True):
    type: Literal["screening:tool_called"] = "screening:tool_called"


class ScreeningToolReturned(ScreeningEvent, ToolReturned, frozen=True):
    type: Literal["screening:tool_returned"] = "screening:tool_returned"


class ScreeningCompleted(ScreeningEvent, frozen=True):
    type: Literal["screening:completed"] = "screening:completed"
    result: ScreeningResult


class ScreeningFailed(ScreeningEvent, frozen=True):
    type: Literal["screening:failed"] = "screening:failed"
    failure: Failure


AnyScreeningEvent = (
    ScreeningStarted
    | ScreeningSignal
    | ScreeningInsight
    | ScreeningQuestion
    | ScreeningRestarted
    | ScreeningToolCalled
    | ScreeningToolReturned
    | ScreeningCompleted
    | ScreeningFailed
)
