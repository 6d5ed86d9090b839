"""The list of threads, and what becomes of old ones."""

from datetime import timedelta

import pytest

from pipeline_core.engine.checkpoint import Checkpointer
from pipeline_core.testing.suite.base import EXPIRED, NOW, TTL, SuiteBase, checkpoint, run

OLD = timedelta(days=31)


class Listing(SuiteBase):
    """Threads are listed by their heads and pruned by their age."""

    def test_threads_are_listed_last_changed_first(self, checkpointer: Checkpointer) -> None:
        async def test() -> None:
            leases = {
                name: await checkpointer.create(
                    checkpoint(name, age=timedelta(hours=hours), summary={"problem": name}), "me", TTL
                )
                for name, hours in [("b", 2), ("a", 3), ("c", 1)]
            }
            assert [info.thread_id for info in await checkpointer.threads()] == ["c", "b", "a"]
            await checkpointer.save(
                checkpoint("a", 2, status="completed", summary={"verdict": "yes"}), leases["a"]
            )
            [first, *_] = await checkpointer.threads()
            assert (first.thread_id, first.version, first.status) == ("a", 2, "completed")
            assert first.summary == {"verdict": "yes"}
            assert first.created_at == NOW - timedelta(hours=3)
            assert first.updated_at == NOW
            assert [info.thread_id for info in await checkpointer.threads("completed")] == ["a"]
            assert await checkpointer.threads("failed") == []

        run(test())

    def test_no_threads_are_listed_where_there_are_none(self, checkpointer: Checkpointer) -> None:
        assert run(checkpointer.threads()) == []
        assert run(checkpointer.prune()) == []

    @pytest.mark.parametrize("status", ["completed", "failed", "cancelled", "running"])
    def test_old_threads_are_pruned(self, checkpointer: Checkpointer, status: str) -> None:
        async def test() -> None:
            for name, age in [("old", OLD), ("new", timedelta(days=29))]:
                await checkpointer.create(checkpoint(name, status=status, age=age), "me", EXPIRED)
            assert await checkpointer.prune() == ["old"]
            assert await checkpointer.history("old") == []
            assert not await checkpointer.exists("old")
            assert await checkpointer.exists("new")
            assert await checkpointer.prune(timedelta(days=1)) == ["new"]
            assert await checkpointer.threads() == []

        run(test())

    def test_suspended_threads_are_pruned_only_when_asked_for(self, checkpointer: Checkpointer) -> None:
        async def test() -> None:
            await checkpointer.create(checkpoint(status="suspended", age=OLD), "me", EXPIRED)
            assert await checkpointer.prune() == []
            assert await checkpointer.exists("t")
            assert await checkpointer.prune(include_suspended=True) == ["t"]
            assert not await checkpointer.exists("t")

        run(test())

    def test_a_thread_under_a_live_lease_is_not_pruned(self, checkpointer: Checkpointer) -> None:
        async def test() -> None:
            lease = await checkpointer.create(checkpoint(age=OLD), "me", TTL)
            assert await checkpointer.prune() == []
            await checkpointer.save(checkpoint(version=2, age=OLD), lease, release=True)
            assert await checkpointer.prune() == ["t"]

        run(test())
