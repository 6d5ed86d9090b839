"""Volumes are found with unit and period; money, time and samples are not volumes."""

import pytest

from pipeline_core.text.language import language_of
from pipeline_core.tools.volumes import find_volumes, main_volume


@pytest.mark.parametrize(
    ("text", "amount", "unit", "period"),
    [
        ("Volume is about 1,800 tickets a week.", 1800, "tickets", "week"),
        ("~1,100 transport orders/day arrive", 1100, "transport orders", "day"),
        ("300-500 photos/day from 14 sites", 400, "photos", "day"),
        ("Vol 900/wk", 900, "", "week"),
        ("We send 9,000 personalised messages to donors a year", 9000, "personalised messages", "year"),
        ("Annual intake: 2,600 titles.", 2600, "titles", "year"),
        ("The Institute fields 220 studies annually", 220, "studies", "year"),
        ("maybe twenty messages per week", 20, "messages", "week"),
        ("täglich rund 650 Schreiben und E-Mails (Umzug)", 650, "Schreiben und E-Mails", "day"),
        ("1.200 Urlaubsanträge im Monat", 1200, "Urlaubsanträge", "month"),
        ("Nous recevons 5.500 réclamations par mois", 5500, "réclamations", "month"),
        ("unas 4.300 sugerencias de vecinos al mes, la web", 4300, "sugerencias", "month"),
        ("問い合わせ(月約4,500件)を", 4500, "件", "month"),
    ],
)
def test_a_volume_is_found(text: str, amount: float, unit: str, period: str) -> None:
    volume = main_volume(text)
    assert volume is not None
    assert (volume.amount, volume.unit, volume.period) == (amount, unit, period)


@pytest.mark.parametrize(
    "text",
    [
        "It costs 400 a month.",
        "a subscription of 90 a month",
        "We lose 40 minutes a day.",
        "12 percent a year",
        "$500 per month",
        "It was off in 2020 a day long",
        "Contracts of more than 50 000 per year",
        "We have 14,000 contracts.",
    ],
)
def test_what_is_no_volume_is_passed_over(text: str) -> None:
    assert main_volume(text) is None


def test_a_sample_does_not_count_as_the_work() -> None:
    text = "We sample 500 a month for bilingual raters."
    assert main_volume(text) is None
    assert [volume.sampled for volume in find_volumes(text)] == [True]


def test_a_labelled_volume_goes_first() -> None:
    text = "A list of 40 cars a week is kept.\nVolume: 900 claims a week"
    volume = main_volume(text)
    assert volume is not None
    assert volume.amount == 900


def test_pace_is_scaled_by_the_calendar() -> None:
    volume = main_volume("1,200 letters a month")
    assert volume is not None
    assert volume.per_year == 14_400
    assert volume.per_day == pytest.approx(39.45, abs=0.01)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("We want to sort the mails of our clients.", "en"),
        ("Wir möchten die Post sortieren und das ist nicht einfach.", "de"),
        ("Queremos que una IA lea los diarios de pesca.", "es"),
        ("Nous voudrions que la machine propose des mots-clés pour les images.", "fr"),
        ("議事録の下書きをAIに作らせたいです。", "ja"),
    ],
)
def test_the_language_is_guessed(text: str, code: str) -> None:
    assert language_of(text) == code
