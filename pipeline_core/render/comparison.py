"""Two reports side by side."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline_core.render.clean import one_line
from pipeline_core.render.labels import percent, task_title
from pipeline_core.report import Report


class Row(NamedTuple):
    """One aspect of both reports."""

    aspect: str
    first: str
    second: str

    @property
    def changed(self) -> bool:
        """Whether the two differ."""
        return self.first != self.second


def compare_reports(first: Report, second: Report) -> list[Row]:
    """Return the aspects of two reports: outcome first, then dimensions, then answers."""
    rows = [
        Row("status", first.status, second.status),
        Row("verdict", first.verdict or "", second.verdict or ""),
        Row("confidence", percent(first.confidence), percent(second.confidence)),
        Row("score", _score(first), _score(second)),
    ]
    rows += _paired("", _dimensions(first), _dimensions(second))
    rows += _paired("answer:", first.answers, second.answers)
    if first.problem != second.problem:
        rows.append(Row("problem", first.problem, second.problem))
    return rows


def print_comparison(first: str, second: str, rows: Iterable[Row], console: Console) -> None:
    """Print the rows as a table; those that differ are marked."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("", "", first, second):
        table.add_column(title, overflow="fold")
    for row in rows:
        style = "bold" if row.changed else "dim"
        cells = (
            "≠" if row.changed else "",
            task_title(row.aspect),
            one_line(row.first),
            one_line(row.second),
        )
        table.add_row(*(Text(cell, style=style) for cell in cells))
    console.print(table)


def _score(report: Report) -> str:
    return "" if report.score is None else f"{report.score:.0f}"


def _dimensions(report: Report) -> dict[str, str]:
    return {one.id: f"{one.score} ({percent(one.confidence)})" for one in report.dimensions}


def _paired(prefix: str, first: Mapping[str, str], second: Mapping[str, str]) -> list[Row]:
    names = dict.fromkeys((*first, *second))
    return [Row(prefix + name, first.get(name, ""), second.get(name, "")) for name in names]
