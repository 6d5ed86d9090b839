"""The contract of a back end: rows of text under keys, changed by guarded batches."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from pipeline_core.engine.pieces import Text

_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Change(NamedTuple):
    """A batch that happens as a whole or not at all."""

    guards: Mapping[str, str | None] = _NOTHING
    """What the rows must hold for the change to happen; None means that there is no such row."""
    puts: Mapping[str, Text] = _NOTHING
    """Rows to write, new or over an old value; `whole` gives the text of one."""
    deletes: tuple[str, ...] = ()
    """Rows to remove; absent ones are passed over."""


class Store(Protocol):
    """Durable rows. Keys are ASCII, at most 300 characters; values are ASCII text of up to 50 MB.

    Safe for many tasks, threads and processes at once. A failure of the back end itself (disk full,
    connection lost for good) is raised as the back end's own error, and then nothing was written.
    """

    async def get(self, *keys: str) -> dict[str, str]:
        """Return the rows that exist among `keys`, read at one instant."""
        ...

    async def scan(self, prefix: str) -> dict[str, str]:
        """Return all rows whose key starts with `prefix`, in order of their keys."""
        ...

    async def keys(self, prefix: str) -> list[str]:
        """Return all keys that start with `prefix`, in order."""
        ...

    async def apply(self, change: Change) -> bool:
        """Check all guards and make the change, atomically; durable once this returns True.

        Returns:
            False, with nothing written, if a guard does not hold.
        """
        ...

    async def close(self) -> None:
        """Free connections and threads. Idempotent; nothing written is lost."""
        ...
