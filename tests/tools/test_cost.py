"""The running cost follows from the stated volume, or is unknown."""

import pytest

from pipeline_core.tools import estimate_running_cost
from pipeline_core.tools._data import load


def test_no_volume_means_unknown_and_no_figures() -> None:
    cost = estimate_running_cost("We have many letters.")
    assert cost.status == "unknown"
    assert (cost.low, cost.mid, cost.high) == (None, None, None)
    assert "does not say" in cost.assumptions[0]


def test_cost_is_tokens_times_price() -> None:
    cost = estimate_running_cost("We sort 1,000 e-mails a day.")
    assert cost.low
    assert cost.high
    # 400 tokens in at 0.10 and 30 out at 0.40 per million, a thousand times a day
    assert cost.low.per_day == pytest.approx(0.05, abs=0.005)
    assert cost.low.per_year == pytest.approx((400 * 0.1 + 30 * 0.4) / 1e6 * 365_000, rel=0.01)
    # 2,500 in at 4 and 500 out at 20
    assert cost.high.per_day == pytest.approx(20, abs=0.01)


def test_scenarios_grow_and_periods_agree() -> None:
    cost = estimate_running_cost("700 reports a day")
    assert cost.low
    assert cost.mid
    assert cost.high
    assert cost.low.per_year < cost.mid.per_year < cost.high.per_year
    assert cost.mid.per_month * 12 == pytest.approx(cost.mid.per_year, rel=0.01)
    assert cost.item_kind == "document"
    assert cost.items_per_day == 700


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("400 photos a day", "image"),
        ("90 calls an hour", "call or recording"),
        ("22,000 invoices a month", "page or form"),
        ("3k chats/day", "conversation"),
        ("900 slogans a week", "short text"),
    ],
)
def test_what_is_counted_decides_the_size(text: str, kind: str) -> None:
    assert estimate_running_cost(text).item_kind == kind


def test_the_volume_is_quoted_with_its_offsets() -> None:
    text = "Our desk gets 1,800 tickets a week."
    (evidence,) = estimate_running_cost(text).evidence
    assert evidence.quote == text[evidence.start : evidence.end] == "1,800 tickets a week"


def test_prices_are_dated_and_complete() -> None:
    prices = load("prices")
    assert estimate_running_cost("9 letters a day").prices_as_of == prices["as_of"]
    for item in prices["items"]:
        for side in ("input_tokens", "output_tokens"):
            assert item[side]["low"] <= item[side]["mid"] <= item[side]["high"]


def test_more_calls_cost_more() -> None:
    once = estimate_running_cost("500 letters a day").mid
    thrice = estimate_running_cost("500 letters a day", calls_per_item=3).mid
    assert once
    assert thrice
    assert thrice.per_year == pytest.approx(3 * once.per_year, rel=0.01)
