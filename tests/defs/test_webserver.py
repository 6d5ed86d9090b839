"""What a user does in the web interface, done through its own GraphQL on a live webserver."""

import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipeline_core import fold
from pipeline_core.suitability import DIMENSIONS
from pipeline_defs.event_log import pipeline_events
from pipeline_defs.report_asset import REPORT
from pipeline_defs.tags import STATUS, THREAD_ID
from tests.defs.conftest import CONFIGURATION
from tests.defs.directed_runs import Runs
from tests.defs.scripted import TASKS
from tests.support.webserver import Webserver, running_webserver

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

START = dg.DagsterEventType.STEP_START
FORKSERVER = {"forkserver": {"preload_modules": ["tests.defs.directed"]}}
AFTER_DIMENSIONS = ["alternatives", "architecture", "risks", "synthesis", "verdict"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("webserver_home")
    shutil.copy(CONFIGURATION, folder / "dagster.yaml")
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.delenv("SUITABILITY_POSTGRES_URL", raising=False)
        monkeypatch.setenv("DAGSTER_HOME", str(folder))
        yield folder


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[Webserver]:
    locations = {"suitability": "pipeline_defs.definitions", "directed": "tests.defs.directed"}
    with running_webserver(home, locations) as server:
        yield server


@pytest.fixture
def runs(home: Path, tmp_path: Path) -> Iterator[Runs]:
    with dg.DagsterInstance.from_config(str(home)) as instance:
        yield Runs(instance, tmp_path)


@pytest.fixture
def completed(server: Webserver, runs: Runs) -> str:
    """The id of a run that has come to its end."""
    run_id = server.launch("screen_problem", "directed", config(runs))
    assert server.wait_for(run_id) == "SUCCESS"
    return run_id


def config(runs: Runs, strategy: str = "partial", execution: dict[str, Any] | None = None) -> dict[str, Any]:
    pipeline = {"folder": str(runs.direction.folder), "strategy": strategy}
    return {
        "resources": {"pipeline": {"config": pipeline}},
        "ops": {"screening": {"config": {"name": "mail"}}},
        "execution": {"config": execution or {"threads": {}}},
    }


def test_a_run_launched_from_the_launchpad_without_any_change_succeeds(server: Webserver) -> None:
    run_id = server.launch("screen_problem", "suitability")
    assert server.wait_for(run_id) == "SUCCESS"
    assert server.run(run_id)["tags"][STATUS] == "completed"


def test_terminate_ends_a_run_within_one_and_a_half_seconds_and_it_can_be_resumed(
    server: Webserver, runs: Runs
) -> None:
    first, *rest = DIMENSIONS
    runs.direction.hold(*rest)
    run_id = server.launch("screen_problem", "directed", config(runs))
    runs.direction.wait_for(*DIMENSIONS)
    started = time.monotonic()
    server.terminate(run_id)
    assert server.wait_for(run_id) == "CANCELED"
    assert time.monotonic() - started < 1.5
    assert server.run(run_id)["tags"][STATUS] == "cancelled"
    runs.direction.release(*rest)
    again = server.reexecute(run_id, "FROM_FAILURE")
    assert server.wait_for(again) == "SUCCESS"
    assert server.run(again)["tags"][THREAD_ID] == run_id
    assert runs.direction.calls().count(first) == 1


def test_from_failure_under_fail_fast_runs_one_dimension_and_what_follows(
    server: Webserver, runs: Runs
) -> None:
    runs.direction.fail("edge_case_risk")
    run_id = server.launch("screen_problem", "directed", config(runs, "fail_fast"))
    assert server.wait_for(run_id) == "FAILURE"
    runs.direction.mend("edge_case_risk")
    again = server.reexecute(run_id, "FROM_FAILURE")
    assert server.wait_for(again) == "SUCCESS"
    assert runs.steps(runs.run(again), START) == sorted(
        ["analyze_dimension[edge_case_risk]", *AFTER_DIMENSIONS]
    )
    calls = runs.direction.calls()
    assert {task: calls.count(task) for task in TASKS} == dict.fromkeys(TASKS, 1) | {"edge_case_risk": 2}
    fresh = server.reexecute(again, "ALL_STEPS")
    assert server.wait_for(fresh) == "SUCCESS"
    assert server.run(fresh)["tags"][THREAD_ID] == fresh
    assert runs.direction.calls().count("screening") == 2


def test_a_suspended_run_is_found_by_its_tag_and_goes_on_from_failure(server: Webserver, runs: Runs) -> None:
    runs.direction.ask()
    run_id = server.launch("screen_problem", "directed", config(runs))
    assert server.wait_for(run_id) == "FAILURE"
    waiting = runs.instance.get_runs(dg.RunsFilter(tags={STATUS: "suspended"}))
    assert [run.run_id for run in waiting] == [run_id]
    runs.answer(run_id, {"volume": "40 a day"})
    again = server.reexecute(run_id, "FROM_FAILURE")
    assert server.wait_for(again) == "SUCCESS"
    assert server.run(again)["rootRunId"] == run_id
    assert server.run(again)["tags"][STATUS] == "completed"


@pytest.mark.parametrize("step", ["screening", "analyze_dimension[error_tolerance]", "verdict", "risks"])
def test_re_executing_one_op_alone_runs_it_alone_and_pays_for_nothing_twice(
    server: Webserver, runs: Runs, completed: str, step: str
) -> None:
    state, calls = runs.state(completed), runs.direction.calls()
    alone = server.reexecute_steps(completed, step)
    assert server.wait_for(alone) == "SUCCESS"
    assert runs.steps(runs.run(alone), START) == [step]
    assert runs.direction.calls() == calls
    assert runs.state(completed) == state
    tags = server.run(alone)["tags"]
    assert (tags[THREAD_ID], tags[STATUS]) == (completed, "completed")


def test_re_executing_the_synthesis_alone_files_the_report_of_the_thread_again(
    server: Webserver, runs: Runs, completed: str
) -> None:
    [first] = runs.instance.fetch_materializations(REPORT, limit=1).records
    alone = server.reexecute_steps(completed, "synthesis")
    assert server.wait_for(alone) == "SUCCESS"
    assert runs.steps(runs.run(alone), START) == ["synthesis"]
    assert sorted(runs.direction.calls()) == sorted(TASKS)
    [again] = runs.instance.fetch_materializations(REPORT, limit=1).records
    assert (first.run_id, again.run_id) == (completed, alone)
    assert again.partition_key == "mail"
    assert again.asset_materialization is not None
    assert first.asset_materialization is not None
    assert again.asset_materialization.metadata == first.asset_materialization.metadata
    assert again.asset_materialization.metadata["thread"].value == completed


def test_re_executing_one_op_alone_mends_what_had_stopped_the_thread(server: Webserver, runs: Runs) -> None:
    failing = "error_tolerance"
    runs.direction.fail(failing)
    run_id = server.launch("screen_problem", "directed", config(runs, "fail_fast"))
    assert server.wait_for(run_id) == "FAILURE"
    runs.direction.mend(failing)
    alone = server.reexecute_steps(run_id, f"analyze_dimension[{failing}]")
    assert server.wait_for(alone) == "SUCCESS"
    assert runs.steps(runs.run(alone), START) == [f"analyze_dimension[{failing}]"]
    assert runs.state(run_id).has_result(failing)
    assert server.run(alone)["tags"][STATUS] == "running"
    rest = server.reexecute(run_id, "FROM_FAILURE")
    assert server.wait_for(rest) == "SUCCESS"
    assert server.run(rest)["tags"][STATUS] == "completed"
    calls = runs.direction.calls()
    assert {task: calls.count(task) for task in TASKS} == dict.fromkeys(TASKS, 1) | {failing: 2}
    late = server.reexecute_steps(run_id, f"analyze_dimension[{failing}]")
    assert server.wait_for(late) == "SUCCESS"
    assert server.run(late)["tags"][STATUS] == "completed"
    assert runs.direction.calls() == calls


@pytest.mark.parametrize(
    ("execution", "begun"),
    [
        ({"threads": {}}, 7),
        ({"threads": {"max_concurrent": 2}}, 3),
        ({"in_process": {}}, 2),
        ({"multiprocess": {"max_concurrent": 7, "start_method": FORKSERVER}}, 7),
        ({"multiprocess": {"max_concurrent": 2}}, 3),
    ],
    ids=["threads", "two_threads", "in_process", "processes", "two_processes"],
)
def test_after_kill_9_of_the_run_worker_the_verdict_rests_on_all_seven(
    server: Webserver, runs: Runs, execution: dict[str, Any], begun: int
) -> None:
    first, *rest = DIMENSIONS
    runs.direction.hold(*rest)
    run_id = server.launch("screen_problem", "directed", config(runs, execution=execution))
    runs.direction.wait_for(*DIMENSIONS[:begun])
    runs.wait_for_result(run_id, first)
    for pid in _worker_pids(runs, run_id):
        os.kill(pid, signal.SIGKILL)
    assert server.wait_for(run_id) == "FAILURE"
    runs.direction.release(*rest)
    again = server.reexecute(run_id, "FROM_FAILURE")
    assert server.wait_for(again) == "SUCCESS"
    state = runs.state(run_id)
    assert all(state.has_result(dimension) for dimension in DIMENSIONS)
    calls = runs.direction.calls()
    twice = dict.fromkeys(DIMENSIONS[1:begun], 2)
    assert {task: calls.count(task) for task in TASKS} == dict.fromkeys(TASKS, 1) | twice
    made_up_for = [message for message in runs.messages(runs.run(again)) if "No step has analyzed" in message]
    assert len(made_up_for) == (begun < 7)
    assert fold(pipeline_events(runs.instance, again)) == state


def _worker_pids(runs: Runs, run_id: str) -> list[int]:
    """Return the processes that execute a run, those of single steps included."""
    records = runs.instance.get_records_for_run(run_id, of_type=dg.DagsterEventType.ENGINE_EVENT).records
    events = [record.event_log_entry.dagster_event for record in records]
    pids = [event.engine_event_data.metadata.get("pid") for event in events if event is not None]
    worker = int(str(next(pid for pid in pids if pid is not None).value))
    family = {worker}
    for folder in sorted(Path("/proc").glob("[0-9]*"), key=lambda folder: int(folder.name)):
        with suppress(OSError):
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
            if parent in family:
                family.add(int(folder.name))
    return sorted(family)
