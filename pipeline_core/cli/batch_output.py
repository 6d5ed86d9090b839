"""The results of a batch: a line of JSON for each row, in the order in which rows end."""

import contextlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol, cast

from pipeline_core.errors import UnreadableInputError
from pipeline_core.intake import read_text

DONE = "completed"
_BEGINNING = '{"id": '
"""How a result begins; a last line that begins so and is no JSON was torn when its writer died."""


class Results(Protocol):
    """Where results go."""

    def done(self, id_: str, thread_id: str) -> bool:
        """Tell whether this row has its result already."""
        ...

    def write(self, result: dict[str, Any]) -> None:
        """Write a result, at once."""
        ...


class StdoutResults:
    """Results on the standard output; nothing is known of earlier runs."""

    def done(self, id_: str, thread_id: str) -> bool:
        """Return False."""
        return not (id_ or thread_id)

    def write(self, result: dict[str, Any]) -> None:
        """Write a result, at once."""
        sys.stdout.write(json.dumps(result) + "\n")
        sys.stdout.flush()


class FileResults:
    """Results in a file that an interrupted batch goes on with.

    Lines of completed rows stay, a torn last line and all others are dropped: their rows run again.

    Args:
        path: made if it does not exist.

    Raises:
        UnreadableInputError: it exists and holds something else than results.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        kept = list(_completed(path)) if path.exists() else []
        self._done = {(str(row["id"]), str(row["thread_id"])) for row in kept}
        if path.exists():
            _replace(path, "".join(json.dumps(row) + "\n" for row in kept))

    def done(self, id_: str, thread_id: str) -> bool:
        """Tell whether this row had its result when the file was opened."""
        return (id_, thread_id) in self._done

    def write(self, result: dict[str, Any]) -> None:
        """Append a result, at once."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(result) + "\n")


def _completed(path: Path) -> Iterator[dict[str, Any]]:
    lines = read_text(str(path), limit=None).split("\n")
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line) if line.strip() else {"status": ""}
        except ValueError:
            row = {"status": ""} if number == len(lines) and line.startswith(_BEGINNING) else None
        if not isinstance(row, dict) or "status" not in row:
            raise UnreadableInputError(
                str(path), f"is not the result of a batch (line {number})", "name another file after --out"
            )
        fields = cast("dict[str, Any]", row)
        if fields["status"] == DONE and {"id", "thread_id"} <= fields.keys():
            yield fields


def _replace(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
