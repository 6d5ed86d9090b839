"""Reads a problem from a file, a stream or a string, character for character.

Newlines become `\\n` as in Python's text mode and a byte order mark is dropped; nothing else changes, so
that the offsets of evidence fit the text as an editor shows it.
"""

import io
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, cast

from pipeline_core.errors import UnreadableInputError
from pipeline_core.models import PipelineInput

STDIN = "-"
"""The name of the standard input."""

MAX_BYTES = 8 * 1024 * 1024
"""More than this is not even read: the longest problem that is accepted is far shorter."""

_KEYS = ("problem", "context")
_SHAPE = '{"problem": "...", "context": "..."}'
_TEXT_ADVICE = "save it as plain UTF-8 text"
_FORMATS: Mapping[bytes, str] = {
    b"%PDF": "is a PDF",
    b"PK\x03\x04": "is a zip archive or an office document",
    b"\xd0\xcf\x11\xe0": "is an office document",
    b"\x89PNG": "is an image",
    b"\xff\xd8\xff": "is an image",
    b"\x1f\x8b": "is compressed",
    b"\xff\xfe": "is UTF-16",
    b"\xfe\xff": "is UTF-16",
}


class MissingInputError(UnreadableInputError):
    """Raised when there is no file of this name; perhaps the text itself was meant."""


def read_problem(source: str, *, context: str | None = None) -> PipelineInput:
    """Return the problem in a file, or on the standard input for `-`.

    A file that ends in `.json` holds an object `{"problem": ..., "context": ...}`; anything else is text.

    Args:
        source: a path, or `-`.
        context: takes the place of the context in the file.

    Raises:
        UnreadableInputError: it is missing, a folder, not text, or JSON of another shape.
        InputError: see `PipelineInput`.
    """
    name = "the standard input" if source == STDIN else source
    text = decode(_read(source, name), name)
    if source != STDIN and Path(source).suffix.lower() == ".json":
        given = _fields(text, name)
        return PipelineInput(problem=given["problem"], context=context or given.get("context"))
    return PipelineInput(problem=text, context=context)


def read_text(source: str, *, limit: int | None = MAX_BYTES) -> str:
    """Return the text of a file, or of the standard input for `-`.

    Args:
        source: a path, or `-`.
        limit: more bytes than this are refused.

    Raises:
        UnreadableInputError: it is missing, a folder, or not text.
    """
    name = "the standard input" if source == STDIN else source
    return decode(_read(source, name, limit), name)


def problem_of(row: object, name: str) -> PipelineInput:
    """Return the problem in one row of a batch: an object with `problem`, or `text`, and perhaps `context`.

    Other keys are the user's own and are passed over.

    Raises:
        UnreadableInputError: it has another shape.
        InputError: see `PipelineInput`.
    """
    if isinstance(row, dict):
        fields = cast("dict[str, Any]", row)
        known = {key: fields[key] for key in _KEYS if key in fields}
        row = {"problem": fields["text"], **known} if "text" in fields else known
    given = _checked(row, name)
    return PipelineInput(problem=given["problem"], context=given.get("context"))


def decode(content: bytes, name: str) -> str:
    """Return the text in `content` as Python's text mode reads it.

    Raises:
        UnreadableInputError: it is not UTF-8.
    """
    for start, defect in _FORMATS.items():
        if content.startswith(start):
            raise UnreadableInputError(name, defect, _TEXT_ADVICE)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if b"\x00" in content:
            raise UnreadableInputError(name, "is binary, not text", _TEXT_ADVICE) from error
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableInputError(name, f"is not UTF-8 (line {line})", _TEXT_ADVICE) from error
    return io.IncrementalNewlineDecoder(None, translate=True).decode(text, final=True)


def _read(source: str, name: str, limit: int | None = MAX_BYTES) -> bytes:
    try:
        if source == STDIN:
            return _limited(sys.stdin.buffer, name, limit)
        with Path(source).open("rb") as file:
            return _limited(file, name, limit)
    except FileNotFoundError as error:
        shown = name if len(name) <= 60 else f"{name[:57]}..."
        advice = "check the path, or pass the text itself with --text"
        raise MissingInputError(shown, "does not exist", advice) from error
    except IsADirectoryError as error:
        raise UnreadableInputError(name, "is a folder", "name one file in it") from error
    except (OSError, ValueError) as error:
        shown = name if len(name) <= 60 else f"{name[:57]}..."
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "not a path"
        advice = "check it, or pass the text itself with --text"
        raise UnreadableInputError(shown, f"cannot be read ({reason})", advice) from error


def _limited(stream: BinaryIO, name: str, limit: int | None) -> bytes:
    content = stream.read(-1 if limit is None else limit + 1)
    if limit is not None and len(content) > limit:
        raise UnreadableInputError(name, f"is larger than {limit // 2**20} MB", "summarise it")
    return content


def _fields(text: str, name: str) -> dict[str, Any]:
    try:
        row = json.loads(text)
    except json.JSONDecodeError as error:
        raise UnreadableInputError(
            name, f"is not JSON (line {error.lineno}: {error.msg})", f"write {_SHAPE}"
        ) from error
    except (RecursionError, ValueError) as error:
        raise UnreadableInputError(name, "is not JSON that can be read", f"write {_SHAPE}") from error
    return _checked(row, name)


def _checked(row: object, name: str) -> dict[str, Any]:
    """Return `row` if it is an object with a problem and perhaps a context."""
    if not isinstance(row, dict):
        raise UnreadableInputError(name, "does not hold a JSON object", f"write {_SHAPE}")
    fields = cast("dict[str, Any]", row)
    if unknown := [key for key in fields if key not in _KEYS]:
        raise UnreadableInputError(
            name, f"has an unknown key {unknown[0][:40]!r}", f"only {' and '.join(_KEYS)} are read"
        )
    if not isinstance(fields.get("problem"), str):
        defect = "is not a string" if "problem" in fields else "is missing"
        raise UnreadableInputError(name, f'is JSON whose "problem" {defect}', f"write {_SHAPE}")
    if not isinstance(fields.get("context"), str | None):
        raise UnreadableInputError(name, 'is JSON whose "context" is not a string', f"write {_SHAPE}")
    return fields
