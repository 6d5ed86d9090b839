"""Runs and threads, for sensors and schedules."""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Any

import dagster as dg

from pipeline_core import PipelineExecutor
from pipeline_defs.checkpointer import DagsterCheckpointer
from pipeline_defs.resources import PipelineResource
from pipeline_defs.tags import THREAD_ID

MakePipeline = Callable[..., PipelineResource]
"""Makes the resource from its config. Each tick has one of its own: several may run at once."""


@contextmanager
def open_checkpointer(instance: dg.DagsterInstance) -> Generator[DagsterCheckpointer]:
    """Yield the checkpoints of an instance."""
    checkpointer = DagsterCheckpointer(instance)
    try:
        yield checkpointer
    finally:
        checkpointer.store.dispose()


@contextmanager
def open_executor(
    instance: dg.DagsterInstance, make_pipeline: MakePipeline, run_config: Mapping[str, Any] | None = None
) -> Generator[PipelineExecutor]:
    """Yield an executor as a run with this config has it."""
    pipeline = make_pipeline(**pipeline_config(run_config or {}))
    try:
        yield pipeline.open(instance)
    finally:
        pipeline.close()


def last_run_of(instance: dg.DagsterInstance, thread_id: str) -> dg.DagsterRun | None:
    """Return the newest run that worked on a thread; None if none did, or it was deleted."""
    runs = instance.get_runs(dg.RunsFilter(tags={THREAD_ID: thread_id}), limit=1)
    return runs[0] if runs else None


def pipeline_config(run_config: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what the config of a run says of the resource."""
    return run_config.get("resources", {}).get("pipeline", {}).get("config", {})
