"""Text is kept character for character."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_core.errors import UnreadableInputError
from pipeline_core.intake import MissingInputError, decode, problem_of, read_problem

PLAIN = st.text(st.characters(codec="utf-8", exclude_characters="\ufeff"), max_size=200)


@given(PLAIN)
def test_decoding_is_what_text_mode_does(text: str) -> None:
    content = text.encode()
    try:
        decoded = decode(content, "it")
    except UnreadableInputError:
        # The text begins like a file of another kind, such as a PDF.
        return
    assert decoded == io.TextIOWrapper(io.BytesIO(content), encoding="utf-8").read()


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert decode("\ufeffSort mails".encode(), "it") == "Sort mails"


def test_a_missing_file_has_an_error_of_its_own() -> None:
    with pytest.raises(MissingInputError, match="--text"):
        read_problem("nowhere/at/all.md")


def test_a_row_of_a_batch_may_say_text_and_more() -> None:
    row = {"id": 7, "text": "Sort mails", "context": "A bank", "label": "x"}
    assert problem_of(row, "line 1").model_dump() == {"problem": "Sort mails", "context": "A bank"}


@pytest.mark.parametrize("row", [None, 1, "text", [], {}, {"problem": None}, {"problem": "a", "context": 1}])
def test_a_row_of_another_shape_is_refused(row: object) -> None:
    with pytest.raises(UnreadableInputError):
        problem_of(row, "line 1")
