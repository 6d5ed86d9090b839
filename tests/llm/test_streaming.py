"""A model's thoughts arrive while it has them."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from itertools import pairwise

import pytest

from pipeline_core import PipelineInput
from pipeline_core.engine import Event
from pipeline_core.events import DimensionPreliminary, DimensionRestarted, SynthesisChunk
from pipeline_core.report import Report
from pipeline_core.settings import Settings
from tests.llm.conftest import TICKETS, Bench, all_of, one, types
from tests.support.llm_answers import NARRATIVE, answers, dimension
from tests.support.llm_server import Asked, LlmServer, Reply

Make = Callable[..., Settings]


def _watched(bench: Bench, settings: Settings, provider: LlmServer, task: str) -> list[tuple[Event, int]]:
    """Return the events of a task, each with the chunks that the provider had sent when it came."""
    executor = bench.executor(settings, only=(task,))

    async def watch() -> AsyncGenerator[Event]:
        async for event in executor.execute(PipelineInput(problem=TICKETS), until=task):
            if event.task == task and (sent := provider.requests(task)):
                seen.append((event, sent[-1].chunks))
                yield event

    seen: list[tuple[Event, int]] = []
    all_of(watch())
    return seen


@pytest.mark.parametrize("mode", ["native", "tool", "prompted"])
def test_score_and_confidence_come_within_the_first_quarter_of_the_stream(
    bench: Bench, settings: Make, provider: LlmServer, mode: str
) -> None:
    provider.script = lambda _: Reply(chunk=12, pause=0.005)
    seen = _watched(bench, settings(output_mode=mode), provider, "error_tolerance")
    (asked,) = provider.requests("error_tolerance")
    (chunks,) = [chunks for event, chunks in seen if isinstance(event, DimensionPreliminary)]
    assert chunks <= asked.chunks / 4


def test_questions_come_one_by_one(bench: Bench, settings: Make, provider: LlmServer) -> None:
    provider.script = lambda _: Reply(chunk=8, pause=0.005)
    seen = _watched(bench, settings(), provider, "error_tolerance")
    arrivals = [chunks for event, chunks in seen if event.type == "dimension:question"]
    (asked,) = provider.requests("error_tolerance")
    assert len(arrivals) == 2
    assert arrivals[0] < arrivals[1] < asked.chunks


@pytest.mark.parametrize("chunk", [1, 3])
def test_half_typed_numbers_are_never_shown(
    bench: Bench, settings: Make, provider: LlmServer, chunk: int
) -> None:
    provider.script = lambda _: Reply(answer=dimension(confidence=85), chunk=chunk)
    events = bench.dimension(settings())
    shown = [event.confidence for event in events if isinstance(event, DimensionPreliminary)]
    assert shown == [0.85]


def test_pieces_of_the_narrative_add_up_and_headings_come_whole(
    bench: Bench, settings: Make, provider: LlmServer
) -> None:
    provider.script = lambda _: Reply(chunk=3)
    events = bench.thread(settings())
    pieces = [event.text for event in events if isinstance(event, SynthesisChunk)]
    assert "".join(pieces) == NARRATIVE
    assert len(pieces) > 20
    sections = [getattr(event, "title", "") for event in events if event.type == "synthesis:section"]
    assert sections == ["What it is about", "Why this verdict", "What must hold", "How to begin"]
    for before, after in pairwise(events):
        if before.type == "synthesis:section":
            assert isinstance(after, SynthesisChunk)
            assert after.text.startswith("## ")


@pytest.mark.parametrize("mode", ["native", "tool"])
def test_a_rejected_answer_is_taken_back_and_repaired(
    bench: Bench, settings: Make, provider: LlmServer, mode: str
) -> None:
    wrong = {**dimension(confidence=31), "would_change": 7}

    def script(asked: Asked) -> Reply:
        return Reply(answer=wrong) if asked.number == 1 else Reply(answer=dimension(confidence=64))

    provider.script = script
    events = bench.dimension(settings(output_mode=mode))
    told = [
        event.confidence if isinstance(event, DimensionPreliminary) else event.type
        for event in events
        if isinstance(event, DimensionPreliminary | DimensionRestarted)
    ]
    assert told == [0.31, "dimension:restarted", 0.64]
    assert one(events, "dimension:completed").result.confidence == 0.64
    assert one(events, "dimension:completed").result.usage.requests == 2


def test_a_rejected_narrative_begins_anew(bench: Bench, settings: Make, provider: LlmServer) -> None:
    wrong = {**answers()["synthesis"], "takeaways": "none"}

    def script(asked: Asked) -> Reply:
        return Reply(answer=wrong if asked.task == "synthesis" and asked.number == 1 else None)

    provider.script = script
    events = bench.thread(settings())
    (restart,) = [at for at, event in enumerate(events) if event.type == "synthesis:restarted"]
    after = "".join(event.text for event in events[restart:] if isinstance(event, SynthesisChunk))
    assert after == NARRATIVE


def test_an_early_value_out_of_range_is_not_shown(bench: Bench, settings: Make, provider: LlmServer) -> None:
    def script(asked: Asked) -> Reply:
        return Reply(answer=dimension(confidence=720 if asked.number == 1 else 72))

    provider.script = script
    events = bench.dimension(settings())
    assert [event.confidence for event in events if isinstance(event, DimensionPreliminary)] == [0.72]


def test_tool_calls_and_their_results_are_events(bench: Bench, settings: Make, provider: LlmServer) -> None:
    def script(asked: Asked) -> Reply:
        return Reply(tool=None if asked.answered_tools else "estimate_running_cost")

    provider.script = script
    events = bench.dimension(settings())
    kinds = [kind for kind in types(events) if kind != "dimension:question"]
    assert kinds == [
        "dimension:started",
        "dimension:tool_called",
        "dimension:tool_returned",
        "dimension:preliminary",
        "dimension:completed",
    ]
    assert one(events, "dimension:tool_called").tool == "estimate_running_cost"
    assert one(events, "dimension:tool_returned").result["status"] == "known"


def test_a_slow_consumer_neither_holds_a_slot_nor_runs_into_a_timeout(
    bench: Bench, settings: Make, provider: LlmServer
) -> None:
    executor = bench.executor(settings(attempt_timeout=1.0), only=("synthesis",))

    async def dawdle() -> AsyncGenerator[Event]:
        async for event in executor.execute(PipelineInput(problem=TICKETS)):
            if event.type == "synthesis:section":
                await asyncio.sleep(0.4)
            yield event

    provider.script = lambda _: Reply(chunk=4)
    events = all_of(dawdle())
    result = one(events, "synthesis:completed").result
    assert result.source == "model"
    assert result.usage.requests == 1


@pytest.mark.parametrize("dialect", ["native", "tool", "prompted", "anthropic"])
def test_a_whole_thread_is_judged_by_the_model(
    bench: Bench, settings: Make, provider: LlmServer, monkeypatch: pytest.MonkeyPatch, dialect: str
) -> None:
    if dialect == "anthropic":
        monkeypatch.setenv("ANTHROPIC_API_KEY", "k")
        chosen = settings(model="anthropic:claude-sonnet-5", base_url=provider.anthropic_url)
    else:
        chosen = settings(output_mode=dialect)
    events = bench.thread(chosen)
    report = one(events, "pipeline:completed").result
    assert isinstance(report, Report)
    assert set(report.sources.values()) == {"model"}
    assert len(report.sources) == 13
    assert len(provider.requests()) == 13
    assert json.loads(report.model_dump_json())["verdict"] == "STRONG_FIT"


def test_every_quote_stands_in_the_text(bench: Bench, settings: Make) -> None:
    (quote,) = one(bench.dimension(settings()), "dimension:completed").result.evidence
    assert TICKETS[quote.start : quote.end] == quote.quote == "an agent can change a tag with one click"
