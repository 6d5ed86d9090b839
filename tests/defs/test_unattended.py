"""Nobody at the keyboard: a real daemon and webserver, a folder, and answers."""

import asyncio
import json
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import pytest

from pipeline_core import PipelineState
from pipeline_defs.alerts import VARIABLE as ALERTS
from pipeline_defs.inbox import INBOX_KEY
from pipeline_defs.inbox import VARIABLE as INBOX
from pipeline_defs.report_asset import REPORT
from pipeline_defs.resources import PipelineResource
from pipeline_defs.room import LIMIT_VARIABLE
from pipeline_defs.tags import STATUS, THREAD_ID
from pipeline_defs.thread_runs import open_executor
from tests.defs.conftest import CONFIGURATION
from tests.support.daemon import running_daemon
from tests.support.webserver import Webserver, running_webserver

pytestmark = [pytest.mark.slow, pytest.mark.timeout(420)]

CLEAR = (
    "About 400 support emails reach us every day, and two people sort them by hand into 12 queues. A wrong "
    "queue costs the customer half an hour. We have three years of tickets with the queue they ended up in, "
    "and an agent reads every mail anyway before anything is answered."
)
VAGUE = "We want to use AI for our documents."
WAIT_SECONDS = 120


class Site:
    """A running installation."""

    def __init__(self, home: Path, server: Webserver, instance: dg.DagsterInstance) -> None:
        self.inbox = home / "in"
        self.home = home
        self.server = server
        self.instance = instance

    def drop(self, name: str, text: str) -> None:
        (self.inbox / name).write_text(text)

    def run_of(self, file: str, status: str) -> dg.DagsterRun:
        """Wait for the newest run on a problem that came in `file` to have this status."""

        def find() -> dg.DagsterRun | None:
            tags = {"suitability/source": file, STATUS: status}
            runs = self.instance.get_runs(dg.RunsFilter(tags=tags), limit=1)
            failed = dg.RunsFilter(tags={"suitability/source": file, STATUS: "failed"})
            assert not self.instance.get_runs_count(failed)
            return runs[0] if runs and runs[0].is_finished else None

        return self.wait_for(find)

    def wait_for(self, find: Callable[[], dg.DagsterRun | None]) -> dg.DagsterRun:
        deadline = time.monotonic() + WAIT_SECONDS
        while (found := find()) is None:
            assert time.monotonic() < deadline, (self.home / "daemon.log").read_text()[-5000:]
            time.sleep(0.5)
        return found

    def answer_all(self, thread_id: str) -> None:
        """Answer the blocking questions, and run nothing."""

        async def answer() -> None:
            state = await executor.get_state(thread_id)
            assert state is not None
            texts = {
                question.id: question.options[0] if question.options else CLEAR
                for question in state.blocking_questions()
            }
            await executor.answer(thread_id, texts)

        with open_executor(self.instance, PipelineResource) as executor:
            asyncio.run(answer())

    def state_of(self, thread_id: str) -> PipelineState:
        with open_executor(self.instance, PipelineResource) as executor:
            state = asyncio.run(executor.get_state(thread_id))
        assert state is not None
        return state


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("site")
    shutil.copy(CONFIGURATION, home / "dagster.yaml")
    (home / "in").mkdir()
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.delenv("SUITABILITY_POSTGRES_URL", raising=False)
        monkeypatch.setenv("DAGSTER_HOME", str(home))
        monkeypatch.setenv(INBOX, str(home / "in"))
        monkeypatch.setenv(ALERTS, str(home / "alerts.jsonl"))
        with (
            running_webserver(home, {"suitability": "pipeline_defs.definitions"}) as server,
            running_daemon(home, home / "workspace.json"),
            dg.DagsterInstance.from_config(str(home)) as instance,
        ):
            yield Site(home, server, instance)


def test_file_in_verdict_out(site: Site) -> None:
    site.drop("mail.md", CLEAR)
    run = site.run_of("mail.md", "completed")
    assert run.is_success
    assert site.server.run(run.run_id)["status"] == "SUCCESS"
    [record] = site.instance.fetch_materializations(
        dg.AssetRecordsFilter(REPORT, asset_partitions=["mail"]), limit=5
    ).records
    assert record.asset_materialization is not None
    assert record.asset_materialization.metadata["verdict"].value == "STRONG_FIT"
    site.wait_for(lambda: run if (site.inbox / "accepted" / "mail.md").exists() else None)


def test_a_table_runs_and_a_bad_file_is_moved_aside(site: Site) -> None:
    site.drop("bad.json", "{")
    site.drop("all.csv", f'id,problem\none,"{CLEAR} First."\ntwo,"{CLEAR} Second."\n')
    site.run_of("all.csv", "completed")
    site.wait_for(
        lambda: (
            run if (run := _first(site, "all.csv")) and _count(site, "all.csv", "completed") == 2 else None
        )
    )
    assert (site.inbox / "rejected" / "bad.json").read_text() == "{"
    assert "is not JSON" in (site.inbox / "rejected" / "bad.json.reason.txt").read_text()


def test_a_suspended_run_goes_on_by_itself_once_it_is_answered(site: Site) -> None:
    site.drop("vague.txt", VAGUE)
    asked = site.run_of("vague.txt", "suspended")
    assert asked.status is dg.DagsterRunStatus.FAILURE
    thread_id = asked.tags[THREAD_ID]
    site.answer_all(thread_id)
    resumed = site.run_of("vague.txt", "completed")
    assert resumed.is_success
    assert resumed.tags[THREAD_ID] == thread_id
    assert resumed.tags["dagster/root_run_id"] == asked.run_id
    assert site.state_of(thread_id).result("verdict") is not None
    assert not (site.home / "alerts.jsonl").exists()


def test_a_daemon_killed_while_it_asks_for_runs_loses_and_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(CONFIGURATION, tmp_path / "dagster.yaml")
    workspace = tmp_path / "workspace.json"
    module = {"module_name": "pipeline_defs.definitions", "location_name": "suitability"}
    workspace.write_text(json.dumps({"load_from": [{"python_module": module}]}))
    monkeypatch.delenv("SUITABILITY_POSTGRES_URL", raising=False)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    monkeypatch.setenv(INBOX, str(tmp_path / "in"))
    monkeypatch.setenv(LIMIT_VARIABLE, "6")
    (tmp_path / "in").mkdir()
    rows = "".join(f"{json.dumps({'problem': f'{CLEAR} {number}'})}\n" for number in range(6))
    (tmp_path / "in" / "all.jsonl").write_text(rows)
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        with running_daemon(tmp_path, workspace) as daemon:
            _until(lambda: instance.get_runs_count() >= 2)
            os.killpg(daemon.pid, signal.SIGKILL)
        assert 2 <= instance.get_runs_count() < 6
        with running_daemon(tmp_path, workspace):
            _until((tmp_path / "in" / "accepted" / "all.jsonl").exists)
        runs = instance.get_runs()
        assert len(runs) == len({run.tags[INBOX_KEY] for run in runs}) == 6


def _until(happens: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _first(site: Site, file: str) -> dg.DagsterRun | None:
    runs = site.instance.get_runs(dg.RunsFilter(tags={"suitability/source": file}), limit=1)
    return runs[0] if runs else None


def _count(site: Site, file: str, status: str) -> int:
    return site.instance.get_runs_count(dg.RunsFilter(tags={"suitability/source": file, STATUS: status}))
