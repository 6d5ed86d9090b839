"""The engine's store on Dagster's run storage."""

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import dagster as dg
import pytest
from sqlalchemy import Connection, text

from pipeline_core.engine.store import Change, Store
from pipeline_defs._dagster import SqlRunStorage
from pipeline_defs.errors import NoSqlRunStorageError, OutdatedRunStorageError
from pipeline_defs.run_storage_store import RunStorageStore

COUNTER = """
import dagster as dg
from pipeline_core.engine.store import Change
from pipeline_defs.run_storage_rows import RunStorageRows

with dg.DagsterInstance.get() as instance:
    rows = RunStorageRows(instance)
    done = 0
    while done < {count}:
        old = rows.get("t/head")["t/head"]
        new = str(int(old) + 1)
        if rows.apply(Change({{"t/head": old}}, {{"t/head": new, "t/log/" + new: "x" * 20_000}})):
            done += 1
    rows.close()
"""


@pytest.fixture
def store(instance: dg.DagsterInstance) -> Iterator[RunStorageStore]:
    store = RunStorageStore(instance)
    yield store
    store.dispose()


def connected(instance: dg.DagsterInstance) -> AbstractContextManager[Connection]:
    assert isinstance(instance.run_storage, SqlRunStorage)
    return instance.run_storage.connect()


def apply(store: RunStorageStore, change: Change) -> bool:
    return asyncio.run(store.apply(change))


def test_it_is_a_store(store: RunStorageStore) -> None:
    accepted: Store = store
    assert accepted is store


def test_a_batch_of_new_and_old_rows_is_written_whole(store: RunStorageStore) -> None:
    apply(store, Change(puts={"a": "1"}))
    assert apply(store, Change(puts={"a": "2", "b": "3"}))
    assert asyncio.run(store.get("a", "b", "c")) == {"a": "2", "b": "3"}


def test_a_guard_that_does_not_hold_leaves_all_rows_alone(store: RunStorageStore) -> None:
    apply(store, Change(puts={"m": "1", "z": "1"}))
    for guards in ({"m": "0"}, {"m": None}, {"x": "1"}, {"m": "1", "z": "0"}):
        assert not apply(store, Change(guards, puts={"a": "new", "m": "2", "zz": "new"}, deletes=("z",)))
    assert asyncio.run(store.scan("")) == {"m": "1", "z": "1"}


def test_guards_that_hold_let_the_change_pass(store: RunStorageStore) -> None:
    apply(store, Change(puts={"a": "1", "b": "1", "c": "1"}))
    guards = {"a": "1", "b": "1", "c": "1", "new": None, "absent": None}
    assert apply(store, Change(guards, puts={"a": "2", "new": "1"}, deletes=("c", "never")))
    assert asyncio.run(store.scan("")) == {"a": "2", "b": "1", "new": "1"}


def test_scan_is_exact_about_the_prefix_and_ordered_by_bytes(store: RunStorageStore) -> None:
    names = ["t/B", "t/a", "t/_", "t/%", "T/a", "t", "u/a", "t_a", "t/a/b"]
    apply(store, Change(puts=dict.fromkeys(names, "")))
    expected = ["t/%", "t/B", "t/_", "t/a", "t/a/b"]
    assert asyncio.run(store.keys("t/")) == expected
    assert list(asyncio.run(store.scan("t/"))) == expected
    assert asyncio.run(store.keys("t_")) == ["t_a"]


def test_rows_of_dagster_are_neither_seen_nor_touched(
    instance: dg.DagsterInstance, store: RunStorageStore
) -> None:
    instance.daemon_cursor_storage.set_cursor_values({"theirs": "1"})
    apply(store, Change(puts={"theirs": "2"}))
    apply(store, Change(deletes=("theirs",)))
    assert asyncio.run(store.keys("")) == []
    assert instance.daemon_cursor_storage.get_cursor_values({"theirs"}) == {"theirs": "1"}


def test_rows_survive_the_wiping_of_run_history(instance: dg.DagsterInstance, store: RunStorageStore) -> None:
    apply(store, Change(puts={"a": "1"}))
    instance.wipe()
    assert asyncio.run(store.get("a")) == {"a": "1"}


def test_a_thousand_rows_and_twenty_megabytes_are_kept(store: RunStorageStore) -> None:
    rows = {f"r/{number:04}": str(number) for number in range(1200)} | {"big": "x" * 20_000_000}
    assert apply(store, Change(puts=rows))
    assert asyncio.run(store.scan("r/")) == {key: rows[key] for key in sorted(rows) if key != "big"}
    assert len(asyncio.run(store.get("big"))["big"]) == 20_000_000
    assert apply(store, Change(deletes=tuple(rows)))
    assert asyncio.run(store.keys("")) == []


def test_what_one_store_wrote_another_sees_after_close(instance: dg.DagsterInstance) -> None:
    first = RunStorageStore(instance)
    apply(first, Change(puts={"a": "1"}))
    asyncio.run(first.close())
    asyncio.run(first.close())
    second = RunStorageStore(instance)
    assert asyncio.run(second.get("a")) == {"a": "1"}
    second.dispose()


def test_seven_event_loops_share_one_store(store: RunStorageStore) -> None:
    async def increment(key: str) -> None:
        for _ in range(20):
            while True:
                old = (await store.get("n")).get("n")
                if await store.apply(Change({"n": old}, {"n": str(int(old or 0) + 1), key: "done"})):
                    break

    threads = [threading.Thread(target=asyncio.run, args=(increment(f"k{n}"),)) for n in range(7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert asyncio.run(store.get("n")) == {"n": "140"}


@pytest.mark.slow
def test_no_increment_of_three_processes_is_lost(store: RunStorageStore) -> None:
    apply(store, Change(puts={"t/head": "0"}))
    workers = [subprocess.Popen([sys.executable, "-c", COUNTER.format(count=40)]) for _ in range(3)]
    assert [worker.wait() for worker in workers] == [0, 0, 0]
    assert asyncio.run(store.get("t/head")) == {"t/head": "120"}
    assert len(asyncio.run(store.keys("t/log/"))) == 120


def test_batches_that_cross_each_other_do_not_lock_each_other_out(store: RunStorageStore) -> None:
    apply(store, Change(puts={"a": "0", "b": "0"}))

    def cross(first: str, second: str) -> None:
        for number in range(60):
            apply(store, Change({first: None} if number % 2 else {}, {first: "1", second: "1"}))

    started = time.monotonic()
    threads = [threading.Thread(target=cross, args=pair) for pair in [("a", "b"), ("b", "a")] * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Postgres looks for deadlocks after a second: none was found.
    assert time.monotonic() - started < 10


@pytest.mark.slow
def test_a_database_locked_for_ten_seconds_is_waited_for(sqlite_instance: dg.DagsterInstance) -> None:
    store = RunStorageStore(sqlite_instance)
    locked = threading.Event()

    def hold() -> None:
        with connected(sqlite_instance) as connection:
            connection.execute(text("INSERT INTO kvs (key, value) VALUES ('other', '')"))
            locked.set()
            time.sleep(10)

    holder = threading.Thread(target=hold)
    holder.start()
    locked.wait()
    assert apply(store, Change({"a": None}, {"a": "1"}))
    holder.join()
    store.dispose()


def test_a_dropped_connection_is_opened_again(postgres_instance: dg.DagsterInstance) -> None:
    store = RunStorageStore(postgres_instance)
    apply(store, Change(puts={"a": "1"}))
    with connected(postgres_instance) as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    assert asyncio.run(store.get("a")) == {"a": "1"}
    assert apply(store, Change({"a": "1"}, {"a": "2"}))
    store.dispose()


def test_it_works_on_an_instance_without_configuration(stock_instance: dg.DagsterInstance) -> None:
    store = RunStorageStore(stock_instance)
    assert apply(store, Change({"a": None}, {"a": "1"}))
    assert asyncio.run(store.get("a")) == {"a": "1"}
    store.dispose()


def test_it_works_on_separately_configured_run_storage(tmp_path: Path) -> None:
    (tmp_path / "dagster.yaml").write_text(
        "run_storage:\n  module: dagster._core.storage.runs\n  class: SqliteRunStorage\n"
        f"  config: {{base_dir: {tmp_path}/r}}\n"
        "event_log_storage:\n  module: dagster._core.storage.event_log\n  class: SqliteEventLogStorage\n"
        f"  config: {{base_dir: {tmp_path}/e}}\n"
        "schedule_storage:\n  module: dagster._core.storage.schedules\n  class: SqliteScheduleStorage\n"
        f"  config: {{base_dir: {tmp_path}/s}}\n"
    )
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        store = RunStorageStore(instance)
        assert apply(store, Change({"a": None}, {"a": "1"}))
        store.dispose()


def test_run_storage_without_sql_is_refused_by_name(
    stock_instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(stock_instance), "run_storage", property(lambda _: object()))
    with pytest.raises(NoSqlRunStorageError, match="uses object"):
        RunStorageStore(stock_instance)


def test_a_table_without_its_unique_index_is_named(postgres_instance: dg.DagsterInstance) -> None:
    with connected(postgres_instance) as connection:
        connection.execute(text("DROP INDEX idx_kvs_keys_unique"))
    store = RunStorageStore(postgres_instance)
    with pytest.raises(OutdatedRunStorageError, match="dagster instance migrate"):
        apply(store, Change(puts={"a": "1"}))
    store.dispose()
