"""The engine's kill and two-writer harnesses, on Dagster's run storage."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline_core.testing import Harness
from tests.defs.factories import checkpointer_factory
from tests.engine import test_kills as kills
from tests.engine import test_one_writer as writers


@pytest.fixture(params=["sqlite", "postgres"])
def harness(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Harness]:
    home: Path = request.getfixturevalue(f"{request.param}_home")
    with Harness(checkpointer_factory(home), tmp_path) as harness:
        yield harness


def test_paid_once_though_killed_at_every_durable_boundary(harness: Harness) -> None:
    kills.test_paid_once_though_killed_at_every_durable_boundary(harness)


def test_paid_once_though_killed_at_random_instants(harness: Harness) -> None:
    kills.kill_at_random(harness, kills=4)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_paid_once_though_killed_forty_times(harness: Harness) -> None:
    kills.kill_at_random(harness, kills=40)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_paid_once_though_every_resumption_is_killed_too(harness: Harness) -> None:
    kills.kill_resumptions(harness, threads=3)


@pytest.mark.slow
def test_a_killed_holder_is_replaced_after_its_lease(harness: Harness) -> None:
    writers.test_a_killed_holder_is_replaced_after_its_lease(harness)


@pytest.mark.slow
def test_a_stopped_holder_that_wakes_up_cannot_write(harness: Harness) -> None:
    writers.test_a_stopped_holder_that_wakes_up_cannot_write(harness)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_one_writer_of_two_that_resume_at_once_a_hundred_times(harness: Harness) -> None:
    writers.race(harness, times=100)
