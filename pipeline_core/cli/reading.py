"""Reads threads that were judged by a rubric with other dimensions than the one at hand."""

import json
from collections.abc import AsyncGenerator

from pipeline_core.engine import Checkpointer, Event, Executor, PipelineState, TaskContext
from pipeline_core.errors import CorruptCheckpointError
from pipeline_core.suitability import suitability_pipeline


async def read_foreign(checkpointer: Checkpointer, thread_id: str) -> PipelineState | None:
    """Return a thread with the dimensions that it names itself; None if it is not there.

    Raises:
        CorruptCheckpointError: what is stored cannot be read.
    """
    stored = await checkpointer.load(thread_id)
    if stored is None:
        return None
    try:
        names = json.loads(stored.checkpoint.body)["fingerprint"]["stage:dimensions"].split(",")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CorruptCheckpointError(thread_id, "it does not name its dimensions") from error
    pipeline = suitability_pipeline(names)
    reader = Executor(pipeline, dict.fromkeys(pipeline.tasks, _never), checkpointer=checkpointer)
    return await reader.get_state(thread_id)


async def _never(context: TaskContext, /) -> AsyncGenerator[Event, None]:
    """Stand in for an analyzer where nothing is analyzed."""
    raise NotImplementedError(context.task)
    yield
