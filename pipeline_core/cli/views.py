"""Ways to show a running thread. Each takes events one by one, and is entered before the first."""

import sys
from datetime import UTC, datetime
from types import TracebackType
from typing import Self, TextIO

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from pipeline_core.cli.board import Board, Line
from pipeline_core.engine import Event
from pipeline_core.render.labels import task_title

_MARKS = {"waiting": "·", "done": "✓", "failed": "✗", "retrying": "↻"}
_STYLES = {"waiting": "dim", "done": "green", "failed": "red", "retrying": "yellow", "running": "cyan"}
_SAYS = {"favorable": "green", "neutral": "yellow", "unfavorable": "red"}


class QuietView:
    """Shows nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def __call__(self, event: Event) -> None:
        """Take an event in."""


class EventsView(QuietView):
    """Writes every event as a line of JSON, at once.

    Args:
        out: where to.
    """

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout

    def __call__(self, event: Event) -> None:
        """Write the event."""
        self._out.write(event.model_dump_json(ensure_ascii=True) + "\n")
        self._out.flush()


class LinesView(QuietView):
    """Writes a plain line for every task that settles; for logs.

    Args:
        board: told of every event.
        out: where to.
    """

    def __init__(self, board: Board, out: TextIO | None = None) -> None:
        self._board = board
        self._out = out or sys.stderr

    def __call__(self, event: Event) -> None:
        """Write a line if the event settles a task."""
        line = self._board.apply(event)
        if line is not None:
            parts = [f"{task_title(line.task):<24}", f"{line.status:<8}", f"{line.says:<14}"]
            parts += [_percent(line), _seconds(line)]
            self._out.write(" ".join(parts).rstrip() + "\n")
            self._out.flush()


class LiveView(QuietView):
    """Redraws a table of all tasks while they run, and leaves it on the screen.

    Args:
        board: told of every event.
        console: a terminal.
    """

    def __init__(self, board: Board, console: Console) -> None:
        self._board = board
        self._spinner = Spinner("dots", style="cyan")
        self._live = Live(console=console, get_renderable=self._table, refresh_per_second=12)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def __call__(self, event: Event) -> None:
        """Take an event in; it is drawn with the next refresh."""
        self._board.apply(event)

    def _table(self) -> Table:
        table = Table.grid(padding=(0, 2))
        for line in self._board.lines.values():
            style = _STYLES[line.status]
            mark = self._spinner if line.status == "running" else Text(_MARKS[line.status], style=style)
            title = Text(task_title(line.task), style="dim" if line.status == "waiting" else "")
            says = Text(line.says, style=_SAYS.get(line.says, style))
            confidence, elapsed = Text(_percent(line), justify="right"), Text(_seconds(line), style="dim")
            table.add_row(mark, title, says, confidence, elapsed)
        return table


def _percent(line: Line) -> str:
    return f"{line.confidence:>4.0%}" if line.confidence is not None else "    "


def _seconds(line: Line) -> str:
    if line.restored:
        return "kept"
    elapsed = line.elapsed(datetime.now(UTC))
    return f"{elapsed:.1f} s" if elapsed is not None else ""
