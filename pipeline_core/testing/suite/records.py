"""Outcomes of tasks in a stage that is still open."""

import asyncio

from pipeline_core.engine.checkpoint import Checkpointer, TaskRecord
from pipeline_core.testing.suite.base import TTL, SuiteBase, bodies, checkpoint, create, record, run


class Records(SuiteBase):
    """One row per task; siblings never overwrite each other."""

    def test_records_are_loaded_by_task_name(self, checkpointer: Checkpointer) -> None:
        async def test() -> None:
            lease = await create(checkpointer)
            for task in ("c", "a", "b"):
                await checkpointer.record(record(task, f'"{task}"'), lease)
            stored = await checkpointer.load("t")
            assert stored is not None
            assert stored.records == tuple(
                TaskRecord("t", task, f'"{task}"', lease.fence) for task in ("a", "b", "c")
            )

        run(test())

    def test_recording_again_replaces(self, checkpointer: Checkpointer) -> None:
        async def test() -> None:
            lease = await create(checkpointer)
            await checkpointer.record(record(body="1"), lease)
            await checkpointer.record(record(body="1"), lease)
            assert await bodies(checkpointer) == {"a": "1"}
            await checkpointer.record(record(body="2"), lease)
            assert await bodies(checkpointer) == {"a": "2"}

        run(test())

    def test_concurrent_records_of_siblings_are_all_kept(self, checkpointer: Checkpointer) -> None:
        async def test() -> None:
            lease = await create(checkpointer)
            expected = {f"task_{number}": f"[{number}]" for number in range(20)}
            writes = (checkpointer.record(record(task, body), lease) for task, body in expected.items())
            await asyncio.gather(*writes)
            assert await bodies(checkpointer) == expected

        run(test())

    def test_siblings_with_one_owner_record_under_leases_of_their_own(
        self, checkpointer: Checkpointer
    ) -> None:
        async def test() -> None:
            await create(checkpointer, owner="run")
            for task in ("a", "b"):
                lease = await checkpointer.acquire("t", "run", TTL)
                await checkpointer.record(record(task), lease)
            assert set(await bodies(checkpointer)) == {"a", "b"}

        run(test())

    def test_a_checkpoint_removes_the_records_it_settles(self, checkpointer: Checkpointer) -> None:
        async def test() -> None:
            lease = await create(checkpointer)
            for task in ("a", "b", "c"):
                await checkpointer.record(record(task), lease)
            await checkpointer.save(checkpoint(version=2), lease, settled=["a", "c", "never"])
            assert set(await bodies(checkpointer)) == {"b"}

        run(test())

    def test_records_do_not_make_a_version(self, checkpointer: Checkpointer) -> None:
        async def test() -> None:
            lease = await create(checkpointer)
            await checkpointer.record(record(), lease)
            stored = await checkpointer.load("t")
            assert stored is not None
            assert stored.checkpoint.version == 1
            await checkpointer.save(checkpoint(version=2), lease)

        run(test())
