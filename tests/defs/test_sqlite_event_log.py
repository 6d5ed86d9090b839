"""The kept-open event log: faster, and as safe as Dagster's own."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import dagster as dg
import pytest

from pipeline_defs._dagster import SqliteEventLogStorage
from pipeline_defs.sqlite_event_log import OPEN_DATABASES, KeptOpenSqliteEventLogStorage
from tests.defs import executor_jobs as jobs

WRITER = """
import sys, time
import dagster as dg
from dagster import DagsterInstance

with DagsterInstance.get() as instance:
    run = instance.get_run_by_id("{run_id}")
    for number in range({count}):
        instance.report_engine_event(f"event {{number}}", run)
    print("written", flush=True)
    time.sleep({linger})
"""


def new_run(instance: dg.DagsterInstance) -> dg.DagsterRun:
    return instance.create_run_for_job(jobs.stored)


def write(instance: dg.DagsterInstance, run: dg.DagsterRun, count: int) -> None:
    for number in range(count):
        instance.report_engine_event(f"event {number}", run)


def count(instance: dg.DagsterInstance, run: dg.DagsterRun) -> int:
    return len(instance.all_logs(run.run_id, of_type=dg.DagsterEventType.ENGINE_EVENT))


def start_writer(run: dg.DagsterRun, events: int, linger: float = 0) -> subprocess.Popen[str]:
    code = WRITER.format(run_id=run.run_id, count=events, linger=linger)
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)


def test_the_configured_instance_uses_it(sqlite_instance: dg.DagsterInstance) -> None:
    assert isinstance(sqlite_instance.event_log_storage, KeptOpenSqliteEventLogStorage)


def test_its_files_are_where_dagster_looks_for_them(
    sqlite_instance: dg.DagsterInstance, sqlite_home: Path
) -> None:
    run = new_run(sqlite_instance)
    write(sqlite_instance, run, 3)
    stock = SqliteEventLogStorage(str(sqlite_home / "history" / "runs"))
    assert len(stock.get_records_for_run(run.run_id).records) == 3


@pytest.mark.slow
def test_processes_write_and_read_side_by_side(sqlite_instance: dg.DagsterInstance) -> None:
    run = new_run(sqlite_instance)
    writers = [start_writer(run, 100) for _ in range(2)]
    write(sqlite_instance, run, 100)
    for writer in writers:
        writer.communicate()
    assert count(sqlite_instance, run) == 300


def test_threads_write_side_by_side(sqlite_instance: dg.DagsterInstance) -> None:
    runs = [new_run(sqlite_instance) for _ in range(OPEN_DATABASES + 4)]
    threads = [threading.Thread(target=write, args=(sqlite_instance, run, 20)) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [count(sqlite_instance, run) for run in runs] == [20] * len(runs)


def test_events_of_a_killed_process_are_there(sqlite_instance: dg.DagsterInstance) -> None:
    run = new_run(sqlite_instance)
    writer = start_writer(run, 50, linger=60)
    assert writer.stdout is not None
    assert writer.stdout.readline() == "written\n"
    writer.send_signal(signal.SIGKILL)
    writer.communicate()
    assert count(sqlite_instance, run) == 50


def test_a_watcher_hears_of_events_at_once_while_the_writer_keeps_its_connection(
    sqlite_instance: dg.DagsterInstance,
) -> None:
    run = new_run(sqlite_instance)
    write(sqlite_instance, run, 1)
    heard: list[str] = []
    complete = threading.Event()

    def listen(entry: dg.EventLogEntry, _cursor: str) -> None:
        heard.append(entry.message)
        if len(heard) == 6:
            complete.set()

    storage = sqlite_instance.event_log_storage
    storage.watch(run.run_id, None, listen)
    writer = start_writer(run, 5, linger=60)
    assert complete.wait(20)
    writer.kill()
    writer.communicate()
    storage.end_watch(run.run_id, listen)
    assert heard[1:] == [f"event {number}" for number in range(5)]


def test_a_database_deleted_by_somebody_else_is_made_anew(sqlite_instance: dg.DagsterInstance) -> None:
    run = new_run(sqlite_instance)
    write(sqlite_instance, run, 2)
    storage = sqlite_instance.event_log_storage
    assert isinstance(storage, KeptOpenSqliteEventLogStorage)
    path = Path(storage.path_for_shard(run.run_id))
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()
    write(sqlite_instance, run, 3)
    assert count(sqlite_instance, run) == 3


def test_wiping_leaves_nothing_and_can_be_written_to(sqlite_instance: dg.DagsterInstance) -> None:
    write(sqlite_instance, new_run(sqlite_instance), 2)
    sqlite_instance.wipe()
    run = new_run(sqlite_instance)
    write(sqlite_instance, run, 2)
    assert count(sqlite_instance, run) == 2


def test_the_template_is_no_run(sqlite_instance: dg.DagsterInstance) -> None:
    run = new_run(sqlite_instance)
    write(sqlite_instance, run, 1)
    storage = sqlite_instance.event_log_storage
    assert isinstance(storage, SqliteEventLogStorage)
    assert storage.get_all_run_ids() == [run.run_id]


def test_disposing_writes_the_log_back(sqlite_instance: dg.DagsterInstance, sqlite_home: Path) -> None:
    run = new_run(sqlite_instance)
    write(sqlite_instance, run, 2)
    sqlite_instance.event_log_storage.dispose()
    assert not list((sqlite_home / "history" / "runs").glob("*-wal"))
    with sqlite3.connect(sqlite_home / "history" / "runs" / f"{run.run_id}.db") as connection:
        assert connection.execute("SELECT count(*) FROM event_logs").fetchone() == (2,)
    connection.close()


def test_it_works_where_files_cannot_be_linked(
    sqlite_instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)
    run = new_run(sqlite_instance)
    write(sqlite_instance, run, 1)
    assert count(sqlite_instance, run) == 1


def test_storing_an_event_takes_less_than_half_of_the_time(
    sqlite_instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    folder = tmp_path / "stock"
    folder.mkdir()
    (folder / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    with dg.DagsterInstance.from_config(str(folder)) as stock:
        times: dict[str, float] = {}
        for name, instance in (("stock", stock), ("ours", sqlite_instance)):
            run = new_run(instance)
            write(instance, run, 1)
            started = time.perf_counter()
            write(instance, run, 60)
            times[name] = time.perf_counter() - started
    assert times["ours"] < times["stock"] / 2, times
