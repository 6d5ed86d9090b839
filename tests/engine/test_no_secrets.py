"""Invariant 12: what an analyzer's exception says reaches neither events nor state nor rows; no pickles."""

import ast
from collections.abc import AsyncGenerator
from pathlib import Path

import pipeline_core
from pipeline_core.engine import Event, StoreCheckpointer, TaskContext
from pipeline_core.engine.memory import MemoryStore
from pipeline_core.errors import RejectedError
from pipeline_core.testing.sample import said, sample_executor
from tests.engine.instant import run
from tests.engine.streams import GIVEN, collect

KEY = "sk-SECRET-0123456789"


def call_provider() -> None:
    raise ConnectionError(f"401: key {KEY} is not valid")


async def leaks(_: TaskContext) -> AsyncGenerator[Event, None]:
    yield said()
    try:
        call_provider()
    except ConnectionError as error:
        raise RuntimeError(f"request failed with {KEY}") from error


async def refuses(_: TaskContext) -> AsyncGenerator[Event, None]:
    yield said()
    try:
        call_provider()
    except ConnectionError as error:
        raise RejectedError("the provider refused the key") from error


def test_no_secrets_reach_events_state_or_rows() -> None:
    async def test() -> None:
        store = MemoryStore()
        executor = sample_executor({"left": leaks, "right": refuses}, checkpointer=StoreCheckpointer(store))
        events = await collect(executor.execute(GIVEN, thread_id="t"))
        told = "".join(event.model_dump_json() for event in events)
        kept = "".join((await store.scan("")).values())
        assert "RuntimeError" in told
        assert "the provider refused the key" in kept
        assert KEY not in told + kept + repr(await executor.get_state("t"))

    run(test())


def test_no_pickles() -> None:
    folder = Path(pipeline_core.__file__).parent
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import | ast.ImportFrom):
                modules = {alias.name for alias in node.names} | {getattr(node, "module", None)}
                assert not {"pickle", "marshal", "shelve", "dill", "cloudpickle"} & modules, path
