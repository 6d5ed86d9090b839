"""Risks named by a model."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field
from typing_extensions import override

from pipeline_core.engine import Event
from pipeline_core.events import RisksCompleted
from pipeline_core.llm.quotes import evidence_of
from pipeline_core.llm.tasks.telling import Answer, Line, Paragraph, Quote, Telling
from pipeline_core.models import Level, Risk, RisksResult, Severity


class NamedRisk(Answer):
    category: Literal["technical", "operational", "ethical", "business"]
    title: Line
    description: Paragraph
    severity: Severity
    likelihood: Level
    mitigation: Paragraph
    quote: Quote


class RisksAnswer(Answer):
    risks: Annotated[list[NamedRisk], Field(min_length=1, max_length=8)]


class RisksTelling(Telling):
    answer = RisksAnswer
    findings = ("dimensions", "verdict")

    @override
    def finish(self, answer: RisksAnswer, prepared: Any) -> tuple[list[Event], BaseModel]:
        return [], RisksResult(risks=tuple(self._risk(each) for each in answer.risks), source="model")

    def completed(self, result: RisksResult) -> Event:
        return RisksCompleted(result=result)

    def _risk(self, named: NamedRisk) -> Risk:
        told = named.model_dump(exclude={"quote"})
        return Risk(**told, evidence=evidence_of([named.quote], self.case))
