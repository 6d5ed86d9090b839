"""Makes immutable values of parts that were validated before.

Pydantic's own ways, `model_construct` and `model_copy`, allow for much that the engine's values do not have;
they are called here for every event there is. All fields of what is made here count as set.
"""

from typing import Any, TypeVar

from pydantic import BaseModel

M = TypeVar("M", bound=BaseModel)

_new = object.__new__
# The parts of a model, looked up once.
_set_fields = vars(BaseModel)["__dict__"].__set__
_set_fields_set = vars(BaseModel)["__pydantic_fields_set__"].__set__
_set_extra = vars(BaseModel)["__pydantic_extra__"].__set__
_set_private = vars(BaseModel)["__pydantic_private__"].__set__


class _Names(dict[type[BaseModel], set[str]]):
    """The names of the fields of each model, found once."""

    def __missing__(self, kind: type[BaseModel]) -> set[str]:
        return self.setdefault(kind, set(kind.model_fields))


_names = _Names()


def assembled(kind: type[M], fields: dict[str, Any]) -> M:
    """Return a `kind` with exactly these fields, unchecked; it owns `fields` afterwards."""
    value = _new(kind)
    _set_fields(value, fields)
    _set_fields_set(value, _names[kind])
    _set_extra(value, None)
    _set_private(value, None)
    return value


def changed(value: M, **changes: Any) -> M:
    """Return a copy of `value` with some fields replaced, unchecked."""
    return assembled(type(value), value.__dict__ | changes)


def fill(value: BaseModel, field: str, content: object) -> None:
    """Give a field of a value that was just made here its content, before anybody else has the value."""
    vars(value)[field] = content
