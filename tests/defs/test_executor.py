"""The thread executor, through `execute_job` and processes that are signalled."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from tests.defs import executor_jobs as jobs

CANCELLABLE = """
import dagster as dg
from tests.defs.executor_jobs import {job}

if __name__ == "__main__":
    with dg.DagsterInstance.get() as instance:
        dg.execute_job(dg.reconstructable({job}), instance=instance, run_config={config!r})
"""


@pytest.fixture(autouse=True)
def fresh_counters() -> Iterator[None]:
    yield
    for record in (jobs.running, jobs.peak, jobs.hooked, jobs.attempts):
        record.clear()


def execute(
    job: dg.JobDefinition, instance: dg.DagsterInstance, config: dict[str, Any] | None = None, **options: Any
) -> dg.DagsterRun:
    run_config = {"execution": {"config": config}} if config else None
    result = dg.execute_job(dg.reconstructable(job), instance, run_config=run_config, **options)
    run = instance.get_run_by_id(result.run_id)
    assert run is not None
    return run


def messages(instance: dg.DagsterInstance, run: dg.DagsterRun, event_type: dg.DagsterEventType) -> list[str]:
    records = instance.get_records_for_run(run.run_id, of_type=event_type).records
    return [str(record.event_log_entry.dagster_event.step_key) for record in records]  # pyright: ignore[reportOptionalMemberAccess]


def test_seven_mapped_steps_run_at_the_same_time(instance: dg.DagsterInstance) -> None:
    assert execute(jobs.meeting, instance).is_success


def test_steps_are_run_by_stock_executors_if_run_config_says_so(sqlite_instance: dg.DagsterInstance) -> None:
    assert execute(jobs.counting, sqlite_instance, {"in_process": {}}).is_success
    assert set(jobs.peak) == {1}


@pytest.mark.slow
def test_multiprocess_is_available(sqlite_instance: dg.DagsterInstance) -> None:
    assert execute(jobs.pooling, sqlite_instance, {"multiprocess": {"max_concurrent": 2}}).is_success
    assert not jobs.peak


def test_max_concurrent_is_kept(sqlite_instance: dg.DagsterInstance) -> None:
    assert execute(jobs.counting, sqlite_instance, {"threads": {"max_concurrent": 3}}).is_success
    assert max(jobs.peak) == 3


def test_max_concurrent_below_one_is_refused(sqlite_instance: dg.DagsterInstance) -> None:
    with pytest.raises(dg.DagsterInvalidConfigError, match="at least 1"):
        execute(jobs.counting, sqlite_instance, {"threads": {"max_concurrent": 0}}, raise_on_error=True)


def test_tag_limits_are_kept(sqlite_instance: dg.DagsterInstance) -> None:
    limits = [{"key": "resource", "value": "model", "limit": 2}]
    assert execute(jobs.counting, sqlite_instance, {"threads": {"tag_concurrency_limits": limits}}).is_success
    assert max(jobs.peak) == 2


def test_pools_are_kept(instance: dg.DagsterInstance) -> None:
    instance.event_log_storage.set_concurrency_slots("model", 1)
    assert execute(jobs.pooling, instance).is_success
    assert set(jobs.peak) == {1}


def test_retries_and_hooks_happen_and_a_failure_stops_only_what_depends_on_it(
    sqlite_instance: dg.DagsterInstance,
) -> None:
    run = execute(jobs.hooked_and_flaky, sqlite_instance)
    assert run.status is dg.DagsterRunStatus.FAILURE
    assert jobs.attempts == ["flaky"] * 3
    assert sorted(jobs.hooked) == [
        "failure broken", "success after", "success flaky", "success independent",
    ]  # fmt: skip
    assert messages(sqlite_instance, run, dg.DagsterEventType.STEP_RESTARTED) == ["flaky", "flaky"]


def test_retries_can_be_disabled(sqlite_instance: dg.DagsterInstance) -> None:
    execute(jobs.hooked_and_flaky, sqlite_instance, {"threads": {"retries": {"disabled": {}}}})
    assert jobs.attempts == ["flaky"]


def test_the_original_error_is_raised_when_asked_for(sqlite_instance: dg.DagsterInstance) -> None:
    with pytest.raises(LookupError, match="always"):
        execute(jobs.hooked_and_flaky, sqlite_instance, raise_on_error=True)


def test_an_op_that_exits_fails_its_step_only(sqlite_instance: dg.DagsterInstance) -> None:
    run = execute(jobs.exiting, sqlite_instance)
    assert run.status is dg.DagsterRunStatus.FAILURE
    assert messages(sqlite_instance, run, dg.DagsterEventType.STEP_SUCCESS) == ["independent"]


def test_asynchronous_ops_run_side_by_side(sqlite_instance: dg.DagsterInstance) -> None:
    assert execute(jobs.asynchronous_job, sqlite_instance).is_success


def test_an_output_that_does_not_come_skips_what_needs_it(sqlite_instance: dg.DagsterInstance) -> None:
    run = execute(jobs.skipping, sqlite_instance)
    assert run.is_success
    assert messages(sqlite_instance, run, dg.DagsterEventType.STEP_SKIPPED) == ["after"]


def test_a_run_that_is_not_cancelled_says_so_to_its_steps(sqlite_instance: dg.DagsterInstance) -> None:
    result = dg.execute_job(dg.reconstructable(jobs.watching), sqlite_instance)
    assert result.success


@pytest.mark.parametrize("job", ["cancellable", "cancellable_in_process", "cancellable_with_retries"])
def test_cancelling_ends_the_run_within_a_second_after_clean_up(
    sqlite_instance: dg.DagsterInstance, tmp_path: Path, job: str
) -> None:
    op_config = {"waits_for_cancel": {"config": {"folder": str(tmp_path)}}}
    worker = subprocess.Popen(
        [sys.executable, "-c", CANCELLABLE.format(job=job, config={"ops": op_config})], stderr=subprocess.PIPE
    )
    while not (tmp_path / "started").exists():
        assert worker.poll() is None
        time.sleep(0.02)
    started = time.monotonic()
    # What the UI's Terminate does.
    [run] = sqlite_instance.get_runs()
    sqlite_instance.report_run_canceling(run)
    worker.send_signal(signal.SIGINT)
    run = _wait_for_end(sqlite_instance)
    assert time.monotonic() - started < 1.5
    worker.communicate(timeout=20)
    assert run.status is dg.DagsterRunStatus.CANCELED
    assert (tmp_path / "cleaned up").exists()
    assert messages(sqlite_instance, run, dg.DagsterEventType.STEP_START) == ["waits_for_cancel"]


def _wait_for_end(instance: dg.DagsterInstance) -> dg.DagsterRun:
    while True:
        [run] = instance.get_runs()
        if run.is_finished:
            return run
        time.sleep(0.02)
