"""What is known of a thread: an immutable value that only events change."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SerializeAsAny

from pipeline_core.engine.failure import Failure
from pipeline_core.engine.outcome import Outcome
from pipeline_core.models.questions import Question

Status = Literal["running", "suspended", "completed", "failed", "cancelled"]


class PipelineState(BaseModel):
    """The fold of a thread's events; equal states describe equal threads."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    thread_id: str
    status: Status
    input: SerializeAsAny[BaseModel]
    fingerprint: Mapping[str, str]
    """What shapes the analysis, part by part."""
    created_at: datetime
    stages: tuple[str, ...] = ()
    """The closed ones, in the order in which they were closed."""
    outcomes: Mapping[str, Outcome] = Field(default_factory=dict)
    """How tasks ended, by task; complete for closed stages."""
    answers: Mapping[str, str] = Field(default_factory=dict)
    """Answers by question id."""
    failure: Failure | None = None
    """Why the thread failed, if it did."""
    forked_from: str | None = None
    """`thread_id@version` of the checkpoint it began from, if it is a fork."""

    def result(self, task: str) -> BaseModel | None:
        """Return the result of `task`, or None if it has none."""
        outcome = self.outcomes.get(task)
        return outcome.result if outcome is not None else None

    def has_result(self, task: str) -> bool:
        """Tell whether `task` ended with a result."""
        outcome = self.outcomes.get(task)
        return outcome is not None and outcome.status == "completed"

    def questions(self) -> dict[str, Question]:
        """Return all questions asked so far by id; one asked twice is blocking if either asks so.

        A result asks by having a `questions` field.
        """
        asked: dict[str, Question] = {}
        for _, outcome in sorted(self.outcomes.items()):
            result = outcome.result
            for question in () if result is None else vars(result).get("questions", ()):
                if question.id not in asked or question.priority == "blocking":
                    asked[question.id] = question
        return asked

    def open_questions(self) -> tuple[Question, ...]:
        """Return the questions that have no answer yet."""
        return tuple([question for id_, question in self.questions().items() if id_ not in self.answers])

    def blocking_questions(self) -> tuple[Question, ...]:
        """Return the open questions without whose answers the thread must not go on."""
        return tuple([question for question in self.open_questions() if question.priority == "blocking"])
