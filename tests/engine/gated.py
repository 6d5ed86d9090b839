"""A checkpointer whose writes wait for permission."""

import asyncio
from collections.abc import Collection

from pipeline_core.engine import Checkpoint, Lease, MemoryCheckpointer, TaskRecord

NO_STAGE = ""
"""Stands for checkpoints that close no stage: of a suspension or a cancellation, for instance."""


class GatedCheckpointer(MemoryCheckpointer):
    """Lets the writes of some stages and tasks, or all, begin only when they are allowed."""

    def __init__(self, *gates: str) -> None:
        super().__init__()
        self.gates = gates
        self.open = asyncio.Event()
        self.waiting: list[str] = []
        self.fails: Exception | None = None

    async def save(
        self, checkpoint: Checkpoint, lease: Lease, *, settled: Collection[str] = (), release: bool = False
    ) -> None:
        await self._pass(checkpoint.stage or NO_STAGE)
        await super().save(checkpoint, lease, settled=settled, release=release)

    async def record(self, record: TaskRecord, lease: Lease) -> None:
        await self._pass(record.task)
        await super().record(record, lease)

    async def _pass(self, name: str) -> None:
        if not self.gates or name in self.gates:
            self.waiting.append(name)
            await self.open.wait()
        if self.fails is not None:
            raise self.fails
