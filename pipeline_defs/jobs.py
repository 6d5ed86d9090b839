"""The jobs: wiring only."""

# `dg.job` is not fully typed.
# pyright: reportUnknownMemberType=false

import dagster as dg

from pipeline_defs import ops
from pipeline_defs.executor import thread_executor
from pipeline_defs.io_manager import json_io_manager
from pipeline_defs.resources import PipelineResource

# Given to the jobs themselves, not to the definitions alone: re-execution looks here for what keeps outputs.
_RESOURCES = {"pipeline": PipelineResource(), "io_manager": json_io_manager}


@dg.job(executor_def=thread_executor, resource_defs=_RESOURCES)
def screen_problem():
    """Judge whether a problem is a good fit for AI, with a step for each task."""
    name = ops.screening()
    analyzed = ops.plan(screened=name).map(ops.analyze_dimension).collect()
    decided = ops.verdict(analyzed=analyzed)
    advised = [
        ops.risks(decided=decided),
        ops.alternatives(decided=decided),
        ops.architecture(decided=decided),
    ]
    ops.synthesis(advised=advised, name=name)


@dg.job(executor_def=thread_executor, resource_defs=_RESOURCES)
def screen_problem_compact():
    """Judge whether a problem is a good fit for AI, in one step: for many problems at once."""
    ops.screen()
