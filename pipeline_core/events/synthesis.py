"""What the synthesis says."""

from typing import Literal

from pipeline_core.engine import Event, Failure
from pipeline_core.events.tools import ToolCalled, ToolReturned
from pipeline_core.models import SynthesisResult


class SynthesisEvent(Event, frozen=True):
    """Any event of the synthesis."""


class SynthesisStarted(SynthesisEvent, frozen=True):
    type: Literal["synthesis:started"] = "synthesis:started"


class SynthesisToolCalled(SynthesisEvent, ToolCalled, frozen=True):
    type: Literal["synthesis:tool_called"] = "synthesis:tool_called"


class SynthesisToolReturned(SynthesisEvent, ToolReturned, frozen=True):
    type: Literal["synthesis:tool_returned"] = "synthesis:tool_returned"


class SynthesisChunk(SynthesisEvent, frozen=True):
    """The next piece of the narrative; the pieces of one attempt, since a restart if there was one, add up to
    it."""

    type: Literal["synthesis:chunk"] = "synthesis:chunk"
    text: str


class SynthesisSection(SynthesisEvent, frozen=True):
    """A section of the narrative begins."""

    type: Literal["synthesis:section"] = "synthesis:section"
    title: str


class SynthesisRestarted(SynthesisEvent, frozen=True):
    """What this attempt said so far was rejected; the narrative begins anew."""

    type: Literal["synthesis:restarted"] = "synthesis:restarted"
    reason: str


class SynthesisCompleted(SynthesisEvent, frozen=True):
    type: Literal["synthesis:completed"] = "synthesis:completed"
    result: SynthesisResult


class SynthesisFailed(SynthesisEvent, frozen=True):
    type: Literal["synthesis:failed"] = "synthesis:failed"
    failure: Failure


AnySynthesisEvent = (
    SynthesisStarted
    | SynthesisToolCalled
    | SynthesisToolReturned
    | SynthesisChunk
    | SynthesisSection
    | SynthesisRestarted
    | SynthesisCompleted
    | SynthesisFailed
)
