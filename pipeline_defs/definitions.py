"""The code location."""

import dagster as dg

from pipeline_defs import automation
from pipeline_defs.jobs import screen_problem, screen_problem_compact
from pipeline_defs.report_asset import report_asset

definitions = dg.Definitions(
    assets=[report_asset],
    jobs=[screen_problem, screen_problem_compact, *automation.jobs],
    sensors=automation.sensors,
    schedules=automation.schedules,
)
