"""One attempt to get an answer from a model, told while it happens."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Set
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_ai import Agent, AgentRunResultEvent, NativeOutput, PromptedOutput, ToolOutput, UsageLimits
from pydantic_ai.capabilities.content_filter import RaiseContentFilterError
from pydantic_ai.messages import (
    AgentStreamEvent,
    FunctionToolCallEvent,
    FunctionToolResultEvent,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ToolCallPart,
    ToolCallPartDelta,
)
from pydantic_ai.settings import ModelSettings

from pipeline_core.errors import AnalyzerTimeoutError
from pipeline_core.llm.clock import Clock
from pipeline_core.llm.failures import classify
from pipeline_core.llm.field_stream import FieldDone, FieldStream, Part, TextGrew
from pipeline_core.llm.guarded import Account, GuardedModel
from pipeline_core.llm.ledger import Ledger
from pipeline_core.llm.prices import PriceList
from pipeline_core.llm.provider import open_model, output_mode, short_name
from pipeline_core.llm.toolbox import TOOLS, Desk
from pipeline_core.settings import Settings

_OUTPUT_TOOL = "final_result"
_NAMES = frozenset(tool.__name__ for tool in TOOLS)


@dataclass(frozen=True, slots=True)
class Restarted:
    """What was told so far was rejected; the model answers anew."""


@dataclass(frozen=True, slots=True)
class ToolCalled:
    """The model called one of our tools. None of them takes arguments."""

    tool: str


@dataclass(frozen=True, slots=True)
class ToolReturned:
    """What one of our tools gave the model."""

    tool: str
    result: Any


@dataclass(frozen=True, slots=True)
class Answered:
    """The whole answer, valid. Always the last."""

    answer: BaseModel


Said = Part | Restarted | ToolCalled | ToolReturned | Answered


@dataclass(frozen=True)
class Request:
    """What is asked of a model, and on whose account."""

    model: str
    instructions: str
    prompt: str
    answer: type[BaseModel]
    thread_id: str
    task: str
    desk: Desk
    text_fields: Set[str] = frozenset()
    with_tools: bool = False
    max_tokens: int = 2500
    timeout: float = 90.0


@dataclass
class Conversation:
    """Asks models under the settings, one slot of the process-wide limit per request."""

    settings: Settings
    ledger: Ledger
    _agents: dict[tuple[str, type[BaseModel], bool], Agent[Desk, Any]] = field(
        default_factory=dict[tuple[str, type[BaseModel], bool], Agent[Desk, Any]]
    )

    async def ask(self, request: Request) -> AsyncGenerator[Said, None]:
        """Yield what the model says, and its valid answer last.

        The model is read at its own pace, whatever the pace of the consumer: an answer is short, and a
        slow consumer must neither hold a slot nor run into a timeout. Closing ends the HTTP stream.

        Raises:
            AnalyzerError: there is no answer; says why, in our words.
        """
        said: asyncio.Queue[Said | None] = asyncio.Queue()
        talk = asyncio.create_task(self._talk(request, said.put_nowait), name=f"model/{request.task}")
        talk.add_done_callback(lambda _: said.put_nowait(None))
        try:
            while (each := await said.get()) is not None:
                yield each
            await talk
        finally:
            talk.cancel()
            await asyncio.wait([talk])
            if not talk.cancelled():
                talk.exception()

    async def _talk(self, request: Request, tell: Callable[[Said], None]) -> None:
        clock = Clock(request.timeout, self.settings.first_event_timeout)
        try:
            async with clock.timeout:
                await self._run(request, tell, clock)
        except TimeoutError:
            raise AnalyzerTimeoutError(clock.complaint) from None
        except Exception as error:
            # What the provider said must not travel along as context.
            raise classify(error) from None

    async def _run(self, request: Request, tell: Callable[[Said], None], clock: Clock) -> None:
        settings = self.settings
        agent = self._agent(request)
        listener = _Listener(request, tell, text_counts=_mode(request, settings) != "tool")
        async with open_model(request.model, settings) as model:
            prices = PriceList.of(short_name(request.model), model.system, settings)
            account = Account(self.ledger, prices, request.thread_id, request.task)
            guarded = GuardedModel(model, account, clock, settings.max_concurrent_requests)
            rounds = settings.max_tool_rounds if request.with_tools else 0
            async with agent.run_stream_events(
                request.prompt,
                model=guarded,
                deps=request.desk,
                instructions=request.instructions,
                model_settings=self._model_settings(request),
                usage_limits=UsageLimits(request_limit=1 + settings.repairs + rounds),
            ) as events:
                async for event in events:
                    if isinstance(event, AgentRunResultEvent):
                        tell(Answered(event.result.output))
                    else:
                        clock.heard()
                        listener.hear(event)

    def _model_settings(self, request: Request) -> ModelSettings:
        # The SDKs would otherwise retry by themselves, unseen and uncounted.
        chosen: dict[str, Any] = {
            "max_retries": 0,
            "max_tokens": request.max_tokens,
            "anthropic_eager_input_streaming": True,
        }
        if self.settings.temperature is not None:
            chosen["temperature"] = self.settings.temperature
        return ModelSettings(**chosen)

    def _agent(self, request: Request) -> Agent[Desk, Any]:
        mode = _mode(request, self.settings)
        key = (mode, request.answer, request.with_tools)
        if key not in self._agents:
            shape: Any = request.answer
            if mode == "native":
                shape = NativeOutput(request.answer)
            elif mode == "prompted":
                shape = PromptedOutput(request.answer)
            elif mode == "tool":
                shape = ToolOutput(request.answer, name=_OUTPUT_TOOL)
            self._agents[key] = Agent(
                output_type=shape,
                deps_type=Desk,
                tools=TOOLS if request.with_tools else (),
                retries={"output": self.settings.repairs, "tools": self.settings.repairs},
                capabilities=[RaiseContentFilterError()],
                defer_model_check=True,
            )
        return self._agents[key]


def _mode(request: Request, settings: Settings) -> str:
    return output_mode(request.model, settings)


class _Listener:
    """Turns events of a run into what the model says."""

    def __init__(self, request: Request, tell: Callable[[Said], None], *, text_counts: bool) -> None:
        self._request = request
        self._tell = tell
        self._text_counts = text_counts
        self._types = _adapters(request.answer)
        self._stream: FieldStream | None = None
        self._index: int | None = None
        self._told = False

    def hear(self, event: AgentStreamEvent) -> None:
        """Take the next event of the run."""
        match event:
            case PartStartEvent(index=index, part=TextPart(content=text)) if self._text_counts:
                self._begin(index, text)
            case PartStartEvent(index=index, part=ToolCallPart(tool_name=name, args=arguments)):
                if name.startswith(_OUTPUT_TOOL):
                    self._begin(index, arguments if isinstance(arguments, str) else "")
            case PartDeltaEvent(index=index, delta=TextPartDelta(content_delta=text)) if index == self._index:
                self._feed(text)
            case PartDeltaEvent(index=index, delta=ToolCallPartDelta(args_delta=str(text))) if (
                index == self._index
            ):
                self._feed(text)
            case FunctionToolCallEvent(part=call) if call.tool_name in _NAMES:
                self._tell(ToolCalled(call.tool_name))
            case FunctionToolResultEvent(part=result) if result.tool_name in _NAMES:
                self._tell(ToolReturned(str(result.tool_name), result.content))
            case _:
                pass

    def _begin(self, index: int, text: str) -> None:
        if self._told:
            self._tell(Restarted())
            self._told = False
        self._index = index
        self._stream = FieldStream(self._request.text_fields)
        self._feed(text)

    def _feed(self, text: str) -> None:
        if self._stream is None:
            return
        for part in self._stream.feed(text):
            if (valid := self._validated(part)) is not None:
                self._told = True
                self._tell(valid)

    def _validated(self, part: Part) -> Part | None:
        """Return the part with its value in its type, or None if it cannot be right."""
        if isinstance(part, TextGrew):
            return part
        whole = isinstance(part, FieldDone)
        try:
            return replace(part, value=self._types[part.name, whole].validate_python(part.value))
        except (KeyError, ValidationError):
            return None


@cache
def _adapters(answer: type[BaseModel]) -> dict[tuple[str, bool], TypeAdapter[Any]]:
    """Return what validates each field as a whole (True), and each item of a list (False)."""
    found: dict[tuple[str, bool], TypeAdapter[Any]] = {}
    for name, info in answer.model_fields.items():
        found[name, True] = TypeAdapter(info.rebuild_annotation())
        if get_origin(info.annotation) is list:
            found[name, False] = TypeAdapter(get_args(info.annotation)[0])
    return found
