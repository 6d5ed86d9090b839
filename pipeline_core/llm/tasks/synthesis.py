"""The narrative, told in pieces as a model writes it."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field
from typing_extensions import override

from pipeline_core.engine import Event
from pipeline_core.events import SynthesisChunk, SynthesisCompleted, SynthesisRestarted, SynthesisSection
from pipeline_core.llm.field_stream import FieldDone, Part, TextGrew
from pipeline_core.llm.tasks.telling import Answer, Line, Paragraph, Telling
from pipeline_core.models import ActionItem, SynthesisResult


class NamedAction(Answer):
    priority: Literal["high", "medium", "low"]
    title: Line
    detail: Paragraph


class SynthesisAnswer(Answer):
    executive_summary: Paragraph
    narrative: Annotated[str, Field(max_length=12_000)]
    action_items: Annotated[list[NamedAction], Field(max_length=8)]
    takeaways: Annotated[list[Line], Field(max_length=6)]


class SynthesisTelling(Telling):
    """Pieces of the narrative that add up to it; a heading is told whole, just before its piece."""

    answer = SynthesisAnswer
    text_fields = frozenset({"narrative"})
    findings = ("screening", "dimensions", "verdict", "risks", "alternatives", "architecture")
    room = 2

    _held = ""
    _at_line_start = True

    def tell(self, part: Part) -> Iterator[Event]:
        match part:
            case TextGrew(text=text):
                self._held += text
                yield from self._pieces(whole=False)
            case FieldDone(name="narrative"):
                yield from self._pieces(whole=True)
            case _:
                pass

    def restarted(self, reason: str) -> Event:
        return SynthesisRestarted(reason=reason)

    @override
    def finish(self, answer: SynthesisAnswer, prepared: Any) -> tuple[list[Event], BaseModel]:
        return [], SynthesisResult(
            executive_summary=answer.executive_summary,
            narrative=answer.narrative,
            action_items=tuple(ActionItem(**each.model_dump()) for each in answer.action_items),
            takeaways=tuple(answer.takeaways),
            source="model",
        )

    def completed(self, result: SynthesisResult) -> Event:
        return SynthesisCompleted(result=result)

    def _pieces(self, *, whole: bool) -> Iterator[Event]:
        while self._held:
            heading = self._at_line_start and self._held.startswith("#")
            line, newline, rest = self._held.partition("\n")
            if heading and not newline and not whole:
                return
            piece = line + newline
            self._held = rest
            if heading and (title := line.strip("# ")):
                yield SynthesisSection(title=title)
            yield SynthesisChunk(text=piece)
            self._at_line_start = bool(newline)
