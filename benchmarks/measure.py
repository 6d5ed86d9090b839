"""Measures one engine in a process of its own: `measure ENGINE KIND WHAT`; prints JSON."""

import asyncio
import gc
import importlib
import json
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

Run = Callable[[], AsyncIterator[object]]

SEQUENTIAL = 150
CONCURRENT = 200
CRITICAL = 5
CRITICAL_CONCURRENT = 50
BATCHES = 5
"""Of threads at once. The first is slower than the others, and a full garbage collection falls into some."""
TASK_SECONDS = 0.05
APART_SECONDS = 0.002


async def _through(run: Run) -> int:
    count = 0
    async for _ in run():
        count += 1
    return count


async def sequential(run: Run) -> dict[str, float]:
    """One thread after the other: CPU and wall time of each, and the time to its first event."""
    for _ in range(5):
        events = await _through(run)
    cpu, wall, first = [], [], []
    for _ in range(SEQUENTIAL):
        began_cpu, began = time.process_time(), time.perf_counter()
        stream = run()
        await anext(stream)
        first.append(time.perf_counter() - began)
        async for _ in stream:
            pass
        wall.append(time.perf_counter() - began)
        cpu.append(time.process_time() - began_cpu)
    return {
        "cpu ms": statistics.median(cpu) * 1000,
        "wall ms": statistics.median(wall) * 1000,
        "first event ms": statistics.median(first) * 1000,
        "events": events,
    }


async def apart(run: Run) -> dict[str, float]:
    """One thread after the other, whose dimensions end at different times: CPU of each."""
    return await sequential(run)


async def concurrent(run: Run) -> dict[str, float]:
    """Many threads at once: how many per second."""
    await _through(run)
    rates, cpu = [], []
    for _ in range(BATCHES):
        began_cpu, began = time.process_time(), time.perf_counter()
        await asyncio.gather(*(_through(run) for _ in range(CONCURRENT)))
        rates.append(CONCURRENT / (time.perf_counter() - began))
        cpu.append((time.process_time() - began_cpu) / CONCURRENT * 1000)
    return {"threads/s": statistics.median(rates), "cpu ms": statistics.median(cpu)}


async def critical(run: Run) -> dict[str, float]:
    """Tasks of 50 ms: the wall time over the ideal, one thread at a time and fifty at once."""
    from benchmarks.work import IDEAL  # noqa: PLC0415

    ideal = IDEAL * TASK_SECONDS
    await _through(run)
    alone, together = [], []
    for _ in range(CRITICAL):
        began = time.perf_counter()
        await _through(run)
        alone.append((time.perf_counter() - began) / ideal)
    for _ in range(BATCHES):
        began = time.perf_counter()
        await asyncio.gather(*(_through(run) for _ in range(CRITICAL_CONCURRENT)))
        together.append((time.perf_counter() - began) / ideal)
    return {"alone": statistics.median(alone), "fifty at once": statistics.median(together)}


async def memory(run: Run) -> dict[str, float]:
    """Thousands of threads one after the other: how much the process grew after the first tenth."""
    for _ in range(1000):
        await _through(run)
    gc.collect()
    before = _resident()
    for _ in range(9000):
        await _through(run)
    gc.collect()
    return {"grown MB": _resident() - before, "peak MB": _peak()}


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


async def _measure(engine: str, kind: str, what: str) -> dict[str, float]:
    module = importlib.import_module(engine)
    seconds = {"critical": TASK_SECONDS, "apart": APART_SECONDS}.get(what, 0.0)
    with tempfile.TemporaryDirectory() as folder:
        async with module.engine(kind, Path(folder), seconds, apart=what == "apart") as run:
            return await globals()[what](run)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_measure(*sys.argv[1:]))))
