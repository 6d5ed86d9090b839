"""What the tests of the model analyzers share: a provider on the loopback interface, and no other."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Generator, Mapping
from importlib import import_module
from typing import Any

import pytest

from pipeline_core import PipelineExecutor, PipelineInput, Policy
from pipeline_core.engine import Analyzer, Checkpointer, Event
from pipeline_core.engine.policy import Retry
from pipeline_core.llm import llm_analyzers, llm_policy
from pipeline_core.rubric import Rubric
from pipeline_core.settings import Settings
from tests.support.llm_server import LlmServer, running_llm_server

TICKETS = (
    "We run a help desk and want every closed ticket to carry one of 22 product-area tags. It is about "
    "1,800 tickets a week, and 210k tagged tickets exist since 2022. Tags are used for internal reporting "
    "only, and an agent can change a tag with one click. The tag list changes maybe once a year."
)
"""A strong fit."""

DIVING = (
    "The mixing unit sets the breathing gas of our saturation divers by itself from sensor data, every "
    "second. A wrong mixture kills within minutes. Nobody checks it and nobody can stop it. We have data "
    "of 14 dives."
)
"""A case with a veto."""


@pytest.fixture(autouse=True)
def _no_real_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key and no setting of the machine reaches a test."""
    for name in os.environ:
        if name.startswith("SUITABILITY_") or name.endswith("_API_KEY"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def running_provider() -> Generator[LlmServer]:
    # Loading the clients takes seconds, which belong to no test.
    import_module("pydantic_ai.models.openai")
    import_module("pydantic_ai.models.anthropic")
    with running_llm_server() as server:
        yield server


@pytest.fixture
def provider(running_provider: LlmServer) -> LlmServer:
    """A provider that answers sensibly until told otherwise."""
    running_provider.reset()
    return running_provider


@pytest.fixture(scope="session")
def rubric() -> Rubric:
    """The built-in rubric without its encoder, which would take most of the time of these tests."""
    return Rubric.load(encoder="none")


@pytest.fixture
def settings(provider: LlmServer) -> Callable[..., Settings]:
    """Return a maker of settings that point at the provider."""

    def make(**changes: Any) -> Settings:
        chosen: dict[str, Any] = {"model": "gpt-4o-mini", "base_url": provider.openai_url, **changes}
        return Settings(**chosen)

    return make


QUICK = llm_policy(
    Policy(
        retries={
            "transient": Retry(attempts=3, initial=0.01, jitter=0.0),
            "rate_limited": Retry(attempts=3, initial=0.01, jitter=0.0),
            "timeout": Retry(attempts=2, initial=0.0, jitter=0.0),
            "invalid_output": Retry(attempts=2, initial=0.0, jitter=0.0),
        }
    )
)
"""As patient as the default in attempts, not in time."""


class Bench:
    """Runs threads with models for all tasks, or for some."""

    def __init__(self, rubric: Rubric) -> None:
        self.rubric = rubric

    def executor(
        self,
        settings: Settings,
        *,
        only: tuple[str, ...] = (),
        checkpointer: Checkpointer | None = None,
        policy: Policy = QUICK,
    ) -> PipelineExecutor:
        """Return an executor in which models perform all tasks, or only those named."""
        analyzers: Mapping[str, Analyzer] = llm_analyzers(settings, self.rubric, policy=policy)
        chosen = {task: analyzers[task] for task in analyzers if not only or task in only}
        return PipelineExecutor(checkpointer, analyzers=chosen, rubric=self.rubric, policy=policy)

    def dimension(
        self, settings: Settings, dimension: str = "error_tolerance", *, problem: str = TICKETS, **more: Any
    ) -> list[Event]:
        """Return the events of one dimension that a model scores."""
        executor = self.executor(settings, only=(dimension,), **more)
        events = all_of(executor.execute(PipelineInput(problem=problem), until=dimension))
        return [event for event in events if event.task == dimension]

    def thread(self, settings: Settings, *, problem: str = TICKETS, **more: Any) -> list[Event]:
        """Return all events of a whole thread."""
        executor = self.executor(settings, **more)
        return all_of(executor.execute(PipelineInput(problem=problem)))


@pytest.fixture
def bench(rubric: Rubric) -> Bench:
    return Bench(rubric)


def all_of(stream: AsyncIterator[Event]) -> list[Event]:
    """Return all events of a stream, run to its end in an event loop of its own."""

    async def collect() -> list[Event]:
        return [event async for event in stream]

    return asyncio.run(collect())


def types(events: list[Event]) -> list[str]:
    """Return the types of events, in order."""
    return [event.type for event in events]


def one(events: list[Event], kind: str) -> Any:
    """Return the only event of a type."""
    (found,) = [event for event in events if event.type == kind]
    return found
