"""Says what is configured, and whether it answers."""

import asyncio
import time

from pydantic import BaseModel, ConfigDict
from pydantic_ai import Agent
from pydantic_ai.usage import RequestUsage

from pipeline_core.errors import AnalyzerError
from pipeline_core.llm.failures import classify
from pipeline_core.llm.guarded import GuardedModel
from pipeline_core.llm.ledger import Ledger
from pipeline_core.llm.limit import REQUESTS
from pipeline_core.llm.prices import PriceList
from pipeline_core.llm.prompts import has_prompt, prompt
from pipeline_core.llm.provider import full_name, open_model, output_mode, short_name
from pipeline_core.models import Usage
from pipeline_core.settings import Keys, Settings
from pipeline_core.suitability import suitability_pipeline

_TASK = "doctor"
_ROOM = 400


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ModelCheck(_Value):
    """One model, and whether it answers."""

    model: str
    tasks: tuple[str, ...]
    output_mode: str
    key: str
    """`set`, `not set`, or `not needed`; never the key."""
    price: str
    """US dollars for a thousand tokens in and a thousand out, or `unknown`."""
    answers: bool | None = None
    """None if it was not asked."""
    seconds: float | None = None
    problem: str | None = None
    usage: Usage | None = None


class Diagnosis(_Value):
    """What would judge, and what is wrong with it."""

    judge: str
    """`rubric` or `model`."""
    base_url: str | None
    fallback: bool
    limits: dict[str, float | None]
    prompts: dict[str, str]
    """Versions by task."""
    models: tuple[ModelCheck, ...] = ()

    @property
    def healthy(self) -> bool:
        """Whether nothing was found wrong; exit code 0."""
        return all(check.answers is not False for check in self.models)


class _Ping(BaseModel):
    ok: bool


async def examine(settings: Settings, *, ask: bool) -> Diagnosis:
    """Return the diagnosis; see `pipeline_core.llm.doctor`."""
    tasks = [task for task in suitability_pipeline().tasks if has_prompt(task)]
    dimensions = suitability_pipeline().stage("dimensions").task_names
    by_model: dict[str, list[str]] = {}
    for task in tasks:
        if (name := settings.model_for(task, dimensions)) is not None:
            by_model.setdefault(name, []).append(task)
    checks = [_check(name, tuple(its), settings, ask=ask) for name, its in by_model.items()]
    return Diagnosis(
        judge="model" if by_model else "rubric",
        base_url=settings.base_url,
        fallback=settings.fallback,
        limits={
            "max_concurrent_requests": settings.max_concurrent_requests,
            "thread_token_budget": settings.thread_token_budget,
            "thread_cost_budget": settings.thread_cost_budget,
            "run_token_budget": settings.run_token_budget,
            "run_cost_budget": settings.run_cost_budget,
            "first_event_timeout": settings.first_event_timeout,
            "attempt_timeout": settings.attempt_timeout,
            "task_timeout": settings.task_timeout,
        },
        prompts={task: prompt(task).version for task in tasks},
        models=tuple(await asyncio.gather(*checks)),
    )


async def _check(name: str, tasks: tuple[str, ...], settings: Settings, *, ask: bool) -> ModelCheck:
    provider = full_name(name, settings).partition(":")[0]
    check = ModelCheck(
        model=full_name(name, settings),
        tasks=tasks,
        output_mode=output_mode(name, settings),
        key=_key(provider, settings),
        price=_price(name, provider, settings),
    )
    if not ask:
        return check
    began = time.monotonic()
    ledger = Ledger(settings)
    problem: AnalyzerError | None = None
    try:
        async with REQUESTS.slot(settings.max_concurrent_requests), asyncio.timeout(settings.attempt_timeout):
            await _ping(name, settings, ledger)
    except Exception as error:
        problem = classify(error)
    return check.model_copy(
        update={
            "answers": problem is None,
            "seconds": round(time.monotonic() - began, 2),
            "problem": None if problem is None else f"{problem.kind}: {problem}",
            "usage": ledger.of_task(_TASK, _TASK),
        }
    )


async def _ping(name: str, settings: Settings, ledger: Ledger) -> None:
    async with open_model(name, settings) as model:
        prices = PriceList.of(short_name(name), model.system, settings)
        agent = Agent(
            GuardedModel(model, ledger, prices, _TASK, _TASK),
            output_type=_Ping,
            instructions="Answer with ok set to true.",
        )
        async with agent.run_stream_events(
            "Are you there?",
            model_settings={
                "max_tokens": _ROOM,
                "first_event_timeout": settings.first_event_timeout,
                "max_retries": 0,
            },
        ) as events:
            async for _ in events:
                pass


def _key(provider: str, settings: Settings) -> str:
    if Keys().of(provider) is not None:
        return "set"
    return "not needed" if settings.base_url is not None else "not set"


def _price(name: str, provider: str, settings: Settings) -> str:
    prices = PriceList.of(short_name(name), provider.removesuffix("-chat"), settings)
    cost = prices.cost(RequestUsage(input_tokens=1000, output_tokens=1000))
    return "unknown" if cost is None else f"${cost:.6f}"
