"""What the analyzer of a dimension says."""

from typing import Literal

from pipeline_core.engine import Event, Failure
from pipeline_core.events.tools import ToolCalled, ToolReturned
from pipeline_core.models import DimensionResult, Question, Score


class DimensionEvent(Event, frozen=True):
    """Any event of a dimension; `task` on the envelope is the same name."""

    dimension: str


class DimensionStarted(DimensionEvent, frozen=True):
    type: Literal["dimension:started"] = "dimension:started"


class DimensionPreliminary(DimensionEvent, frozen=True):
    """The score as far as it is known; the completed event may differ."""

    type: Literal["dimension:preliminary"] = "dimension:preliminary"
    score: Score
    confidence: float


class DimensionQuestion(DimensionEvent, frozen=True):
    type: Literal["dimension:question"] = "dimension:question"
    question: Question


class DimensionToolCalled(DimensionEvent, ToolCalled, frozen=True):
    type: Literal["dimension:tool_called"] = "dimension:tool_called"


class DimensionToolReturned(DimensionEvent, ToolReturned, frozen=True):
    type: Literal["dimension:tool_returned"] = "dimension:tool_returned"


class DimensionRestarted(DimensionEvent, frozen=True):
    """What this attempt said so far was rejected and does not count."""

    type: Literal["dimension:restarted"] = "dimension:restarted"
    reason: str


class DimensionCompleted(DimensionEvent, frozen=True):
    type: Literal["dimension:completed"] = "dimension:completed"
    result: DimensionResult


class DimensionFailed(DimensionEvent, frozen=True):
    type: Literal["dimension:failed"] = "dimension:failed"
    failure: Failure


AnyDimensionEvent = (
    DimensionStarted
    | DimensionPreliminary
    | DimensionQuestion
    | DimensionToolCalled
    | DimensionToolReturned
    | DimensionRestarted
    | DimensionCompleted
    | DimensionFailed
)
