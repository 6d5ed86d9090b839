"""The rows of a batch: lines of a JSONL file, or files of a folder."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, cast

from pipeline_core.errors import InputError, UnreadableInputError
from pipeline_core.intake import problem_of, read_problem, read_text
from pipeline_core.models import PipelineInput

_SUFFIXES = (".md", ".txt", ".json")


class BatchRow(NamedTuple):
    """One problem of a batch, or why there is none."""

    id: str
    """The row's own `id`, or its file's name, or its line number."""
    given: PipelineInput | None
    defect: str = ""

    def thread_id(self, configuration: str) -> str:
        """Return the thread of this row: the same row under the same configuration, the same thread."""
        given = self.given.model_dump(mode="json") if self.given else self.defect
        content = json.dumps([configuration, self.id, given], sort_keys=True)
        return f"batch-{hashlib.sha256(content.encode()).hexdigest()[:16]}"


def read_batch(source: Path) -> list[BatchRow]:
    """Return the rows of a batch in their order; a row that is no problem says why.

    Raises:
        UnreadableInputError: the source is missing, empty, or not text, or two rows have the same id.
    """
    rows = list(_files(source) if source.is_dir() else _lines(source))
    if not rows:
        suffixes = ", ".join(_SUFFIXES)
        advice = f"put {suffixes} files in it" if source.is_dir() else 'write {"problem": "..."} a line'
        raise UnreadableInputError(str(source), "holds no problems", advice)
    twice = [name for name, count in Counter(row.id for row in rows).items() if count > 1]
    if twice:
        raise UnreadableInputError(
            str(source), f"has two rows with the id {twice[0][:40]!r}", "give each its own"
        )
    return rows


def _files(folder: Path) -> Iterator[BatchRow]:
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in _SUFFIXES and path.is_file():
            try:
                yield BatchRow(path.name, read_problem(str(path)))
            except InputError as error:
                yield BatchRow(path.name, None, str(error))


def _lines(file: Path) -> Iterator[BatchRow]:
    for number, line in enumerate(read_text(str(file), limit=None).split("\n"), start=1):
        if line.strip():
            yield _row(line, number)


def _row(line: str, number: int) -> BatchRow:
    name = f"line {number}"
    try:
        value: object = json.loads(line)
    except (ValueError, RecursionError):
        return BatchRow(name, None, f'{name} is not JSON: write {{"problem": "..."}}')
    own = cast("dict[str, object]", value).get("id") if isinstance(value, dict) else None
    id_ = str(own) if isinstance(own, str | int) and str(own) else name
    try:
        return BatchRow(id_, problem_of(cast("object", value), name))
    except InputError as error:
        return BatchRow(id_, None, str(error))
