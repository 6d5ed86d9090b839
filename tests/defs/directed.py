"""A code location whose jobs are the real ones, with analyzers that a test directs."""

# `configure_at_launch` is not fully typed.
# pyright: reportUnknownMemberType=false

import dagster as dg

from pipeline_defs.jobs import make_screen_problem, make_screen_problem_compact
from pipeline_defs.report_asset import report_asset
from tests.defs.scripted import DirectedPipeline


def screen_problem() -> dg.JobDefinition:
    """The job with a step for each task."""
    return make_screen_problem(DirectedPipeline.configure_at_launch())


def screen_problem_compact() -> dg.JobDefinition:
    """The job with one step."""
    return make_screen_problem_compact(DirectedPipeline.configure_at_launch())


definitions = dg.Definitions(assets=[report_asset], jobs=[screen_problem(), screen_problem_compact()])
