"""The thirteen analyzers that need no key and no network: rubric and advice, told as events.

Judgement is computed in a worker thread, so that the event loop goes on meanwhile.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable
from typing import TypeVar

from pipeline_core import advice
from pipeline_core.case import case_of
from pipeline_core.engine import Analyzer, Event, TaskContext
from pipeline_core.events import (
    AlternativesCompleted,
    ArchitectureCompleted,
    DimensionCompleted,
    DimensionPreliminary,
    DimensionQuestion,
    RisksCompleted,
    ScreeningCompleted,
    ScreeningInsight,
    ScreeningQuestion,
    ScreeningSignal,
    SynthesisChunk,
    SynthesisCompleted,
    SynthesisSection,
    VerdictCompleted,
    VerdictDetermined,
)
from pipeline_core.models import Case
from pipeline_core.rubric import Rubric

R = TypeVar("R")
_PIECE = re.compile(r"[^\n]*\n+|[^\n]+")


def offline_analyzers(rubric: Rubric) -> dict[str, Analyzer]:
    """Return the analyzers of `rubric` by task name; each names the data it depends on as its fingerprint."""
    judged, advised = f"rubric {rubric.version}", f"advice {advice.VERSION}"
    analyzers: dict[str, Analyzer] = {"screening": _Offline(_screening, rubric, judged)}
    for dimension in rubric.dimensions:
        analyzers[dimension] = _Offline(_dimension, rubric, judged)
    analyzers["verdict"] = _Offline(_verdict, rubric, judged)
    analyzers["risks"] = _Offline(_risks, rubric, advised)
    analyzers["alternatives"] = _Offline(_alternatives, rubric, advised)
    analyzers["architecture"] = _Offline(_architecture, rubric, advised)
    analyzers["synthesis"] = _Offline(_synthesis, rubric, advised)
    return analyzers


class _Offline:
    """Binds a task's generator to a rubric."""

    def __init__(
        self,
        generate: Callable[[TaskContext, Rubric], AsyncGenerator[Event, None]],
        rubric: Rubric,
        fingerprint: str,
    ) -> None:
        self._generate = generate
        self._rubric = rubric
        self.fingerprint = fingerprint

    def __call__(self, context: TaskContext, /) -> AsyncGenerator[Event, None]:
        return self._generate(context, self._rubric)


async def _screening(context: TaskContext, rubric: Rubric) -> AsyncGenerator[Event, None]:
    result = await _judge(rubric.screen, context)
    yield ScreeningSignal(signal=result.signal, confidence=result.confidence)
    for insight in result.insights:
        yield ScreeningInsight(insight=insight)
    for question in result.questions:
        yield ScreeningQuestion(question=question)
    yield ScreeningCompleted(result=result)


async def _dimension(context: TaskContext, rubric: Rubric) -> AsyncGenerator[Event, None]:
    result = await _judge(lambda case: rubric.score(case, context.task), context)
    yield DimensionPreliminary(dimension=context.task, score=result.score, confidence=result.confidence)
    for question in result.questions:
        yield DimensionQuestion(dimension=context.task, question=question)
    yield DimensionCompleted(dimension=context.task, result=result)


async def _verdict(context: TaskContext, rubric: Rubric) -> AsyncGenerator[Event, None]:
    result = await _judge(rubric.decide, context)
    yield VerdictDetermined(verdict=result.verdict, confidence=result.confidence, headline=result.headline)
    yield VerdictCompleted(result=result)


async def _risks(context: TaskContext, _: Rubric) -> AsyncGenerator[Event, None]:
    yield RisksCompleted(result=await _judge(advice.assess_risks, context))


async def _alternatives(context: TaskContext, _: Rubric) -> AsyncGenerator[Event, None]:
    yield AlternativesCompleted(result=await _judge(advice.suggest_alternatives, context))


async def _architecture(context: TaskContext, _: Rubric) -> AsyncGenerator[Event, None]:
    yield ArchitectureCompleted(result=await _judge(advice.design_architecture, context))


async def _synthesis(context: TaskContext, _: Rubric) -> AsyncGenerator[Event, None]:
    result = await _judge(advice.synthesise, context)
    for piece in _PIECE.findall(result.narrative):
        if piece.startswith("#"):
            yield SynthesisSection(title=piece.strip("# \n"))
        yield SynthesisChunk(text=piece)
    yield SynthesisCompleted(result=result)


async def _judge(judgement: Callable[[Case], R], context: TaskContext) -> R:
    return await asyncio.to_thread(judgement, case_of(context))
