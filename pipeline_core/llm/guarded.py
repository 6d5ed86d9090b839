"""Counts every request, and asks the ledger before it is sent."""

import json
import math
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

from pydantic_ai.exceptions import ModelAPIError, ModelConnectionError, ModelHTTPError
from pydantic_ai.messages import ModelMessage, ModelMessagesTypeAdapter
from pydantic_ai.models import Model, ModelRequestParameters, StreamedResponse
from pydantic_ai.models.wrapper import WrapperModel
from pydantic_ai.settings import ModelSettings
from pydantic_ai.tools import RunContext
from pydantic_ai.usage import RequestUsage

from pipeline_core.llm.clock import Clock
from pipeline_core.llm.ledger import Ledger, Reservation
from pipeline_core.llm.limit import REQUESTS
from pipeline_core.llm.prices import PriceList
from pipeline_core.models import Usage

_FRAMING = 500
"""Tokens a provider may add to what is sent."""


@dataclass(frozen=True)
class Account:
    """On whose account requests go."""

    ledger: Ledger
    prices: PriceList
    thread_id: str
    task: str

    def reserve(self, most_in: int, most_out: int) -> Reservation:
        """Reserve what a request of that size may consume; see `Ledger.reserve`."""
        cost = self.prices.cost(RequestUsage(input_tokens=most_in, output_tokens=most_out))
        reservation = Reservation(self.thread_id, self.task, most_in + most_out, cost)
        self.ledger.reserve(reservation)
        return reservation


class GuardedModel(WrapperModel):
    """A model whose requests wait for a slot, and are reserved, counted and settled on an account."""

    def __init__(self, wrapped: Model, account: Account, clock: Clock, most_at_once: int) -> None:
        super().__init__(wrapped)
        self._account = account
        self._clock = clock
        self._most_at_once = most_at_once

    @asynccontextmanager
    async def request_stream(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
        run_context: RunContext[Any] | None = None,
    ) -> AsyncGenerator[StreamedResponse, None]:
        most_in = _most_tokens(messages, model_request_parameters)
        most_out: int = cast("dict[str, Any]", model_settings or {}).get("max_tokens", 0)
        self._clock.waits()
        async with REQUESTS.slot(self._most_at_once):
            reservation = self._account.reserve(most_in, most_out)
            stream: StreamedResponse | None = None
            ended = refused = False
            try:
                self._clock.sent()
                async with self.wrapped.request_stream(
                    messages, model_settings, model_request_parameters, run_context
                ) as stream:
                    yield stream
                    ended = True
            except ModelAPIError as error:
                refused = stream is None and _is_refusal(error)
                raise
            finally:
                used = Usage(models=(self.model_name,), requests=1)
                if not refused:
                    used = self._consumed(stream, ended=ended)
                self._account.ledger.settle(reservation, used)

    def _consumed(self, stream: StreamedResponse | None, *, ended: bool) -> Usage:
        """Return what a request consumed, as far as its provider has said so."""
        used = stream.usage if stream is not None else RequestUsage()
        return Usage(
            models=(self.model_name,),
            requests=1,
            input_tokens=used.input_tokens,
            output_tokens=used.output_tokens,
            cost=self._account.prices.cost(used),
            complete=ended and used.output_tokens > 0,
        )


def _is_refusal(error: ModelAPIError) -> bool:
    """Tell whether the provider turned a request down, or never got it: then nothing was consumed."""
    if isinstance(error, ModelConnectionError):
        return error.phase == "connect"
    return isinstance(error, ModelHTTPError) and not error.in_stream


def _most_tokens(messages: list[ModelMessage], parameters: ModelRequestParameters) -> int:
    """Return the most tokens a request can have: no tokenizer makes more of them than there are bytes."""
    shapes = [tool.parameters_json_schema for tool in (*parameters.function_tools, *parameters.output_tools)]
    if parameters.output_object is not None:
        shapes.append(parameters.output_object.json_schema)
    size = len(ModelMessagesTypeAdapter.dump_json(messages)) + sum(len(json.dumps(shape)) for shape in shapes)
    return math.ceil(size) + _FRAMING
