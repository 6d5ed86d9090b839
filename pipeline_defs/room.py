"""How many runs may be asked for at once."""

import os
from datetime import UTC, datetime, timedelta

import dagster as dg

LIMIT_VARIABLE = "SUITABILITY_MAX_UNQUEUED_RUNS"
UNQUEUED = 2
"""Runs at a time where nothing queues them: each is a process of its own."""
QUEUED = 200
"""Runs asked for in one tick where the instance queues and limits them."""

_UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
_STALE = timedelta(minutes=10)


def room_for_runs(instance: dg.DagsterInstance) -> int:
    """Return how many runs may be asked for now.

    Without a queue every run starts at once, and two hundred files would be two hundred processes.
    """
    if isinstance(instance.run_coordinator, dg.QueuedRunCoordinator):
        return QUEUED
    limit = int(os.environ.get(LIMIT_VARIABLE, UNQUEUED))
    # Runs whose machine died look unfinished for ever: they must not block the others.
    recent = dg.RunsFilter(statuses=_UNFINISHED, updated_after=datetime.now(UTC) - _STALE)
    return max(limit - instance.get_runs_count(recent), 0)
