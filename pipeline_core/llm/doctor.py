"""Asks each configured model whether it answers."""

import asyncio
import time

from pydantic import BaseModel
from pydantic_ai import Agent
from pydantic_ai.usage import RequestUsage

from pipeline_core.errors import AnalyzerError
from pipeline_core.llm.clock import Clock
from pipeline_core.llm.diagnosis import ModelCheck, models_of
from pipeline_core.llm.failures import classify
from pipeline_core.llm.guarded import Account, GuardedModel
from pipeline_core.llm.ledger import Ledger
from pipeline_core.llm.output import output_type
from pipeline_core.llm.prices import PriceList
from pipeline_core.llm.provider import full_name, open_model, output_mode, short_name
from pipeline_core.settings import Keys, Settings

_TASK = "doctor"
_ROOM = 400


class _Ping(BaseModel):
    ok: bool


async def examine(settings: Settings, *, ask: bool) -> tuple[ModelCheck, ...]:
    """Return a check of each configured model."""
    checks = [_check(name, tasks, settings, ask=ask) for name, tasks in models_of(settings).items()]
    return tuple(await asyncio.gather(*checks))


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
        clock = Clock(settings.attempt_timeout, settings.first_event_timeout)
        async with clock.timeout:
            await _ping(name, settings, ledger, clock)
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


async def _ping(name: str, settings: Settings, ledger: Ledger, clock: Clock) -> None:
    async with open_model(name, settings) as model:
        prices = PriceList.of(short_name(name), model.system, settings)
        agent = Agent(
            GuardedModel(
                model, Account(ledger, prices, _TASK, _TASK), clock, settings.max_concurrent_requests
            ),
            output_type=output_type(_Ping, output_mode(name, settings)),
            instructions="Answer with ok set to true.",
        )
        async with agent.run_stream_events(
            "Are you there?",
            model_settings={
                "max_tokens": _ROOM,
                "max_retries": 0,
            },
        ) as events:
            async for _ in events:
                clock.heard()


def _key(provider: str, settings: Settings) -> str:
    if Keys().of(provider) is not None:
        return "set"
    return "not needed" if settings.base_url is not None else "not set"


def _price(name: str, provider: str, settings: Settings) -> str:
    prices = PriceList.of(short_name(name), provider.removesuffix("-chat"), settings)
    cost = prices.cost(RequestUsage(input_tokens=1000, output_tokens=1000))
    return "unknown" if cost is None else f"${cost:.6f}"
