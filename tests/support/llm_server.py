"""A provider of language models on the loopback interface: real sockets, scripted answers.

It speaks the dialect of OpenAI (`/v1/chat/completions`: tool and schema modes) and that of Anthropic
(`/v1/messages`), streaming only, as the true clients of both expect it.
"""

import asyncio
import json
import threading
import time
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from pipeline_core.suitability import DIMENSIONS
from tests.support.llm_answers import answers

TASKS_BY_QUESTION = {
    "can this be judged at all?": "screening",
    "what is the verdict?": "verdict",
    "what can go wrong?": "risks",
    "how else could it be solved?": "alternatives",
    "how would it be built?": "architecture",
    "what should the reader take away?": "synthesis",
}


@dataclass
class Asked:
    """One request, and what became of it."""

    task: str
    number: int
    """How many requests of this task came before it on this server, plus one."""
    body: dict[str, Any]
    headers: dict[str, str]
    begun: float
    ended: float = 0.0
    chunks: int = 0
    aborted: bool = False
    """The client went away before the answer was whole."""

    @property
    def system(self) -> str:
        """What the model is told by us."""
        told = [
            _text(each["content"])
            for each in self.body["messages"]
            if each["role"] in ("system", "developer")
        ]
        return "\n".join([_text(self.body.get("system", "")), *told])

    @property
    def user(self) -> str:
        """What stands in the name of the user."""
        return "\n".join(_text(each["content"]) for each in self.body["messages"] if each["role"] == "user")

    @property
    def answered_tools(self) -> int:
        """How many tool results the model was given already."""
        roles = [each["role"] for each in self.body["messages"]]
        results = sum(str(each.get("content")).count("'tool_result'") for each in self.body["messages"])
        return roles.count("tool") + results


@dataclass(frozen=True)
class Reply:
    """What the server does with a request."""

    answer: dict[str, Any] | str | None = None
    """An object in the asked shape, or any text in its place; None for the usual answer of the task."""
    tool: str | None = None
    """Call this tool instead of answering."""
    status: int = 200
    error: dict[str, Any] | None = None
    headers: dict[str, str] = field(default_factory=dict[str, str])
    delay: float = 0.0
    """Seconds before the first chunk."""
    chunk: int = 16
    """Characters in a chunk."""
    pause: float = 0.0
    """Seconds between two chunks."""
    stop_after: int | None = None
    """Break the connection after so many chunks."""
    stall_after: int | None = None
    """Say nothing any more after so many chunks."""
    finish: str = "stop"
    input_tokens: int = 1000
    output_tokens: int = 200
    error_in_stream: bool = False


Script = Callable[[Asked], Reply]
Gate = Callable[[Asked], Awaitable[None]]


def usual(_: Asked) -> Reply:
    """Answer every task sensibly and at once."""
    return Reply()


async def at_once(_: Asked) -> None:
    """Keep nobody waiting."""


class LlmServer:
    """The running server; `script` may be changed at any time."""

    def __init__(self) -> None:
        self.script: Script = usual
        self.gate: Gate = at_once
        """Awaited in the server's event loop before the first piece of an answer."""
        self.asked: list[Asked] = []
        self.active = 0
        self.most_active = 0
        self.port = 0
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._stopping = asyncio.Event()
        routes = [
            Route("/v1/chat/completions", self._openai, methods=["POST"]),
            Route("/v1/messages", self._anthropic, methods=["POST"]),
        ]
        self.app = Starlette(routes=routes)

    @property
    def openai_url(self) -> str:
        """Base URL for clients of OpenAI."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def anthropic_url(self) -> str:
        """Base URL for clients of Anthropic."""
        return f"http://127.0.0.1:{self.port}"

    def requests(self, task: str | None = None) -> list[Asked]:
        """Return the requests so far, or those of one task."""
        return [each for each in self.asked if task in (None, each.task)]

    def reset(self) -> None:
        """Forget all requests and go back to the usual script."""
        self.script = usual
        self.gate = at_once
        self.asked = []
        self._counts.clear()
        self.most_active = 0

    def release_stalled(self) -> None:
        """Let go of all connections that say nothing; called when the server stops."""
        self._stopping.set()

    async def _openai(self, request: Request) -> Response:
        return await self._answer(request, _openai_chunks)

    async def _anthropic(self, request: Request) -> Response:
        return await self._answer(request, _anthropic_chunks)

    async def _answer(self, request: Request, encode: "Encoder") -> Response:
        body = await request.json()
        asked = self._note(body, dict(request.headers))
        reply = self.script(asked)
        if reply.status != 200:
            asked.ended = time.monotonic()
            self._leave()
            return JSONResponse(reply.error or {}, reply.status, headers=reply.headers)
        pieces = encode(asked, reply)
        return StreamingResponse(self._stream(asked, reply, pieces), media_type="text/event-stream")

    def _note(self, body: dict[str, Any], headers: dict[str, str]) -> Asked:
        asked = Asked("", 0, body, headers, time.monotonic())
        asked.task = _task_of(asked.system)
        with self._lock:
            self._counts[asked.task] += 1
            asked.number = self._counts[asked.task]
            self.asked.append(asked)
            self.active += 1
            self.most_active = max(self.most_active, self.active)
        return asked

    def _leave(self) -> None:
        with self._lock:
            self.active -= 1

    async def _stream(self, asked: Asked, reply: Reply, pieces: list[str]) -> AsyncGenerator[str, None]:
        whole = False
        try:
            await asyncio.sleep(reply.delay)
            await self.gate(asked)
            for number, piece in enumerate(pieces):
                if number == reply.stop_after:
                    raise ConnectionAbortedError
                if number == reply.stall_after:
                    await self._stopping.wait()
                yield piece
                asked.chunks += 1
                if reply.pause:
                    await asyncio.sleep(reply.pause)
            whole = True
        finally:
            asked.aborted = not whole
            asked.ended = time.monotonic()
            self._leave()


Encoder = Callable[[Asked, Reply], list[str]]


def _openai_chunks(asked: Asked, reply: Reply) -> list[str]:
    names = [tool["function"]["name"] for tool in asked.body.get("tools", ())]
    output_tool = next((name for name in names if name.startswith("final_result")), None)
    tool = reply.tool or output_tool
    text = "{}" if reply.tool else _text_of(asked, reply)
    deltas: list[dict[str, Any]] = []
    if tool is None:
        deltas += [{"role": "assistant", "content": piece} for piece in _cut(text, reply.chunk)]
    else:
        call = {"index": 0, "id": f"call_{asked.number}", "type": "function"}
        deltas.append(
            {"role": "assistant", "tool_calls": [{**call, "function": {"name": tool, "arguments": ""}}]}
        )
        for piece in _cut(text, reply.chunk):
            deltas.append({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]})
    finish = "tool_calls" if tool is not None and reply.finish == "stop" else reply.finish
    head = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": asked.body["model"]}
    chunks = [{**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    if reply.error_in_stream:
        half: list[dict[str, Any]] = chunks[: len(chunks) // 2]
        return [_data(each) for each in half] + [_data({"error": reply.error})]
    chunks.append({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
    total = reply.input_tokens + reply.output_tokens
    usage = {
        "prompt_tokens": reply.input_tokens,
        "completion_tokens": reply.output_tokens,
        "total_tokens": total,
    }
    chunks.append({**head, "choices": [], "usage": usage})
    return [*(_data(each) for each in chunks), "data: [DONE]\n\n"]


def _anthropic_chunks(asked: Asked, reply: Reply) -> list[str]:
    names = [tool["name"] for tool in asked.body.get("tools", ())]
    output_tool = next((name for name in names if name.startswith("final_result")), None)
    tool = reply.tool or output_tool
    text = "{}" if reply.tool else _text_of(asked, reply)
    usage = {"input_tokens": reply.input_tokens, "output_tokens": 1}
    message: dict[str, Any] = {
        "id": "m",
        "type": "message",
        "role": "assistant",
        "content": [],
        "model": asked.body["model"],
    }
    message |= {"stop_reason": None, "stop_sequence": None, "usage": usage}
    events: list[dict[str, Any]] = [{"type": "message_start", "message": message}]
    block: dict[str, Any] = {"type": "text", "text": ""}
    if tool is not None:
        block = {"type": "tool_use", "id": f"toolu_{asked.number}", "name": tool, "input": {}}
    events.append({"type": "content_block_start", "index": 0, "content_block": block})
    for piece in _cut(text, reply.chunk):
        delta = {"type": "text_delta", "text": piece}
        if tool is not None:
            delta = {"type": "input_json_delta", "partial_json": piece}
        events.append({"type": "content_block_delta", "index": 0, "delta": delta})
    events.append({"type": "content_block_stop", "index": 0})
    stop = "tool_use" if tool is not None else "end_turn"
    end = {"stop_reason": stop if reply.finish == "stop" else reply.finish, "stop_sequence": None}
    events.append({"type": "message_delta", "delta": end, "usage": {"output_tokens": reply.output_tokens}})
    events.append({"type": "message_stop"})
    return [f"event: {each['type']}\n{_data(each)}" for each in events]


def _text_of(asked: Asked, reply: Reply) -> str:
    if isinstance(reply.answer, str):
        return reply.answer
    answer = reply.answer
    if answer is None:
        usual_answers = answers()
        answer = usual_answers.get(asked.task, usual_answers["dimension"])
    return json.dumps(answer, ensure_ascii=asked.number % 2 == 0)


def _task_of(system: str) -> str:
    for dimension in DIMENSIONS:
        if f"(`{dimension}`)" in system:
            return dimension
    for question, task in TASKS_BY_QUESTION.items():
        if f"Your question: {question}" in system:
            return task
    return "other"


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(str(part.get("text", "")) for part in content)


def _cut(text: str, size: int) -> Iterator[str]:
    return (text[start : start + size] for start in range(0, len(text), size))


def _data(value: Any) -> str:
    return f"data: {json.dumps(value)}\n\n"


@contextmanager
def running_llm_server() -> Generator[LlmServer]:
    """Run a server in a thread of its own."""
    server = LlmServer()
    config = uvicorn.Config(
        server.app,
        host="127.0.0.1",
        port=0,
        log_level="critical",
        lifespan="off",
        ws="none",
        access_log=False,
    )
    running = uvicorn.Server(config)
    config.backlog = 2048
    thread = threading.Thread(target=running.run, name="llm-server", daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.005)
    server.port = running.servers[0].sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        running.force_exit = True
        running.should_exit = True
        thread.join(timeout=10)


if __name__ == "__main__":
    with running_llm_server() as _server:
        print(f"export SUITABILITY_MODEL=scripted SUITABILITY_BASE_URL={_server.openai_url}", flush=True)
        threading.Event().wait()
