"""JSON as `json.dumps` writes it, of values so simple that they need no encoder of their own."""

from collections.abc import Iterable, Mapping
from json.encoder import encode_basestring_ascii


def text(value: str | None) -> str:
    """Return a text, or `null`, as ASCII JSON."""
    return "null" if value is None else encode_basestring_ascii(value)


def array(values: Iterable[str]) -> str:
    """Return texts as an array."""
    return f"[{', '.join([encode_basestring_ascii(value) for value in values])}]"


def mapping(values: Mapping[str, str]) -> str:
    """Return texts by name as an object."""
    pairs = [f"{encode_basestring_ascii(name)}: {encode_basestring_ascii(values[name])}" for name in values]
    return f"{{{', '.join(pairs)}}}"
