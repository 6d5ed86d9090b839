"""Pruning of threads and of what is kept beside them."""

import asyncio
from pathlib import Path

import dagster as dg
import pytest

from pipeline_core.engine import Change
from pipeline_defs.prune_threads import DAYS_VARIABLE, prune_daily, prune_threads
from pipeline_defs.thread_runs import open_checkpointer
from tests.defs.asked_runs import tick_schedule
from tests.defs.directed_runs import Runs


@pytest.fixture
def runs(instance: dg.DagsterInstance, tmp_path: Path) -> Runs:
    return Runs(instance, tmp_path)


def prune(runs: Runs, days: float) -> None:
    config = {"ops": {"prune": {"config": {"days": days}}}}
    assert prune_threads.execute_in_process(run_config=config, instance=runs.instance).success


def kept(runs: Runs) -> tuple[list[str], set[str]]:
    """Return the threads, and the first two parts of all keys."""
    with open_checkpointer(runs.instance) as checkpointer:
        threads = [info.thread_id for info in asyncio.run(checkpointer.threads())]
        keys = checkpointer.store.rows.keys("")
    return threads, {"/".join(key.split("/")[:2]) for key in keys}


def test_old_threads_go_with_their_outputs_and_the_bodies_of_their_events(runs: Runs) -> None:
    run = runs.execute()
    prefixes = {f"{kind}/{run.run_id}" for kind in ("head", "ckpt", "event", "io")}
    with open_checkpointer(runs.instance) as checkpointer:
        checkpointer.store.rows.apply(Change(puts={f"event/{run.run_id}/x/1": "{}", "io/gone/plan/x": "1"}))
    assert prefixes <= kept(runs)[1]
    prune(runs, 1)
    threads, keys = kept(runs)
    assert threads == [run.run_id]
    assert prefixes <= keys
    assert "io/gone" not in keys
    prune(runs, 0)
    assert kept(runs) == ([], set())


def test_what_a_suspended_thread_needs_stays_however_old(runs: Runs) -> None:
    runs.direction.ask()
    run = runs.execute()
    with open_checkpointer(runs.instance) as checkpointer:
        checkpointer.store.rows.apply(Change(puts={f"io/{run.run_id}/screening/result": '"mail"'}))
    prune(runs, 0)
    threads, keys = kept(runs)
    assert threads == [run.run_id]
    assert f"io/{run.run_id}" in keys


def test_the_schedule_is_off_until_switched_on_and_takes_the_days_from_the_environment(
    sqlite_instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert prune_daily.default_status is dg.DefaultScheduleStatus.STOPPED
    monkeypatch.setenv(DAYS_VARIABLE, "90")
    [request] = tick_schedule(sqlite_instance, prune_daily)
    assert request.run_config == {"ops": {"prune": {"config": {"days": 90.0}}}}
    assert dg.validate_run_config(prune_threads, dict(request.run_config))
