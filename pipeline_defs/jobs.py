"""The jobs: wiring only."""

# `dg.graph` is not fully typed.
# pyright: reportUnknownMemberType=false

import dagster as dg

from pipeline_defs import ops
from pipeline_defs.executor import thread_executor
from pipeline_defs.io_manager import json_io_manager
from pipeline_defs.resources import PipelineResource


@dg.graph
def a_step_for_each_task():
    """Run a thread with a step for each of its tasks."""
    name = ops.screening()
    analyzed = ops.plan(screened=name).map(ops.analyze_dimension).collect()
    decided = ops.verdict(analyzed=analyzed)
    advised = [
        ops.risks(decided=decided),
        ops.alternatives(decided=decided),
        ops.architecture(decided=decided),
    ]
    ops.synthesis(advised=advised, name=name)


@dg.graph
def one_step():
    """Run a thread in one step."""
    ops.screen()


def make_screen_problem(pipeline: object = None) -> dg.JobDefinition:
    """Return the job with a step for each task.

    Args:
        pipeline: a `PipelineResource`, configured or to be configured at launch; the offline one if None.
    """
    return a_step_for_each_task.to_job(
        name="screen_problem",
        description="Judges whether a problem is a good fit for AI, with a step for each task.",
        executor_def=thread_executor,
        resource_defs=_resources(pipeline),
    )


def make_screen_problem_compact(pipeline: object = None) -> dg.JobDefinition:
    """Return the job that runs a whole thread in one step; `pipeline` as above."""
    return one_step.to_job(
        name="screen_problem_compact",
        description="Judges whether a problem is a good fit for AI, in one step: for many problems at once.",
        executor_def=thread_executor,
        resource_defs=_resources(pipeline),
    )


def _resources(pipeline: object) -> dict[str, object]:
    # Given to the job itself, not to the definitions alone: re-execution asks it where outputs are kept.
    return {"pipeline": pipeline or PipelineResource(), "io_manager": json_io_manager}


screen_problem = make_screen_problem()
screen_problem_compact = make_screen_problem_compact()
