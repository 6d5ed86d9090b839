"""Invariant 4, with processes that race, stop and die."""

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline_core.engine import Executor
from pipeline_core.errors import ThreadBusyError
from pipeline_core.testing import Harness, sqlite_factory
from pipeline_core.testing.child import Order, paid_executor
from pipeline_core.testing.harness import paid, ready, report, reported, wait_for
from pipeline_core.testing.sample import TASKS


@pytest.fixture
def harness(tmp_path: Path) -> Iterator[Harness]:
    with Harness(sqlite_factory(tmp_path), tmp_path) as harness:
        yield harness


def test_one_writer_of_two_that_resume_at_once(harness: Harness) -> None:
    race(harness, times=8)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_one_writer_of_two_that_resume_at_once_a_hundred_times(harness: Harness) -> None:
    race(harness, times=100)


def race(harness: Harness, times: int) -> None:
    for number in range(times):
        first = harness.order(kill_at=1, kill_after=True, ttl=0.001)
        harness.run_until_killed(first)
        start, gate = (harness.folder / f"{name}-{number}" for name in ("start", "gate"))
        rivals = [
            harness.order("resume", first.thread_id, start=str(start), gate=str(gate)) for _ in range(2)
        ]
        pids = [harness.nursery.start(order) for order in rivals]
        wait_for(lambda: all(ready(order) for order in rivals))  # noqa: B023
        start.touch()
        wait_for(lambda: any(reported(order) for order in rivals))  # noqa: B023
        gate.touch()
        assert [harness.nursery.wait(pid) for pid in pids] == [0, 0]
        assert sorted(report(order)["ended"] for order in rivals) == ["ThreadBusyError", "pipeline:completed"]
        assert paid(first) == dict.fromkeys(TASKS, 1)
        assert harness.versions(first) == list(range(1, 6))


def test_a_killed_holder_is_replaced_after_its_lease(harness: Harness) -> None:
    order = harness.order(gate=str(harness.folder / "gate"), ttl=1.0)
    pid = harness.nursery.start(order)
    wait_for(lambda: paid(order)["first"])
    os.kill(pid, signal.SIGKILL)
    harness.nursery.wait(pid)
    with pytest.raises(ThreadBusyError) as busy:
        resume(harness, order)
    assert 0 < busy.value.seconds_left <= 1.0
    time.sleep(busy.value.seconds_left)
    resume(harness, order)
    final = harness.state(order)
    assert final is not None
    assert final.status == "completed"


def test_a_stopped_holder_that_wakes_up_cannot_write(harness: Harness) -> None:
    gate = harness.folder / "gate"
    order = harness.order(gate=str(gate), ttl=0.3)
    pid = harness.nursery.start(order)
    wait_for(lambda: paid(order)["first"])
    os.kill(pid, signal.SIGSTOP)
    wait_for(lambda: resumed(harness, order))
    before = harness.state(order)
    gate.touch()
    os.kill(pid, signal.SIGCONT)
    assert harness.nursery.wait(pid) == 0
    assert report(order)["ended"] == "StaleWriterError"
    after = harness.state(order)
    assert after == before
    assert after is not None
    assert after.status == "completed"
    assert harness.versions(order) == list(range(1, 6))


def resumed(harness: Harness, order: Order) -> bool:
    try:
        resume(harness, order)
    except ThreadBusyError:
        return False
    return True


def resume(harness: Harness, order: Order) -> None:
    async def run() -> None:
        checkpointer = harness.factory()
        executor: Executor = paid_executor(checkpointer, harness.order(thread_id=order.thread_id))
        try:
            async for _ in executor.resume(order.thread_id):
                pass
        finally:
            await checkpointer.close()

    asyncio.run(run())
