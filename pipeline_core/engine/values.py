"""Makes immutable values of parts that were validated before.

Pydantic's own ways, `model_construct` and `model_copy`, allow for much that the engine's values do not have;
they are called here for every event there is.
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


def assembled(kind: type[M], fields: dict[str, Any], fields_set: set[str]) -> M:
    """Return a `kind` with exactly these fields, unchecked; it owns both arguments afterwards."""
    value = _new(kind)
    _set_fields(value, fields)
    _set_fields_set(value, fields_set)
    _set_extra(value, None)
    _set_private(value, None)
    return value


def changed(value: M, **changes: Any) -> M:
    """Return a copy of `value` with some fields replaced, unchecked."""
    fields_set = value.__pydantic_fields_set__ | changes.keys()
    return assembled(type(value), {**value.__dict__, **changes}, fields_set)
