"""The command line's driver on Dagster."""

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import dagster as dg
import pytest

from pipeline_core import PipelineExecutor, PipelineInput, fold
from pipeline_core.engine import Analyzer, Event
from pipeline_core.errors import (
    ThreadExistsError,
    ThreadNotSuspendedError,
    UnansweredQuestionError,
    UnknownThreadError,
)
from pipeline_defs import cli, local_run
from pipeline_defs.cli import DagsterDriver
from pipeline_defs.tags import THREAD_ID
from tests.defs import directed
from tests.defs.scripted import TASKS, DirectedAnalyzer, Direction

GIVEN = PipelineInput(problem="Sort the mail.")


@pytest.fixture
def direction(tmp_path: Path) -> Direction:
    return Direction(tmp_path)


@pytest.fixture
def driver(
    sqlite_home: Path, direction: Direction, monkeypatch: pytest.MonkeyPatch
) -> Iterator[DagsterDriver]:
    assert sqlite_home == direction.folder
    # The real job takes the offline analyzers; these can be told what to do.
    monkeypatch.setattr(local_run, "target", directed.screen_problem)
    driver = cli.driver(rubric=None)
    configure = driver._config  # pyright: ignore[reportPrivateUsage]

    def config(problem: dict[str, str]) -> dict[str, object]:
        made = configure(problem)
        made["resources"]["pipeline"]["config"]["folder"] = str(direction.folder)
        return made

    monkeypatch.setattr(driver, "_config", config)
    analyzers: dict[str, Analyzer] = {task: DirectedAnalyzer(direction.folder) for task in TASKS}
    monkeypatch.setattr(driver, "_executor", PipelineExecutor(driver.checkpointer, analyzers=analyzers))
    yield driver
    asyncio.run(driver.close())


def execute(driver: DagsterDriver, thread_id: str = "mail") -> list[Event]:
    async def collect() -> list[Event]:
        return [event async for event in driver.execute(GIVEN, thread_id=thread_id)]

    return asyncio.run(collect())


def resume(
    driver: DagsterDriver, answers: dict[str, str] | None = None, thread_id: str = "mail"
) -> list[Event]:
    async def collect() -> list[Event]:
        return [event async for event in driver.resume(thread_id, answers)]

    return asyncio.run(collect())


def test_a_thread_is_run_as_a_run_of_the_job_under_the_name_it_was_given(driver: DagsterDriver) -> None:
    events = execute(driver)
    assert events[0].type == "pipeline:started"
    assert events[-1].type == "pipeline:completed"
    state = fold(events)
    assert state is not None
    assert state.thread_id == "mail"
    with dg.DagsterInstance.get() as instance:
        [run] = instance.get_runs()
    assert run.job_name == "screen_problem"
    assert run.tags[THREAD_ID] == "mail"
    assert run.remote_job_origin is not None
    assert run.remote_job_origin.location_name == "suitability"


def test_a_name_that_is_taken_is_refused(driver: DagsterDriver) -> None:
    execute(driver)
    with pytest.raises(ThreadExistsError):
        execute(driver)


def test_answers_are_checked_and_the_thread_goes_on_in_a_run_of_the_same_group(
    driver: DagsterDriver, direction: Direction
) -> None:
    direction.ask()
    assert execute(driver)[-1].type == "pipeline:suspended"
    with pytest.raises(UnansweredQuestionError):
        resume(driver)
    events = resume(driver, {"volume": "40 a day"})
    assert events[0].type == "pipeline:resumed"
    assert events[-1].type == "pipeline:completed"
    assert sorted(direction.calls()) == sorted(TASKS)
    with dg.DagsterInstance.get() as instance:
        second, first = instance.get_runs()
    assert second.root_run_id == first.run_id
    with pytest.raises(ThreadNotSuspendedError):
        resume(driver)


def test_leaving_the_stream_cancels_the_run_and_the_thread_can_be_resumed(
    driver: DagsterDriver, direction: Direction
) -> None:
    direction.hold("verdict")

    async def leave() -> None:
        async with aclosing(driver.execute(GIVEN, thread_id="mail")) as events:
            async for event in events:
                if event.type == "verdict:started":
                    return

    asyncio.run(leave())
    with dg.DagsterInstance.get() as instance:
        [run] = instance.get_runs()
    assert run.status is dg.DagsterRunStatus.CANCELED
    direction.release("verdict")
    assert resume(driver)[-1].type == "pipeline:completed"
    assert direction.calls().count("screening") == 1


def test_an_unknown_thread_is_refused(driver: DagsterDriver) -> None:
    with pytest.raises(UnknownThreadError):
        resume(driver, thread_id="nobody")
