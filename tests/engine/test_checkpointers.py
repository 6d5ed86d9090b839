"""Both checkpointers of the core keep the contract."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from pipeline_core.engine import Change, Checkpointer, MemoryCheckpointer, StoreCheckpointer
from pipeline_core.engine.memory import MemoryStore
from pipeline_core.testing import CheckpointerSuite, Factory, sqlite_factory
from pipeline_core.testing.sample import sample_executor
from tests.engine.streams import GIVEN, collect


class TestMemoryCheckpointer(CheckpointerSuite):
    __test__ = True

    @pytest.fixture
    def checkpointer(self) -> Checkpointer:
        return MemoryCheckpointer()


class TestSqliteCheckpointer(CheckpointerSuite):
    __test__ = True

    @pytest.fixture
    def factory(self, tmp_path: Path) -> Factory:
        return sqlite_factory(tmp_path)


def test_deleting_a_thread_also_deletes_what_its_writer_adds_meanwhile() -> None:
    class Contended(MemoryStore):
        """A store in which a record of the thread appears after its rows were listed, once."""

        contended = False

        async def apply(self, change: Change) -> bool:
            if change.deletes and not change.puts and not self.contended:
                self.contended = True
                await self.apply(Change(puts={"task/t/late": "{}"}))
            return await super().apply(change)

    async def test() -> None:
        store = Contended()
        checkpointer = StoreCheckpointer(store)
        await collect(sample_executor(checkpointer=checkpointer).execute(GIVEN, thread_id="t"))
        await checkpointer.delete("t")
        assert store.contended
        assert await store.scan("") == {}

    asyncio.run(test())


def test_a_thread_that_moves_on_while_it_is_read_is_read_again() -> None:
    class MovesOn(MemoryStore):
        """A store in which the thread is saved between two reads, once."""

        advance: Callable[[], Awaitable[object]] | None = None

        async def scan(self, prefix: str) -> dict[str, str]:
            if self.advance is not None:
                advance, self.advance = self.advance, None
                await advance()
            return await super().scan(prefix)

    async def test() -> None:
        store = MovesOn()
        executor = sample_executor(checkpointer=StoreCheckpointer(store))
        stream = executor.execute(GIVEN, thread_id="t")
        async for event in stream:
            if event.type == "stage:completed":
                break
        store.advance = lambda: collect(stream)
        state = await executor.get_state("t")
        assert state is not None
        assert state.status == "completed"

    asyncio.run(test())
