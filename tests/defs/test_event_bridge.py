"""Pipeline events in Dagster's event log."""

import asyncio
import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Any, cast

import dagster as dg
import pytest

from pipeline_core.engine import Event, Failure, PipelineStarted, PipelineSuspended
from pipeline_core.events import DimensionFailed, SynthesisChunk, SynthesisStarted
from pipeline_core.models import PipelineInput
from pipeline_defs import event_bridge
from pipeline_defs.event_bridge import BODY, EVENT, EventBridge
from pipeline_defs.event_lines import MAX_FACTS, message_of
from pipeline_defs.event_log import pipeline_events
from pipeline_defs.jobs import screen_problem_compact
from pipeline_defs.run_storage_rows import RunStorageRows
from tests.defs.scripted import QUESTION, TASKS, completed

AT = datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)
LONG = "An answer that goes on and on. " * 300


@pytest.fixture
def run(instance: dg.DagsterInstance) -> dg.DagsterRun:
    return instance.create_run_for_job(screen_problem_compact)


@pytest.fixture
def rows(instance: dg.DagsterInstance) -> Iterator[RunStorageRows]:
    with closing(RunStorageRows(instance)) as rows:
        yield rows


def stamped(event: Event, seq: int, task: str | None = None) -> Event:
    return event.model_copy(
        update={"thread_id": "t", "seq": seq, "timestamp": AT, "task": task, "attempt": 1}
    )


def started(problem: str = "Sort the mail.") -> Event:
    given = PipelineInput(problem=problem)
    return stamped(PipelineStarted(input=given, fingerprint={"a": "b"}, stages=("screening",)), 1)


def send(bridge: EventBridge, events: Sequence[Event]) -> None:
    async def send_all() -> None:
        for event in events:
            await bridge.send(event)

    with bridge:
        asyncio.run(send_all())


def logged(instance: dg.DagsterInstance, run: dg.DagsterRun) -> list[dg.EventLogEntry]:
    records = instance.get_records_for_run(run.run_id, of_type=dg.DagsterEventType.ENGINE_EVENT).records
    return [record.event_log_entry for record in records]


def event_json(entry: dg.EventLogEntry) -> dict[str, Any]:
    """Return the JSON of the pipeline event in an entry of the log."""
    assert entry.dagster_event is not None
    whole = entry.dagster_event.engine_event_data.metadata[EVENT]
    assert isinstance(whole, dg.JsonMetadataValue)
    return cast("dict[str, Any]", whole.data)


def test_an_event_keeps_its_time_and_is_shown_under_its_step(
    instance: dg.DagsterInstance, rows: RunStorageRows, run: dg.DagsterRun
) -> None:
    send(EventBridge(instance, rows, run, "step[key]"), [started()])
    [entry] = logged(instance, run)
    assert entry.timestamp == AT.timestamp()
    assert entry.step_key == "step[key]"
    assert entry.dagster_event is not None
    assert entry.dagster_event.message == "pipeline:started Sort the mail."
    whole = event_json(entry)
    assert (whole["type"], whole["seq"]) == ("pipeline:started", 1)


def test_what_was_sent_is_read_back_equal_whatever_its_size(
    instance: dg.DagsterInstance, rows: RunStorageRows, run: dg.DagsterRun
) -> None:
    events = [started(), started(LONG), *(stamped(completed(task), 3, task) for task in TASKS)]
    send(EventBridge(instance, rows, run, None), events)
    assert pipeline_events(instance, run.run_id) == events


def test_a_large_body_is_kept_in_a_row_and_named(
    instance: dg.DagsterInstance, rows: RunStorageRows, run: dg.DagsterRun
) -> None:
    send(EventBridge(instance, rows, run, None), [started(LONG)])
    [entry] = logged(instance, run)
    whole = event_json(entry)
    assert set(whole) == {"type", "seq", BODY}
    key = str(whole[BODY])
    assert key.startswith(f"event/t/{run.run_id}/")
    assert LONG.strip() in rows.get(key)[key]


@pytest.mark.parametrize("task", TASKS)
def test_a_line_has_few_facts_and_begins_with_its_type(
    sqlite_instance: dg.DagsterInstance, task: str
) -> None:
    with closing(RunStorageRows(sqlite_instance)) as rows:
        run = sqlite_instance.create_run_for_job(screen_problem_compact)
        event = stamped(completed(task), 1, task)
        send(EventBridge(sqlite_instance, rows, run, None), [event])
    [entry] = logged(sqlite_instance, run)
    assert entry.dagster_event is not None
    facts = set(entry.dagster_event.engine_event_data.metadata) - {EVENT}
    assert len(facts) <= MAX_FACTS
    assert message_of(event).startswith(event.type)


@pytest.mark.parametrize(
    ("event", "level"),
    [
        (SynthesisStarted(), logging.INFO),
        (SynthesisChunk(text="A piece."), logging.DEBUG),
        (PipelineSuspended(questions=(QUESTION,)), logging.WARNING),
        (DimensionFailed(dimension="d", failure=Failure(kind="bug", message="broke")), logging.ERROR),
    ],
    ids=lambda value: getattr(value, "type", ""),
)
def test_the_level_says_how_much_it_matters(
    sqlite_instance: dg.DagsterInstance, event: Event, level: int
) -> None:
    with closing(RunStorageRows(sqlite_instance)) as rows:
        run = sqlite_instance.create_run_for_job(screen_problem_compact)
        send(EventBridge(sqlite_instance, rows, run, None), [stamped(event, 1)])
    assert [entry.level for entry in logged(sqlite_instance, run)] == [level]


def test_pieces_are_joined_until_something_else_happens(
    sqlite_instance: dg.DagsterInstance,
) -> None:
    pieces = [stamped(SynthesisChunk(text=f"{number} "), number, "synthesis") for number in range(1, 7)]
    between = stamped(SynthesisStarted(), 4, "synthesis")
    with closing(RunStorageRows(sqlite_instance)) as rows:
        run = sqlite_instance.create_run_for_job(screen_problem_compact)
        send(
            EventBridge(sqlite_instance, rows, run, None),
            [started(), *pieces[:3], between, *pieces[3:]],
        )
    read = pipeline_events(sqlite_instance, run.run_id)
    texts = [event.text for event in read if isinstance(event, SynthesisChunk)]
    assert texts == ["1 2 3 ", "4 5 6 "]
    assert read[2] == between


def test_after_a_few_failures_the_rest_is_dropped_and_the_sender_goes_on(
    sqlite_instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    run = sqlite_instance.create_run_for_job(screen_problem_compact)
    calls: list[object] = []

    def refuse(*arguments: object, **_: object) -> None:
        calls.append(arguments)
        raise OSError("the disk is full")

    monkeypatch.setattr(sqlite_instance, "report_dagster_event", refuse)
    with closing(RunStorageRows(sqlite_instance)) as rows:
        send(EventBridge(sqlite_instance, rows, run, None), [started()] * 20)
    assert len(calls) == event_bridge.FAILURES_TOLERATED
    assert "the rest is not written" in caplog.text


def test_whoever_sends_is_slowed_down_if_the_log_lags_far_behind(
    sqlite_instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = sqlite_instance.create_run_for_job(screen_problem_compact)
    may_write = threading.Event()
    report = sqlite_instance.report_dagster_event

    def wait(*arguments: object, **options: object) -> None:
        may_write.wait()
        report(*arguments, **options)  # type: ignore[arg-type] # pyright: ignore

    monkeypatch.setattr(event_bridge, "BACKLOG", 5)
    monkeypatch.setattr(sqlite_instance, "report_dagster_event", wait)

    async def flood(bridge: EventBridge) -> int:
        sent = 0

        async def send_many() -> None:
            nonlocal sent
            for _ in range(50):
                await bridge.send(started())
                sent += 1

        sender = asyncio.create_task(send_many())
        await asyncio.wait([sender], timeout=0.3)
        sent_meanwhile = sent
        may_write.set()
        await sender
        return sent_meanwhile

    with (
        closing(RunStorageRows(sqlite_instance)) as rows,
        EventBridge(sqlite_instance, rows, run, None) as bridge,
    ):
        assert asyncio.run(flood(bridge)) <= 7
    assert len(logged(sqlite_instance, run)) == 50


def test_a_run_without_pipeline_events_has_none(sqlite_instance: dg.DagsterInstance) -> None:
    run = sqlite_instance.create_run_for_job(screen_problem_compact)
    sqlite_instance.report_engine_event("something else", run)
    assert pipeline_events(sqlite_instance, run.run_id) == []


def test_steps_that_overtake_the_one_that_begins_are_held_back(
    sqlite_instance: dg.DagsterInstance,
) -> None:
    run = sqlite_instance.create_run_for_job(screen_problem_compact)
    early = stamped(SynthesisStarted(), 1, "synthesis")
    with closing(RunStorageRows(sqlite_instance)) as rows:
        send(EventBridge(sqlite_instance, rows, run, "late"), [early])
        send(EventBridge(sqlite_instance, rows, run, "early"), [started()])
    assert pipeline_events(sqlite_instance, run.run_id) == [started(), early]
