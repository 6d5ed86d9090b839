"""Short words for what tests do with streams."""

from collections.abc import AsyncGenerator, Iterable

from pipeline_core.engine import Event, Executor, PipelineState
from pipeline_core.models.questions import Question
from pipeline_core.testing.sample import Text

GIVEN = Text(text="x")


async def collect(stream: AsyncGenerator[Event, None]) -> list[Event]:
    """Return all events of `stream`."""
    return [event async for event in stream]


async def follow(stream: AsyncGenerator[Event, None], seen: list[Event]) -> None:
    """Append all events of `stream` to `seen`, where they are while it runs and if it raises."""
    async for event in stream:
        seen.append(event)  # noqa: PERF401 (a comprehension would lose them)


async def take(stream: AsyncGenerator[Event, None], until: str) -> list[Event]:
    """Return the events up to the first of type `until`, and leave the stream open."""
    events: list[Event] = []
    async for event in stream:
        events.append(event)
        if event.type == until:
            break
    return events


def types(events: Iterable[Event]) -> list[str]:
    """Return the types of `events`."""
    return [event.type for event in events]


def started(events: Iterable[Event]) -> set[str | None]:
    """Return the tasks that began."""
    return {event.task for event in events if event.type == "task:started"}


async def state_of(executor: Executor, thread_id: str = "t") -> PipelineState:
    """Return the state of a thread that is there."""
    state = await executor.get_state(thread_id)
    assert state is not None
    return state


def blocking(name: str, *options: str, allow_other: bool = True) -> Question:
    """Return a blocking question."""
    return Question(id=name, text=f"{name}?", priority="blocking", options=options, allow_other=allow_other)


def helpful(name: str) -> Question:
    """Return a helpful question."""
    return Question(id=name, text=f"{name}?")
