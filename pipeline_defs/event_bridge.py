"""Pipeline events on their way into Dagster's event log."""

import asyncio
import json
import logging
import queue
import threading
import time
import uuid
from types import TracebackType
from typing import Any, Self

import dagster as dg

from pipeline_core.engine import Change, Event
from pipeline_defs._dagster import EngineEventData
from pipeline_defs.event_lines import level_of, message_of, metadata_of
from pipeline_defs.run_storage_rows import RunStorageRows

EVENT = "suitability/event"
"""Metadata entry with the whole event as JSON; of a large one its type and seq, and where the rest is.

It is the only entry that is not meant to be read: each entry makes the line in the run page taller.
"""
BODY = "body_row"
"""What names, in the JSON of a large event, the key of the row that holds all of it."""

EVENT_PREFIX = "event/"
"""Keys of such rows: `event/<thread>/<run>/<stream>/<seq>`."""
INLINE_CHARS = 4_000
CHUNK_CHARS = 4_000
CHUNK_SECONDS = 2.0
BACKLOG = 500
"""Events that may wait for the log before whoever sends them is slowed down."""
FAILURES_TOLERATED = 3
FLUSH_SECONDS = 60

logger = logging.getLogger(__name__)


class EventBridge:
    """Writes the events of one step into the event log of its run, in order, in a thread of its own.

    Leaving the context waits until all that was sent is in the log. A log that fails costs log lines,
    never the analysis: after a few failures in a row the rest is dropped, with a warning.
    """

    def __init__(
        self, instance: dg.DagsterInstance, rows: RunStorageRows, run: dg.DagsterRun, step_key: str | None
    ) -> None:
        self._instance = instance
        self._rows = rows
        self._run = run
        self._step_key = step_key
        self._stream = uuid.uuid4().hex[:8]
        self._waiting: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._room = threading.BoundedSemaphore(BACKLOG)
        self._chunks: list[Event] = []
        self._chunks_since = 0.0
        self._failures = 0
        self._writer = threading.Thread(target=self._write, name="event-bridge", daemon=True)

    def __enter__(self) -> Self:
        self._writer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._waiting.put(None)
        self._writer.join(FLUSH_SECONDS)
        if self._writer.is_alive():
            logger.warning("the event log of run %s is not written to the end", self._run.run_id)

    async def send(self, event: Event) -> None:
        """Have `event` written; returns at once unless the log lags far behind."""
        if not self._room.acquire(blocking=False):
            await asyncio.to_thread(self._room.acquire)
        self._waiting.put(event)

    def _write(self) -> None:
        while True:
            try:
                event = self._waiting.get(timeout=self._patience())
            except queue.Empty:
                self._flush_chunks()
                continue
            if event is None:
                self._flush_chunks()
                return
            self._room.release()
            if not _is_chunk(event):
                self._flush_chunks()
                self._deliver(event)
                continue
            if self._chunks and not _same_text(self._chunks[-1], event):
                self._flush_chunks()
            if not self._chunks:
                self._chunks_since = time.monotonic()
            self._chunks.append(event)
            if sum(len(_text(chunk)) for chunk in self._chunks) >= CHUNK_CHARS:
                self._flush_chunks()

    def _patience(self) -> float | None:
        if not self._chunks:
            return None
        return max(0.0, self._chunks_since + CHUNK_SECONDS - time.monotonic())

    def _flush_chunks(self) -> None:
        chunks, self._chunks = self._chunks, []
        if chunks:
            self._deliver(chunks[0].model_copy(update={"text": "".join(map(_text, chunks))}))

    def _deliver(self, event: Event) -> None:
        if self._failures >= FAILURES_TOLERATED:
            return
        try:
            self._report(event)
        except Exception:
            self._failures += 1
            given_up = self._failures >= FAILURES_TOLERATED
            logger.warning(
                "an event could not be written to the log of run %s%s",
                self._run.run_id,
                ": the rest is not written" if given_up else "",
                exc_info=True,
            )
        else:
            self._failures = 0

    def _report(self, event: Event) -> None:
        text = event.model_dump_json(ensure_ascii=True)
        if len(text) <= INLINE_CHARS:
            whole = json.loads(text)
        else:
            key = f"{EVENT_PREFIX}{event.thread_id}/{self._run.run_id}/{self._stream}/{event.seq}"
            self._rows.apply(Change(puts={key: text}))
            whole = {"type": event.type, "seq": event.seq, BODY: key}
        metadata = {**metadata_of(event), EVENT: dg.MetadataValue.json(whole)}
        self._instance.report_dagster_event(
            dg.DagsterEvent(
                event_type_value=dg.DagsterEventType.ENGINE_EVENT.value,
                job_name=self._run.job_name,
                step_key=self._step_key,
                message=message_of(event),
                event_specific_data=EngineEventData(metadata=metadata),
            ),
            run_id=self._run.run_id,
            log_level=level_of(event),
            timestamp=event.timestamp.timestamp(),
        )


def _is_chunk(event: Event) -> bool:
    return event.type.endswith(":chunk") and isinstance(getattr(event, "text", None), str)


def _text(chunk: Event) -> str:
    text: Any = getattr(chunk, "text", "")
    return text


def _same_text(one: Event, other: Event) -> bool:
    return (one.type, one.task, one.attempt) == (other.type, other.task, other.attempt)
