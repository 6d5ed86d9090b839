"""One dimension scored by a model."""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BaseModel, Field

from pipeline_core.engine import Event
from pipeline_core.events import (
    DimensionCompleted,
    DimensionPreliminary,
    DimensionQuestion,
    DimensionRestarted,
    DimensionToolCalled,
    DimensionToolReturned,
)
from pipeline_core.llm.field_stream import FieldDone, ItemDone, Part
from pipeline_core.llm.quotes import evidence_of
from pipeline_core.llm.tasks.telling import Answer, Line, Paragraph, Percent, Quote, Telling
from pipeline_core.models import DimensionResult, Question, Score, SecondOpinion


class AskedQuestion(Answer):
    text: Line
    why: Line


class DimensionAnswer(Answer):
    score: Score
    confidence: Percent
    quotes: Annotated[list[Quote], Field(max_length=4)]
    questions: Annotated[list[AskedQuestion], Field(max_length=2)]
    information_gaps: Annotated[list[Line], Field(max_length=3)]
    would_change: Line
    reasoning: Paragraph


class DimensionTelling(Telling):
    """Score and confidence as soon as both are complete, then questions one by one."""

    answer = DimensionAnswer
    with_tools = True

    _score: Any = None

    def tell(self, part: Part) -> Iterator[Event]:
        match part:
            case FieldDone(name="score", value=value):
                self._score = value
            case FieldDone(name="confidence", value=value) if self._score is not None:
                yield DimensionPreliminary(dimension=self.task, score=self._score, confidence=value / 100)
            case ItemDone(name="questions", index=index, value=AskedQuestion() as asked) if (
                asked.text.strip()
            ):
                yield DimensionQuestion(dimension=self.task, question=self._question(index, asked))
            case _:
                pass

    def restarted(self, reason: str) -> Event:
        return DimensionRestarted(dimension=self.task, reason=reason)

    def tool_called(self, tool: str) -> Event:
        return DimensionToolCalled(dimension=self.task, tool=tool, arguments={})

    def tool_returned(self, tool: str, result: Any) -> Event:
        return DimensionToolReturned(dimension=self.task, tool=tool, result=result)

    async def prepare(self) -> DimensionResult:
        return await self.opinion.dimension(self.case, self.task)

    def finish(self, answer: DimensionAnswer, prepared: DimensionResult) -> tuple[list[Event], BaseModel]:
        apart = {answer.score, prepared.score} == {"favorable", "unfavorable"}
        gaps = list(answer.information_gaps)
        if apart:
            gaps.append(f"The rubric reads this dimension as {prepared.score}; somebody should look at it")
        asked = enumerate(answer.questions)
        return [], DimensionResult(
            dimension=self.task,
            title=prepared.title,
            score=answer.score,
            confidence=answer.confidence / 100,
            weight=prepared.weight,
            reasoning=answer.reasoning,
            evidence=evidence_of(answer.quotes, self.case, answer.score),
            information_gaps=tuple(gaps),
            would_change=answer.would_change,
            questions=tuple(self._question(index, each) for index, each in asked if each.text.strip()),
            second_opinion=_second(prepared) if apart else None,
            source="model",
        )

    def completed(self, result: DimensionResult) -> Event:
        return DimensionCompleted(dimension=self.task, result=result)

    def _question(self, index: int, asked: AskedQuestion) -> Question:
        return Question(
            id=f"{self.task}_{index + 1}", text=asked.text.strip(), why=asked.why.strip(), dimension=self.task
        )


def _second(rubric: DimensionResult) -> SecondOpinion:
    return SecondOpinion(
        source="rubric", value=rubric.score, confidence=rubric.confidence, reasoning=rubric.reasoning
    )
