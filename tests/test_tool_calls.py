"""Analyzers say which tools they asked and what came back."""

import asyncio

from pipeline_core import PipelineExecutor, PipelineInput, report_of
from pipeline_core.engine import Event
from pipeline_core.events import ToolCalled, ToolReturned

PROBLEM = (
    "Our hospital wants a model that drafts the referral letters of the clinic. About 60 letters a day. "
    "A physician reads and signs each letter, which takes three minutes; a wrong diagnosis would hurt a "
    "patient. We have 8,000 signed letters, and quality is scored on a sheet each month."
)


def judged() -> tuple[list[Event], PipelineExecutor]:
    executor = PipelineExecutor()

    async def run() -> list[Event]:
        return [event async for event in executor.execute(PipelineInput(problem=PROBLEM))]

    return asyncio.run(run()), executor


def test_every_tool_call_is_followed_by_its_answer() -> None:
    events, _ = judged()
    tools = [event for event in events if isinstance(event, ToolCalled | ToolReturned)]
    called = [event for event in tools if isinstance(event, ToolCalled)]
    assert [event.tool for event in called] == ["classify_domain", "weighted_score", "estimate_running_cost"]
    for call, answer in zip(tools[::2], tools[1::2], strict=True):
        assert isinstance(answer, ToolReturned)
        assert (call.task, call.seq + 1) == (answer.task, answer.seq)


def test_the_field_of_work_chooses_the_weights_of_the_score() -> None:
    events, executor = judged()
    state = asyncio.run(executor.get_state(events[0].thread_id))
    assert state is not None
    report = report_of(state)
    answers = {event.tool: event.result for event in events if isinstance(event, ToolReturned)}
    assert report.domain == answers["classify_domain"]["domain"] == "healthcare"
    assert answers["weighted_score"]["preset"] == "healthcare"
    assert report.score == answers["weighted_score"]["total"]
    assert any("weights for healthcare" in reason for reason in report.reasons)
