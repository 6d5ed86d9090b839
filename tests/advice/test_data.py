"""The wording and cues are data that cannot break unnoticed."""

import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, cast

import pytest

from pipeline_core.advice import VERSION
from pipeline_core.advice._data import load
from pipeline_core.advice.phrases import fields_of, fill, shorten
from pipeline_core.advice.slots import PASSAGES

SLOTS = frozenset(
    {
        *PASSAGES,
        *("item", "job", "job_cap", "system", "checker", "checker_cap", "checker_or_person", "volume_cap"),
        *(
            "metric_short",
            "kind_metric",
            "measure_holds",
            "tool",
            "tool_cap",
            "review_hours",
            "consideration",
            "missing",
        ),
        *("at", "safe", "risky"),
    }
)
ALWAYS = frozenset(
    {"item", "job", "job_cap", "task", "checker_or_person", "metric_short", "kind_metric", "consideration"}
)


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, part in cast("dict[str, Any]", value).items():
            if key not in ("cues", "words"):
                yield from strings(part)
    elif isinstance(value, list):
        for part in cast("list[Any]", value):
            yield from strings(part)


@pytest.mark.parametrize("name", ["alternatives", "kinds", "questions", "report", "risks", "tools"])
def test_templates_name_known_slots_only(name: str) -> None:
    for text in strings(load(name)):
        assert fields_of(text) <= SLOTS, text


def test_every_kind_has_a_wording_for_silent_texts() -> None:
    for kind in load("kinds")["kind"]:
        for field in ("failure", "failure_fix", "plain"):
            assert fields_of(kind[field][-1]) <= ALWAYS, (kind["id"], field)
        for _, variants in kind["components"]:
            assert fields_of(variants[-1]) <= ALWAYS, kind["id"]


def test_every_cue_is_a_pattern() -> None:
    words = load("words")
    for text in strings(words["aspects"]):
        re.compile(text)
    for listed in words["words"].values():
        for text in listed:
            re.compile(text)


def test_version_names_the_data() -> None:
    assert re.fullmatch(r"[0-9a-f]{12}", VERSION)


def test_words_of_the_user_with_braces_are_put_in_as_they_are() -> None:
    assert fill(["{missing}", "about {item}"], {"item": "{job} {0}"}) == "about {job} {0}"


def test_a_long_passage_is_cut_at_a_clause() -> None:
    text = "A wrong label means a day of delay for the tenant, which nobody likes, and " + "more " * 30
    assert shorten(text) == "A wrong label means a day of delay for the tenant, which nobody likes …"


def test_advice_needs_no_numpy() -> None:
    code = (
        "import sys, types; package = types.ModuleType('pipeline_core'); "
        "package.__path__ = ['pipeline_core']; sys.modules['pipeline_core'] = package; "
        "import pipeline_core.advice; print('numpy' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
