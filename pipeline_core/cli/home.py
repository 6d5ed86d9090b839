"""Where the command line keeps its threads."""

import os
from pathlib import Path

from pipeline_core.engine import Change
from pipeline_core.engine.sqlite import SqliteStore

VARIABLE = "SUITABILITY_HOME"
FILE = "threads.sqlite"


def home() -> Path:
    """Return the folder of the threads: `SUITABILITY_HOME`, or the user's data folder. It need not exist."""
    if chosen := os.environ.get(VARIABLE):
        return Path(chosen).expanduser().absolute()
    from platformdirs import user_data_path

    return user_data_path("suitability", appauthor=False)


class HomeStore:
    """The rows in the user's folder. Reading makes nothing; folder and file are made at the first write.

    Args:
        folder: made with mode 0700, since problems may be confidential.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._store = SqliteStore(folder / FILE)

    async def get(self, *keys: str) -> dict[str, str]:
        return await self._store.get(*keys) if self._exists() else {}

    async def scan(self, prefix: str) -> dict[str, str]:
        return await self._store.scan(prefix) if self._exists() else {}

    async def keys(self, prefix: str) -> list[str]:
        return await self._store.keys(prefix) if self._exists() else []

    async def apply(self, change: Change) -> bool:
        if not self._exists():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return await self._store.apply(change)

    async def close(self) -> None:
        await self._store.close()

    def _exists(self) -> bool:
        return (self._folder / FILE).exists()
