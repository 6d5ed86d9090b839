"""Measures models by the same cases and in the same tables as the rubric. Needs the extra `eval`."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict

from pipeline_core.case import case_of
from pipeline_core.engine import Checkpointer, MemoryCheckpointer, PipelineState
from pipeline_core.evaluation import EvaluationReport, Interval, Judged, LabelledCase, evaluate, render
from pipeline_core.evaluation.evaluate import SCORES, VERDICTS
from pipeline_core.evaluation.statistics import agreement_interval, kappa_interval
from pipeline_core.executor import PipelineExecutor
from pipeline_core.llm import llm_analyzers, llm_policy
from pipeline_core.llm.diagnosis import models_of
from pipeline_core.models import PipelineInput, Usage, total
from pipeline_core.rubric import Rubric
from pipeline_core.settings import Settings

_AT_ONCE = 8
_LAST = "verdict"


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Agreement(_Value):
    """How far model and rubric say the same."""

    subject: str
    """A dimension, or `verdict`."""
    cases: int
    equal: Interval
    weighted_kappa: Interval


class ModelEvaluation(_Value):
    """What a model makes of labelled cases, beside what the rubric makes of them."""

    models: tuple[str, ...]
    model: EvaluationReport
    rubric: EvaluationReport
    agreement: tuple[Agreement, ...]
    usage: Usage
    """For all cases together, whenever they were paid for."""
    paid_now: Usage
    """For the cases that were not in the cache."""
    cost_per_case: float | None
    """US dollars; None where unknown."""
    from_cache: int
    fallbacks: int
    """Cases in which the rubric had to stand in; they are not kept, so that another run asks again."""


async def evaluate_model(
    cases: Sequence[LabelledCase],
    settings: Settings,
    cache: Checkpointer,
    rubric: Rubric | None = None,
) -> ModelEvaluation:
    """Judge every case with the configured models and with the rubric, up to the verdict.

    Args:
        cases: what is judged.
        settings: models and limits.
        cache: keeps every judgement as a thread named by its content: text, models, prompts, rubric. A
            second run asks nobody; an interrupted one goes on where it was.
        rubric: the built-in one if None.
    """
    judge = rubric or Rubric.load()
    policy = llm_policy()
    analyzers = llm_analyzers(settings, judge, policy=policy)
    ours = PipelineExecutor(cache, analyzers=analyzers, rubric=judge, policy=policy)
    plain = PipelineExecutor(MemoryCheckpointer(), rubric=judge)
    inputs = list(dict.fromkeys(case.input for case in cases))
    before = {given: await ours.get_state(_thread_id(given, ours)) for given in inputs}
    by_model = await _states(ours, inputs)
    by_rubric = await _states(plain, inputs)
    fallen = [given for given, state in by_model.items() if "fallback" in _sources(state)]
    for given in fallen:
        await cache.delete(_thread_id(given, ours))
    usage = total(_usage(state) for state in by_model.values())
    paid = [_usage(by_model[given]) for given in inputs if not _is_done(before[given])]
    model_says = {given: _judged(state) for given, state in by_model.items()}
    rubric_says = {given: _judged(state) for given, state in by_rubric.items()}
    return ModelEvaluation(
        models=tuple(models_of(settings)),
        model=evaluate(cases, model_says.__getitem__),
        rubric=evaluate(cases, rubric_says.__getitem__),
        agreement=_agreement(model_says, rubric_says, judge.dimensions),
        usage=usage,
        paid_now=total(paid),
        cost_per_case=None if usage.cost is None else round(usage.cost / len(inputs), 6),
        from_cache=len(inputs) - len(paid),
        fallbacks=len(fallen),
    )


def render_model(found: ModelEvaluation) -> str:
    """Return the evaluation as text: the rubric's table for the model, then agreement and cost."""
    cost = "unknown" if found.cost_per_case is None else f"${found.cost_per_case:.4f}"
    lines = [
        f"models: {', '.join(found.models)}",
        "",
        render(found.model),
        f"{'agreement of model and rubric':<32}{'cases':>6}  equal{'':<18}weighted kappa",
    ]
    lines += [
        f"{each.subject:<32}{each.cases:>6}  {_shown(each.equal):<23}{_shown(each.weighted_kappa)}"
        for each in found.agreement
    ]
    lines += [
        "",
        f"rubric alone: exact {_shown(found.rubric.verdict.exact)}, "
        f"acceptable {_shown(found.rubric.verdict.acceptable)}",
        f"cost per case: {cost}; all cases: {found.usage.tokens:,} tokens, {found.usage.money}; "
        f"paid now: {found.paid_now.money} ({found.from_cache} cases from the cache, "
        f"{found.fallbacks} judged by the rubric because the model failed)",
    ]
    return "\n".join(lines) + "\n"


async def _states(
    executor: PipelineExecutor, inputs: Sequence[PipelineInput]
) -> dict[PipelineInput, PipelineState]:
    slots = asyncio.Semaphore(_AT_ONCE)

    async def run(given: PipelineInput) -> PipelineState:
        thread_id = _thread_id(given, executor)
        async with slots:
            state = await executor.get_state(thread_id)
            if state is None:
                stream = executor.execute(given, thread_id=thread_id, until=_LAST)
            elif _is_done(state):
                return state
            else:
                stream = executor.resume(thread_id, until=_LAST)
            async for _ in stream:
                pass
            state = await executor.get_state(thread_id)
        assert state is not None
        return state

    async with asyncio.TaskGroup() as group:
        tasks = {given: group.create_task(run(given)) for given in inputs}
    return {given: task.result() for given, task in tasks.items()}


def _thread_id(given: PipelineInput, executor: PipelineExecutor) -> str:
    parts = "\n".join(f"{name}={value}" for name, value in sorted(executor.fingerprint.items()))
    return "eval-" + hashlib.sha256(f"{parts}\n{given.model_dump_json()}".encode()).hexdigest()[:32]


def _is_done(state: PipelineState | None) -> bool:
    return state is not None and (state.status == "suspended" or state.has_result(_LAST))


def _judged(state: PipelineState) -> Judged:
    case = case_of(state)
    return Judged(verdict=case.verdict, dimensions=case.dimensions)


def _sources(state: PipelineState) -> set[str]:
    return {getattr(outcome.result, "source", "") for outcome in state.outcomes.values()}


def _usage(state: PipelineState) -> Usage:
    used = [getattr(outcome.result, "usage", None) for outcome in state.outcomes.values()]
    return total(usage for usage in used if usage is not None)


def _agreement(
    model: Mapping[PipelineInput, Judged], rubric: Mapping[PipelineInput, Judged], dimensions: Sequence[str]
) -> tuple[Agreement, ...]:
    both = [(judged, rubric[given]) for given, judged in model.items()]
    found: list[Agreement] = []
    for name in dimensions:
        pairs = [
            (SCORES.index(one.dimensions[name].score), SCORES.index(other.dimensions[name].score))
            for one, other in both
            if name in one.dimensions and name in other.dimensions
        ]
        found.append(_agree(name, pairs, len(SCORES)))
    verdicts = [
        (VERDICTS.index(one.verdict.verdict), VERDICTS.index(other.verdict.verdict))
        for one, other in both
        if one.verdict is not None and other.verdict is not None
    ]
    return (*found, _agree(_LAST, verdicts, len(VERDICTS)))


def _agree(subject: str, pairs: Sequence[tuple[int, int]], classes: int) -> Agreement:
    equal = agreement_interval([one == other for one, other in pairs])
    return Agreement(
        subject=subject, cases=len(pairs), equal=equal, weighted_kappa=kappa_interval(pairs, classes)
    )


def _shown(interval: Interval) -> str:
    if interval.low is None or interval.high is None:
        return f"{interval.value:.2f}"
    return f"{interval.value:.2f} [{interval.low:.2f}, {interval.high:.2f}]"
