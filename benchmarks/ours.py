"""The work on this engine."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

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
from pipeline_core.engine import (
    Event,
    Executor,
    MemoryCheckpointer,
    Pipeline,
    SqliteCheckpointer,
    Stage,
    Task,
    TaskCompleted,
    TaskContext,
)


class Problem(BaseModel, frozen=True):
    """What the pipeline is given."""

    text: str


class Result(BaseModel, frozen=True):
    """What each task returns."""

    text: str


class Piece(Event, frozen=True):
    """Progress of a dimension, or a chunk of text."""

    type: Literal["work:piece"] = "work:piece"
    text: str


PIECE = Piece(text=CHUNK)
COMPLETED = TaskCompleted(result=Result(text=RESULT))


def _task(name: str) -> Task:
    return Task(name=name, result=Result, emits=Piece)


PIPELINE = Pipeline(
    name="work",
    input=Problem,
    stages=(
        Stage(name="screening", tasks=(_task(SCREENING),)),
        Stage(name="dimensions", after=("screening",), tasks=tuple(_task(name) for name in DIMENSIONS)),
        Stage(name="verdict", after=("dimensions",), tasks=(_task(VERDICT),)),
        Stage(name="secondary", after=("verdict",), tasks=tuple(_task(name) for name in SECONDARY)),
        Stage(name="synthesis", after=("secondary",), tasks=(_task(SYNTHESIS),)),
    ),
    events=(Piece,),
)

Run = Callable[[], AsyncIterator[object]]


@asynccontextmanager
async def engine(kind: str, folder: Path, seconds: float, *, apart: bool) -> AsyncIterator[Run]:
    """Give a function that runs one thread and yields its events.

    Args:
        kind: `memory` or `sqlite`.
        folder: for the file.
        seconds: that each task sleeps.
        apart: whether dimensions end one after the other; see `lasts`.
    """

    async def works(context: TaskContext) -> AsyncGenerator[Event, None]:
        for _ in range(said_by(context.task)):
            yield PIECE
        if seconds:
            await asyncio.sleep(lasts(context.task, seconds, apart=apart))
        yield COMPLETED

    checkpointer = MemoryCheckpointer() if kind == "memory" else SqliteCheckpointer(folder / "ours.sqlite")
    executor = Executor(PIPELINE, dict.fromkeys(PIPELINE.tasks, works), checkpointer=checkpointer)
    yield lambda: executor.execute(Problem(text=PROBLEM))
    await checkpointer.close()
