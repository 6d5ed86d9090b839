"""A task whose result is durable is never paid for again: counted at the provider."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

import pytest

from pipeline_core import PipelineExecutor, PipelineInput, SqliteCheckpointer
from pipeline_core.settings import Settings
from tests.llm.conftest import TICKETS, Bench, all_of
from tests.support.llm_server import LlmServer, Reply

Make = Callable[..., Settings]


@pytest.mark.parametrize("steps", [2, 5])
def test_leaving_after_any_completion_never_pays_a_finished_task_twice(
    bench: Bench, settings: Make, provider: LlmServer, tmp_path: Path, steps: int
) -> None:
    provider.script = lambda _: Reply(delay=0.005)
    paid: dict[str, int] = {}
    chosen = settings()

    async def live_and_leave() -> None:
        store = SqliteCheckpointer(tmp_path / "threads.db")
        kind = ""
        while kind != "pipeline:completed":
            executor = bench.executor(chosen, checkpointer=store)
            stream = (
                executor.resume("t")
                if kind
                else executor.execute(PipelineInput(problem=TICKETS), thread_id="t")
            )
            left = steps
            async with aclosing(stream) as events:
                async for event in events:
                    kind = event.type
                    left -= event.task not in (None, "synthesis") and kind.endswith(":completed")
                    if left == 0:
                        break
            state = await executor.get_state("t")
            for task in state.outcomes if state is not None else ():
                paid.setdefault(task, len(provider.requests(task)))
        await store.close()

    asyncio.run(live_and_leave())
    assert len(paid) == 13
    assert paid == {task: len(provider.requests(task)) for task in paid}


def test_resuming_a_finished_task_asks_nobody(
    bench: Bench, settings: Make, provider: LlmServer, tmp_path: Path
) -> None:
    store = SqliteCheckpointer(tmp_path / "threads.db")
    executor = bench.executor(settings(), checkpointer=store)
    all_of(executor.execute(PipelineInput(problem=TICKETS), thread_id="t", until="verdict"))
    before = len(provider.requests())
    all_of(executor.resume("t", until="verdict"))
    assert len(provider.requests()) == before == 9
    asyncio.run(store.close())


async def durable(path: Path) -> list[str]:
    """Return the tasks whose outcome is durable."""
    store = SqliteCheckpointer(path)
    state = await PipelineExecutor(store).get_state("t")
    await store.close()
    assert state is not None
    return list(state.outcomes)


@pytest.mark.slow
def test_killing_the_process_never_pays_a_finished_task_twice(provider: LlmServer, tmp_path: Path) -> None:
    provider.script = lambda _: Reply(delay=0.05, pause=0.001)
    paid: dict[str, int] = {}
    for life, deaths_after in enumerate([1, 3, 4, None]):
        command = [
            sys.executable,
            "-m",
            "tests.support.llm_victim",
            str(tmp_path / "t.db"),
            provider.openai_url,
            str(life),
        ]
        victim = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "CI": "1"})
        assert victim.stdout is not None
        for seen, _ in enumerate(victim.stdout, start=1):
            if seen == deaths_after:
                victim.send_signal(signal.SIGKILL)
                break
        victim.stdout.close()
        assert victim.wait(30) == (0 if deaths_after is None else -signal.SIGKILL)
        for task in asyncio.run(durable(tmp_path / "t.db")):
            paid.setdefault(task, len(provider.requests(task)))
    assert len(paid) == 13
    assert paid == {task: len(provider.requests(task)) for task in paid}
