"""Numbers are read as people of several languages write them."""

import pytest

from pipeline_core.tools.numbers import find_numbers


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("about 1,800 tickets", "en", 1800),
        ("target 24.000 mm", "en", 24),
        ("1.800 images", "fr", 1800),
        ("2.400.000 Vorgänge", "de", 2_400_000),
        ("2.400.000 records", "en", 2_400_000),
        ("1,5 Stunden", "de", 1.5),
        ("14 000 contracts", "en", 14_000),
        ("3’000 Briefe", "de", 3000),
        ("6k/day", "en", 6000),
        ("2.3M images", "en", 2_300_000),
        ("1.8 million a day", "en", 1_800_000),
        ("18 mil receitas", "pt", 18_000),
        ("約20万件", "ja", 200_000),
        ("twenty messages", "en", 20),
        ("a dozen letters", "en", 12),
        ("zwölf Körbe", "de", 12),
    ],
)
def test_a_number_is_read(text: str, language: str, value: float) -> None:
    assert [number.value for number in find_numbers(text, language)] == [value]


def test_offsets_cover_number_and_multiplier() -> None:
    text = "We have 2.3M images and 40 pages."
    assert [text[number.start : number.end] for number in find_numbers(text)] == ["2.3M", "40"]


def test_digits_inside_names_are_no_numbers() -> None:
    assert list(find_numbers("codes AB12 and x9")) == []
