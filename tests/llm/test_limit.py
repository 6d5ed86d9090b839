"""The limit on requests holds over event loops and threads."""

import asyncio
import threading

from pipeline_core.llm.limit import Limit


async def _hold(limit: Limit, maximum: int, seen: list[int], seconds: float = 0.005) -> None:
    async with limit.slot(maximum):
        seen.append(limit.active)
        await asyncio.sleep(seconds)


def test_several_loops_share_the_slots() -> None:
    limit, seen = Limit(), list[int]()

    async def crowd() -> None:
        await asyncio.gather(*(_hold(limit, 3, seen) for _ in range(30)))

    threads = [threading.Thread(target=lambda: asyncio.run(crowd())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 120
    assert max(seen) == 3
    assert limit.active == 0


def test_whoever_waits_longest_goes_first() -> None:
    async def queue() -> list[int]:
        limit, order = Limit(), list[int]()

        async def one(number: int) -> None:
            async with limit.slot(1):
                order.append(number)
                await asyncio.sleep(0)

        await asyncio.gather(*(one(number) for number in range(10)))
        return order

    assert asyncio.run(queue()) == list(range(10))


def test_one_who_leaves_the_queue_or_a_slot_gives_way() -> None:
    async def leave() -> None:
        limit = Limit()
        holder = asyncio.create_task(_hold(limit, 1, [], 60))
        waiting = asyncio.create_task(_hold(limit, 1, [], 60))
        last = asyncio.create_task(_hold(limit, 1, [], 0))
        await asyncio.sleep(0)
        waiting.cancel()
        holder.cancel()
        await asyncio.wait([holder, waiting])
        await asyncio.wait_for(last, 1)
        assert limit.active == 0

    asyncio.run(leave())


def test_a_slot_granted_to_one_who_was_just_cancelled_is_not_lost() -> None:
    async def race() -> None:
        limit = Limit()
        for _ in range(50):
            holder = asyncio.create_task(_hold(limit, 1, [], 0))
            waiting = asyncio.create_task(_hold(limit, 1, [], 0))
            await asyncio.sleep(0)
            await holder
            waiting.cancel()
            await asyncio.wait([waiting])
        assert limit.active == 0

    asyncio.run(race())


def test_no_slot_stays_free_while_somebody_waits() -> None:
    async def busy() -> None:
        limit, full = Limit(), asyncio.Barrier(10)

        async def one() -> None:
            async with limit.slot(10):
                await full.wait()  # until all ten slots are held at once

        # Should one slot stay free, nobody would ever get past the barrier.
        await asyncio.wait_for(asyncio.gather(*(one() for _ in range(100))), 30)
        assert limit.active == 0

    asyncio.run(busy())
