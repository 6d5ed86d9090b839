"""A small pipeline to try the engine with: one task, then three at once, then one."""

from collections.abc import AsyncGenerator, Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict

from pipeline_core.engine.analyzer import Analyzer, TaskContext
from pipeline_core.engine.checkpoint import Checkpointer
from pipeline_core.engine.events import Event, TaskCompleted
from pipeline_core.engine.executor import Executor
from pipeline_core.engine.listener import Listener
from pipeline_core.engine.pipeline import Pipeline, Stage, Task
from pipeline_core.engine.policy import Policy
from pipeline_core.models.questions import Question

TASKS = ("first", "left", "middle", "right", "last")


class Text(BaseModel):
    """What the sample pipeline is given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str


class Note(BaseModel):
    """What each of its tasks returns."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    questions: tuple[Question, ...] = ()


class Said(Event, frozen=True):
    """An interim event of any of its tasks."""

    type: Literal["sample:said"] = "sample:said"
    text: str


def sample_pipeline(*, quorum: int | None = None, required: frozenset[str] = frozenset()) -> Pipeline:
    """Return the pipeline; `quorum` and `required` are those of its middle stage."""
    tasks = {name: Task(name=name, result=Note, emits=Said) for name in TASKS}
    return Pipeline(
        name="sample",
        input=Text,
        stages=(
            Stage(name="begin", tasks=(tasks["first"],)),
            Stage(
                name="fan",
                tasks=(tasks["left"], tasks["middle"], tasks["right"]),
                after=("begin",),
                quorum=quorum,
                required=required,
            ),
            Stage(name="end", tasks=(tasks["last"],), after=("fan",)),
        ),
        events=(Said,),
    )


def said(text: str = "") -> Event:
    """Return an interim event."""
    return Said(text=text)


def completed(text: str = "done", *questions: Question) -> Event:
    """Return the event that ends a task."""
    return TaskCompleted(result=Note(text=text, questions=questions))


async def plain(context: TaskContext) -> AsyncGenerator[Event, None]:
    """Say something and complete; the result tells what was known."""
    yield said(context.task)
    known = ",".join(f"{task}={note.text}" for task, note in sorted(notes(context).items()))
    answers = ",".join(f"{name}={answer}" for name, answer in sorted(context.answers.items()))
    yield completed(f"{context.task}({context.input.text};{known};{answers})")


def notes(context: TaskContext) -> dict[str, Note]:
    """Return the results of earlier stages by task."""
    results = {task: outcome.result for task, outcome in context.outcomes.items()}
    return {task: result for task, result in results.items() if isinstance(result, Note)}


def sample_executor(
    analyzers: Mapping[str, Analyzer] | None = None,
    *,
    checkpointer: Checkpointer | None = None,
    on_event: Listener | None = None,
    policy: Policy | None = None,
    pipeline: Pipeline | None = None,
) -> Executor:
    """Return an executor of the sample pipeline; tasks not in `analyzers` are done by `plain`."""
    return Executor(
        pipeline or sample_pipeline(),
        {**dict.fromkeys(TASKS, plain), **(analyzers or {})},
        checkpointer=checkpointer,
        on_event=on_event,
        policy=policy,
    )
