"""Who may write."""

import asyncio

import pytest

from pipeline_core.engine.checkpoint import Checkpointer, Lease
from pipeline_core.errors import StaleWriterError, ThreadBusyError, UnknownThreadError
from pipeline_core.testing.suite.base import (
    EXPIRED,
    TTL,
    SuiteBase,
    bodies,
    checkpoint,
    create,
    latest,
    record,
    run,
)


class Leases(SuiteBase):
    """One owner at a time; one that lost the thread cannot write."""

    def test_a_held_thread_is_busy(self, checkpointer: Checkpointer) -> None:
        async def test() -> None:
            await create(checkpointer)
            with pytest.raises(ThreadBusyError) as caught:
                await checkpointer.acquire("t", "other", TTL)
            assert caught.value.owner == "me"
            assert 0 < caught.value.seconds_left <= TTL
            with pytest.raises(ThreadBusyError):
                await checkpointer.acquire("t", "other", TTL, takeover_from="somebody else")

        run(test())

    def test_a_lease_cannot_be_had_of_an_unknown_thread(self, checkpointer: Checkpointer) -> None:
        with pytest.raises(UnknownThreadError):
            run(checkpointer.acquire("t", "me", TTL))

    def test_one_owner_shares_its_lease(self, checkpointer: Checkpointer) -> None:
        async def test() -> None:
            first = await create(checkpointer)
            again = await checkpointer.acquire("t", "me", TTL)
            assert first == Lease("t", "me", first.fence, fresh=True)
            assert again == Lease("t", "me", first.fence, fresh=False)
            await checkpointer.save(checkpoint(version=2), first)
            await checkpointer.save(checkpoint(version=3), again)

        run(test())

    @pytest.mark.parametrize("way", ["expired", "takeover", "released", "released with a save"])
    def test_a_lease_passes_on(self, checkpointer: Checkpointer, way: str) -> None:
        async def test() -> None:
            old = await create(checkpointer, ttl=EXPIRED if way == "expired" else TTL)
            version = 1
            if way == "released":
                await checkpointer.release(old)
                await checkpointer.release(old)
            if way == "released with a save":
                version = 2
                await checkpointer.save(checkpoint(version=2), old, release=True)
            dead = "me" if way == "takeover" else None
            new = await checkpointer.acquire("t", "other", TTL, takeover_from=dead)
            assert new.fresh
            assert new.fence > old.fence
            await self._is_shut_out(checkpointer, old, version)
            await checkpointer.record(record(), new)
            await checkpointer.save(checkpoint(version=version + 1), new)

        run(test())

    async def _is_shut_out(self, checkpointer: Checkpointer, old: Lease, version: int) -> None:
        with pytest.raises(StaleWriterError):
            await checkpointer.record(record("late"), old)
        with pytest.raises(StaleWriterError):
            await checkpointer.save(checkpoint(version=version + 1), old, settled=["a"], release=True)
        with pytest.raises(StaleWriterError):
            await checkpointer.renew(old, TTL)
        await checkpointer.release(old)
        with pytest.raises(ThreadBusyError):
            await checkpointer.acquire("t", old.owner, TTL)
        found = await latest(checkpointer)
        assert found is not None
        assert found.version == version
        assert await bodies(checkpointer) == {}

    def test_a_released_lease_cannot_write(self, checkpointer: Checkpointer) -> None:
        async def test() -> None:
            lease = await create(checkpointer)
            await checkpointer.release(lease)
            with pytest.raises(StaleWriterError):
                await checkpointer.record(record(), lease)
            with pytest.raises(StaleWriterError):
                await checkpointer.save(checkpoint(version=2), lease)

        run(test())

    def test_an_owner_that_comes_back_gets_a_new_fence(self, checkpointer: Checkpointer) -> None:
        async def test() -> None:
            old = await create(checkpointer)
            await checkpointer.release(old)
            new = await checkpointer.acquire("t", "me", TTL)
            assert new.fresh
            assert new.fence > old.fence
            with pytest.raises(StaleWriterError):
                await checkpointer.record(record(), old)

        run(test())

    def test_a_renewed_lease_holds(self, checkpointer: Checkpointer) -> None:
        async def test() -> None:
            lease = await create(checkpointer, ttl=EXPIRED)
            await checkpointer.renew(lease, TTL)
            with pytest.raises(ThreadBusyError):
                await checkpointer.acquire("t", "other", TTL)

        run(test())

    def test_acquiring_again_prolongs(self, checkpointer: Checkpointer) -> None:
        async def test() -> None:
            await create(checkpointer, ttl=EXPIRED)
            await checkpointer.acquire("t", "me", TTL)
            with pytest.raises(ThreadBusyError):
                await checkpointer.acquire("t", "other", TTL)

        run(test())

    def test_an_expired_lease_nobody_took_still_writes(self, checkpointer: Checkpointer) -> None:
        async def test() -> None:
            lease = await create(checkpointer, ttl=EXPIRED)
            await checkpointer.record(record(), lease)
            await checkpointer.save(checkpoint(version=2), lease)

        run(test())

    def test_of_many_that_want_a_free_thread_one_gets_it(self, checkpointer: Checkpointer) -> None:
        async def test() -> None:
            await checkpointer.release(await create(checkpointer))
            wanted = (checkpointer.acquire("t", f"owner {number}", TTL) for number in range(10))
            got = await asyncio.gather(*wanted, return_exceptions=True)
            assert sum(isinstance(result, Lease) for result in got) == 1
            assert sum(isinstance(result, ThreadBusyError) for result in got) == 9

        run(test())
