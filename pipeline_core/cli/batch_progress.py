"""How far a batch is."""

import sys
from collections import Counter
from types import TracebackType
from typing import Self

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from pipeline_core.cli.console import can_draw, console_on


class BatchProgress:
    """Counts rows by status, and draws a bar where there is a terminal to draw on.

    Args:
        total: how many rows there are.
        counts: is counted into.
    """

    def __init__(self, total: int, counts: "Counter[str]") -> None:
        self._counts = counts
        columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        self._bar = Progress(*columns, console=console_on(sys.stderr), disable=not can_draw(sys.stderr))
        self._task = self._bar.add_task("", total=total)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def tell(self, status: str) -> None:
        """Count a row that has ended."""
        self._counts[status] += 1
        said = ", ".join(f"{count} {name}" for name, count in sorted(self._counts.items()))
        self._bar.update(self._task, advance=1, description=said)
