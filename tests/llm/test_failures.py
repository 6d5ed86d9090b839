"""Each way in which a provider fails ends in the right class, event and number of requests."""

from collections.abc import Callable
from typing import Any

import pytest

from pipeline_core.settings import Settings
from tests.llm.conftest import Bench, one, types
from tests.support.llm_answers import dimension
from tests.support.llm_server import LlmServer, Reply

Make = Callable[..., Settings]
TASK = "error_tolerance"


def _error(status: int, code: str, text: str = "x", **headers: str) -> Reply:
    body = {"error": {"message": text, "type": "t", "code": code}}
    return Reply(status=status, error=body, headers=dict(headers))


_CUT = ("answer cut off", "connection dropped", "wrong shape")
"""Besides filters, what may happen inside a tool call."""

CASES: dict[str, tuple[Reply, str, str, int]] = {
    "rate limit": (_error(429, "rate_limit_exceeded", **{"retry-after": "0.02"}), "rate_limited", "", 3),
    "quota": (_error(429, "insufficient_quota"), "rejected", "quota", 1),
    "overloaded": (_error(503, "overloaded"), "transient", "unavailable", 3),
    "server error": (_error(500, "oops"), "transient", "provider_error", 3),
    "error in the stream": (
        Reply(error_in_stream=True, error={"message": "x", "type": "server_error", "code": "server_error"}),
        "transient",
        "",
        3,
    ),
    "key refused": (_error(401, "invalid_api_key"), "rejected", "auth", 1),
    "model unknown": (_error(404, "model_not_found"), "rejected", "config", 1),
    "text too long": (_error(400, "context_length_exceeded"), "rejected", "input_too_long", 1),
    "prompt filtered": (_error(400, "content_filter"), "rejected", "content_filter", 1),
    "other refusal": (_error(400, "something_else"), "rejected", "refused", 1),
    "answer filtered": (Reply(answer="", finish="content_filter"), "rejected", "content_filter", 1),
    "half an answer filtered": (
        Reply(answer='{"score": "favo', finish="content_filter"),
        "rejected",
        "content_filter",
        1,
    ),
    "answer cut off": (
        Reply(answer='{"score": "favorable", "conf', finish="length"),
        "rejected",
        "truncated",
        1,
    ),
    "connection dropped": (Reply(stop_after=4), "transient", "network", 3),
    "no object": (Reply(answer="I would rather not."), "invalid_output", "", 4),
    "wrong shape": (Reply(answer={**dimension(), "score": "great"}), "invalid_output", "", 4),
}


@pytest.mark.parametrize(
    ("name", "mode"),
    [*((name, "native") for name in CASES), *((name, "tool") for name in ("half an answer filtered", *_CUT))],
)
def test_a_failure_ends_in_its_class(
    bench: Bench, settings: Make, provider: LlmServer, name: str, mode: str
) -> None:
    reply, kind, code, requests = CASES[name]
    provider.script = lambda _: reply
    events = bench.dimension(settings(fallback=False, output_mode=mode))
    failure = one(events, "dimension:failed").failure
    assert failure.kind == kind
    assert failure.message.startswith(code)
    # A tool call cut in half is invalid first and too long after that: it costs its repair.
    again = name == "answer cut off" and mode == "tool"
    assert len(provider.requests(TASK)) == requests + again


@pytest.mark.parametrize("name", ["quota", "connection dropped", "wrong shape", "key refused"])
def test_the_rubric_stands_in_and_says_so(
    bench: Bench, settings: Make, provider: LlmServer, name: str
) -> None:
    reply, kind, _, requests = CASES[name]
    own = one(bench.dimension(settings(model=None, models={"verdict": "x"})), "dimension:completed").result
    provider.script = lambda _: reply
    events = bench.dimension(settings())
    result = one(events, "dimension:completed").result
    assert result.source == "fallback"
    assert result.fallback_reason.startswith(f"{kind}: ")
    assert result.score == own.score
    assert result.confidence == pytest.approx(own.confidence * 0.8, abs=0.001)
    assert result.reasoning.startswith("Judged by the offline rubric, because the model failed")
    assert len(provider.requests(TASK)) == requests
    assert result.usage.requests == requests


def test_a_retry_waits_as_long_as_the_provider_asks(
    bench: Bench, settings: Make, provider: LlmServer
) -> None:
    limited = _error(429, "rate_limit_exceeded", **{"retry-after-ms": "300"})
    provider.script = lambda asked: limited if asked.number == 1 else Reply()
    events = bench.dimension(settings())
    first, second = provider.requests(TASK)
    assert second.begun - first.begun >= 0.3
    assert one(events, "task:retrying").delay >= 0.3
    assert one(events, "dimension:completed").result.source == "model"


def test_a_wait_beyond_the_time_of_the_task_is_not_waited_for(
    bench: Bench, settings: Make, provider: LlmServer
) -> None:
    provider.script = lambda _: _error(429, "rate_limit_exceeded", **{"retry-after": "600"})
    events = bench.dimension(settings(task_timeout=5))
    assert one(events, "dimension:completed").result.source == "fallback"
    assert len(provider.requests(TASK)) == 1


def test_a_dead_provider_is_told_from_a_sick_one(bench: Bench, settings: Make) -> None:
    events = bench.dimension(settings(fallback=False, base_url="http://127.0.0.1:9/v1"))
    failure = one(events, "dimension:failed").failure
    assert (failure.kind, failure.message.partition(":")[0]) == ("transient", "network")
    assert failure.usage.complete


def test_a_missing_key_is_a_matter_of_configuration(bench: Bench, settings: Make) -> None:
    events = bench.dimension(settings(model="openai:gpt-4o-mini", base_url=None, fallback=False))
    failure = one(events, "dimension:failed").failure
    assert (failure.kind, failure.message.partition(":")[0]) == ("rejected", "config")


def test_what_was_shown_of_a_failed_attempt_is_taken_back_before_the_rubric_speaks(
    bench: Bench, settings: Make, provider: LlmServer
) -> None:
    provider.script = lambda _: Reply(answer={**dimension(), "reasoning": 7})
    kinds = types(bench.dimension(settings(repairs=0, use_tools=False)))
    assert kinds.count("dimension:preliminary") == 3
    assert kinds.count("task:retrying") == 1
    last = max(at for at, kind in enumerate(kinds) if kind == "dimension:restarted")
    assert kinds[last + 1] == "dimension:preliminary"


@pytest.mark.parametrize("status", [401, 429, 500, 529])
def test_the_dialect_of_anthropic_fails_in_the_same_classes(
    bench: Bench, settings: Make, provider: LlmServer, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "k")
    names: dict[int, tuple[str, str]] = {
        401: ("authentication_error", "rejected"),
        429: ("rate_limit_error", "rate_limited"),
        500: ("api_error", "transient"),
        529: ("overloaded_error", "transient"),
    }
    body: dict[str, Any] = {"type": "error", "error": {"type": names[status][0], "message": "x"}}
    provider.script = lambda _: Reply(status=status, error=body)
    chosen = settings(model="anthropic:claude-sonnet-5", base_url=provider.anthropic_url, fallback=False)
    failure = one(bench.dimension(chosen), "dimension:failed").failure
    assert failure.kind == names[status][1]
