"""Asks each configured model whether it answers."""

import asyncio
import time
from contextlib import aclosing

from pydantic import BaseModel
from pydantic_ai.usage import RequestUsage

from pipeline_core.errors import AnalyzerError
from pipeline_core.llm.conversation import Conversation, Request
from pipeline_core.llm.diagnosis import ModelCheck, models_of
from pipeline_core.llm.ledger import Ledger
from pipeline_core.llm.prices import PriceList
from pipeline_core.llm.provider import full_name, output_mode, short_name
from pipeline_core.llm.toolbox import Desk
from pipeline_core.models import Case, PipelineInput
from pipeline_core.settings import Keys, Settings

_TASK = "doctor"
_QUESTION = "Are you there?"
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
        await _ping(name, settings, ledger)
    except AnalyzerError as error:
        problem = error
    return check.model_copy(
        update={
            "answers": problem is None,
            "seconds": round(time.monotonic() - began, 2),
            "problem": None if problem is None else f"{problem.kind}: {problem}",
            "usage": ledger.of_task(_TASK, _TASK),
        }
    )


async def _ping(name: str, settings: Settings, ledger: Ledger) -> None:
    """Ask in the way in which tasks are asked, so that what fails there fails here."""
    request = Request(
        model=name,
        instructions="Answer with ok set to true.",
        prompt=_QUESTION,
        answer=_Ping,
        thread_id=_TASK,
        task=_TASK,
        desk=Desk(Case(input=PipelineInput(problem=_QUESTION))),
        max_tokens=_ROOM,
        timeout=settings.attempt_timeout,
    )
    async with aclosing(Conversation(settings, ledger).ask(request)) as said:
        async for _ in said:
            pass


def _key(provider: str, settings: Settings) -> str:
    if Keys().of(provider) is not None:
        return "set"
    return "not needed" if settings.base_url is not None else "not set"


def _price(name: str, provider: str, settings: Settings) -> str:
    prices = PriceList.of(short_name(name), provider.removesuffix("-chat"), settings)
    cost = prices.cost(RequestUsage(input_tokens=1000, output_tokens=1000))
    return "unknown" if cost is None else f"${cost:.6f}"
