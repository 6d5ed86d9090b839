import pytest

from pipeline_core.text.sentences import statements


def _texts(text: str) -> list[str]:
    return [text[start:end] for start, end in statements(text)]


def test_sentences_end_at_full_stops_but_not_at_abbreviations() -> None:
    assert _texts("We sort mails, e.g. invoices. Dr. Weiss checks them. It takes approx. 5 s.") == [
        "We sort mails, e.g. invoices.",
        "Dr. Weiss checks them.",
        "It takes approx. 5 s.",
    ]


def test_bullets_lose_their_mark_and_stay_apart() -> None:
    assert _texts("- first thing\n* second thing\n3) third thing") == [
        "first thing",
        "second thing",
        "third thing",
    ]


def test_a_form_question_stays_with_its_answer() -> None:
    assert _texts("Who checks? The trainee, in passing.") == ["Who checks? The trainee, in passing."]


def test_a_wrapped_line_is_joined() -> None:
    text = (
        "The department receives about nine hundred letters a week, and every\none of them is opened by hand."
    )
    assert len(_texts(text)) == 1


def test_japanese_sentences_need_no_space() -> None:
    assert _texts("分類したい。担当者が確認します。") == ["分類したい。", "担当者が確認します。"]


@pytest.mark.parametrize("text", ["", "   \n ", "…!?", "\n\n---\n"])
def test_nothing_to_say_gives_no_statement(text: str) -> None:
    assert _texts(text) == []
