"""The same work on LangGraph: default durability in memory, every write awaited on SQLite."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, TypedDict

import aiosqlite
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.config import get_stream_writer
from langgraph.graph import END, START, StateGraph

from benchmarks.work import (
    CHUNK,
    DIMENSIONS,
    PROBLEM,
    RESULT,
    SCREENING,
    SECONDARY,
    SYNTHESIS,
    VERDICT,
    lasts,
    said_by,
)

Run = Callable[[], AsyncIterator[object]]


def _merged(left: dict[str, str], right: dict[str, str]) -> dict[str, str]:
    return {**left, **right}


class State(TypedDict):
    """The state of the graph."""

    problem: str
    results: Annotated[dict[str, str], _merged]


def _graph(seconds: float, *, apart: bool) -> StateGraph[Any, Any, Any, Any]:
    def node(name: str) -> Callable[[State], Any]:
        piece = {"task": name, "text": CHUNK}
        result = {"results": {name: RESULT}}

        async def works(_: State) -> dict[str, Any]:
            write = get_stream_writer()
            for _ in range(said_by(name)):
                write(piece)
            if seconds:
                await asyncio.sleep(lasts(name, seconds, apart=apart))
            return result

        return works

    graph: StateGraph[Any, Any, Any, Any] = StateGraph(State)
    for name in (SCREENING, *DIMENSIONS, VERDICT, *SECONDARY, SYNTHESIS):
        graph.add_node(name, node(name))
    graph.add_edge(START, SCREENING)
    for name in DIMENSIONS:
        graph.add_edge(SCREENING, name)
    graph.add_edge(list(DIMENSIONS), VERDICT)
    for name in SECONDARY:
        graph.add_edge(VERDICT, name)
    graph.add_edge(list(SECONDARY), SYNTHESIS)
    graph.add_edge(SYNTHESIS, END)
    return graph


@asynccontextmanager
async def engine(
    kind: str, folder: Path, seconds: float, *, apart: bool
) -> AsyncIterator[Callable[[], AsyncIterator[object]]]:
    """Give a function that runs one thread and yields its events; arguments as in `benchmarks.ours`."""
    connection = None
    if kind == "memory":
        saver: Any = InMemorySaver()
        durability = "async"
    else:
        connection = await aiosqlite.connect(folder / "langgraph.sqlite")
        saver = AsyncSqliteSaver(connection)
        durability = "sync"
    compiled = _graph(seconds, apart=apart).compile(checkpointer=saver)

    def run() -> AsyncIterator[object]:
        return compiled.astream(
            {"problem": PROBLEM, "results": {}},
            {"configurable": {"thread_id": uuid.uuid4().hex}},
            stream_mode=["custom", "updates"],
            durability=durability,
        )

    yield run
    if connection is not None:
        await connection.close()
