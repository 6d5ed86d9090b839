from pipeline_core.rubric import Rubric
from pipeline_core.rubric.wording import PIECE_PLACES, WORD_PLACES, pieces_of, weighed, words_of
from tests.rubric.conftest import judged

_NEAR_A_VETO = (
    "We make gearboxes and some go abroad. Sales would like the order bot to clear the destination itself: "
    "read the customer's website, decide harmless, print the label. Nobody looks at it afterwards."
)


def test_words_fall_in_the_same_places_whatever_their_case_and_number() -> None:
    assert words_of("Check 900 Invoices") == words_of("check 412 invoices")
    assert words_of("check 900 invoices") != words_of("check 9,000 invoices")
    assert all(0 <= place < WORD_PLACES for place in words_of("請求書を確認 each week"))


def test_related_words_share_pieces() -> None:
    review, reviewed, other = (set(pieces_of([text])) for text in ("review", "reviewed", "dosage"))
    assert len(review & reviewed) > len(review & other)
    assert all(0 <= place < PIECE_PLACES for place in reviewed)


def test_rare_words_weigh_more_and_all_have_one_length() -> None:
    rarity = [1.0] * WORD_PLACES
    places = words_of("the anaesthetist")
    rarity[sorted(places)[0]] = 3.0
    index, values = weighed(places, rarity, 1.5)
    assert index == sorted(places)
    assert values[0] == max(values)
    assert abs(sum(value * value for value in values) - 1.5**2) < 1e-9
    assert weighed({}, rarity) == ([], [])


def test_confidence_keeps_a_floor_where_a_limit_decides(rubric: Rubric) -> None:
    case = judged(rubric, _NEAR_A_VETO)
    assert case.verdict is not None
    assert case.verdict.verdict != "STRONG_FIT"
    assert case.verdict.confidence >= 0.35
