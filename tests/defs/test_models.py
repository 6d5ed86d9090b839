"""Jobs whose tasks are judged by a model: real runs, a provider on the loopback interface."""

import asyncio
import gc
import sqlite3
import subprocess
import sys
import zlib
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import closing, suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipeline_core.settings import SettingsError
from pipeline_core.suitability import DIMENSIONS
from pipeline_defs.cli import DagsterDriver
from pipeline_defs.event_lines import MAX_FACTS
from pipeline_defs.event_log import pipeline_events
from pipeline_defs.jobs import screen_problem, screen_problem_compact
from pipeline_defs.model_settings import ModelConfigError, model_settings
from pipeline_defs.report_asset import REPORT
from pipeline_defs.resources import PipelineResource
from pipeline_defs.tags import COST, REQUESTS, STATUS, TOKENS
from pipeline_defs.thread_runs import open_executor
from tests.llm.conftest import TICKETS
from tests.support.llm_server import Asked, LlmServer, Reply, running_llm_server

KEY = "sk-canary-0cc175b9c0f1b6a831c399e269772661"
WORDS = "these-are-words-of-the-provider"
TASKS = ("screening", *DIMENSIONS, "verdict", "risks", "alternatives", "architecture", "synthesis")
IN, OUT = 1000, 200
"""Tokens that the provider counts for each request."""


@pytest.fixture(scope="module")
def running_provider() -> Generator[LlmServer]:
    # Loading the client takes seconds, which belong to no test.
    import_module("pydantic_ai.models.openai")
    with running_llm_server() as server:
        yield server


@pytest.fixture
def provider(running_provider: LlmServer, monkeypatch: pytest.MonkeyPatch) -> LlmServer:
    """A provider, and an environment that says so."""
    running_provider.reset()
    monkeypatch.setenv("SUITABILITY_MODEL", "gpt-4o-mini")
    monkeypatch.setenv("SUITABILITY_BASE_URL", running_provider.openai_url)
    monkeypatch.setenv("SUITABILITY_API_KEY", KEY)
    return running_provider


def execute(
    instance: dg.DagsterInstance,
    *,
    compact: bool = False,
    parent: dg.DagsterRun | None = None,
    **pipeline: Any,
) -> dg.DagsterRun:
    """Run the real job, or re-execute it from failure, and return the run."""
    op = "screen" if compact else "screening"
    again = None if parent is None else dg.ReexecutionOptions.from_failure(parent.run_id, instance)
    with dg.execute_job(
        dg.reconstructable(_compact if compact else _job),
        instance,
        run_config={
            "resources": {"pipeline": {"config": pipeline}},
            "ops": {op: {"config": {"problem": TICKETS, "name": "tickets"}}},
        },
        reexecution_options=again,
    ) as result:
        run = instance.get_run_by_id(result.run_id)
    assert run is not None
    return run


def _job() -> dg.JobDefinition:
    return screen_problem


def _compact() -> dg.JobDefinition:
    return screen_problem_compact


def metadata_of_report(instance: dg.DagsterInstance) -> dict[str, Any]:
    [record] = instance.fetch_materializations(REPORT, limit=5).records
    assert record.asset_materialization is not None
    return {name: value.value for name, value in record.asset_materialization.metadata.items()}


def asked(provider: LlmServer) -> Counter[str]:
    return Counter(each.task for each in provider.requests())


@pytest.mark.parametrize("compact", [False, True], ids=["a step for each task", "one step"])
def test_a_model_answers_thirteen_tasks_and_the_run_says_what_they_cost(
    sqlite_instance: dg.DagsterInstance, provider: LlmServer, compact: bool
) -> None:
    run = execute(sqlite_instance, compact=compact)
    assert run.is_success
    assert asked(provider) == dict.fromkeys(TASKS, 1)
    tokens = 13 * (IN + OUT)
    assert (run.tags[REQUESTS], run.tags[TOKENS]) == ("13", str(tokens))
    assert run.tags[COST].startswith("$0.0")
    found = metadata_of_report(sqlite_instance)
    assert (found["requests"], found["tokens"]) == (13, tokens)
    assert (found["input tokens"], found["output tokens"]) == (13 * IN, 13 * OUT)
    assert found["cost in US dollars"] == pytest.approx(13 * (IN * 0.15 + OUT * 0.6) / 1e6)
    assert found["cost"] == run.tags[COST]
    assert found["judged by"] == "gpt-4o-mini: everything"
    assert found["fallbacks to the rubric"] == 0
    assert "| Judged by |" in found["report"]


def test_an_unknown_price_is_said_to_be_unknown_and_never_a_number(
    sqlite_instance: dg.DagsterInstance, provider: LlmServer
) -> None:
    run = execute(sqlite_instance, compact=True, model="a-model-of-our-own")
    assert {each.body["model"] for each in provider.requests()} == {"a-model-of-our-own"}
    assert run.tags[COST] == "unknown"
    found = metadata_of_report(sqlite_instance)
    assert found["cost"] == "unknown"
    assert "cost in US dollars" not in found
    assert found["tokens"] == 13 * (IN + OUT)


@pytest.mark.usefixtures("provider")
def test_each_line_of_a_result_tells_what_it_consumed_among_few_facts(
    sqlite_instance: dg.DagsterInstance,
) -> None:
    run = execute(sqlite_instance, compact=True)
    lines = facts_by_type(sqlite_instance, run)
    assert all(len(facts) <= MAX_FACTS for _, facts in lines)
    told = [facts["usage"] for kind, facts in lines if kind.endswith(":completed") and "usage" in facts]
    assert len(told) == 14
    assert told[:-1] == ["1 request, 1,200 tokens, cost $0.0003"] * 13
    assert told[-1] == "13 requests, 15,600 tokens, cost $0.0035"


def facts_by_type(instance: dg.DagsterInstance, run: dg.DagsterRun) -> list[tuple[str, dict[str, Any]]]:
    """Return the type and the facts of each pipeline event in the log."""
    records = instance.get_records_for_run(run.run_id, of_type=dg.DagsterEventType.ENGINE_EVENT).records
    found: list[tuple[str, dict[str, Any]]] = []
    for record in records:
        event = record.event_log_entry.dagster_event
        assert event is not None
        metadata: dict[str, Any] = {
            name: value.value for name, value in event.engine_event_data.metadata.items()
        }
        whole = metadata.pop("suitability/event", None)
        if whole is not None:
            found.append((whole["type"], metadata))
    return found


def _refuse(each: Asked) -> Reply:
    """Refuse the key, and repeat it."""
    heard = each.headers.get("authorization", "")
    assert KEY in heard
    error = {
        "message": f"{WORDS} {heard}",
        "type": "invalid_api_key",
        "code": "invalid_api_key",
        "param": heard,
    }
    return Reply(status=401, error={"error": error}, headers={"x-echo": KEY})


@pytest.mark.parametrize("fallback", [True, False])
def test_a_key_that_the_provider_echoes_is_nowhere_in_dagster_home(
    sqlite_home: Path, provider: LlmServer, monkeypatch: pytest.MonkeyPatch, fallback: bool
) -> None:
    monkeypatch.setenv("SUITABILITY_FALLBACK", str(fallback))
    provider.script = _refuse
    with dg.DagsterInstance.from_config(str(sqlite_home)) as instance:
        run = execute(instance)
        assert run.is_success == fallback
        failed = [
            event for event in pipeline_events(instance, run.run_id) if "auth" in event.model_dump_json()
        ]
        assert failed
        if fallback:
            found = metadata_of_report(instance)
            assert found["judged by"] == "the rubric, as the model failed: everything"
            assert found["fallbacks to the rubric"] == 13
    assert provider.requests()
    gc.collect()
    read = list(contents_of(sqlite_home))
    assert any(name.endswith(".db") for name, _ in read)
    # Else it would prove nothing that the canary is not found.
    assert any(TICKETS[:40].encode() in content for _, content in read)
    for name, content in read:
        assert KEY.encode() not in content, name
        assert WORDS.encode() not in content, name


def contents_of(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield all files as they are, journals too, and each value of the databases, unpacked if packed."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.name, path.read_bytes()
            if path.suffix == ".db":
                # A value in the file may lie in pieces.
                yield from values_of(path)


def values_of(path: Path) -> Iterator[tuple[str, bytes]]:
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            for row in connection.execute(f'SELECT * FROM "{table}"'):
                for value in row:
                    plain = value if isinstance(value, bytes) else str(value).encode()
                    with suppress(zlib.error):
                        plain = zlib.decompress(plain)
                    yield f"{table} of {path.name}", plain


def test_re_execution_from_failure_pays_for_nothing_twice(
    sqlite_instance: dg.DagsterInstance, provider: LlmServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUITABILITY_FALLBACK", "false")
    refused = set(DIMENSIONS[-3:])

    def moody(each: Asked) -> Reply:
        return (
            Reply(status=400, error={"error": {"message": "no", "code": "no"}})
            if each.task in refused
            else Reply()
        )

    provider.script = moody
    run = execute(sqlite_instance)
    assert run.status is dg.DagsterRunStatus.FAILURE
    assert run.tags[STATUS] == "failed"
    paid = asked(provider)
    answered = {task: n for task, n in paid.items() if task not in refused}
    assert len(answered) == 1 + len(DIMENSIONS) - len(refused)
    provider.script = lambda _: Reply()
    again = execute(sqlite_instance, parent=run)
    assert again.is_success
    assert {task: asked(provider)[task] for task in answered} == answered
    assert set(asked(provider)) == set(TASKS)
    assert again.tags[TOKENS] == str(13 * (IN + OUT))


def test_the_command_line_goes_on_with_the_model_that_a_launch_has_named(
    sqlite_instance: dg.DagsterInstance, provider: LlmServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SUITABILITY_MODEL", "SUITABILITY_BASE_URL"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("SUITABILITY_FALLBACK", "false")
    provider.script = lambda each: Reply(status=400, error={}) if each.task == "verdict" else Reply()
    run = execute(sqlite_instance, model="a-model", base_url=provider.openai_url)
    assert run.status is dg.DagsterRunStatus.FAILURE
    provider.reset()

    async def resume() -> list[str]:
        driver = DagsterDriver(rubric=None)
        types = [event.type async for event in driver.resume(run.run_id)]
        await driver.close()
        return types

    assert asyncio.run(resume())[-1] == "pipeline:completed"
    assert {each.body["model"] for each in provider.requests()} == {"a-model"}
    assert asked(provider) == dict.fromkeys(("verdict", *TASKS[-4:]), 1)


def test_the_fingerprint_of_the_watch_list_follows_the_model(
    sqlite_instance: dg.DagsterInstance, provider: LlmServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert provider.openai_url
    found: list[dict[str, str]] = []
    for model in ("gpt-4o-mini", "gpt-4o", ""):
        monkeypatch.setenv("SUITABILITY_MODEL", model)
        with open_executor(sqlite_instance, PipelineResource) as executor:
            found.append(executor.fingerprint)
    assert found[0] != found[1] != found[2] != found[0]
    assert KEY not in str(found)


def test_without_a_model_nothing_that_talks_to_models_is_imported(sqlite_home: Path) -> None:
    program = (
        "import sys, dagster as dg\n"
        "from pipeline_defs.definitions import definitions\n"
        "from pipeline_defs.resources import PipelineResource\n"
        f"with dg.DagsterInstance.from_config({str(sqlite_home)!r}) as instance:\n"
        "    pipeline = PipelineResource(); pipeline.open(instance); pipeline.close()\n"
        "print(*{'pydantic_ai', 'openai', 'pipeline_core.settings'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_config_has_no_place_for_a_key() -> None:
    assert not [name for name in PipelineResource.model_fields if "key" in name or "token" in name]


@pytest.mark.parametrize(
    ("base_url", "defect"),
    [
        ("https://collect.example.org/v1", "would be sent a key"),
        ("https://me:secret@127.0.0.1/v1", "keys belong in the environment"),
        ("http://127.0.0.1/v1?api_key=secret", "keys belong in the environment"),
        ("127.0.0.1:8080", "is no address"),
        ("http://[::1/v1", "is no address"),
    ],
)
def test_an_address_in_config_that_could_leak_a_key_is_refused(
    monkeypatch: pytest.MonkeyPatch, base_url: str, defect: str
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with pytest.raises(ModelConfigError, match=defect) as caught:
        model_settings("gpt-4o-mini", base_url)
    assert "secret" not in str(caught.value)


def test_an_address_of_the_workers_own_environment_may_be_named_in_config(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("SUITABILITY_BASE_URL", "https://proxy.example.org/v1")
    settings = model_settings("gpt-4o-mini", "https://proxy.example.org/v1")
    assert settings is not None
    assert (settings.model, settings.base_url) == ("gpt-4o-mini", "https://proxy.example.org/v1")


def test_what_is_wrong_with_a_setting_is_told_without_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUITABILITY_MODEL", "sk-put-in-the-wrong-place")
    with pytest.raises(SettingsError, match="SUITABILITY_MODEL: a model is named provider:name") as caught:
        model_settings()
    assert "sk-put" not in str(caught.value)
    assert caught.value.__cause__ is None
