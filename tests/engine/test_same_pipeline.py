"""Invariant 10: a thread goes on under the configuration it began with, or says what changed."""

import pytest

from pipeline_core.engine import MemoryCheckpointer
from pipeline_core.errors import FingerprintMismatchError
from pipeline_core.testing import ScriptedAnalyzer
from pipeline_core.testing.sample import completed, sample_executor
from tests.engine.instant import run
from tests.engine.streams import GIVEN, blocking, collect


class Versioned(ScriptedAnalyzer):
    def __init__(self, version: str) -> None:
        super().__init__([completed("?", blocking("q"))])
        self.fingerprint = version


def test_same_pipeline_or_say_so() -> None:
    async def test() -> None:
        checkpointer = MemoryCheckpointer()
        executor = sample_executor({"first": Versioned("model 1")}, checkpointer=checkpointer)
        await collect(executor.execute(GIVEN, thread_id="t"))
        before = await checkpointer.load("t")
        other = sample_executor({"first": Versioned("model 2")}, checkpointer=checkpointer)
        with pytest.raises(FingerprintMismatchError, match="analyzer:first: model 1 -> model 2") as caught:
            await collect(other.resume("t", {"q": "yes"}))
        assert caught.value.difference == {"analyzer:first": ("model 1", "model 2")}
        assert await checkpointer.load("t") == before
        fork = await other.fork("t", answers={"q": "yes"})
        assert (await collect(other.resume(fork)))[-1].type == "pipeline:completed"
        assert (await collect(executor.resume("t", {"q": "yes"})))[-1].type == "pipeline:completed"

    run(test())
