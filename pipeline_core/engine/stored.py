"""A value in the form in which it is stored, checked by reading it back."""

from typing import Literal, NamedTuple, TypeVar

from pydantic import BaseModel

M = TypeVar("M", bound=BaseModel)


class Stored(NamedTuple):
    """A value as it will be read back, and its text."""

    value: BaseModel
    text: str
    """ASCII JSON."""


def ascii_json(value: BaseModel, warnings: Literal["warn", "error"] = "warn") -> str:
    """Return `value` as ASCII JSON."""
    text = value.model_dump_json(warnings=warnings)
    # Escaping takes several times as long, and most texts have nothing to escape.
    return text if text.isascii() else value.model_dump_json(ensure_ascii=True, warnings=warnings)


def store(value: BaseModel, kind: type[BaseModel]) -> Stored:
    """Return `value` as a reader that expects a `kind` will see it.

    What goes on from here is the value that was read back: it cannot change when its maker's does, and
    it is the same whether or not the process dies.

    Raises:
        ValueError: it cannot be written, or not be read back; the message does not hold its content.
    """
    try:
        text = ascii_json(value, warnings="error")
        found = kind.model_validate_json(text)
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(
            f"a {type(value).__name__} that cannot be stored ({type(error).__name__})"
        ) from error
    if type(value) is not kind and ascii_json(found) != text:
        raise ValueError(f"a {type(value).__name__}, which cannot be read back as a {kind.__name__}")
    return Stored(found, text)
