"""Expiry of threads that nobody answers."""

from pathlib import Path

import dagster as dg
import pytest

from pipeline_defs.expire_threads import DAYS_VARIABLE, make_expire_daily, make_expire_threads
from pipeline_defs.tags import STATUS
from tests.defs.asked_runs import answer, state_of, tick_schedule
from tests.defs.directed_runs import Runs
from tests.defs.scripted import DirectedPipeline


@pytest.fixture
def runs(sqlite_instance: dg.DagsterInstance, tmp_path: Path) -> Runs:
    runs = Runs(sqlite_instance, tmp_path)
    runs.direction.ask()
    return runs


def expire(runs: Runs, days: float) -> None:
    job = make_expire_threads(DirectedPipeline(folder=str(runs.direction.folder)))
    config = {"ops": {"expire": {"config": {"days": days}}}}
    assert job.execute_in_process(run_config=config, instance=runs.instance).success


def test_a_thread_unanswered_for_too_long_is_cancelled_and_its_run_says_so(runs: Runs) -> None:
    run = runs.execute()
    expire(runs, 0)
    assert state_of(runs, run.run_id).status == "cancelled"
    assert runs.run(run.run_id).tags[STATUS] == "expired"
    assert any("Expired: no answer for 0 days" in message for message in runs.messages(run))


def test_a_thread_asked_lately_or_answered_stays(runs: Runs) -> None:
    recent = runs.execute()
    expire(runs, 1)
    assert state_of(runs, recent.run_id).status == "suspended"
    answer(runs, recent.run_id)
    expire(runs, 0)
    assert state_of(runs, recent.run_id).status == "suspended"
    assert runs.run(recent.run_id).tags[STATUS] == "suspended"


def test_an_expired_thread_that_is_answered_all_the_same_goes_on(runs: Runs) -> None:
    run = runs.execute()
    expire(runs, 0)
    answer(runs, run.run_id)
    again = runs.from_failure(runs.run(run.run_id))
    assert again.is_success
    assert again.tags[STATUS] == "completed"


def test_the_schedule_takes_the_days_from_the_environment(
    sqlite_instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DAYS_VARIABLE, "7")
    job = make_expire_threads()
    [request] = tick_schedule(sqlite_instance, make_expire_daily(job))
    assert request.run_config == {"ops": {"expire": {"config": {"days": 7.0}}}}
    assert dg.validate_run_config(job, dict(request.run_config))
