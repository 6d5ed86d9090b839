"""Alternatives named by a model."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, Field, model_validator
from typing_extensions import override

from pipeline_core.engine import Event
from pipeline_core.events import AlternativesCompleted
from pipeline_core.llm.tasks.telling import Answer, Line, Paragraph, Telling
from pipeline_core.models import Alternative, AlternativesResult, Level

Points = Annotated[list[Line], Field(min_length=1, max_length=4)]


class NamedAlternative(Answer):
    name: Line
    uses_ai: bool
    description: Paragraph
    effort: Level
    advantages: Points
    disadvantages: Points
    when_to_choose: Line


class AlternativesAnswer(Answer):
    alternatives: Annotated[list[NamedAlternative], Field(min_length=1, max_length=6)]

    @model_validator(mode="after")
    def _one_does_without_ai(self) -> Self:
        if all(each.uses_ai for each in self.alternatives):
            raise ValueError("at least one alternative must do without AI (uses_ai false)")
        return self


class AlternativesTelling(Telling):
    answer = AlternativesAnswer
    findings = ("dimensions", "verdict")

    @override
    def finish(self, answer: AlternativesAnswer, prepared: Any) -> tuple[list[Event], BaseModel]:
        named = tuple(Alternative(**each.model_dump()) for each in answer.alternatives)
        return [], AlternativesResult(alternatives=named, source="model")

    def completed(self, result: AlternativesResult) -> Event:
        return AlternativesCompleted(result=result)
