"""The problems in a file: one in a text or a JSON object, any number in a table."""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import NamedTuple, cast

from pipeline_core.errors import InputError, UnreadableInputError
from pipeline_core.intake import decode, problem_of
from pipeline_core.models import PipelineInput

DOCUMENTS = (".md", ".txt", ".json")
"""Suffixes of files that hold one problem."""
TABLES = (".csv", ".jsonl")
"""Suffixes of files that hold a problem in each row."""
MAX_BYTES = 64 * 1024 * 1024
"""Larger files are refused unread."""

_DOCUMENT_KEYS = {"problem", "text", "context", "id"}
_DELIMITERS = (",", ";", "\t")
_MAX_FIELD = 1_000_000


class ProblemRow(NamedTuple):
    """One problem of a file."""

    name: str
    """Under which the report is filed: the row's id, or the name of a document; may be empty."""
    given: PipelineInput
    id: str = ""
    """The row's own id."""

    @property
    def key(self) -> str:
        """The same for the same problem, context and id, whatever file they come in."""
        content = json.dumps([self.given.problem, self.given.context, self.id])
        return hashlib.sha256(content.encode()).hexdigest()[:24]


class BadRow(NamedTuple):
    """A row that is no problem."""

    place: str
    text: str
    """The row as it can be handed in again."""
    reason: str


@dataclass(frozen=True, slots=True)
class Problems:
    """What a file holds."""

    is_table: bool
    rows: list[ProblemRow] = field(default_factory=list[ProblemRow])
    bad: list[BadRow] = field(default_factory=list[BadRow])
    header: str = ""
    """The line that has to stand above the rows of a CSV file."""

    def bad_rows(self) -> str:
        """Return a file that holds the bad rows only."""
        return self.header + "".join(row.text for row in self.bad)

    def reasons(self) -> str:
        """Return a line for each bad row."""
        return "\n".join(f"{row.place}: {row.reason}" for row in self.bad)


def read_problems(name: str, content: bytes) -> Problems:
    """Return the problems in a file of this name and content.

    A bad row of a table stops no other; a table without any good row is refused.

    Raises:
        InputError: the file is not what its name says, or holds no problem.
    """
    suffix = PurePath(name).suffix.lower()
    if suffix not in DOCUMENTS + TABLES:
        raise UnreadableInputError(
            name, "is of a kind that is not read", f"use {', '.join(DOCUMENTS + TABLES)}"
        )
    text = decode(content, name)
    if suffix in DOCUMENTS:
        return Problems(is_table=False, rows=[_document(name, text, is_json=suffix == ".json")])
    problems = _csv(name, text) if suffix == ".csv" else _jsonl(text)
    if not problems.rows:
        raise UnreadableInputError(name, "holds no problem", problems.reasons() or "write a problem a line")
    return problems


def _document(name: str, text: str, *, is_json: bool) -> ProblemRow:
    stem = PurePath(name).stem
    # Names of reports are ASCII: what other names have in common would be filed together.
    filed_as = stem if stem.isascii() else ""
    if not is_json:
        return ProblemRow(filed_as, PipelineInput(problem=text))
    row = _json(text, name)
    unknown = sorted(_keys(row) - _DOCUMENT_KEYS)
    if unknown:
        raise UnreadableInputError(
            name, f"has an unknown key {unknown[0][:40]!r}", 'write {"problem": "...", "context": "..."}'
        )
    own = _id(row)
    return ProblemRow(own or filed_as, problem_of(row, name), own)


def _jsonl(text: str) -> Problems:
    problems = Problems(is_table=True)
    lines = ((number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip())
    _sort_out(problems, ((f"line {number}", line + "\n", line) for number, line in lines))
    return problems


def _csv(name: str, text: str) -> Problems:
    header, delimiter = _csv_header(name, text)
    problems = Problems(is_table=True, header=_csv_line(header, delimiter))
    csv.field_size_limit(_MAX_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    next(reader)
    columns = [column.strip().lower() for column in header]
    try:
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise UnreadableInputError(
            name, f"is not CSV (line {reader.line_num}: {error})", "export it again"
        ) from error
    _sort_out(
        problems,
        ((f"line {number}", _csv_line(row, delimiter), _csv_fields(columns, row)) for number, row in rows),
    )
    return problems


def _csv_header(name: str, text: str) -> tuple[list[str], str]:
    for delimiter in _DELIMITERS:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        header = next(lines, list[str]())
        if {"problem", "text"}.intersection(column.strip().lower() for column in header):
            return header, delimiter
    raise UnreadableInputError(
        name,
        'has no column "problem"',
        "write problem,context,id in its first line; the last two may be left out",
    )


def _csv_line(cells: Iterable[str], delimiter: str) -> str:
    line = io.StringIO()
    csv.writer(line, delimiter=delimiter, lineterminator="\n").writerow(cells)
    return line.getvalue()


def _csv_fields(columns: list[str], row: list[str]) -> "dict[str, str] | InputError":
    if len(row) > len(columns):
        return InputError(f"has {len(row)} cells under {len(columns)} columns")
    return dict(zip(columns, row, strict=False))


def _sort_out(
    problems: Problems, rows: Iterator[tuple[str, str, "str | dict[str, str] | InputError"]]
) -> None:
    """Put each row, given as its place, its text and its fields, where it belongs."""
    taken: dict[str, str] = {}
    for place, text, fields in rows:
        try:
            if isinstance(fields, InputError):
                raise fields
            row = _json(fields, place) if isinstance(fields, str) else fields
            own = _id(row)
            if own in taken:
                raise UnreadableInputError(place, f"has the id of {taken[own]}", "give each row its own")
            problem = ProblemRow(own, problem_of(row, place), own)
        except InputError as error:
            problems.bad.append(BadRow(place, text, str(error).removeprefix(f"{place} ")))
        else:
            problems.rows.append(problem)
            if own:
                taken[own] = place


def _json(text: str, name: str) -> object:
    try:
        return cast("object", json.loads(text))
    except (ValueError, RecursionError) as error:
        raise UnreadableInputError(name, "is not JSON", 'write {"problem": "..."}') from error


def _keys(row: object) -> set[str]:
    return set(cast("dict[str, object]", row)) if isinstance(row, dict) else set()


def _id(row: object) -> str:
    own = cast("dict[str, object]", row).get("id") if isinstance(row, dict) else None
    return str(own).strip()[:200] if isinstance(own, str | int) else ""
