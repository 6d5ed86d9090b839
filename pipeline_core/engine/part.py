"""What of a stage runs in one stream."""

from dataclasses import dataclass

from pipeline_core.engine.pipeline import Stage, Task
from pipeline_core.engine.state import PipelineState


@dataclass(frozen=True, slots=True)
class Part:
    """The tasks of a stage that matter to a stream, as things stood when it came to the stage."""

    stage: Stage
    alone: bool
    """Whether one task of several is to run, and the stage to stay open."""
    pending: tuple[Task, ...]
    """The tasks that are to run."""
    restored: tuple[str, ...]
    """The tasks that have their result already."""


def part_of(stage: Stage, state: PipelineState, until: str | None) -> Part | None:
    """Return what of `stage` is to run, up to the task `until`; None if it is closed, or must not begin.

    A task that failed has settled: it runs again only if it is the one of several that is asked for.
    """
    if stage.name in state.stages or state.blocking_questions():
        return None
    alone = until in stage.task_names and len(stage.tasks) > 1
    wanted = [task for task in stage.tasks if not alone or task.name == until]
    restored = tuple([task.name for task in wanted if state.has_result(task.name)])
    settled = restored if alone else state.outcomes
    pending = tuple([task for task in wanted if task.name not in settled])
    return Part(stage, alone, pending, restored)
