"""This engine and LangGraph, side by side, on the same work: `python -m benchmarks.engine`.

Prints the table and writes it to `docs/performance.md`: some fourteen minutes.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks import merging
from benchmarks.measure import BATCHES, CRITICAL, SEQUENTIAL

OURS, PEER = "benchmarks.ours", "benchmarks.langgraph_peer"
ROUNDS = 7
DOCUMENT = Path(__file__).parents[1] / "docs" / "performance.md"


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    name: str
    kind: str
    what: str
    figure: str
    goal: str
    more_is_better: bool = False


ROWS = (
    Row("CPU per thread, in memory, ms", "memory", "sequential", "cpu ms", "≤ 0.30"),
    Row(
        "CPU per thread, SQLite, writes synced, ms",
        "sqlite",
        "sequential",
        "cpu ms",
        "≤ 0.25",
    ),
    Row("The same, dimensions that end 2 ms apart, ms", "sqlite", "apart", "cpu ms", ""),
    Row("200 threads at once, in memory, threads/s", "memory", "concurrent", "threads/s", "≥ 4", True),
    Row("200 threads at once, SQLite, threads/s", "sqlite", "concurrent", "threads/s", "≥ 6", True),
    Row("Tasks of 50 ms, in memory, wall / ideal", "memory", "critical", "alone", "ours ≤ 1.03"),
    Row("The same, 50 threads at once", "memory", "critical", "fifty at once", "ours ≤ 1.3"),
    Row("Tasks of 50 ms, SQLite, wall / ideal", "sqlite", "critical", "alone", ""),
    Row("The same, 50 threads at once", "sqlite", "critical", "fifty at once", "ours ≤ 1.7"),
    Row("First event, in memory, ms", "memory", "sequential", "first event ms", "ours ≤ 1"),
)


def measured(engine: str, kind: str, what: str) -> dict[str, float]:
    """Measure one engine in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.measure", engine, kind, what]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def measured_in_turn(rounds: int) -> dict[tuple[str, str, str], list[dict[str, float]]]:
    """Measure both engines in turn, so that what else the machine does touches both alike."""
    found: dict[tuple[str, str, str], list[dict[str, float]]] = {}
    for _ in range(rounds):
        for kind, what in sorted({(row.kind, row.what) for row in ROWS}):
            for engine in (OURS, PEER):
                found.setdefault((engine, kind, what), []).append(measured(engine, kind, what))
    return found


def table(found: dict[tuple[str, str, str], list[dict[str, float]]], rounds: int) -> str:
    """Return the table: medians of each engine, and the median of the ratios of each round."""
    lines = ["| what | ours | LangGraph | ours / LangGraph | goal |", "|---|---|---|---|---|"]
    for row in ROWS:
        ours = [result[row.figure] for result in found[OURS, row.kind, row.what]]
        peer = [result[row.figure] for result in found[PEER, row.kind, row.what]]
        ratio = statistics.median(a / b for a, b in zip(ours, peer, strict=True))
        lines.append(
            f"| {row.name} | {statistics.median(ours):.2f} | {statistics.median(peer):.2f} "
            f"| {ratio:.2f} | {row.goal} |"
        )
    merged = [merging.measure() for _ in range(rounds)]
    speed = statistics.median(result["items/s"] for result in merged)
    ahead = max(result["ahead"] for result in merged)
    lines.append(f"| Merging 7 streams, events per second of CPU | {speed:,.0f} | | | ≥ 300,000 |")
    lines.append(f"| Most events a stream is ahead of a ready sibling | {ahead:.0f} | | | ≤ 64 |")
    return "\n".join(lines)


def memory_line() -> str:
    """Return the line on the growth of the process over ten thousand threads."""
    grown = measured(OURS, "sqlite", "memory")["grown MB"]
    return f"| Growth from the 1,000th to the 10,000th thread, SQLite, MB | {grown:.1f} | | | flat |"


def document(text: str, rounds: int) -> str:
    """Return the page."""
    machine = f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
    return f"""# Performance

What the engine itself costs, beside LangGraph ({version("langgraph")}, SQLite saver
{version("langgraph-checkpoint-sqlite")}) in the same run on the same work. Analyzers do nothing
here: with real ones a language model's seconds are what counts, and this page shows how little is
added to them, and how many threads one process can drive.

## Method

- Work: 13 tasks (1, 7 at once, 1, 3 at once, 1), 5 progress events per dimension, 200 chunks of text in
  the last task; the state grows from 8 KB to 24 KB. The engine also sends an event for every state
  transition, 279 in all; LangGraph sends 249.
- Writes: LangGraph with its default durability in memory, and `durability="sync"` on SQLite; the engine
  awaits every write on both, and SQLite syncs every commit. LangGraph saves 7 checkpoints and 35 rows of
  writes between them. The engine saves the whole state 6 times: tasks that settle in the same turn of
  the event loop, as these do, share the checkpoint that closes their stage. One that settles while
  others of its stage run is recorded by itself, a row of some 1.3 KB: one line of the table has
  dimensions that end 2 ms apart, 12 writes.
- Each measurement is made in a process of its own, both engines in turn. Figures are medians of
  {rounds} round(s), each the median of {SEQUENTIAL} threads one after the other ({CRITICAL} where
  tasks take 50 ms), or of {BATCHES} batches of threads at once; a ratio is the median of the ratios of the
  rounds. Quote the ratios: times, and wall times most of all, move with what else the machine does. A
  busy neighbour can double all of them for some seconds.
- Alone on SQLite, a thread of 50 ms tasks waits for six writes one after the other, each most of a
  millisecond after 50 ms of idleness, and five times for up to a millisecond by which the event loop
  wakes up late.
- Run it: `make bench`, or `python -m benchmarks.engine`.

## Last measured

{datetime.now(UTC):%Y-%m-%d}, {machine}, load average {os.getloadavg()[0]:.1f} at the end.

{text}
"""


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--quick",
        action="store_true",
        help="one round, no ten thousand threads, nothing written",
    )
    quick = parser.parse_args().quick
    rounds = 1 if quick else ROUNDS
    text = table(measured_in_turn(rounds), rounds)
    if not quick:
        text += "\n" + memory_line()
        DOCUMENT.write_text(document(text, rounds))
    print(text)


if __name__ == "__main__":
    main()
