"""Checkpoints in memory, for tests and notebooks."""

import threading

from pipeline_core.engine.pieces import Text, whole
from pipeline_core.engine.store import Change
from pipeline_core.engine.store_checkpointer import StoreCheckpointer


class MemoryStore:
    """Rows in a dict; gone with the object. For the tasks and threads of one process."""

    def __init__(self) -> None:
        self._rows: dict[str, Text] = {}
        self._lock = threading.Lock()

    async def get(self, *keys: str) -> dict[str, str]:
        with self._lock:
            return {key: whole(self._rows[key]) for key in keys if key in self._rows}

    async def scan(self, prefix: str) -> dict[str, str]:
        with self._lock:
            return {key: whole(self._rows[key]) for key in self._keys(prefix)}

    async def keys(self, prefix: str) -> list[str]:
        with self._lock:
            return self._keys(prefix)

    async def apply(self, change: Change) -> bool:
        with self._lock:
            for key, value in change.guards.items():
                held = self._rows.get(key)
                if (held if held is None else whole(held)) != value:
                    return False
            for key in change.deletes:
                self._rows.pop(key, None)
            self._rows.update(change.puts)
            return True

    async def close(self) -> None:
        """Nothing to free."""

    def _keys(self, prefix: str) -> list[str]:
        return sorted(key for key in self._rows if key.startswith(prefix))


class MemoryCheckpointer(StoreCheckpointer):
    """Keeps threads as serialised text in this process."""

    def __init__(self) -> None:
        super().__init__(MemoryStore())
