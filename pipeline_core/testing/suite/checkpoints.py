"""Saving, loading and deleting checkpoints."""

from dataclasses import replace

import pytest

from pipeline_core.engine.checkpoint import Checkpointer
from pipeline_core.errors import (
    InvalidThreadIdError,
    StaleWriterError,
    ThreadExistsError,
    UnknownThreadError,
)
from pipeline_core.testing.suite.base import TTL, SuiteBase, checkpoint, create, latest, record, run

UNUSUAL = "zażółć 中文 \U0001f9ea \u200fעברית e\u0301 \u0000 \u2028 \\ \" ' \x7f \ufffe"


class Checkpoints(SuiteBase):
    """A checkpoint is stored whole, once, and never changes."""

    def test_load_of_an_unknown_thread_returns_none(self, checkpointer: Checkpointer) -> None:
        async def test() -> None:
            assert await checkpointer.load("t") is None
            assert await checkpointer.load("t", 1) is None
            assert not await checkpointer.exists("t")
            assert await checkpointer.history("t") == []

        run(test())

    def test_what_was_saved_is_loaded(self, checkpointer: Checkpointer) -> None:
        async def test() -> None:
            first = checkpoint(summary={"problem": "p"})
            lease = await checkpointer.create(first, "me", TTL)
            assert await latest(checkpointer) == first
            second = checkpoint(version=2, status="suspended", body="[2]", stage="s", summary={"x": "y"})
            await checkpointer.save(second, lease)
            assert await latest(checkpointer) == second
            assert await checkpointer.exists("t")

        run(test())

    def test_earlier_versions_stay_as_they_were(self, checkpointer: Checkpointer) -> None:
        async def test() -> None:
            lease = await create(checkpointer)
            for version in range(2, 13):
                await checkpointer.save(checkpoint(version=version, body=str(version)), lease)
            history = await checkpointer.history("t")
            assert [found.version for found in history] == list(range(1, 13))
            assert [found.body for found in history[1:]] == [str(version) for version in range(2, 13)]
            assert {found.fence for found in history} == {lease.fence}
            stored = await checkpointer.load("t", 7)
            assert stored is not None
            assert stored.checkpoint == history[6]
            assert stored.records == ()
            assert await checkpointer.load("t", 13) is None
            assert await checkpointer.load("t", 0) is None

        run(test())

    @pytest.mark.parametrize("version", [1, 2, 4], ids=["first", "same", "gap"])
    def test_a_save_that_does_not_follow_the_latest_is_refused(
        self, checkpointer: Checkpointer, version: int
    ) -> None:
        async def test() -> None:
            lease = await create(checkpointer)
            await checkpointer.save(checkpoint(version=2, body="kept"), lease)
            with pytest.raises(StaleWriterError):
                await checkpointer.save(checkpoint(version=version, body="new"), lease, settled=["a"])
            assert await latest(checkpointer) == checkpoint(version=2, body="kept")
            assert len(await checkpointer.history("t")) == 2

        run(test())

    def test_a_thread_is_created_once(self, checkpointer: Checkpointer) -> None:
        async def test() -> None:
            await create(checkpointer)
            for owner in ("me", "other"):
                with pytest.raises(ThreadExistsError):
                    await checkpointer.create(checkpoint(body="new"), owner, TTL)
            assert await latest(checkpointer) == checkpoint()

        run(test())

    def test_a_save_to_an_unknown_thread_is_refused(self, checkpointer: Checkpointer) -> None:
        async def test() -> None:
            lease = await create(checkpointer)
            await checkpointer.delete("t")
            with pytest.raises((UnknownThreadError, StaleWriterError)):
                await checkpointer.save(checkpoint(version=2), lease)
            with pytest.raises(StaleWriterError):
                await checkpointer.record(record(), lease)
            assert not await checkpointer.exists("t")

        run(test())

    def test_a_saved_value_does_not_change_when_the_callers_does(self, checkpointer: Checkpointer) -> None:
        async def test() -> None:
            summary = {"problem": "then"}
            await checkpointer.create(checkpoint(summary=summary), "me", TTL)
            summary["problem"] = "now"
            found = await latest(checkpointer)
            assert found is not None
            assert found.summary == {"problem": "then"}
            [listed] = await checkpointer.threads()
            assert listed.summary == {"problem": "then"}

        run(test())

    def test_unusual_text_is_kept(self, checkpointer: Checkpointer) -> None:
        async def test() -> None:
            body = '"\\u0000 \\ud83e\\uddea \\ud800 \\u2028"\n%s {} %(x)s :name ?'
            first = checkpoint(summary={UNUSUAL: UNUSUAL}, body=body)
            await checkpointer.create(first, f"owner:{UNUSUAL[:5]}", TTL)
            assert await latest(checkpointer) == first
            [listed] = await checkpointer.threads()
            assert listed.summary == {UNUSUAL: UNUSUAL}

        run(test())

    def test_five_megabytes_are_kept(self, checkpointer: Checkpointer) -> None:
        async def test() -> None:
            lease = await create(checkpointer)
            big = checkpoint(version=2, body=f'"{"x" * 5_000_000}"')
            await checkpointer.save(big, lease)
            await checkpointer.record(record(body=big.body), lease)
            stored = await checkpointer.load("t")
            assert stored is not None
            assert replace(stored.checkpoint, fence=0) == big
            assert stored.records[0].body == big.body

        run(test())

    @pytest.mark.parametrize("thread_id", ["", "a/b", "a b", "ä", "x" * 101, "%", "a\n"])
    def test_what_cannot_name_a_thread_is_refused(self, checkpointer: Checkpointer, thread_id: str) -> None:
        async def test() -> None:
            with pytest.raises(InvalidThreadIdError):
                await checkpointer.create(checkpoint(thread_id), "me", TTL)
            with pytest.raises(InvalidThreadIdError):
                await checkpointer.load(thread_id)

        run(test())

    def test_threads_do_not_touch_each_other(self, checkpointer: Checkpointer) -> None:
        async def test() -> None:
            names = ["a", "A", "a.b", "a-b", "a_b", "aa", "a.", "x" * 100]
            leases = {name: await create(checkpointer, name) for name in names}
            for name in names:
                await checkpointer.record(record("t", f'"{name}"', name), leases[name])
            await checkpointer.save(checkpoint("a_b", 2), leases["a_b"], settled=["t"])
            await checkpointer.delete("a")
            for name in names[1:]:
                stored = await checkpointer.load(name)
                assert stored is not None
                assert stored.checkpoint.version == (2 if name == "a_b" else 1)
                assert [found.body for found in stored.records] == ([] if name == "a_b" else [f'"{name}"'])
            assert await checkpointer.load("a") is None
            assert len(await checkpointer.threads()) == len(names) - 1

        run(test())

    def test_a_deleted_thread_leaves_nothing(self, checkpointer: Checkpointer) -> None:
        async def test() -> None:
            lease = await create(checkpointer)
            await checkpointer.save(checkpoint(version=2), lease)
            await checkpointer.record(record(), lease)
            await checkpointer.delete("t")
            await checkpointer.delete("t")
            assert await checkpointer.load("t") is None
            assert await checkpointer.history("t") == []
            assert await checkpointer.threads() == []
            await create(checkpointer, owner="other")
            stored = await checkpointer.load("t")
            assert stored is not None
            assert stored.checkpoint.version == 1
            assert stored.records == ()
            assert len(await checkpointer.history("t")) == 1

        run(test())

    def test_deleting_an_unknown_thread_does_nothing(self, checkpointer: Checkpointer) -> None:
        run(checkpointer.delete("t"))
        assert run(checkpointer.threads()) == []

    def test_closing_twice_is_harmless(self, checkpointer: Checkpointer) -> None:
        run(create(checkpointer))
        run(checkpointer.close())
        run(checkpointer.close())
