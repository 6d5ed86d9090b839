"""The field of work is told from words, with duties to consider."""

import pytest

from pipeline_core.tools import classify_domain, domain_names


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("The radiologist reads the report before the patient leaves the hospital.", "healthcare"),
        ("Consumer loans are decided by an underwriter of the bank.", "finance"),
        ("Adjusters of the insurer read each claim.", "insurance"),
        ("The court asks the lawyer for every clause.", "legal"),
        ("Citizens send forms to the municipality.", "public_sector"),
        ("Teachers grade the exams of their students.", "education"),
        ("Recruiters read the CVs of applicants.", "hr"),
        ("Shoppers compare products in our retail shop.", "retail"),
        ("Every weld in the factory is filmed at the machine.", "manufacturing"),
        ("A freight dispatcher plans trucks and pallets.", "logistics"),
        ("Meters of the grid report voltage to the utility.", "energy"),
        ("The farmer films cows and crops.", "agriculture"),
        ("The publisher edits manuscripts of journalists.", "media"),
        ("Unsere Stadtwerke erfassen den Zählerstand und den Strom.", "energy"),
        ("患者の症状を病院の医師が確認します。", "healthcare"),
    ],
)
def test_the_field_is_told(text: str, domain: str) -> None:
    guess = classify_domain(text)
    assert guess.domain == domain
    assert 0 < guess.confidence <= 1
    assert guess.considerations


def test_no_word_means_general_without_confidence() -> None:
    guess = classify_domain("Make everything smarter.")
    assert (guess.domain, guess.confidence, guess.matches) == ("general", 0.0, ())


def test_matched_words_stand_at_their_offsets() -> None:
    text = "Nurses and a nurse of the hospital."
    guess = classify_domain(text)
    assert [text[item.start : item.end] for item in guess.matches] == [item.quote for item in guess.matches]


def test_there_are_more_than_a_dozen_fields() -> None:
    assert len(domain_names()) >= 12


def test_a_stray_word_convinces_less_than_several() -> None:
    one = classify_domain("A bank.")
    many = classify_domain("A bank gives loans, credit and mortgage payments.")
    assert one.confidence < many.confidence
