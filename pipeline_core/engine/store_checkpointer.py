"""Checkpoints, records and leases as rows of a store.

Rows of one thread: `head` (small, moved by compare-and-set), `ckpt/<version>` (immutable),
`task/<task>` (outcomes in the open stage), `lease` (who may write) and `until` (for how long).
"""

import json
import re
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pipeline_core.engine.checkpoint import (
    FORMAT,
    Checkpoint,
    Lease,
    StoredThread,
    TaskRecord,
    ThreadInfo,
)
from pipeline_core.engine.store import Change, Store
from pipeline_core.errors import (
    CorruptCheckpointError,
    InvalidThreadIdError,
    StaleWriterError,
    ThreadBusyError,
    ThreadExistsError,
    UnknownThreadError,
)

_THREAD_ID = re.compile(r"[A-Za-z0-9._-]{1,100}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Keys:
    thread_id: str

    def __post_init__(self) -> None:
        if not _THREAD_ID.fullmatch(self.thread_id):
            raise InvalidThreadIdError(self.thread_id)

    @property
    def head(self) -> str:
        return f"head/{self.thread_id}"

    @property
    def lease(self) -> str:
        return f"lease/{self.thread_id}"

    @property
    def until(self) -> str:
        return f"until/{self.thread_id}"

    @property
    def checkpoints(self) -> str:
        return f"ckpt/{self.thread_id}/"

    @property
    def records(self) -> str:
        return f"task/{self.thread_id}/"

    def checkpoint(self, version: int) -> str:
        return f"{self.checkpoints}{version:08d}"

    def record(self, task: str) -> str:
        return f"{self.records}{task}"


class StoreCheckpointer:
    """A `Checkpointer` on any `Store`.

    Args:
        store: where the rows are; closed with the checkpointer.
        clock: the time in seconds since the epoch. Machines that share a store should agree on it to
            well within the time a lease lasts.
    """

    def __init__(self, store: Store, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._clock = clock

    async def create(self, checkpoint: Checkpoint, owner: str, ttl: float) -> Lease:
        keys = _Keys(checkpoint.thread_id)
        rows = await self._store.get(keys.head, keys.lease, keys.until)
        if keys.head in rows:
            raise ThreadExistsError(checkpoint.thread_id)
        fence = self._next_fence(keys, rows, owner, None)
        written = await self._store.apply(
            Change(
                guards={
                    keys.lease: rows.get(keys.lease),
                    keys.until: rows.get(keys.until),
                    keys.head: None,
                },
                puts={
                    keys.lease: _token(fence, owner),
                    keys.until: self._deadline(ttl),
                    keys.head: _head(checkpoint, created_at=checkpoint.saved_at),
                    keys.checkpoint(checkpoint.version): _row(_checkpoint_header(checkpoint, fence), checkpoint.body),
                },
            )
        )
        if not written:
            raise ThreadExistsError(checkpoint.thread_id)
        return Lease(checkpoint.thread_id, owner, fence, fresh=True)

    async def acquire(
        self, thread_id: str, owner: str, ttl: float, *, takeover_from: str | None = None
    ) -> Lease:
        keys = _Keys(thread_id)
        while True:
            rows = await self._store.get(keys.head, keys.lease, keys.until)
            if keys.head not in rows:
                raise UnknownThreadError(thread_id)
            fence, holder = _parse_token(keys.lease, rows.get(keys.lease))
            if holder == owner:
                lease = Lease(thread_id, owner, fence, fresh=False)
                puts = {keys.until: self._deadline(ttl)}
            else:
                fence = self._next_fence(keys, rows, owner, takeover_from)
                lease = Lease(thread_id, owner, fence, fresh=True)
                puts = {keys.lease: _token(fence, owner), keys.until: self._deadline(ttl)}
            guards = {key: rows.get(key) for key in (keys.lease, keys.until)}
            if await self._store.apply(Change(guards=guards, puts=puts)):
                return lease

    async def renew(self, lease: Lease, ttl: float) -> None:
        keys = _Keys(lease.thread_id)
        await self._write(lease, Change(puts={keys.until: self._deadline(ttl)}))

    async def release(self, lease: Lease) -> None:
        keys = _Keys(lease.thread_id)
        held = {keys.lease: _token(lease.fence, lease.owner)}
        await self._store.apply(Change(guards=held, puts=_released(keys, lease)))

    async def save(
        self, checkpoint: Checkpoint, lease: Lease, *, settled: Collection[str] = (), release: bool = False
    ) -> None:
        keys = _Keys(checkpoint.thread_id)
        head_text = (await self._store.get(keys.head)).get(keys.head)
        if head_text is None:
            raise UnknownThreadError(checkpoint.thread_id)
        head = _parse(keys.head, head_text)
        if head["version"] != checkpoint.version - 1:
            raise StaleWriterError(checkpoint.thread_id)
        puts = {
            keys.head: _head(checkpoint, created_at=datetime.fromisoformat(head["created_at"])),
            keys.checkpoint(checkpoint.version): _row(_checkpoint_header(checkpoint, lease.fence), checkpoint.body),
        }
        if release:
            puts |= _released(keys, lease)
        deletes = tuple(keys.record(task) for task in sorted(settled))
        await self._write(lease, Change(guards={keys.head: head_text}, puts=puts, deletes=deletes))

    async def record(self, record: TaskRecord, lease: Lease) -> None:
        keys = _Keys(record.thread_id)
        header = {"format": FORMAT, "task": record.task, "fence": lease.fence}
        await self._write(lease, Change(puts={keys.record(record.task): _row(header, record.body)}))

    async def load(self, thread_id: str, version: int | None = None) -> StoredThread | None:
        keys = _Keys(thread_id)
        if version is not None:
            key = keys.checkpoint(version)
            text = (await self._store.get(key)).get(key)
            return None if text is None else StoredThread(_checkpoint(key, text), ())
        while True:
            head = (await self._store.get(keys.head)).get(keys.head)
            if head is None:
                return None
            key = keys.checkpoint(_parse(keys.head, head)["version"])
            records = await self._store.scan(keys.records)
            rows = await self._store.get(keys.head, key)
            if rows.get(keys.head) != head:
                continue
            if key not in rows:
                raise CorruptCheckpointError(key, "it is missing")
            checkpoint = _checkpoint(key, rows[key])
            return StoredThread(checkpoint, tuple(_record(thread_id, *row) for row in records.items()))

    async def exists(self, thread_id: str) -> bool:
        keys = _Keys(thread_id)
        return bool(await self._store.get(keys.head))

    async def delete(self, thread_id: str) -> None:
        keys = _Keys(thread_id)
        bodies = [*await self._store.keys(keys.checkpoints), *await self._store.keys(keys.records)]
        await self._store.apply(Change(deletes=(keys.head, keys.lease, keys.until, *bodies)))

    async def history(self, thread_id: str) -> list[Checkpoint]:
        rows = await self._store.scan(_Keys(thread_id).checkpoints)
        return [_checkpoint(key, text) for key, text in rows.items()]

    async def threads(self, status: str | None = None) -> list[ThreadInfo]:
        rows = await self._store.scan("head/")
        found = [_thread_info(key, text) for key, text in rows.items()]
        chosen = [info for info in found if status is None or info.status == status]
        return sorted(chosen, key=lambda info: (info.updated_at, info.thread_id), reverse=True)

    async def prune(
        self, older_than: timedelta = timedelta(days=30), *, include_suspended: bool = False
    ) -> list[str]:
        limit = datetime.fromtimestamp(self._clock(), UTC) - older_than
        pruned: list[str] = []
        for info in await self.threads():
            if info.updated_at > limit or (info.status == "suspended" and not include_suspended):
                continue
            if await self._prune(info.thread_id):
                pruned.append(info.thread_id)
        return pruned

    async def close(self) -> None:
        await self._store.close()

    async def _prune(self, thread_id: str) -> bool:
        try:
            lease = await self.acquire(thread_id, "prune", ttl=60)
        except (ThreadBusyError, UnknownThreadError):
            return False
        keys = _Keys(thread_id)
        bodies = [*await self._store.keys(keys.checkpoints), *await self._store.keys(keys.records)]
        held = {keys.lease: _token(lease.fence, lease.owner)}
        return await self._store.apply(
            Change(guards=held, deletes=(keys.head, keys.lease, keys.until, *bodies))
        )

    async def _write(self, lease: Lease, change: Change) -> None:
        """Make `change` if the lease still holds, whatever else guards it."""
        key = _Keys(lease.thread_id).lease
        guards = {key: _token(lease.fence, lease.owner), **change.guards}
        if not await self._store.apply(Change(guards=guards, puts=change.puts, deletes=change.deletes)):
            raise StaleWriterError(lease.thread_id)

    def _next_fence(self, keys: _Keys, rows: dict[str, str], owner: str, takeover_from: str | None) -> int:
        """Return the fence of a new lease, if the one in `rows` does not stand in its way."""
        fence, holder = _parse_token(keys.lease, rows.get(keys.lease))
        left = float(rows.get(keys.until, 0)) - self._clock()
        if holder and holder not in (owner, takeover_from) and left > 0:
            raise ThreadBusyError(keys.thread_id, holder, left)
        return fence + 1

    def _deadline(self, ttl: float) -> str:
        return repr(self._clock() + ttl)


def _token(fence: int, owner: str) -> str:
    return f"{fence}:{owner}"


def _parse_token(key: str, token: str | None) -> tuple[int, str]:
    if token is None:
        return 0, ""
    fence, _, owner = token.partition(":")
    if not fence.isdigit():
        raise CorruptCheckpointError(key, "it is not a lease")
    return int(fence), owner


def _released(keys: _Keys, lease: Lease) -> dict[str, str]:
    return {keys.lease: _token(lease.fence, ""), keys.until: "0"}


def _head(checkpoint: Checkpoint, created_at: datetime) -> str:
    return json.dumps(
        {
            "format": FORMAT,
            "version": checkpoint.version,
            "status": checkpoint.status,
            "created_at": created_at.isoformat(),
            "updated_at": checkpoint.saved_at.isoformat(),
            "summary": dict(checkpoint.summary),
        }
    )


def _checkpoint_header(checkpoint: Checkpoint, fence: int) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "thread_id": checkpoint.thread_id,
        "version": checkpoint.version,
        "status": checkpoint.status,
        "saved_at": checkpoint.saved_at.isoformat(),
        "stage": checkpoint.stage,
        "summary": dict(checkpoint.summary),
        "fence": fence,
    }


def _row(header: dict[str, Any], body: str) -> str:
    """Join header and body; the body is kept as it is, so that it is encoded once."""
    return f"{json.dumps(header)}\n{body}"


def _parse(key: str, text: str) -> dict[str, Any]:
    try:
        value: dict[str, Any] = json.loads(text)
        written = value["format"]
        newer = written > FORMAT
    except (ValueError, KeyError, TypeError) as error:
        raise CorruptCheckpointError(key, "it is not JSON with a format version") from error
    if newer:
        raise CorruptCheckpointError(key, f"format {written} is newer than this program")
    return value


def _parse_row(key: str, text: str) -> tuple[dict[str, Any], str]:
    header, _, body = text.partition("\n")
    return _parse(key, header), body


def _checkpoint(key: str, text: str) -> Checkpoint:
    header, body = _parse_row(key, text)
    try:
        return Checkpoint(
            thread_id=header["thread_id"],
            version=header["version"],
            status=header["status"],
            body=body,
            saved_at=datetime.fromisoformat(header["saved_at"]),
            stage=header.get("stage"),
            summary=header.get("summary", {}),
            fence=header["fence"],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise CorruptCheckpointError(key, "its header is incomplete") from error


def _record(thread_id: str, key: str, text: str) -> TaskRecord:
    header, body = _parse_row(key, text)
    try:
        return TaskRecord(thread_id=thread_id, task=header["task"], body=body, fence=header["fence"])
    except KeyError as error:
        raise CorruptCheckpointError(key, "its header is incomplete") from error


def _thread_info(key: str, text: str) -> ThreadInfo:
    head = _parse(key, text)
    try:
        return ThreadInfo(
            thread_id=key.removeprefix("head/"),
            status=head["status"],
            version=head["version"],
            created_at=datetime.fromisoformat(head["created_at"]),
            updated_at=datetime.fromisoformat(head["updated_at"]),
            summary=head["summary"],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise CorruptCheckpointError(key, "its header is incomplete") from error
