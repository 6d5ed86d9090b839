"""The jobs with analyzers that take half a second each and do nothing."""

# `configure_at_launch` is not fully typed.
# pyright: reportUnknownMemberType=false

import asyncio
from collections.abc import AsyncIterator, Mapping

import dagster as dg

from pipeline_core.engine import Analyzer, Event, TaskContext
from pipeline_defs.jobs import make_screen_problem, make_screen_problem_compact
from pipeline_defs.resources import PipelineResource
from tests.defs.scripted import TASKS, completed

CRITICAL_PATH = 5
"""Tasks that must follow each other: one of each stage."""


class SleepingPipeline(PipelineResource):
    """The pipeline with analyzers that sleep."""

    seconds: float = 0.5

    def analyzers(self) -> Mapping[str, Analyzer]:
        """Return a sleeper for each task."""
        return dict.fromkeys(TASKS, Sleeper(self.seconds))


class Sleeper:
    """Performs any task in a given time."""

    fingerprint = "sleeper"

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    async def __call__(self, context: TaskContext, /) -> AsyncIterator[Event]:
        await asyncio.sleep(self._seconds)
        yield completed(context.task)


def stepwise() -> dg.JobDefinition:
    """The job with a step for each task."""
    return make_screen_problem(SleepingPipeline.configure_at_launch())


def compact() -> dg.JobDefinition:
    """The job with one step."""
    return make_screen_problem_compact(SleepingPipeline.configure_at_launch())
