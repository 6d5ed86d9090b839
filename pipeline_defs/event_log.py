"""Pipeline events read back from Dagster's event log."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import closing
from typing import Any, cast

import dagster as dg

from pipeline_core.engine import Decoder, Event, PipelineForked, PipelineResumed, PipelineStarted
from pipeline_core.rubric import Rubric
from pipeline_core.suitability import suitability_pipeline
from pipeline_defs.event_bridge import BODY, EVENT
from pipeline_defs.run_storage_rows import RunStorageRows

PAGE = 500


def pipeline_events(
    instance: dg.DagsterInstance, run_id: str, *, decoder: Decoder | None = None
) -> list[Event]:
    """Return the pipeline events that are in the log of a run, of all its steps.

    The event that begins or resumes the thread comes first, the others in the order in which they were
    stored, so that folding them gives the state of the thread. Pieces of one text come joined.

    Args:
        instance: where the run is.
        run_id: the run.
        decoder: knows the events; that of the suitability pipeline if None.
    """
    with closing(_LogReader(instance, run_id, decoder)) as reader:
        return [*reader.new_events(), *reader.held_back]


def follow(
    instance: dg.DagsterInstance, run_id: str, *, decoder: Decoder | None = None, interval: float = 0.1
) -> Iterator[Event]:
    """Yield the pipeline events of a run as they come, and end when the run has ended.

    Order and arguments are those of `pipeline_events`; the log is looked at every `interval` seconds.
    """
    with closing(_LogReader(instance, run_id, decoder)) as reader:
        while True:
            # Asked for before the log is read: what is written before a run ends is read after that.
            ended = _has_ended(instance, run_id)
            yield from reader.new_events()
            if ended:
                return
            time.sleep(interval)


async def follow_async(
    instance: dg.DagsterInstance,
    run_id: str,
    *,
    decoder: Decoder | None = None,
    interval: float = 0.1,
    is_alive: Callable[[], bool] = lambda: True,
) -> AsyncGenerator[Event, None]:
    """Do what `follow` does without blocking the event loop.

    Args:
        instance, run_id, decoder, interval: see `follow`.
        is_alive: whether the run is being executed; the stream also ends once it is not.
    """
    reader = await asyncio.to_thread(_LogReader, instance, run_id, decoder)
    try:
        while True:
            ended = not is_alive() or await asyncio.to_thread(_has_ended, instance, run_id)
            for event in await asyncio.to_thread(lambda: list(reader.new_events())):
                yield event
            if ended:
                return
            await asyncio.sleep(interval)
    finally:
        reader.close()


def _has_ended(instance: dg.DagsterInstance, run_id: str) -> bool:
    run = instance.get_run_by_id(run_id)
    return run is None or run.is_finished


class _LogReader:
    """Reads a log from where it stopped the last time."""

    def __init__(self, instance: dg.DagsterInstance, run_id: str, decoder: Decoder | None) -> None:
        self._instance = instance
        self._run_id = run_id
        self._decoder = decoder or Decoder(suitability_pipeline(Rubric.load().dimensions))
        self._rows = RunStorageRows(instance)
        self._cursor: str | None = None
        self.held_back: list[Event] = []
        self._has_begun = False

    def new_events(self) -> Iterator[Event]:
        """Yield what came since; steps that overtook the one that begins the thread are held back."""
        for event in self._read():
            if self._has_begun:
                yield event
            elif isinstance(event, (PipelineStarted, PipelineResumed, PipelineForked)):
                self._has_begun = True
                yield event
                yield from self.held_back
                self.held_back.clear()
            else:
                self.held_back.append(event)

    def close(self) -> None:
        """Close its connections."""
        self._rows.close()

    def _read(self) -> Iterator[Event]:
        while True:
            page = self._instance.get_records_for_run(
                self._run_id, self._cursor, dg.DagsterEventType.ENGINE_EVENT, PAGE
            )
            self._cursor = page.cursor
            for record in page.records:
                event = self._decode(record.event_log_entry)
                if event is not None:
                    yield event
            if not page.has_more:
                return

    def _decode(self, entry: dg.EventLogEntry) -> Event | None:
        if entry.dagster_event is None:
            return None
        whole = entry.dagster_event.engine_event_data.metadata.get(EVENT)
        if not isinstance(whole, dg.JsonMetadataValue):
            return None
        data = cast("dict[str, Any]", whole.data)
        key = data.get(BODY)
        if key is None:
            return self._decoder.event(data)
        text = self._rows.get(key).get(key)
        return self._decoder.event(json.loads(text)) if text is not None else None
