"""Another pipeline on the same engine, whole: stages, events, results, checkpoints, suspension, resume."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from pipeline_core.engine import (
    Event,
    Executor,
    Pipeline,
    SqliteCheckpointer,
    Stage,
    Task,
    TaskCompleted,
    TaskContext,
)
from pipeline_core.models.questions import Question

# <any-pipeline>
POTS = ("a", "bb", "ccc")


class Recipe(BaseModel):
    dish: str


class Step(BaseModel):
    minutes: int
    questions: tuple[Question, ...] = ()


class Stirred(Event, frozen=True):
    type: Literal["kitchen:stirred"] = "kitchen:stirred"
    times: int


async def cook(context: TaskContext) -> AsyncGenerator[Event, None]:
    yield Stirred(times=3)
    asked = (Question(id="salt", text="Salt?", priority="blocking"),) if context.task == "shop" else ()
    yield TaskCompleted(result=Step(minutes=len(context.task) + len(context.answers), questions=asked))


kitchen = Pipeline(
    name="kitchen",
    input=Recipe,
    stages=(
        Stage(name="market", tasks=(Task(name="shop", result=Step),)),
        Stage(
            name="stove",
            after=("market",),
            tasks=tuple(Task(name=n, result=Step) for n in ("a", "bb", "ccc")),
        ),
        Stage(name="table", after=("stove",), tasks=(Task(name="serve", result=Step),)),
    ),
    events=(Stirred,),
)
cooks = dict.fromkeys(kitchen.tasks, cook)
# </any-pipeline>


def test_any_pipeline_in_under_forty_lines_suspends_and_resumes_in_another_process(tmp_path: Path) -> None:
    async def begin() -> list[str]:
        executor = Executor(kitchen, cooks, checkpointer=SqliteCheckpointer(tmp_path / "kitchen.sqlite"))
        events = [event.type async for event in executor.execute(Recipe(dish="soup"), thread_id="soup")]
        await executor.checkpointer.close()
        return events

    async def go_on() -> dict[str, BaseModel | None]:
        executor = Executor(kitchen, cooks, checkpointer=SqliteCheckpointer(tmp_path / "kitchen.sqlite"))
        last = [event.type async for event in executor.resume("soup", {"salt": "a pinch"})][-1]
        state = await executor.get_state("soup")
        await executor.checkpointer.close()
        assert state is not None
        assert last == "pipeline:completed"
        return {task: state.result(task) for task in kitchen.tasks}

    begun = asyncio.run(begin())
    assert begun[-1] == "pipeline:suspended"
    assert "kitchen:stirred" in begun
    results = asyncio.run(go_on())
    assert results["shop"] == Step(minutes=4, questions=results["shop"].questions)  # type: ignore[union-attr]
    assert [results[name] for name in ("a", "bb", "ccc")] == [Step(minutes=n) for n in (2, 3, 4)]
    definition = Path(__file__).read_text().split("# <any-pipeline>")[1].split("# </any-pipeline>")[0]
    assert len([line for line in definition.splitlines() if line.strip()]) < 40
