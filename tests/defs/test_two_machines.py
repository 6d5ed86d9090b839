"""Two machines with nothing in common but a Postgres database."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from pipeline_core import fold
from pipeline_defs.event_log import pipeline_events
from pipeline_defs.report_asset import REPORT
from pipeline_defs.storage import POSTGRES_URL_VARIABLE
from pipeline_defs.tags import STATUS, THREAD_ID
from tests.defs.asked_runs import state_of
from tests.defs.conftest import CONFIGURATION
from tests.defs.directed_runs import Runs
from tests.defs.scripted import TASKS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

PROGRAM = """
import json, sys
import dagster as dg
from tests.defs.asked_runs import answer, state_of
from tests.defs.directed_runs import Runs

if __name__ == "__main__":
    action, folder, run_id = sys.argv[1:]
    with dg.DagsterInstance.get() as instance:
        runs = Runs(instance, folder)
        if action == "answer":
            answer(runs, run_id)
        else:
            run = runs.from_failure(runs.run(run_id), name="mail") if run_id else runs.execute(name="mail")
            print(json.dumps(run.run_id))
"""


class Machine:
    """A folder of its own, and processes that know no other."""

    def __init__(self, folder: Path, url: str) -> None:
        self.home = folder / "home"
        self.work = folder / "work"
        for path in (self.home, self.work):
            path.mkdir(parents=True)
        shutil.copy(CONFIGURATION, self.home / "dagster.yaml")
        self._environment = {**os.environ, "DAGSTER_HOME": str(self.home), POSTGRES_URL_VARIABLE: url}
        self._environment["PYTHONPATH"] = str(Path(__file__).parents[2])

    def does(self, action: str, run_id: str = "") -> str:
        """Do something in a process of this machine; return the id of the run it made, if it did."""
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, action, str(self.work), run_id],
            env=self._environment,
            cwd=self.work,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout.splitlines()[-1]) if done.stdout.strip() else ""

    def calls(self) -> list[str]:
        path = self.work / "calls"
        return path.read_text().split() if path.exists() else []


@pytest.fixture
def machines(tmp_path: Path, postgres_url: str) -> list[Machine]:
    return [Machine(tmp_path / name, postgres_url) for name in ("a", "b", "c")]


@pytest.fixture
def reader(machines: list[Machine], postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> dg.DagsterInstance:
    """A third machine, which only looks."""
    monkeypatch.setenv(POSTGRES_URL_VARIABLE, postgres_url)
    monkeypatch.setenv("DAGSTER_HOME", str(machines[2].home))
    return dg.DagsterInstance.from_config(str(machines[2].home))


def test_what_waits_for_an_answer_on_one_machine_is_answered_and_finished_on_another(
    machines: list[Machine], reader: dg.DagsterInstance
) -> None:
    first, second, third = machines
    (first.work / "ask").touch()
    began = first.does("run")
    shutil.rmtree(first.home)
    second.does("answer", began)
    finished = second.does("run", began)
    runs = Runs(reader, third.work)
    assert runs.run(began).tags[STATUS] == "suspended"
    assert runs.run(finished).is_success
    assert runs.run(finished).tags[THREAD_ID] == began
    assert first.calls() == ["screening"]
    assert sorted(second.calls()) == sorted(set(TASKS) - {"screening"})
    state = state_of(runs, began)
    assert state.status == "completed"
    assert fold(pipeline_events(reader, finished)) == state
    [record] = reader.fetch_materializations(REPORT, limit=5).records
    assert record.partition_key == "mail"


def test_what_failed_in_mid_fan_out_on_one_machine_goes_on_from_there_on_another(
    machines: list[Machine], reader: dg.DagsterInstance
) -> None:
    first, second, third = machines
    (first.work / "fail-verdict").touch()
    began = first.does("run")
    finished = second.does("run", began)
    runs = Runs(reader, third.work)
    assert not runs.run(began).is_success
    assert runs.run(finished).is_success
    assert set(second.calls()) == {"verdict", "risks", "alternatives", "architecture", "synthesis"}
    assert state_of(runs, began).status == "completed"
