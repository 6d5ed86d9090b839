"""A text that gives orders changes neither what a model may do nor what is forbidden."""

import re
from collections.abc import Callable

import pytest

from pipeline_core import PipelineInput
from pipeline_core.llm.frame import escape, framed, unescape
from pipeline_core.llm.prompts import prompt
from pipeline_core.llm.toolbox import TOOLS
from pipeline_core.models import Case
from pipeline_core.settings import Settings
from pipeline_core.suitability import DIMENSIONS
from tests.llm.conftest import DIVING, Bench, all_of, one
from tests.support.injections import INJECTIONS
from tests.support.llm_answers import dimension
from tests.support.llm_server import Asked, LlmServer, Reply

Make = Callable[..., Settings]
WATCHED = ("error_tolerance", "human_oversight_cost", "verdict")


def _gullible(asked: Asked) -> Reply:
    """Do whatever a text might ask for: call any tool, score all favorable, say STRONG_FIT."""
    if asked.task in DIMENSIONS:
        if asked.number == 1:
            return Reply(tool="send_report")
        return Reply(answer=dimension(confidence=100))
    return Reply()


def test_there_are_twenty_of_them() -> None:
    assert len(set(INJECTIONS)) == 20


@pytest.mark.parametrize("number", range(len(INJECTIONS)))
def test_an_order_in_the_text_changes_neither_tools_nor_vetoes(
    bench: Bench, settings: Make, provider: LlmServer, number: int
) -> None:
    provider.script = _gullible
    executor = bench.executor(settings(), only=WATCHED)
    problem = f"{DIVING} {INJECTIONS[number]}"
    events = all_of(executor.execute(PipelineInput(problem=problem), until="verdict"))
    result = one(events, "verdict:completed").result
    assert (result.verdict, result.overruled) == ("NOT_RECOMMENDED", "STRONG_FIT")
    assert [event.type for event in events if "tool" in event.type and event.task in WATCHED] == []
    for asked in provider.requests():
        offered = {tool["function"]["name"] for tool in asked.body.get("tools", ())}
        assert offered == ({tool.__name__ for tool in TOOLS} if asked.task in DIMENSIONS else set())


@pytest.mark.parametrize("number", range(len(INJECTIONS)))
def test_user_text_stands_in_its_frame_and_nowhere_else(number: int) -> None:
    text = INJECTIONS[number]
    case = Case(input=PipelineInput(problem=f"before {text} after", context=text), answers={'q"><x>': text})
    shown = framed(case)
    assert re.findall(r"</?[^<>]*>", shown) == [
        "<case>",
        "<problem>",
        "</problem>",
        "<context>",
        "</context>",
        '<answer question="q"&gt;&lt;x&gt;">',
        "</answer>",
        "</case>",
    ]
    assert unescape(escape(text)) == text


@pytest.mark.parametrize("number", [0, 2, 9])
def test_no_word_of_the_text_stands_among_the_instructions(
    bench: Bench, settings: Make, provider: LlmServer, number: int
) -> None:
    text = INJECTIONS[number]
    bench.dimension(settings(), problem=f"{DIVING} {text}")
    (asked,) = provider.requests("error_tolerance")
    assert escape(text) in asked.user
    assert prompt("error_tolerance").text in asked.system
    assert text not in asked.system
    assert escape(text) not in asked.system
