"""The sensor that goes on with answered threads."""

import asyncio
from functools import partial
from pathlib import Path

import dagster as dg
import pytest

from pipeline_core import PipelineInput
from pipeline_core.suitability import DIMENSIONS
from pipeline_defs.resume_answered import make_resume_answered
from pipeline_defs.tags import PARENT_RUN, ROOT_RUN, STATUS, THREAD_ID
from pipeline_defs.thread_runs import open_executor
from tests.defs import directed
from tests.defs.asked_runs import Daemon, answer, execute, pipeline_of, state_of
from tests.defs.directed_runs import Runs
from tests.defs.scripted import TASKS, DirectedPipeline


@pytest.fixture
def runs(sqlite_instance: dg.DagsterInstance, tmp_path: Path) -> Runs:
    return Runs(sqlite_instance, tmp_path)


@pytest.fixture
def daemon(runs: Runs) -> Daemon:
    jobs = [directed.screen_problem(), directed.screen_problem_compact()]
    make_pipeline = partial(DirectedPipeline, folder=str(runs.direction.folder))
    return Daemon(runs.instance, make_resume_answered(jobs, make_pipeline))


def test_nothing_is_asked_for_when_nothing_waits(daemon: Daemon) -> None:
    assert daemon.tick() == []
    assert daemon.skipped == "No thread waits for answers"


@pytest.mark.parametrize("compact", [False, True])
def test_a_suspended_thread_goes_on_once_it_is_answered(runs: Runs, daemon: Daemon, compact: bool) -> None:
    runs.direction.ask()
    first = runs.execute(compact=compact, tags={"team": "post"})
    assert daemon.tick() == []
    assert daemon.skipped == "1 threads wait for answers"
    answer(runs, first.run_id)
    [request] = daemon.tick()
    assert request.job_name == first.job_name
    assert request.tags == {
        "team": "post", THREAD_ID: first.run_id, "suitability/resumes": first.run_id,
        PARENT_RUN: first.run_id, ROOT_RUN: first.run_id, "dagster/sensor_name": "resume_answered",
    }  # fmt: skip
    second = execute(runs, request, compact=compact)
    assert second.is_success
    assert second.tags[STATUS] == "completed"
    assert state_of(runs, first.run_id).status == "completed"
    assert sorted(runs.direction.calls()) == sorted(TASKS)
    assert daemon.tick() == []


def test_a_tick_repeated_asks_for_the_same_run(runs: Runs, daemon: Daemon) -> None:
    runs.direction.ask()
    first = runs.execute()
    answer(runs, first.run_id)
    [once], [again] = daemon.tick(), daemon.tick()
    assert once.run_key == again.run_key


def test_a_thread_that_somebody_goes_on_with_is_left_alone(runs: Runs, daemon: Daemon) -> None:
    runs.direction.ask()
    first = runs.execute()
    answer(runs, first.run_id)
    runs.direction.hold(DIMENSIONS[0])
    worker = runs.start(reexecution=dg.ReexecutionOptions.from_failure(first.run_id, runs.instance))
    runs.direction.wait_for(DIMENSIONS[0])
    assert daemon.tick() == []
    runs.direction.release(DIMENSIONS[0])
    worker.join()
    assert daemon.tick() == []


def test_a_thread_that_waits_is_read_once_for_each_version(
    runs: Runs, daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs.direction.ask()
    runs.execute()
    daemon.tick()

    def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("pipeline_defs.resume_answered.open_executor", refuse)
    assert daemon.tick() == []


def test_a_thread_begun_by_no_run_goes_on_in_the_first_job(runs: Runs, daemon: Daemon) -> None:
    async def begin() -> None:
        async for _ in executor.execute(PipelineInput(problem="Sort the mail."), thread_id="mine"):
            pass

    runs.direction.ask()
    with open_executor(runs.instance, DirectedPipeline, pipeline_of(runs)) as executor:
        asyncio.run(begin())
    answer(runs, "mine")
    [request] = daemon.tick()
    assert request.job_name == "screen_problem"
    assert execute(runs, request).is_success
    assert state_of(runs, "mine").status == "completed"
