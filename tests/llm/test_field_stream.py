"""What is told of a JSON object while it is being written."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline_core.llm.field_stream import FieldDone, FieldStream, ItemDone, Part, TextGrew

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
_OBJECTS = st.dictionaries(st.text(max_size=5), _VALUES, max_size=5)


def _feed(stream: FieldStream, text: str, size: int) -> list[Part]:
    return [part for start in range(0, len(text), size) for part in stream.feed(text[start : start + size])]


@settings(max_examples=60)
@given(_OBJECTS, st.integers(1, 9), st.booleans())
def test_fields_and_items_are_told_once_and_whole_however_the_text_is_cut(
    value: dict[str, Any], size: int, ascii_only: bool
) -> None:
    parts = _feed(FieldStream(), json.dumps(value, ensure_ascii=ascii_only), size)
    assert [(part.name, part.value) for part in parts if isinstance(part, FieldDone)] == list(value.items())
    items = [(part.name, part.index, part.value) for part in parts if isinstance(part, ItemDone)]
    assert items == [
        (name, index, item)
        for name, each in value.items()
        if isinstance(each, list)
        for index, item in enumerate(each)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    ]


@settings(max_examples=60)
@given(st.text(), st.integers(1, 9), st.booleans())
def test_pieces_of_a_text_field_add_up_to_it(text: str, size: int, ascii_only: bool) -> None:
    parts = _feed(FieldStream({"t"}), json.dumps({"t": text, "n": 1}, ensure_ascii=ascii_only), size)
    assert "".join(part.text for part in parts if isinstance(part, TextGrew)) == text


def test_a_number_is_not_told_before_the_next_field_begins() -> None:
    stream = FieldStream()
    assert _feed(stream, '{"confidence": 8', 1) == []
    assert _feed(stream, "5", 1) == []
    assert _feed(stream, ', "x": 1', 1) == [FieldDone("confidence", 85)]


def test_a_closing_brace_completes_the_last_field() -> None:
    assert _feed(FieldStream(), '{"a": 1}', 1) == [FieldDone("a", 1)]


@pytest.mark.parametrize("text", ["no json at all", "[1, 2]", "Here you are: {", '{"a": nonsense'])
def test_what_is_not_an_object_tells_nothing(text: str) -> None:
    assert _feed(FieldStream(), text, 3) == []


def test_an_object_in_a_code_fence_is_read() -> None:
    assert _feed(FieldStream(), '```json\n{"a": 1}\n```', 2) == [FieldDone("a", 1)]
