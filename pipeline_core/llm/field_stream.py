"""Reads a JSON object while it is being written."""

from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import from_json


@dataclass(frozen=True, slots=True)
class FieldDone:
    """A field is complete: the next one has begun, or the object is closed."""

    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class ItemDone:
    """An item of a list is complete."""

    name: str
    index: int
    value: Any


@dataclass(frozen=True, slots=True)
class TextGrew:
    """The next piece of a text field; the pieces add up to its value."""

    name: str
    text: str


Part = FieldDone | ItemDone | TextGrew


@dataclass
class FieldStream:
    """Tells fields, items and pieces of text apart as a JSON object arrives in pieces of any size.

    Nothing half-written is told: `7` on the way to `72` is not a number yet. Text that is not one JSON
    object tells nothing.
    """

    text_fields: Set[str] = frozenset()
    """Fields that are told piece by piece."""
    _text: str = ""
    _done: set[str] = field(default_factory=set[str])
    _items: dict[str, int] = field(default_factory=dict[str, int])
    _told: dict[str, int] = field(default_factory=dict[str, int])

    def feed(self, delta: str) -> Iterator[Part]:
        """Take the next piece and yield what became complete with it."""
        self._text += delta
        start = self._text.find("{")
        if start < 0 or self._text[:start].strip() not in ("", "```json", "```"):
            return
        try:
            known = from_json(self._text[start:], allow_partial="trailing-strings")
        except ValueError:
            return
        closed = self._closed(start)
        names = list(known)
        for name in names:
            growing = name == names[-1] and not closed
            yield from self._told_of(name, known[name], growing=growing)

    def _told_of(self, name: str, value: Any, *, growing: bool) -> Iterator[Part]:
        if name in self._done:
            return
        if isinstance(value, str) and name in self.text_fields:
            if piece := value[self._told.get(name, 0) :]:
                self._told[name] = len(value)
                yield TextGrew(name, piece)
        elif isinstance(value, list):
            items: list[Any] = value  # pyright: ignore[reportUnknownVariableType]
            complete = max(len(items) - growing, 0)
            for index in range(self._items.get(name, 0), complete):
                yield ItemDone(name, index, items[index])
            self._items[name] = max(self._items.get(name, 0), complete)
        if not growing:
            self._done.add(name)
            yield FieldDone(name, value)

    def _closed(self, start: int) -> bool:
        body = self._text[start:].rstrip().removesuffix("```").rstrip()
        if not body.endswith("}"):
            return False
        try:
            from_json(body)
        except ValueError:
            return False
        return True
