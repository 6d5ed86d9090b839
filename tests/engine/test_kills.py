"""Invariant 3, with processes that are killed."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline_core.testing import Harness, sqlite_factory
from pipeline_core.testing.harness import VICTIM, comparable, paid
from pipeline_core.testing.sample import TASKS

SEED = 20_261_123


@pytest.fixture
def harness(tmp_path: Path) -> Iterator[Harness]:
    with Harness(sqlite_factory(tmp_path), tmp_path) as harness:
        yield harness


def test_an_undisturbed_child_runs_every_analyzer_once(harness: Harness) -> None:
    order = harness.order()
    assert harness.run(order)["ended"] == "pipeline:completed"
    assert paid(order) == dict.fromkeys(TASKS, 1)
    assert harness.versions(order) == [1, 2, 3, 4]


def test_paid_once_though_killed_at_every_durable_boundary(harness: Harness) -> None:
    undisturbed = harness.order()
    writes = harness.run(undisturbed)["writes"]
    assert (
        writes >= 6
    )  # (the thread, a checkpoint for each of three stages, records of tasks that settle apart)
    expected = harness.state(undisturbed)
    assert expected is not None
    for number in range(writes):
        for after in (False, True):
            order = harness.order(owner=VICTIM, kill_at=number, kill_after=after)
            harness.run_until_killed(order)
            assert comparable(harness.finish(order)) == comparable(expected)


def test_paid_once_though_killed_at_random_instants(harness: Harness) -> None:
    kill_at_random(harness, kills=15)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_paid_once_though_killed_two_hundred_times(harness: Harness) -> None:
    kill_at_random(harness, kills=200)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_paid_once_though_every_resumption_is_killed_too(harness: Harness) -> None:
    kill_resumptions(harness, threads=30)


def kill_resumptions(harness: Harness, threads: int) -> None:
    dice = random.Random(SEED)
    for _ in range(threads):
        order = harness.order(owner=VICTIM, kill_at=dice.randrange(2, 6), kill_after=dice.random() < 0.5)
        harness.run_until_killed(order)
        for _ in range(dice.randrange(1, 4)):
            again = harness.order(
                "resume",
                order.thread_id,
                owner=VICTIM,
                kill_at=dice.randrange(1, 5),
                kill_after=dice.random() < 0.5,
            )
            before, paid_before = harness.state(order), paid(order)
            harness.run_until_killed(again)
            assert before is not None
            for task in before.outcomes:
                assert paid(order)[task] == paid_before[task]
        before, paid_before = harness.state(order), paid(order)
        assert before is not None
        after = harness.run(harness.order("resume", order.thread_id, owner=VICTIM))
        assert after["ended"] in ("pipeline:completed", "stage:restored")
        final = harness.state(order)
        assert final is not None
        assert final.status == "completed"
        assert all(paid(order)[task] == paid_before[task] for task in before.outcomes)


def kill_at_random(harness: Harness, kills: int) -> None:
    dice = random.Random(SEED)
    harness.run(harness.order())
    undisturbed = harness.order()
    lasts = harness.run(undisturbed)["seconds"]
    expected = harness.state(undisturbed)
    assert expected is not None
    interrupted = 0
    # Other load shifts the instants: go on for a while if few of them hit a thread at work.
    for number in range(3 * kills):
        if number >= kills and interrupted > kills / 4:
            break
        order = harness.order(owner=VICTIM)
        harness.run_until_killed(order, seconds=dice.uniform(0, lasts))
        before = harness.state(order)
        interrupted += before is not None and before.status != "completed"
        assert comparable(harness.finish(order)) == comparable(expected)
    assert interrupted > kills / 4, "the kills came too early or too late to prove anything"
