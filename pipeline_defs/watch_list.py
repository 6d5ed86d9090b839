"""The problems that are screened again when something changes."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, cast

import yaml

from pipeline_core.errors import InputError, UnreadableInputError
from pipeline_core.intake import MissingInputError, decode, problem_of, read_problem
from pipeline_core.models import PipelineInput
from pipeline_defs.problem_config import partition_of
from pipeline_defs.problem_files import TABLES, read_problems

VARIABLE = "SUITABILITY_WATCHLIST"
"""Names the file of the list: .yaml, .json, .jsonl or .csv."""

_SHAPE = 'write a list of entries such as {id: mail, problem: "..."} or {id: mail, path: mail.md}'


class Watched(NamedTuple):
    """An entry of the list."""

    id: str
    """Also the partition of its reports."""
    given: PipelineInput

    def digest(self, fingerprint: Mapping[str, str]) -> str:
        """Return what changes with the text and with whatever shapes its analysis."""
        content = json.dumps([self.given.problem, self.given.context, sorted(fingerprint.items())])
        return hashlib.sha256(content.encode()).hexdigest()[:16]


def chosen_watch_list() -> Path | None:
    """Return the file that the environment names; None if it names none."""
    chosen = os.environ.get(VARIABLE)
    return Path(chosen).expanduser().absolute() if chosen else None


def read_watch_list(path: Path) -> tuple[list[Watched], list[str]]:
    """Return the entries of a list, and what is wrong with those that cannot be used.

    Paths in it are relative to the list.

    Raises:
        UnreadableInputError: the file is missing or no list.
    """
    entries: list[Watched] = []
    defects: list[str] = []
    taken: set[str] = set()
    for place, row in _rows(path, defects):
        try:
            entry = _entry(row, place, path.parent)
            if entry.id in taken:
                raise UnreadableInputError(place, "has the id of another entry", "give each its own")
        except InputError as error:
            defects.append(str(error))
        else:
            taken.add(entry.id)
            entries.append(entry)
    return entries, defects


def _rows(path: Path, defects: list[str]) -> Iterator[tuple[str, object]]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise MissingInputError(str(path), "cannot be read", f"check {VARIABLE}") from error
    if path.suffix.lower() in TABLES:
        problems = read_problems(path.name, content)
        defects.extend(f"{row.place}: {row.reason}" for row in problems.bad)
        for row in problems.rows:
            yield f"{row.id or 'an entry'} of {path.name}", {**row.given.model_dump(), "id": row.id}
        return
    try:
        # JSON is YAML too.
        entries: object = yaml.safe_load(decode(content, path.name))
    except yaml.YAMLError as error:
        raise UnreadableInputError(path.name, "is neither YAML nor JSON", _SHAPE) from error
    if not isinstance(entries, list):
        raise UnreadableInputError(path.name, "holds no list", _SHAPE)
    for number, entry in enumerate(cast("list[object]", entries), start=1):
        yield f"entry {number} of {path.name}", entry


def _entry(row: object, place: str, folder: Path) -> Watched:
    fields = cast("dict[str, Any]", row) if isinstance(row, dict) else {}
    id_ = fields.get("id")
    if not isinstance(id_, str | int) or not str(id_).strip():
        raise UnreadableInputError(place, "has no id", _SHAPE)
    if isinstance(path := fields.get("path"), str):
        given = read_problem(str(folder / path), context=fields.get("context") or None)
    else:
        given = problem_of(fields, place)
    return Watched(partition_of(given, str(id_)), given)
