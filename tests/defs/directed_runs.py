"""Runs of the directed jobs."""

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import dagster as dg

from pipeline_core import PipelineExecutor, PipelineState
from tests.defs import directed
from tests.defs.scripted import DirectedPipeline, Direction

T = TypeVar("T")

WORKER = """
import sys, json
import dagster as dg
from tests.defs.directed_runs import Runs

if __name__ == "__main__":
    with dg.DagsterInstance.get() as instance:
        Runs(instance, {folder!r}).execute(execution={execution!r})
"""


class Runs:
    """Runs the directed job on an instance."""

    def __init__(self, instance: dg.DagsterInstance, folder: Path | str) -> None:
        self.instance = instance
        self.direction = Direction(Path(folder))

    def execute(
        self,
        *,
        strategy: str = "partial",
        execution: Mapping[str, Any] | None = None,
        compact: bool = False,
        seconds: float = 0.0,
        tags: Mapping[str, str] | None = None,
        name: str = "",
        reexecution: dg.ReexecutionOptions | None = None,
    ) -> dg.DagsterRun:
        """Run the job to its end and return the run."""
        job = directed.screen_problem_compact if compact else directed.screen_problem
        pipeline = {"folder": str(self.direction.folder), "strategy": strategy, "seconds": seconds}
        op = "screen" if compact else "screening"
        run_config: dict[str, Any] = {
            "resources": {"pipeline": {"config": pipeline}},
            "ops": {op: {"config": {"problem": "Sort the mail.", "name": name}}},
            "execution": {"config": execution or {"threads": {}}},
        }
        with dg.execute_job(
            dg.reconstructable(job),
            self.instance,
            run_config=run_config,
            tags=dict(tags or {}),
            reexecution_options=reexecution,
        ) as result:
            return self.run(result.run_id)

    def start(self, **options: Any) -> threading.Thread:
        """Run the job in a thread."""
        thread = threading.Thread(target=self.execute, kwargs=options)
        thread.start()
        return thread

    def start_worker(self, execution: Mapping[str, Any]) -> subprocess.Popen[bytes]:
        """Run the job in a process of its own, which may be killed."""
        code = WORKER.format(folder=str(self.direction.folder), execution=dict(execution))
        return subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)

    def from_failure(self, run: dg.DagsterRun, **options: Any) -> dg.DagsterRun:
        """Re-execute a run from failure."""
        return self.execute(
            reexecution=dg.ReexecutionOptions.from_failure(run.run_id, self.instance), **options
        )

    def run(self, run_id: str) -> dg.DagsterRun:
        """Return a run as it is now."""
        run = self.instance.get_run_by_id(run_id)
        assert run is not None
        return run

    def state(self, thread_id: str) -> PipelineState:
        """Return what is durable of a thread."""
        state = self._with_executor(lambda executor: executor.get_state(thread_id))
        assert state is not None
        return state

    def answer(self, thread_id: str, answers: Mapping[str, str]) -> None:
        """Store answers."""
        self._with_executor(lambda executor: executor.answer(thread_id, answers))

    def wait_for_result(self, thread_id: str, task: str, seconds: float = 30) -> None:
        """Wait until the result of a task is durable."""
        deadline = time.monotonic() + seconds
        while not self.state(thread_id).has_result(task):
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def _with_executor(self, action: Callable[[PipelineExecutor], Coroutine[Any, Any, T]]) -> T:
        pipeline = DirectedPipeline(folder=str(self.direction.folder))
        executor = pipeline.open(self.instance)
        try:
            return asyncio.run(action(executor))
        finally:
            pipeline.close()

    def only_run(self) -> dg.DagsterRun:
        """Return the one run there is."""
        [run] = self.instance.get_runs()
        return run

    def steps(self, run: dg.DagsterRun, kind: dg.DagsterEventType) -> list[str]:
        """Return the keys of the steps that had an event of this kind."""
        records = self.instance.get_records_for_run(run.run_id, of_type=kind).records
        events = [record.event_log_entry.dagster_event for record in records]
        return sorted(str(event.step_key) for event in events if event is not None)

    def messages(self, run: dg.DagsterRun) -> Sequence[str]:
        """Return the messages of the run's log."""
        return [entry.message for entry in self.instance.all_logs(run.run_id)]
