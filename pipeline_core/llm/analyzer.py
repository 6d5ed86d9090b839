"""Performs a task with a model; the rubric stands beside it, and in for it."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field

from pydantic import BaseModel

from pipeline_core.case import case_of
from pipeline_core.engine import Analyzer, Event, Policy, TaskContext
from pipeline_core.engine.failure import describe
from pipeline_core.errors import AnalyzerError, AnalyzerTimeoutError
from pipeline_core.llm.conversation import (
    Answered,
    Conversation,
    Request,
    Restarted,
    ToolCalled,
    ToolReturned,
)
from pipeline_core.llm.fallback import stand_in
from pipeline_core.llm.field_stream import Part
from pipeline_core.llm.frame import framed
from pipeline_core.llm.opinion import Opinion
from pipeline_core.llm.prompts import prompt
from pipeline_core.llm.provider import full_name, output_mode
from pipeline_core.llm.tasks import Telling
from pipeline_core.llm.toolbox import Desk
from pipeline_core.models import Case, DimensionResult, Usage
from pipeline_core.settings import Settings

logger = logging.getLogger("pipeline_core.llm")

_REJECTED = "the answer did not have the asked shape and is given anew"
_STAND_IN = "the model failed; the rubric judges instead"


@dataclass(frozen=True)
class Office:
    """What all analyzers of one set share."""

    settings: Settings
    policy: Policy
    conversation: Conversation
    opinion: Opinion
    clocks: "Clocks"


@dataclass
class Clocks:
    """When the first request of a task was made, for tasks under way."""

    _began: dict[tuple[str, str], float] = field(default_factory=dict[tuple[str, str], float])

    def left(self, context: TaskContext, limit: float) -> float:
        """Return the seconds a task has left; its first attempt starts the clock."""
        key = (context.thread_id, context.task)
        if context.attempt == 1:
            self._began[key] = time.monotonic()
        return self._began.setdefault(key, time.monotonic()) + limit - time.monotonic()

    def stop(self, context: TaskContext) -> None:
        """Forget a task that has ended."""
        self._began.pop((context.thread_id, context.task), None)


class LlmAnalyzer:
    """Performs one task with one model.

    Args:
        task: its name.
        model: what is asked, as it is named in the settings.
        telling: how the model is asked and how its answer becomes events.
        offline: the analyzer of the rubric for the same task.
        office: what it shares with the others.
    """

    def __init__(
        self, task: str, model: str, telling: type[Telling], offline: Analyzer, office: Office
    ) -> None:
        self._model = model
        self._telling = telling
        self._offline = offline
        self._office = office
        self._prompt = prompt(task)
        settings = office.settings
        named = f"{full_name(model, settings)} prompt {self._prompt.version} {output_mode(model, settings)}"
        self.fingerprint = f"{named}; {getattr(offline, 'fingerprint', '')}"

    def __call__(self, context: TaskContext, /) -> AsyncGenerator[Event, None]:
        """Yield what the model says, or, if it fails for good, what the rubric says."""
        return self._perform(context)

    async def _perform(self, context: TaskContext) -> AsyncGenerator[Event, None]:
        case = case_of(context)
        self._office.conversation.ledger.learn(context.thread_id, _consumed(context))
        telling = self._telling(context.task, case, self._office.opinion)
        told = again = False
        try:
            async with aclosing(self._ask(context, case, telling)) as events:
                async for event in events:
                    told = True
                    yield event
        except AnalyzerError as error:
            error.usage = self._usage(context)
            again = not self._is_last(error, context)
            if again or not self._office.settings.fallback:
                raise
            failure = error
        else:
            return
        finally:
            if not again:
                self._office.clocks.stop(context)
        logger.warning(
            "task %s of thread %s falls back to the rubric: %s", context.task, context.thread_id, failure
        )
        if told and (restarted := telling.restarted(_STAND_IN)) is not None:
            yield restarted
        async with aclosing(stand_in(self._offline, context, failure, self._usage(context))) as events:
            async for event in events:
                yield event

    async def _ask(self, context: TaskContext, case: Case, telling: Telling) -> AsyncGenerator[Event, None]:
        settings = self._office.settings
        left = self._office.clocks.left(context, settings.task_timeout)
        if left <= 0:
            raise AnalyzerTimeoutError("the task took too long")
        request = Request(
            model=self._model,
            instructions=self._prompt.text,
            prompt=framed(case, _findings(telling, context)),
            answer=telling.answer,
            thread_id=context.thread_id,
            task=context.task,
            desk=Desk(case),
            text_fields=telling.text_fields,
            with_tools=telling.with_tools and settings.use_tools,
            max_tokens=settings.max_output_tokens * telling.room,
            timeout=min(settings.attempt_timeout, left),
        )
        beside = asyncio.create_task(telling.prepare())
        try:
            async with aclosing(self._office.conversation.ask(request)) as said:
                async for each in said:
                    if isinstance(each, Restarted):
                        rejected = telling
                        telling = self._telling(context.task, case, self._office.opinion)
                        if (restarted := rejected.restarted(_REJECTED)) is not None:
                            yield restarted
                    elif isinstance(each, Answered):
                        late, result = telling.finish(each.answer, await beside)
                        for event in late:
                            yield event
                        yield telling.completed(result.model_copy(update={"usage": self._usage(context)}))
                    else:
                        for event in _interim(telling, each):
                            yield event
        finally:
            beside.cancel()

    def _usage(self, context: TaskContext) -> Usage | None:
        return self._office.conversation.ledger.of_task(context.thread_id, context.task)

    def _is_last(self, error: AnalyzerError, context: TaskContext) -> bool:
        """Tell whether the engine would give up now, or would wait longer than the task may take."""
        delay = self._office.policy.delay(describe(error), context.attempt)
        return delay is None or delay >= self._office.clocks.left(context, self._office.settings.task_timeout)


def _interim(telling: Telling, said: Part | ToolCalled | ToolReturned) -> Iterator[Event]:
    match said:
        case ToolCalled(tool=tool):
            event = telling.tool_called(tool)
        case ToolReturned(tool=tool, result=result):
            event = telling.tool_returned(tool, result)
        case _:
            yield from telling.tell(said)
            return
    if event is not None:
        yield event


def _findings(telling: Telling, context: TaskContext) -> dict[str, BaseModel]:
    found: dict[str, BaseModel] = {}
    for name, outcome in context.outcomes.items():
        if outcome.result is None:
            continue
        wanted = "dimensions" if isinstance(outcome.result, DimensionResult) else name
        if wanted in telling.findings:
            found[name] = outcome.result
    return found


def _consumed(context: TaskContext) -> dict[str, Usage]:
    usages = {name: getattr(outcome.result, "usage", None) for name, outcome in context.outcomes.items()}
    return {name: usage for name, usage in usages.items() if usage is not None}
