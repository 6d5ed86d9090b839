"""The rows of a thread: their keys, and their text.

`head` (small, moved by compare-and-set), `ckpt/<version>` (immutable), `task/<task>` (outcomes in the open
stage), `lease` (who may write) and `until` (for how long).
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from pipeline_core.engine import json_text
from pipeline_core.engine.checkpoint import FORMAT, Checkpoint, Lease, TaskRecord, ThreadInfo
from pipeline_core.engine.pieces import Text
from pipeline_core.errors import CorruptCheckpointError, InvalidThreadIdError

HEADS = "head/"
"""What the keys of all heads start with."""

_THREAD_ID = re.compile(r"[A-Za-z0-9._-]{1,100}", re.ASCII)


class Keys:
    """The keys of one thread's rows.

    Raises:
        InvalidThreadIdError: this cannot name a thread.
    """

    __slots__ = ("checkpoints", "head", "lease", "records", "thread_id", "until")

    def __init__(self, thread_id: str) -> None:
        if not _THREAD_ID.fullmatch(thread_id):
            raise InvalidThreadIdError(thread_id)
        self.thread_id = thread_id
        self.head = f"{HEADS}{thread_id}"
        """The head."""
        self.lease = f"lease/{thread_id}"
        """The lease: fence and owner."""
        self.until = f"until/{thread_id}"
        """The time at which the lease runs out."""
        self.checkpoints = f"ckpt/{thread_id}/"
        """What the keys of all its checkpoints start with."""
        self.records = f"task/{thread_id}/"
        """What the keys of all its task records start with."""

    @classmethod
    @lru_cache(maxsize=1000)
    def of(cls, thread_id: str) -> "Keys":
        """Return the keys of a thread; asked for at every write."""
        return cls(thread_id)

    def checkpoint(self, version: int) -> str:
        """One checkpoint."""
        return f"{self.checkpoints}{version:08d}"

    def record(self, task: str) -> str:
        """The record of one task."""
        return f"{self.records}{task}"


def token(fence: int, owner: str) -> str:
    """Return the text of a lease; an empty owner means that nobody has it."""
    return f"{fence}:{json_text.text(owner)[1:-1]}"


def parse_token(key: str, text: str | None) -> tuple[int, str]:
    """Return fence and owner of a lease; 0 and nobody if there is none."""
    if text is None:
        return 0, ""
    fence, _, owner = text.partition(":")
    try:
        return int(fence), json.loads(f'"{owner}"')
    except ValueError as error:
        raise CorruptCheckpointError(key, "it is not a lease") from error


def parse_until(key: str, text: str | None) -> float:
    """Return the time at which a lease runs out."""
    try:
        return float(text or 0)
    except ValueError as error:
        raise CorruptCheckpointError(key, "it is not a time") from error


def released(keys: Keys, lease: Lease) -> dict[str, str]:
    """Return the rows of a lease that was given up."""
    return {keys.lease: token(lease.fence, ""), keys.until: "0"}


def checkpoint_rows(checkpoint: Checkpoint, fence: int, created_at: str) -> tuple[str, Text]:
    """Return the head of a thread whose latest checkpoint this is, and the row of the checkpoint itself."""
    thread, status = json_text.text(checkpoint.thread_id), json_text.text(checkpoint.status)
    saved_at, summary = checkpoint.saved_at.isoformat(), json_text.mapping(checkpoint.summary)
    head = (
        f'{{"format": {FORMAT}, "version": {checkpoint.version}, "status": {status}, '
        f'"created_at": "{created_at}", "updated_at": "{saved_at}", "summary": {summary}}}'
    )
    header = (
        f'{{"format": {FORMAT}, "thread_id": {thread}, "version": {checkpoint.version}, "status": {status}, '
        f'"saved_at": "{saved_at}", "stage": {json_text.text(checkpoint.stage)}, "summary": {summary}, '
        f'"fence": {fence}}}\n'
    )
    body = checkpoint.text
    return head, (header, body) if isinstance(body, str) else (header, *body)


def record_row(record: TaskRecord, fence: int) -> str:
    """Return the outcome of a task, written under `fence`."""
    return f'{{"format": {FORMAT}, "task": {json_text.text(record.task)}, "fence": {fence}}}\n{record.body}'


def parse_head(key: str, text: str) -> ThreadInfo:
    """Return what a head says of its thread."""
    head = _parse(key, text)
    try:
        return ThreadInfo(
            thread_id=key.removeprefix(HEADS),
            status=_text(head["status"]),
            version=_number(head["version"]),
            created_at=datetime.fromisoformat(head["created_at"]),
            updated_at=datetime.fromisoformat(head["updated_at"]),
            summary=_texts(head["summary"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise CorruptCheckpointError(key, "it is incomplete") from error


def parse_checkpoint(key: str, text: str) -> Checkpoint:
    """Return the checkpoint in a row."""
    header, body = _parse_row(key, text)
    try:
        return Checkpoint(
            thread_id=_text(header["thread_id"]),
            version=_number(header["version"]),
            status=_text(header["status"]),
            text=body,
            saved_at=datetime.fromisoformat(header["saved_at"]),
            stage=header.get("stage"),
            summary=_texts(header.get("summary", {})),
            fence=_number(header["fence"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise CorruptCheckpointError(key, "its header is incomplete") from error


def parse_record(thread_id: str, key: str, text: str) -> TaskRecord:
    """Return the outcome of a task in a row."""
    header, body = _parse_row(key, text)
    try:
        return TaskRecord(thread_id, _text(header["task"]), body, _number(header["fence"]))
    except (KeyError, TypeError) as error:
        raise CorruptCheckpointError(key, "its header is incomplete") from error


def _parse(key: str, text: str) -> dict[str, Any]:
    try:
        value: dict[str, Any] = json.loads(text)
        written = value["format"]
        newer = written > FORMAT
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise CorruptCheckpointError(key, "it is not JSON with a format version") from error
    if newer:
        raise CorruptCheckpointError(key, f"format {written} is newer than this program")
    return value


def _parse_row(key: str, text: str) -> tuple[dict[str, Any], str]:
    header, _, body = text.partition("\n")
    return _parse(key, header), body


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _number(value: Any) -> int:
    if not isinstance(value, int):
        raise TypeError
    return value


def _texts(value: dict[Any, Any]) -> Mapping[str, str]:
    try:
        return {_text(name): _text(text) for name, text in value.items()}
    except AttributeError as error:
        raise TypeError from error
