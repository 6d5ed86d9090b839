"""Checkpoints in memory, for tests and notebooks."""

from pipeline_core.engine.store import Change
from pipeline_core.engine.store_checkpointer import StoreCheckpointer


class MemoryStore:
    """Rows in a dict; gone with the object. For the tasks of one event loop."""

    def __init__(self) -> None:
        self._rows: dict[str, str] = {}

    async def get(self, *keys: str) -> dict[str, str]:
        return {key: self._rows[key] for key in keys if key in self._rows}

    async def scan(self, prefix: str) -> dict[str, str]:
        return {key: self._rows[key] for key in await self.keys(prefix)}

    async def keys(self, prefix: str) -> list[str]:
        return sorted(key for key in self._rows if key.startswith(prefix))

    async def apply(self, change: Change) -> bool:
        if any(self._rows.get(key) != value for key, value in change.guards.items()):
            return False
        for key in change.deletes:
            self._rows.pop(key, None)
        self._rows.update(change.puts)
        return True

    async def close(self) -> None:
        """Nothing to free."""


class MemoryCheckpointer(StoreCheckpointer):
    """Keeps threads as serialised text in this process."""

    def __init__(self) -> None:
        super().__init__(MemoryStore())
