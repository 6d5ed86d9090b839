"""Fixtures and values that the parts of the suite share."""

import asyncio
from collections.abc import Coroutine, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest

from pipeline_core.engine.checkpoint import Checkpoint, Checkpointer, Lease, TaskRecord
from pipeline_core.testing.factory import Factory

T = TypeVar("T")

TTL = 600.0
"""Longer than any test runs."""
EXPIRED = -1.0
"""The time to live of a lease that has run out when it is obtained."""
NOW = datetime.now(UTC)


class SuiteBase:
    """The fixtures to override, and short words for what tests do."""

    @pytest.fixture
    def factory(self) -> Factory | None:
        """How other processes reach the same rows; None if they cannot."""
        return None

    @pytest.fixture
    def checkpointer(self, factory: Factory | None) -> Iterator[Checkpointer]:
        """An empty checkpointer."""
        assert factory is not None, "the subclass overrides neither `factory` nor `checkpointer`"
        checkpointer = factory()
        yield checkpointer
        run(checkpointer.close())


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run `coroutine` in an event loop of its own."""
    return asyncio.run(coroutine)


def checkpoint(
    thread_id: str = "t",
    version: int = 1,
    *,
    status: str = "running",
    body: str = '{"n": 1}',
    age: timedelta = timedelta(0),
    stage: str | None = None,
    summary: Mapping[str, str] | None = None,
) -> Checkpoint:
    """Return a checkpoint saved `age` ago."""
    return Checkpoint(thread_id, version, status, body, NOW - age, stage, summary or {})


async def create(
    checkpointer: Checkpointer, thread_id: str = "t", owner: str = "me", ttl: float = TTL
) -> Lease:
    """Make a thread and return its lease."""
    return await checkpointer.create(checkpoint(thread_id), owner, ttl)


def record(task: str = "a", body: str = '{"r": 1}', thread_id: str = "t") -> TaskRecord:
    """Return an outcome of `task`."""
    return TaskRecord(thread_id, task, body)


async def bodies(checkpointer: Checkpointer, thread_id: str = "t") -> dict[str, str]:
    """Return the records of a thread: their bodies by task."""
    stored = await checkpointer.load(thread_id)
    return {} if stored is None else {record.task: record.body for record in stored.records}


async def latest(checkpointer: Checkpointer, thread_id: str = "t") -> Checkpoint | None:
    """Return the latest checkpoint of a thread, without the fence."""
    stored = await checkpointer.load(thread_id)
    return None if stored is None else replace(stored.checkpoint, fence=0)
