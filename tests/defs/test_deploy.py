"""The configuration in `docs/deploy.md`, on Postgres with a queue."""

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import pytest

from pipeline_core.suitability import DIMENSIONS
from pipeline_defs.room import QUEUED, room_for_runs
from pipeline_defs.storage import POSTGRES_URL_VARIABLE
from pipeline_defs.tags import STATUS, THREAD_ID
from tests.defs.directed_runs import Runs
from tests.defs.scripted import TASKS
from tests.support.daemon import running_daemon
from tests.support.webserver import Webserver, running_webserver

DEPLOY = Path(__file__).parents[2] / "docs" / "deploy.md"
WAIT_SECONDS = 150


def documented(title: str) -> str:
    """Return the YAML block of the document that begins with this title."""
    blocks = re.findall(r"```yaml\n(.*?)```", DEPLOY.read_text(), re.DOTALL)
    [block] = [block for block in blocks if block.startswith(f"# {title}\n")]
    return block


@pytest.fixture
def home(tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "dagster.yaml").write_text(documented("dagster.yaml"))
    monkeypatch.setenv(POSTGRES_URL_VARIABLE, postgres_url)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def instance(home: Path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.from_config(str(home)) as instance:
        yield instance


def test_the_documented_configuration_queues_and_limits_runs(instance: dg.DagsterInstance) -> None:
    assert isinstance(instance.run_coordinator, dg.QueuedRunCoordinator)
    assert instance.get_concurrency_config().run_queue_config is not None
    assert instance.run_retries_enabled
    assert room_for_runs(instance) == QUEUED


@pytest.mark.slow
@pytest.mark.timeout(420)
def test_a_killed_run_goes_on_by_itself_and_one_that_waits_for_answers_is_not_tried_again(
    home: Path, instance: dg.DagsterInstance
) -> None:
    killed, asking = _runs(instance, home / "killed"), _runs(instance, home / "asking")
    first, *rest = DIMENSIONS
    killed.direction.hold(*rest)
    asking.direction.ask()
    with (
        running_webserver(home, {"directed": "tests.defs.directed"}) as server,
        running_daemon(home, home / "workspace.json"),
    ):
        run_id = _launch(server, killed)
        asking_id = _launch(server, asking)
        killed.direction.wait_for(first, rest[0], seconds=WAIT_SECONDS)
        os.kill(_pid_of(killed, run_id), signal.SIGKILL)
        killed.direction.release(*rest)
        again = _wait_for(lambda: _completed(instance, run_id))
        assert again.parent_run_id == run_id
        _wait_for(lambda: _suspended(instance, asking_id))
    calls = killed.direction.calls()
    assert set(calls) == set(TASKS)
    assert calls.count("screening") == 1
    assert instance.get_runs_count(dg.RunsFilter(tags={THREAD_ID: asking_id})) == 1


def _runs(instance: dg.DagsterInstance, folder: Path) -> Runs:
    folder.mkdir()
    return Runs(instance, folder)


def _launch(server: Webserver, runs: Runs) -> str:
    pipeline = {"config": {"folder": str(runs.direction.folder)}}
    return server.launch("screen_problem", "directed", {"resources": {"pipeline": pipeline}})


def _pid_of(runs: Runs, run_id: str) -> int:
    found = [re.search(r"\(pid: (\d+)\)", message) for message in runs.messages(runs.run(run_id))]
    return next(int(match[1]) for match in found if match is not None)


def _completed(instance: dg.DagsterInstance, thread_id: str) -> dg.DagsterRun | None:
    runs = instance.get_runs(dg.RunsFilter(tags={THREAD_ID: thread_id, STATUS: "completed"}))
    return next((run for run in runs if run.is_success), None)


def _suspended(instance: dg.DagsterInstance, run_id: str) -> dg.DagsterRun | None:
    run = instance.get_run_by_id(run_id)
    return run if run is not None and run.is_failure and run.tags.get(STATUS) == "suspended" else None


def _wait_for(find: Callable[[], dg.DagsterRun | None]) -> dg.DagsterRun:
    deadline = time.monotonic() + WAIT_SECONDS
    while (found := find()) is None:
        assert time.monotonic() < deadline
        time.sleep(0.5)
    return found
