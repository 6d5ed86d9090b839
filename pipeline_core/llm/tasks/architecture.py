"""A blueprint drawn by a model."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field
from typing_extensions import override

from pipeline_core.engine import Event
from pipeline_core.events import ArchitectureCompleted
from pipeline_core.llm.tasks.telling import Answer, Line, Paragraph, Percent, Telling
from pipeline_core.models import Architecture, ArchitectureResult, Component, HumanInTheLoop

_AGAINST = frozenset({"NOT_RECOMMENDED", "WEAK_FIT"})


class NamedComponent(Answer):
    name: Line
    purpose: Line


class ArchitectureAnswer(Answer):
    pattern: Line
    components: Annotated[list[NamedComponent], Field(min_length=1, max_length=8)]
    mode: Literal["review_every_item", "review_below_threshold", "sample", "on_request"]
    who: Line
    review: Paragraph
    confidence_threshold: Percent
    monitoring: Annotated[list[Line], Field(max_length=6)]
    questions_before_building: Annotated[list[Line], Field(max_length=6)]
    reasoning: Paragraph


class ArchitectureTelling(Telling):
    """Where the verdict advises against AI nothing is proposed, whatever the model drew."""

    answer = ArchitectureAnswer
    findings = ("dimensions", "verdict")

    @override
    def finish(self, answer: ArchitectureAnswer, prepared: Any) -> tuple[list[Event], BaseModel]:
        verdict = self.case.verdict
        advised = verdict is None or verdict.verdict not in _AGAINST
        drawn = Architecture(
            pattern=answer.pattern,
            components=tuple(Component(name=each.name, purpose=each.purpose) for each in answer.components),
            human_in_the_loop=HumanInTheLoop(mode=answer.mode, who=answer.who, description=answer.review),
            confidence_threshold=answer.confidence_threshold / 100,
            monitoring=tuple(answer.monitoring),
        )
        return [], ArchitectureResult(
            architecture=drawn if advised else None,
            reasoning=answer.reasoning,
            questions_before_building=tuple(answer.questions_before_building),
            source="model",
        )

    def completed(self, result: ArchitectureResult) -> Event:
        return ArchitectureCompleted(result=result)
