"""The lines of the live view."""

from datetime import UTC, datetime, timedelta

from pipeline_core.cli.board import Board
from pipeline_core.engine import Event, Failure, TaskRetrying
from pipeline_core.events import (
    DimensionFailed,
    DimensionPreliminary,
    DimensionStarted,
    VerdictDetermined,
    VerdictStarted,
)

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def at(seconds: float, event: Event, task: str) -> Event:
    """Return `event` as the executor would send it."""
    return event.model_copy(update={"timestamp": NOON + timedelta(seconds=seconds), "task": task})


def test_a_dimension_shows_its_preliminary_score_while_it_runs() -> None:
    board = Board(["privacy"])
    board.apply(at(0, DimensionStarted(dimension="privacy"), "privacy"))
    board.apply(at(1, DimensionPreliminary(dimension="privacy", score="neutral", confidence=0.4), "privacy"))
    line = board.lines["privacy"]
    assert (line.status, line.says, line.confidence) == ("running", "neutral", 0.4)
    assert line.elapsed(NOON + timedelta(seconds=3)) == 3


def test_a_failed_task_shows_the_kind_of_failure_and_stops_its_clock() -> None:
    board = Board(["privacy"])
    failure = Failure(kind="rejected", message="no")
    board.apply(at(0, DimensionStarted(dimension="privacy"), "privacy"))
    board.apply(at(1, TaskRetrying(failure=failure, delay=1), "privacy"))
    assert board.lines["privacy"].status == "retrying"
    settled = board.apply(at(2, DimensionFailed(dimension="privacy", failure=failure), "privacy"))
    assert settled is not None
    assert (settled.status, settled.says) == ("failed", "rejected")
    assert settled.elapsed(NOON + timedelta(seconds=9)) == 2


def test_the_verdict_is_shown_as_soon_as_it_is_determined() -> None:
    board = Board(["verdict"])
    board.apply(at(0, VerdictStarted(), "verdict"))
    board.apply(at(0, VerdictDetermined(verdict="WEAK_FIT", confidence=0.6, headline="No."), "verdict"))
    assert board.lines["verdict"].says == "WEAK_FIT"


def test_events_of_no_task_change_no_line() -> None:
    board = Board(["verdict"])
    assert board.apply(Event(type="pipeline:cancelled")) is None
    assert board.lines["verdict"].status == "waiting"
