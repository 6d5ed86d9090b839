"""A run of a job in a thread of this process."""

import threading
from collections.abc import Mapping
from contextvars import Context
from typing import Any

import dagster as dg

from pipeline_defs._dagster import execute_run, job_origin
from pipeline_defs.cancellation import Cancellation, set_current_cancellation
from pipeline_defs.home import LOCATION, MODULE
from pipeline_defs.jobs import screen_problem

_QUIET: Mapping[str, Any] = {"console": {"config": {"log_level": "CRITICAL"}}}


def target() -> dg.JobDefinition:
    """Return the job; Dagster looks it up under the name of this function, also in other processes."""
    return screen_problem


class LocalRun:
    """A run of `screen_problem` that is executed here and looks like any other in the web interface."""

    def __init__(
        self,
        instance: dg.DagsterInstance,
        run_config: Mapping[str, Any],
        tags: Mapping[str, str],
        parent: dg.DagsterRun | None = None,
    ) -> None:
        self._instance = instance
        self._job = dg.reconstructable(target)
        definition = self._job.get_definition()
        self._run = instance.create_run_for_job(
            definition,
            run_config={**run_config, "loggers": _QUIET},
            tags=tags,
            root_run_id=(parent.root_run_id or parent.run_id) if parent else None,
            parent_run_id=parent.run_id if parent else None,
            remote_job_origin=job_origin(MODULE, LOCATION, definition.name),
            job_code_origin=self._job.get_python_origin(),
        )
        self._cancellation = Cancellation()
        self._thread = threading.Thread(target=Context().run, args=(self._execute,), name="run", daemon=True)

    @property
    def run_id(self) -> str:
        """The id of the run."""
        return self._run.run_id

    @property
    def is_alive(self) -> bool:
        """Whether it is being executed."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin to execute it."""
        self._thread.start()

    def cancel(self) -> None:
        """Cancel it and wait until it has ended; does nothing if it has."""
        if self._thread.is_alive():
            self._instance.report_run_canceling(self._run)
            self._cancellation.request()
        self._thread.join()

    def _execute(self) -> None:
        set_current_cancellation(self._cancellation)
        execute_run(self._job, self._run, self._instance)
