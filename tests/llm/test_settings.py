"""Settings: one place, keys from the environment only, and a doctor who tells what is wrong."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from pipeline_core.llm import configured_analyzers, doctor, llm_analyzers
from pipeline_core.llm.provider import full_name, output_mode
from pipeline_core.rubric import Rubric
from pipeline_core.settings import Keys, Settings
from tests.llm.conftest import Bench
from tests.support.llm_server import LlmServer, Reply

Make = Callable[..., Settings]


def test_without_a_model_the_rubric_judges() -> None:
    assert configured_analyzers(Settings()) == {}


def test_everything_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUITABILITY_MODEL", "openai:gpt-4o-mini")
    monkeypatch.setenv("SUITABILITY_MODELS", json.dumps({"verdict": "anthropic:claude-sonnet-5"}))
    monkeypatch.setenv("SUITABILITY_THREAD_COST_BUDGET", "0.5")
    settings = Settings()
    assert settings.model_for("risks") == "openai:gpt-4o-mini"
    assert settings.model_for("verdict") == "anthropic:claude-sonnet-5"
    assert settings.thread_cost_budget == 0.5


def test_dimensions_may_share_a_cheap_model_and_one_of_them_differ() -> None:
    settings = Settings(model="a:strong", models={"dimensions": "a:cheap", "error_tolerance": "a:best"})
    dimensions = ("error_tolerance", "rate_of_change")
    assert [settings.model_for(task, dimensions) for task in ("verdict", *dimensions)] == [
        "a:strong",
        "a:best",
        "a:cheap",
    ]


def test_a_model_without_a_provider_needs_a_base_url() -> None:
    with pytest.raises(ValidationError, match="provider:name"):
        Settings(model="gpt-4o-mini")


def test_a_price_alone_is_refused() -> None:
    with pytest.raises(ValidationError, match="go together"):
        Settings(input_price=1.0)


def test_keys_are_read_from_the_environment_and_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "secret-of-the-environment")
    assert "secret" not in repr(Keys(openai_api_key="given"))  # pyright: ignore[reportArgumentType]
    key = Keys(openai_api_key="given").of("openai-chat")  # pyright: ignore[reportArgumentType]
    assert key is not None
    assert key.get_secret_value() == "secret-of-the-environment"


def test_settings_have_no_place_for_a_key() -> None:
    assert not [name for name in Settings.model_fields if "key" in name]


@pytest.mark.parametrize(
    ("name", "base_url", "full", "mode"),
    [
        ("openai:gpt-4o-mini", None, "openai-chat:gpt-4o-mini", "native"),
        ("llama3:8b", "http://localhost:11434/v1", "openai-chat:llama3:8b", "native"),
        ("anthropic:claude-sonnet-5", None, "anthropic:claude-sonnet-5", "tool"),
        ("groq:some-model", None, "groq:some-model", "auto"),
    ],
)
def test_names_become_providers_and_modes(name: str, base_url: str | None, full: str, mode: str) -> None:
    settings = Settings(model=name, base_url=base_url)
    assert (full_name(name, settings), output_mode(name, settings)) == (full, mode)


def test_the_fingerprint_names_model_and_prompt_and_changes_with_either(rubric: Rubric) -> None:
    base = "http://127.0.0.1:1/v1"
    wanted = (("a", "verdict"), ("b", "verdict"), ("a", "risks"))
    made: dict[tuple[str, str], str] = {}
    for model, task in wanted:
        analyzer: Any = llm_analyzers(Settings(model=model, base_url=base), rubric)[task]
        made[model, task] = analyzer.fingerprint
    assert len(set(made.values())) == 3
    one = made["a", "verdict"]
    assert "a prompt 1.1-" in one
    assert base not in one


def test_each_task_asks_its_own_model(bench: Bench, settings: Make, provider: LlmServer) -> None:
    bench.thread(settings(models={"dimensions": "cheap", "verdict": "strong"}))
    asked = {each.task: each.body["model"] for each in provider.requests()}
    assert (asked["rate_of_change"], asked["verdict"], asked["synthesis"]) == (
        "cheap",
        "strong",
        "gpt-4o-mini",
    )


def test_the_core_does_not_load_what_talks_to_models() -> None:
    program = (
        "import sys, pipeline_core, pipeline_core.llm, pipeline_core.settings\n"
        "import asyncio; asyncio.run(pipeline_core.llm.doctor(pipeline_core.settings.Settings()))\n"
        "heavy = ('pydantic_ai', 'openai', 'anthropic')\n"
        "print([name for name in sys.modules if name.partition('.')[0] in heavy])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_doctor_finds_a_healthy_model(settings: Make, provider: LlmServer) -> None:
    provider.script = lambda _: Reply(answer={"ok": True})
    found = asyncio.run(doctor(settings()))
    (check,) = found.models
    assert found.healthy
    assert (check.answers, check.key, len(check.tasks)) == (True, "not needed", 13)
    assert check.usage is not None
    assert check.usage.requests == len(provider.requests()) == 1


@pytest.mark.parametrize("mode", ["native", "tool", "prompted"])
def test_the_doctor_asks_in_the_way_tasks_are_asked(
    settings: Make, provider: LlmServer, bench: Bench, mode: str
) -> None:
    chosen = settings(output_mode=mode, use_tools=False, temperature=0.5)
    bench.dimension(chosen)
    provider.script = lambda _: Reply(answer={"ok": True})
    assert asyncio.run(doctor(chosen)).healthy
    task, ping = (_manner(asked.body) for asked in provider.requests())
    assert ping == task


def _manner(body: dict[str, Any]) -> tuple[object, ...]:
    """Return how an answer is asked for, whatever is asked."""
    return "tools" in body, body.get("response_format", {}).get("type"), body.get("temperature")


def test_the_doctor_says_what_is_wrong_in_our_words(settings: Make, provider: LlmServer) -> None:
    provider.script = lambda _: Reply(
        status=401, error={"error": {"message": "no sk-123", "code": "invalid_api_key"}}
    )
    found = asyncio.run(doctor(settings()))
    assert not found.healthy
    assert found.models[0].problem == "rejected: auth: the provider refused the key"


def test_the_doctor_names_a_provider_that_does_not_exist(settings: Make) -> None:
    found = asyncio.run(doctor(settings(model="openaai:gpt-4o-mini", base_url=None)))
    assert found.models[0].problem == (
        "rejected: config: no provider is called 'openaai'; name models like openai:gpt-4o-mini"
    )


def test_the_doctor_asks_nobody_unless_told_to(settings: Make, provider: LlmServer) -> None:
    found = asyncio.run(doctor(settings(), ask=False))
    assert found.models[0].answers is None
    assert provider.requests() == []
