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
    ScreeningToolCalled,
    ScreeningToolReturned,
    SynthesisChunk,
    SynthesisCompleted,
    SynthesisSection,
    SynthesisToolCalled,
    SynthesisToolReturned,
    VerdictCompleted,
    VerdictDetermined,
    VerdictToolCalled,
    VerdictToolReturned,
)
from pipeline_core.models import Case, Insight
from pipeline_core.rubric import Rubric
from pipeline_core.tools import (
    DomainGuess,
    WeightedScore,
    classify_domain,
    estimate_running_cost,
    preset,
    preset_names,
    weighted_score,
)

R = TypeVar("R")
_PIECE = re.compile(r"[^\n]*\n+|[^\n]+")
_TOLD_FROM = 0.25
"""Confidence from which the field of work is worth mentioning."""


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
    judging = await _judge(rubric.screen, context)
    yield ScreeningToolCalled(tool="classify_domain", arguments={"source": "problem"})
    guess = classify_domain(context.input.problem)
    yield ScreeningToolReturned(tool="classify_domain", result=guess.model_dump(mode="json"))
    result = judging.model_copy(
        update={"domain": guess.domain, "insights": (*judging.insights, *_duties(guess))}
    )
    yield ScreeningSignal(signal=result.signal, confidence=result.confidence)
    for insight in result.insights:
        yield ScreeningInsight(insight=insight)
    for question in result.questions:
        yield ScreeningQuestion(question=question)
    yield ScreeningCompleted(result=result)


def _duties(guess: DomainGuess) -> tuple[Insight, ...]:
    if guess.confidence < _TOLD_FROM or not guess.considerations:
        return ()
    text = f"Field of work: {guess.title}. To be asked about: {'; '.join(guess.considerations)}."
    return (Insight(text=text, evidence=guess.matches),)


async def _dimension(context: TaskContext, rubric: Rubric) -> AsyncGenerator[Event, None]:
    result = await _judge(lambda case: rubric.score(case, context.task), context)
    yield DimensionPreliminary(dimension=context.task, score=result.score, confidence=result.confidence)
    for question in result.questions:
        yield DimensionQuestion(dimension=context.task, question=question)
    yield DimensionCompleted(dimension=context.task, result=result)


async def _verdict(context: TaskContext, rubric: Rubric) -> AsyncGenerator[Event, None]:
    judged = await _judge(rubric.decide, context)
    case = case_of(context)
    chosen = _preset(case)
    yield VerdictToolCalled(tool="weighted_score", arguments={"preset": chosen})
    score = weighted_score(case.dimensions, chosen)
    yield VerdictToolReturned(tool="weighted_score", result=score.model_dump(mode="json"))
    result = judged.model_copy(update={"score": score.total, "reasons": (*judged.reasons, _weighed(score))})
    yield VerdictDetermined(verdict=result.verdict, confidence=result.confidence, headline=result.headline)
    yield VerdictCompleted(result=result)


def _preset(case: Case) -> str | None:
    """Return the preset of the field of work, if there is one and it weighs the dimensions of the rubric."""
    domain = case.screening.domain if case.screening else ""
    if domain not in preset_names():
        return None
    return domain if set(case.dimensions) <= set(preset(domain).weights) else None


def _weighed(score: WeightedScore) -> str:
    if score.preset == "rubric":
        return f"weighted score {score.total:g} of 100; it describes and does not decide"
    weights = f"the weights for {score.preset} ({preset(score.preset).why})"
    return f"weighted score {score.total:g} of 100 with {weights}; it does not decide"


async def _risks(context: TaskContext, _: Rubric) -> AsyncGenerator[Event, None]:
    yield RisksCompleted(result=await _judge(advice.assess_risks, context))


async def _alternatives(context: TaskContext, _: Rubric) -> AsyncGenerator[Event, None]:
    yield AlternativesCompleted(result=await _judge(advice.suggest_alternatives, context))


async def _architecture(context: TaskContext, _: Rubric) -> AsyncGenerator[Event, None]:
    yield ArchitectureCompleted(result=await _judge(advice.design_architecture, context))


async def _synthesis(context: TaskContext, _: Rubric) -> AsyncGenerator[Event, None]:
    problem = context.input.problem
    yield SynthesisToolCalled(tool="estimate_running_cost", arguments={"source": "problem"})
    cost = await asyncio.to_thread(estimate_running_cost, problem)
    yield SynthesisToolReturned(tool="estimate_running_cost", result=cost.model_dump(mode="json"))
    result = await _judge(advice.synthesise, context)
    for piece in _PIECE.findall(result.narrative):
        if piece.startswith("#"):
            yield SynthesisSection(title=piece.strip("# \n"))
        yield SynthesisChunk(text=piece)
    yield SynthesisCompleted(result=result)


async def _judge(judgement: Callable[[Case], R], context: TaskContext) -> R:
    return await asyncio.to_thread(judgement, case_of(context))
