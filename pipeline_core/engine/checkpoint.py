"""What is stored of a thread, and the contract of whoever stores it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from pipeline_core.engine.pieces import Text, whole

FORMAT = 1
"""Version of the stored form; raise it when older code could not read what newer code writes."""


CORRUPT = "corrupt"
"""The status with which a thread is listed that cannot be read; never pruned."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A snapshot of a thread. Immutable once saved."""

    thread_id: str
    version: int
    """From 1, without gaps."""
    status: str
    text: Text
    """The state as ASCII JSON, opaque to the checkpointer."""
    saved_at: datetime
    stage: str | None = None
    """The stage that was closed with it, if one was."""
    summary: Mapping[str, str] = field(default_factory=dict[str, str])
    """A few short facts to list the thread with."""
    fence: int = 0
    """The lease it was written under."""

    @property
    def body(self) -> str:
        """The state as ASCII JSON, in one piece."""
        return whole(self.text)


@dataclass(frozen=True, slots=True)
class TaskRecord:
    """The outcome of one task in a stage that is still open."""

    thread_id: str
    task: str
    body: str
    """The outcome as ASCII JSON, opaque to the checkpointer."""
    fence: int = 0
    """The lease it was written under."""


@dataclass(frozen=True, slots=True)
class StoredThread:
    """All that is durable of a thread at one instant."""

    checkpoint: Checkpoint
    records: tuple[TaskRecord, ...]
    """By task name."""


@dataclass(frozen=True, slots=True)
class ThreadInfo:
    """A line of the list of threads."""

    thread_id: str
    status: str
    version: int
    created_at: datetime
    updated_at: datetime
    summary: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write to a thread. Several tasks and processes of one owner may share it."""

    thread_id: str
    owner: str
    fence: int
    """Grows with every change of owner."""
    fresh: bool
    """Whether this call obtained it, and not an earlier one of the same owner."""


class Checkpointer(Protocol):
    """Keeps threads.

    Every write names the lease it is made under and is refused with `StaleWriterError` once another
    owner has obtained the thread. A method that returns has made its writes durable; one that raises
    has written nothing. Safe for concurrent use by tasks, threads and processes.
    """

    async def create(self, checkpoint: Checkpoint, owner: str, ttl: float) -> Lease:
        """Store the first checkpoint of a new thread, leased to `owner` for `ttl` seconds.

        Raises:
            ThreadExistsError: the thread is there already.
            ThreadBusyError: another owner is creating it.
        """
        ...

    async def acquire(
        self, thread_id: str, owner: str, ttl: float, *, takeover_from: str | None = None
    ) -> Lease:
        """Obtain the right to write for `ttl` seconds, or prolong it if `owner` holds it already.

        Args:
            thread_id: an existing thread.
            owner: who writes; sharing an owner is sharing the lease.
            ttl: seconds until others may take over, unless renewed.
            takeover_from: an owner known to be dead, whose lease need not run out first.

        Raises:
            ThreadBusyError: another owner holds the thread.
            UnknownThreadError: there is no such thread.
        """
        ...

    async def renew(self, lease: Lease, ttl: float) -> None:
        """Prolong a lease by `ttl` seconds from now."""
        ...

    async def release(self, lease: Lease) -> None:
        """Give a lease up. Idempotent; does nothing if another owner has the thread."""
        ...

    async def save(
        self, checkpoint: Checkpoint, lease: Lease, *, settled: Collection[str] = (), release: bool = False
    ) -> None:
        """Store `checkpoint` as the successor of the version before it.

        Args:
            checkpoint: its version is one more than that of the latest.
            lease: what gives the right to write.
            settled: tasks whose records the checkpoint makes superfluous; they are removed with it.
            release: give the lease up in the same write.
        """
        ...

    async def record(self, record: TaskRecord, lease: Lease) -> None:
        """Store the outcome of a task, in place of an earlier one of the same task."""
        ...

    async def load(self, thread_id: str, version: int | None = None) -> StoredThread | None:
        """Return the latest checkpoint with the records since, or the checkpoint `version` alone.

        None if there is no such thread or version.

        Raises:
            CorruptCheckpointError: what is stored cannot be read.
        """
        ...

    async def exists(self, thread_id: str) -> bool:
        """Tell whether the thread is there."""
        ...

    async def delete(self, thread_id: str) -> None:
        """Remove all of a thread. Idempotent; also of a thread that is not there."""
        ...

    async def history(self, thread_id: str) -> list[Checkpoint]:
        """Return all checkpoints of a thread, oldest first; none for an unknown thread."""
        ...

    async def threads(self, status: str | None = None) -> list[ThreadInfo]:
        """Return all threads, or those of one status, the last changed first.

        One whose row cannot be read is listed with the status `CORRUPT`.
        """
        ...

    async def prune(
        self, older_than: timedelta = timedelta(days=30), *, include_suspended: bool = False
    ) -> list[str]:
        """Delete threads not changed for `older_than` and return their ids.

        Threads under a live lease stay, and so do suspended ones unless they are asked for.
        """
        ...

    async def close(self) -> None:
        """Free connections and threads of execution. Idempotent."""
        ...
