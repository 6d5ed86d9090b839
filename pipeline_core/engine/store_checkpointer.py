"""Checkpoints, records and leases as rows of a store."""

import time
import uuid
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

from pipeline_core.engine.checkpoint import (
    CORRUPT,
    Checkpoint,
    Lease,
    StoredThread,
    TaskRecord,
    ThreadInfo,
)
from pipeline_core.engine.pieces import Text
from pipeline_core.engine.rows import (
    HEADS,
    Keys,
    checkpoint_rows,
    parse_checkpoint,
    parse_head,
    parse_record,
    parse_token,
    parse_until,
    record_row,
    released,
    token,
)
from pipeline_core.engine.store import Change, Store
from pipeline_core.errors import (
    CorruptCheckpointError,
    StaleWriterError,
    ThreadBusyError,
    ThreadExistsError,
    UnknownThreadError,
)

_HEADS_KEPT = 2000
"""Threads that are being written to at one time, about."""

_NO_ROWS: Mapping[str, str] = MappingProxyType({})


class _Head(NamedTuple):
    text: str
    version: int
    created_at: str


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
        self._heads: dict[str, _Head] = {}

    async def create(self, checkpoint: Checkpoint, owner: str, ttl: float) -> Lease:
        keys = Keys.of(checkpoint.thread_id)
        # A name that was never used has no rows; only if it was is it worth reading them.
        lease = await self._create(keys, {}, checkpoint, owner, ttl)
        if lease is None:
            rows = await self._store.get(keys.head, keys.lease, keys.until)
            lease = await self._create(keys, rows, checkpoint, owner, ttl)
        if lease is None:
            raise ThreadExistsError(checkpoint.thread_id)
        return lease

    async def acquire(
        self, thread_id: str, owner: str, ttl: float, *, takeover_from: str | None = None
    ) -> Lease:
        keys = Keys.of(thread_id)
        while True:
            rows = await self._store.get(keys.head, keys.lease, keys.until)
            if keys.head not in rows:
                raise UnknownThreadError(thread_id)
            fence, holder = parse_token(keys.lease, rows.get(keys.lease))
            if holder == owner:
                lease = Lease(thread_id, owner, fence, fresh=False)
                puts = {keys.until: self._deadline(ttl)}
            else:
                fence = self._next_fence(keys, rows, owner, takeover_from)
                lease = Lease(thread_id, owner, fence, fresh=True)
                puts = {keys.lease: token(fence, owner), keys.until: self._deadline(ttl)}
            guards = {key: rows.get(key) for key in (keys.lease, keys.until)}
            if await self._store.apply(Change(guards=guards, puts=puts)):
                return lease

    async def renew(self, lease: Lease, ttl: float) -> None:
        keys = Keys.of(lease.thread_id)
        await self._write(keys, lease, puts={keys.until: self._deadline(ttl)})

    async def release(self, lease: Lease) -> None:
        keys = Keys.of(lease.thread_id)
        held = {keys.lease: token(lease.fence, lease.owner)}
        await self._store.apply(Change(guards=held, puts=released(keys, lease)))

    async def save(
        self, checkpoint: Checkpoint, lease: Lease, *, settled: Collection[str] = (), release: bool = False
    ) -> None:
        keys = Keys.of(checkpoint.thread_id)
        head = await self._head(keys, checkpoint.version - 1)
        new_head, row = checkpoint_rows(checkpoint, lease.fence, head.created_at)
        puts: dict[str, Text] = {keys.head: new_head, keys.checkpoint(checkpoint.version): row}
        if release:
            puts |= released(keys, lease)
        deletes = tuple([keys.record(task) for task in sorted(settled)])
        await self._write(keys, lease, guards={keys.head: head.text}, puts=puts, deletes=deletes)
        if release:
            self._heads.pop(checkpoint.thread_id, None)
        else:
            self._remember(checkpoint, head.created_at, new_head)

    async def record(self, record: TaskRecord, lease: Lease) -> None:
        keys = Keys.of(record.thread_id)
        await self._write(keys, lease, puts={keys.record(record.task): record_row(record, lease.fence)})

    async def load(self, thread_id: str, version: int | None = None) -> StoredThread | None:
        keys = Keys.of(thread_id)
        if version is not None:
            key = keys.checkpoint(version)
            text = (await self._store.get(key)).get(key)
            return None if text is None else StoredThread(parse_checkpoint(key, text), ())
        while True:
            head = (await self._store.get(keys.head)).get(keys.head)
            if head is None:
                return None
            key = keys.checkpoint(parse_head(keys.head, head).version)
            records = await self._store.scan(keys.records)
            rows = await self._store.get(keys.head, key)
            if rows.get(keys.head) != head:
                continue
            if key not in rows:
                raise CorruptCheckpointError(key, "it is missing")
            checkpoint = parse_checkpoint(key, rows[key])
            return StoredThread(checkpoint, tuple(parse_record(thread_id, *row) for row in records.items()))

    async def exists(self, thread_id: str) -> bool:
        keys = Keys.of(thread_id)
        return bool(await self._store.get(keys.head))

    async def delete(self, thread_id: str) -> None:
        keys = Keys.of(thread_id)
        self._heads.pop(thread_id, None)
        await self._store.apply(Change(deletes=await self._all_rows(keys)))
        # A writer may have added a row after they were listed; it is shut out now.
        if late := (await self._all_rows(keys))[3:]:
            await self._store.apply(Change(guards={keys.head: None}, deletes=late))

    async def history(self, thread_id: str) -> list[Checkpoint]:
        rows = await self._store.scan(Keys.of(thread_id).checkpoints)
        return [parse_checkpoint(key, text) for key, text in rows.items()]

    async def threads(self, status: str | None = None) -> list[ThreadInfo]:
        rows = await self._store.scan(HEADS)
        found = [_thread_info(key, text) for key, text in rows.items()]
        chosen = [info for info in found if status is None or info.status == status]
        return sorted(chosen, key=lambda info: (info.updated_at, info.thread_id), reverse=True)

    async def prune(
        self, older_than: timedelta = timedelta(days=30), *, include_suspended: bool = False
    ) -> list[str]:
        limit = datetime.fromtimestamp(self._clock(), UTC) - older_than
        pruned: list[str] = []
        for key, text in (await self._store.scan(HEADS)).items():
            info = _thread_info(key, text)
            if info.updated_at > limit or info.status == CORRUPT:
                continue
            if info.status == "suspended" and not include_suspended:
                continue
            if await self._prune(info.thread_id, text):
                pruned.append(info.thread_id)
        return pruned

    async def close(self) -> None:
        await self._store.close()

    async def _create(
        self, keys: Keys, rows: dict[str, str], checkpoint: Checkpoint, owner: str, ttl: float
    ) -> Lease | None:
        """Make a thread of which there are these rows; None if there is a head, or the rows are others."""
        if keys.head in rows:
            return None
        fence = self._next_fence(keys, rows, owner, None)
        created_at = checkpoint.saved_at.isoformat()
        head, row = checkpoint_rows(checkpoint, fence, created_at)
        written = await self._store.apply(
            Change(
                guards={
                    keys.lease: rows.get(keys.lease),
                    keys.until: rows.get(keys.until),
                    keys.head: None,
                },
                puts={
                    keys.lease: token(fence, owner),
                    keys.until: self._deadline(ttl),
                    keys.head: head,
                    keys.checkpoint(checkpoint.version): row,
                },
            )
        )
        if not written:
            return None
        self._remember(checkpoint, created_at, head)
        return Lease(checkpoint.thread_id, owner, fence, fresh=True)

    async def _prune(self, thread_id: str, head: str) -> bool:
        """Delete a thread unless somebody runs it, or has run it since `head` was read."""
        keys = Keys.of(thread_id)
        try:
            lease = await self.acquire(thread_id, f"prune/{uuid.uuid4().hex}", ttl=60)
        except (ThreadBusyError, UnknownThreadError):
            return False
        guards = {keys.lease: token(lease.fence, lease.owner), keys.head: head}
        if await self._store.apply(Change(guards=guards, deletes=await self._all_rows(keys))):
            return True
        await self.release(lease)
        return False

    async def _all_rows(self, keys: Keys) -> tuple[str, ...]:
        bodies = [*await self._store.keys(keys.checkpoints), *await self._store.keys(keys.records)]
        return (keys.head, keys.lease, keys.until, *bodies)

    async def _head(self, keys: Keys, version: int) -> "_Head":
        """Return the head as it must be for `version` to be the latest."""
        known = self._heads.get(keys.thread_id)
        if known is not None and known.version == version:
            return known
        text = (await self._store.get(keys.head)).get(keys.head)
        if text is None:
            raise UnknownThreadError(keys.thread_id)
        info = parse_head(keys.head, text)
        if info.version != version:
            raise StaleWriterError(keys.thread_id)
        return _Head(text, info.version, info.created_at.isoformat())

    def _remember(self, checkpoint: Checkpoint, created_at: str, text: str) -> None:
        """Keep a head, so that the next save need not read it; it is a guard then, so it may be stale."""
        if len(self._heads) >= _HEADS_KEPT:
            self._heads.clear()
        self._heads[checkpoint.thread_id] = _Head(text, checkpoint.version, created_at)

    async def _write(
        self,
        keys: Keys,
        lease: Lease,
        *,
        puts: Mapping[str, Text],
        guards: Mapping[str, str] = _NO_ROWS,
        deletes: tuple[str, ...] = (),
    ) -> None:
        """Change rows if the lease still holds, whatever else guards them."""
        guards = {keys.lease: token(lease.fence, lease.owner), **guards}
        if not await self._store.apply(Change(guards, puts, deletes)):
            self._heads.pop(lease.thread_id, None)
            raise StaleWriterError(lease.thread_id)

    def _next_fence(self, keys: Keys, rows: dict[str, str], owner: str, takeover_from: str | None) -> int:
        """Return the fence of a new lease, if the one in `rows` does not stand in its way."""
        fence, holder = parse_token(keys.lease, rows.get(keys.lease))
        left = parse_until(keys.until, rows.get(keys.until)) - self._clock()
        if holder and holder not in (owner, takeover_from) and left > 0:
            raise ThreadBusyError(keys.thread_id, holder, left)
        return fence + 1

    def _deadline(self, ttl: float) -> str:
        return repr(self._clock() + ttl)


def _thread_info(key: str, text: str) -> ThreadInfo:
    """Return what a head says; of one that cannot be read, that it is corrupt."""
    try:
        return parse_head(key, text)
    except CorruptCheckpointError:
        never = datetime.fromtimestamp(0, UTC)
        return ThreadInfo(key.removeprefix(HEADS), CORRUPT, 0, never, never, {})
