"""The SQLite store where files, processes and loops misbehave."""

import asyncio
import multiprocessing
import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pipeline_core.engine import Change
from pipeline_core.engine.sqlite import SqliteStore
from pipeline_core.engine.sqlite_writer import connect

FULL_DISK = """
import asyncio, resource, sqlite3, sys
from pipeline_core.engine import Change
from pipeline_core.engine.sqlite import SqliteStore

async def main():
    store = SqliteStore(sys.argv[1])
    await store.apply(Change(puts={"kept": "1"}))
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
    big = store.apply(Change(puts={"big": "x" * 1_000_000}))
    small = store.apply(Change(puts={"small": "2"}))
    failed, written = await asyncio.gather(big, small, return_exceptions=True)
    assert isinstance(failed, sqlite3.Error), failed
    assert written is True, written
    assert await store.get("kept", "small", "big") == {"kept": "1", "small": "2"}
    await store.close()

asyncio.run(main())
"""


def test_a_full_disk_fails_the_write_that_does_not_fit_and_no_other(tmp_path: Path) -> None:
    command = [sys.executable, "-c", FULL_DISK, str(tmp_path / "s.sqlite")]
    subprocess.run(command, check=True, timeout=60)


def test_a_folder_that_is_not_there_is_an_error_of_every_call_and_hangs_none(tmp_path: Path) -> None:
    async def test() -> None:
        store = SqliteStore(tmp_path / "nowhere" / "s.sqlite")
        for _ in range(2):
            with pytest.raises(sqlite3.OperationalError):
                await store.get("a")
        (tmp_path / "nowhere").mkdir()
        assert await store.apply(Change(puts={"a": "1"}))
        await store.close()

    asyncio.run(test())


def test_a_file_that_is_no_database_is_an_error(tmp_path: Path) -> None:
    async def test() -> None:
        (tmp_path / "s.sqlite").write_text("this is not a database, whatever its name says" * 50)
        store = SqliteStore(tmp_path / "s.sqlite")
        with pytest.raises(sqlite3.DatabaseError):
            await store.apply(Change(puts={"a": "1"}))
        await store.close()

    asyncio.run(test())


def test_a_key_that_cannot_be_stored_is_an_error_and_the_store_goes_on(tmp_path: Path) -> None:
    async def test() -> None:
        store = SqliteStore(tmp_path / "s.sqlite")
        with pytest.raises(UnicodeEncodeError):
            await store.apply(Change(puts={"\ud800": "1"}))
        assert await store.apply(Change(puts={"a": "1"}))
        assert await store.scan("") == {"a": "1"}
        await store.close()

    asyncio.run(test())


def test_a_store_can_be_used_after_it_was_closed(tmp_path: Path) -> None:
    async def test() -> None:
        store = SqliteStore(tmp_path / "s.sqlite")
        for number in range(5):
            await store.apply(Change(puts={"a": str(number)}))
            await asyncio.gather(store.close(), store.get("a"), store.close())
        assert await store.get("a") == {"a": "4"}
        await store.close()
        assert not [thread for thread in threading.enumerate() if thread.name == "sqlite-writer"]

    asyncio.run(test())


def test_a_write_under_way_when_its_loop_ends_is_done_and_the_next_loop_served(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "s.sqlite")

    async def leave() -> None:
        writing = [asyncio.ensure_future(store.apply(Change(puts={f"k{n}": "1"}))) for n in range(50)]
        await asyncio.sleep(0)
        for write in writing:
            write.cancel()

    asyncio.run(leave())
    assert len(asyncio.run(store.scan("k"))) == 50
    asyncio.run(store.close())


def test_writes_that_wait_are_committed_together(tmp_path: Path) -> None:
    async def test() -> None:
        store = SqliteStore(tmp_path / "s.sqlite")
        done = await asyncio.gather(
            *(store.apply(Change(guards={"n": None}, puts={"n": str(number)})) for number in range(50))
        )
        assert done.count(True) == 1
        await store.close()

    asyncio.run(test())


def in_fork(store: SqliteStore) -> None:
    async def work() -> None:
        assert await store.get("parent") == {"parent": "1"}
        assert await store.apply(Change(puts={"child": "1"}))
        await store.close()

    asyncio.run(work())
    os._exit(0)


def test_a_forked_process_can_use_the_store(tmp_path: Path) -> None:
    async def prepare(store: SqliteStore) -> None:
        await store.apply(Change(puts={"parent": "1"}))

    store = SqliteStore(tmp_path / "s.sqlite")
    asyncio.run(prepare(store))
    child = multiprocessing.get_context("fork").Process(target=in_fork, args=(store,))
    child.start()
    child.join(30)
    assert child.exitcode == 0
    assert asyncio.run(store.get("child")) == {"child": "1"}
    asyncio.run(store.close())


OPENER = """
import asyncio, sys
from pipeline_core.engine import Change
from pipeline_core.engine.sqlite import SqliteStore

async def main():
    for number in range(20):
        store = SqliteStore(sys.argv[1])
        assert await store.apply(Change(puts={f"{sys.argv[2]}/{number}": "x" * 5000}))
        await store.close()

asyncio.run(main())
"""


def test_processes_that_open_and_close_the_file_at_once_do_not_lock_each_other_out(tmp_path: Path) -> None:
    command = [sys.executable, "-c", OPENER, str(tmp_path / "s.sqlite")]
    children = [subprocess.Popen([*command, f"c{number}"]) for number in range(4)]
    assert [child.wait(60) for child in children] == [0] * 4
    store = SqliteStore(tmp_path / "s.sqlite")
    assert len(asyncio.run(store.keys("c"))) == 80
    asyncio.run(store.close())


def test_every_commit_is_synced(tmp_path: Path) -> None:
    connection = connect(tmp_path / "s.sqlite")
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    connection.close()
