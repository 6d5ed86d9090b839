"""`suitability eval`: the rubric, or a model beside it."""

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from pipeline_core.suitability import DIMENSIONS
from tests.cli.support import SORTING, Shell
from tests.support.llm_server import LlmServer, running_llm_server


@pytest.fixture(scope="module")
def running_provider() -> Generator[LlmServer]:
    with running_llm_server() as server:
        yield server


@pytest.fixture
def provider(running_provider: LlmServer) -> LlmServer:
    running_provider.reset()
    return running_provider


@pytest.fixture
def cases(tmp_path: Path) -> str:
    labels = dict.fromkeys(DIMENSIONS, "favorable")
    lines: list[dict[str, Any]] = [
        {"id": f"c{n}", "text": f"{SORTING} Case {n}.", "verdict": "STRONG_FIT", "dimensions": labels}
        for n in range(2)
    ]
    path = tmp_path / "cases.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")
    return str(path)


def test_a_model_is_measured_beside_the_rubric_and_paid_only_once(
    shell: Shell, provider: LlmServer, cases: str
) -> None:
    environment = {"SUITABILITY_BASE_URL": provider.openai_url, "SUITABILITY_API_KEY": "k"}
    first = shell.run("eval", cases, "--model", "gpt-4o-mini", "--json", environment=environment)
    assert first.returncode == 0, first.stderr
    found = json.loads(first.stdout)
    assert found["models"] == ["gpt-4o-mini"]
    assert found["paid_now"]["requests"] == len(provider.requests()) == 2 * 9
    again = shell.run("eval", cases, "--model", "gpt-4o-mini", "--json", environment=environment)
    assert json.loads(again.stdout)["from_cache"] == 2
    assert len(provider.requests()) == 2 * 9


def test_the_configured_models_are_measured_if_asked_for(
    shell: Shell, provider: LlmServer, cases: str
) -> None:
    environment = {"SUITABILITY_BASE_URL": provider.openai_url, "SUITABILITY_MODEL": "gpt-4o"}
    done = shell.run("eval", cases, "--configured", environment=environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("models: gpt-4o\n")
    assert "cost per case: $" in done.stdout


def test_the_rubric_is_measured_although_a_model_is_configured(
    shell: Shell, provider: LlmServer, cases: str
) -> None:
    environment = {"SUITABILITY_BASE_URL": provider.openai_url, "SUITABILITY_MODEL": "gpt-4o"}
    done = shell.run("eval", cases, "--json", environment=environment)
    assert done.returncode == 0, done.stderr
    assert provider.requests() == []
    assert not shell.home.exists()


def test_measuring_models_without_one_is_refused(shell: Shell, cases: str) -> None:
    done = shell.run("eval", cases, "--configured")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no model is configured" in done.stderr
    assert not shell.home.exists()
