"""Several writers at once: tasks of one loop, and processes."""

import asyncio
import subprocess
import sys

import pytest

from pipeline_core.engine.checkpoint import Checkpointer
from pipeline_core.errors import StaleWriterError
from pipeline_core.testing.factory import Factory
from pipeline_core.testing.suite.base import SuiteBase, bodies, checkpoint, create, run

PROCESSES = 3
SAVES = 8


class Contention(SuiteBase):
    """Every version is written by exactly one of those who try."""

    def test_of_concurrent_saves_of_one_version_one_succeeds(self, checkpointer: Checkpointer) -> None:
        async def test() -> None:
            lease = await create(checkpointer)
            tried = await asyncio.gather(
                *(checkpointer.save(checkpoint(version=2, body=str(number)), lease) for number in range(10)),
                return_exceptions=True,
            )
            assert tried.count(None) == 1
            assert sum(isinstance(result, StaleWriterError) for result in tried) == 9
            stored = await checkpointer.load("t")
            assert stored is not None
            assert stored.checkpoint.body == str(tried.index(None))

        run(test())

    def test_no_save_of_several_processes_is_lost(
        self, factory: Factory | None, checkpointer: Checkpointer
    ) -> None:
        if factory is None:
            pytest.skip("lives in one process")
        run(create(checkpointer, owner="shared"))
        writer = (sys.executable, "-m", "pipeline_core.testing.contender", factory.target, factory.argument)
        writers = [subprocess.Popen([*writer, str(number), str(SAVES)]) for number in range(PROCESSES)]
        assert [process.wait() for process in writers] == [0] * PROCESSES
        history = run(checkpointer.history("t"))
        assert [found.version for found in history] == list(range(1, 2 + PROCESSES * SAVES))
        written = [found.body for found in history[1:]]
        assert {number: written.count(str(number)) for number in range(PROCESSES)} == dict.fromkeys(
            range(PROCESSES), SAVES
        )
        assert run(bodies(checkpointer)) == {f"task_{number}": str(SAVES) for number in range(PROCESSES)}
