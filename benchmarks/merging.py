"""How fast, and how fairly, the engine's channel merges seven streams."""

import asyncio
import time

from pipeline_core.engine.channel import Channel, Producer

STREAMS = 7
ITEMS = 30_000


async def merge() -> dict[str, float]:
    """Return items per second of CPU, and the most any stream was ahead of a ready sibling."""
    channel: Channel[tuple[int, int]] = Channel(width=2, producers=STREAMS)

    async def produce(stream: int, out: Producer[tuple[int, int]]) -> None:
        for number in range(ITEMS):
            if not out.send((stream, number)):
                await out.wait()
        out.close()

    tasks = [asyncio.create_task(produce(stream, channel.producer())) for stream in range(STREAMS)]
    order: list[int] = []
    began = time.process_time()
    while (items := await channel.get()) is not None:
        order.extend([stream for stream, _ in items])
    took = time.process_time() - began
    await asyncio.wait(tasks)
    return {"items/s": STREAMS * ITEMS / took, "ahead": _most_ahead(order)}


def _most_ahead(order: list[int]) -> int:
    counts, ahead = [0] * STREAMS, 0
    for stream in order:
        counts[stream] += 1
        if max(counts) < ITEMS:
            ahead = max(ahead, max(counts) - min(counts))
    return ahead


def measure() -> dict[str, float]:
    """Merge once."""
    return asyncio.run(merge())
