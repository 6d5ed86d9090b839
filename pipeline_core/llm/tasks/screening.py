"""Screening by a model."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from pipeline_core.engine import Event
from pipeline_core.events import (
    ScreeningCompleted,
    ScreeningInsight,
    ScreeningQuestion,
    ScreeningRestarted,
    ScreeningSignal,
)
from pipeline_core.llm.field_stream import FieldDone, ItemDone, Part
from pipeline_core.llm.quotes import evidence_of
from pipeline_core.llm.tasks.telling import Answer, Line, Paragraph, Percent, Quote, Telling
from pipeline_core.models import Insight, Question, ScreeningResult

_ASK_TASK = Question(
    id="screening_task",
    text="What goes in, what should come out, and what happens with the result?",
    why="Without a task there is nothing to judge.",
    priority="blocking",
)


class AskedQuestion(Answer):
    text: Line
    why: Line


class SeenInsight(Answer):
    text: Line
    quote: Quote


class ScreeningAnswer(Answer):
    can_evaluate: bool
    signal: Literal["likely_positive", "uncertain", "likely_negative"]
    confidence: Percent
    questions: Annotated[list[AskedQuestion], Field(max_length=3)]
    insights: Annotated[list[SeenInsight], Field(max_length=4)]
    reasoning: Paragraph


class ScreeningTelling(Telling):
    """Signal, questions and insights, each as soon as it is complete."""

    answer = ScreeningAnswer

    _can_evaluate = True
    _signal: Any = None

    def tell(self, part: Part) -> Iterator[Event]:
        match part:
            case FieldDone(name="can_evaluate", value=value):
                self._can_evaluate = value
            case FieldDone(name="signal", value=value):
                self._signal = value
            case FieldDone(name="confidence", value=value) if self._signal is not None:
                yield ScreeningSignal(signal=self._signal, confidence=value / 100)
            case ItemDone(name="questions", index=index, value=AskedQuestion() as asked) if (
                asked.text.strip()
            ):
                yield ScreeningQuestion(question=self._question(index, asked))
            case ItemDone(name="insights", value=SeenInsight() as seen):
                yield ScreeningInsight(insight=self._insight(seen))
            case _:
                pass

    def restarted(self, reason: str) -> Event:
        return ScreeningRestarted(reason=reason)

    async def prepare(self) -> ScreeningResult:
        return await self.opinion.screening(self.case)

    def finish(self, answer: ScreeningAnswer, prepared: ScreeningResult) -> tuple[list[Event], BaseModel]:
        self._can_evaluate = answer.can_evaluate
        asked = enumerate(answer.questions)
        questions = tuple(self._question(index, each) for index, each in asked if each.text.strip())
        late: list[Event] = []
        if not answer.can_evaluate and not questions:
            questions = (_ASK_TASK,)
            late.append(ScreeningQuestion(question=_ASK_TASK))
        return late, ScreeningResult(
            can_evaluate=answer.can_evaluate,
            signal=answer.signal,
            confidence=answer.confidence / 100,
            reasoning=answer.reasoning,
            insights=tuple(self._insight(each) for each in answer.insights),
            questions=questions,
            language=prepared.language,
            domain=prepared.domain,
            source="model",
        )

    def completed(self, result: ScreeningResult) -> Event:
        return ScreeningCompleted(result=result)

    def _question(self, index: int, asked: AskedQuestion) -> Question:
        return Question(
            id=f"screening_{index + 1}",
            text=asked.text.strip(),
            why=asked.why.strip(),
            priority="helpful" if self._can_evaluate else "blocking",
        )

    def _insight(self, seen: SeenInsight) -> Insight:
        return Insight(text=seen.text, evidence=evidence_of([seen.quote], self.case))
