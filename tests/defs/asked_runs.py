"""What sensors and schedules ask for, evaluated and run as the daemon would."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import dagster as dg

from pipeline_core import PipelineState
from pipeline_defs.thread_runs import open_executor
from tests.defs import directed
from tests.defs.directed_runs import Runs
from tests.defs.scripted import QUESTION, DirectedPipeline


class Daemon:
    """Ticks one sensor and keeps its cursor."""

    def __init__(self, instance: dg.DagsterInstance, sensor: dg.SensorDefinition) -> None:
        self.instance = instance
        self.sensor = sensor
        self.cursor: str | None = None
        self.skipped: str | None = None

    def tick(self) -> list[dg.RunRequest]:
        """Return what the sensor asks for."""
        with dg.build_sensor_context(instance=self.instance, cursor=self.cursor) as context:
            data = self.sensor.evaluate_tick(context)
        self.cursor, self.skipped = data.cursor, data.skip_message
        return list(data.run_requests or ())


def tick_schedule(instance: dg.DagsterInstance, schedule: dg.ScheduleDefinition) -> list[dg.RunRequest]:
    """Return what a schedule asks for now."""
    with dg.build_schedule_context(instance, scheduled_execution_time=datetime.now(UTC)) as context:
        return list(schedule.evaluate_tick(context).run_requests or ())


def execute(runs: Runs, request: dg.RunRequest, *, compact: bool = False) -> dg.DagsterRun:
    """Run what was asked for, with the analyzers of `runs`, and return the run."""
    job = directed.screen_problem_compact if compact else directed.screen_problem
    resources = {"pipeline": {"config": {"folder": str(runs.direction.folder)}}}
    with dg.execute_job(
        dg.reconstructable(job),
        runs.instance,
        run_config={"resources": resources, **request.run_config},
        tags=dict(request.tags),
    ) as result:
        return runs.run(result.run_id)


def pipeline_of(runs: Runs) -> Mapping[str, Any]:
    """Return the run config of the directed pipeline."""
    return {"resources": {"pipeline": {"config": {"folder": str(runs.direction.folder)}}}}


def state_of(runs: Runs, thread_id: str) -> PipelineState:
    """Return the state of a thread."""
    with open_executor(runs.instance, DirectedPipeline, pipeline_of(runs)) as executor:
        state = asyncio.run(executor.get_state(thread_id))
    assert state is not None
    return state


def answer(runs: Runs, thread_id: str, text: str = "40 a day") -> None:
    """Answer the question of the screening, and run nothing."""
    with open_executor(runs.instance, DirectedPipeline, pipeline_of(runs)) as executor:
        asyncio.run(executor.answer(thread_id, {QUESTION.id: text}))
