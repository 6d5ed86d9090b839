"""A process that saves to thread `t` in competition with others: `contender TARGET ARGUMENT NAME SAVES`."""

import asyncio
import sys
from datetime import UTC, datetime

from pipeline_core.engine.checkpoint import Checkpoint, TaskRecord
from pipeline_core.errors import StaleWriterError
from pipeline_core.testing.factory import Factory


async def contend(factory: Factory, name: str, saves: int) -> None:
    """Save `saves` checkpoints and as many records, each time after whatever is the latest."""
    checkpointer = factory()
    lease = await checkpointer.acquire("t", "shared", 600)
    done = 0
    while done < saves:
        stored = await checkpointer.load("t")
        assert stored is not None
        version = stored.checkpoint.version + 1
        try:
            await checkpointer.save(Checkpoint("t", version, "running", name, datetime.now(UTC)), lease)
        except StaleWriterError:
            continue
        done += 1
        await checkpointer.record(TaskRecord("t", f"task_{name}", str(done)), lease)
    await checkpointer.close()


if __name__ == "__main__":
    _, target, argument, name, saves = sys.argv
    asyncio.run(contend(Factory(target, argument), name, int(saves)))
