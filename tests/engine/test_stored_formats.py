"""Invariant 12: what is stored is JSON with a format version; old rows load, corrupt ones say so."""

import json
from pathlib import Path

import pytest
from pydantic import BaseModel

from pipeline_core.engine import Change, PipelineState, StoreCheckpointer
from pipeline_core.engine.memory import MemoryStore
from pipeline_core.engine.stored import store
from pipeline_core.errors import CorruptCheckpointError, PipelineError
from pipeline_core.testing.sample import Note, sample_executor
from tests.engine.instant import run
from tests.engine.streams import GIVEN, collect, started, take

ROWS = Path(__file__).parents[1] / "data" / "checkpoints"
"""Rows as they were written by a release that had this format, one file each; never rewritten."""


def rows_of(folder: str) -> dict[str, str]:
    return {path.name.replace("__", "/"): path.read_text() for path in sorted((ROWS / folder).iterdir())}


async def store_of(rows: dict[str, str]) -> MemoryStore:
    store = MemoryStore()
    await store.apply(Change(puts=rows))
    return store


def test_a_thread_in_the_first_format_loads_and_goes_on() -> None:
    async def test() -> None:
        checkpointer = StoreCheckpointer(await store_of(rows_of("format-1")))
        executor = sample_executor(checkpointer=checkpointer)
        state = await executor.get_state("old")
        assert isinstance(state, PipelineState)
        assert state.stages == ("begin",)
        assert isinstance(state.result("left"), Note)
        events = await collect(executor.resume("old"))
        assert started(events) == {"middle", "right", "last"}
        assert events[-1].type == "pipeline:completed"

    run(test())


def test_what_is_stored_is_ascii_json() -> None:
    async def test() -> None:
        store = MemoryStore()
        executor = sample_executor(checkpointer=StoreCheckpointer(store))
        await take(executor.execute(GIVEN.model_copy(update={"text": "żółć \U0001f9ea"})), "task:completed")
        for key, text in (await store.scan("")).items():
            assert text.isascii()
            assert key.isascii()
            if not key.startswith(("lease/", "until/")):
                header, *body = text.split("\n")
                assert json.loads(header)["format"] == 1
                assert all(json.loads(part) for part in body)

    run(test())


CORRUPT = sorted(path.name for path in (ROWS / "corrupt").iterdir())


@pytest.mark.parametrize("name", CORRUPT)
def test_a_corrupt_row_is_a_clear_error_that_names_it_and_not_its_content(name: str) -> None:
    async def test() -> None:
        key = name.split("__", 1)[1].replace("__", "/")
        rows = rows_of("format-1") | {key: (ROWS / "corrupt" / name).read_text()}
        executor = sample_executor(checkpointer=StoreCheckpointer(await store_of(rows)))
        with pytest.raises(CorruptCheckpointError) as caught:
            await collect(executor.resume("old"))
        assert repr(key) in str(caught.value)
        assert "SECRET" not in str(caught.value)
        assert (await executor.checkpointer.exists("old")) is True

    run(test())


def test_a_corrupt_thread_is_listed_as_such_and_never_pruned() -> None:
    async def test() -> None:
        rows = rows_of("format-1") | {"head/broken": "{", "head/newer": '{"format": 99}'}
        checkpointer = StoreCheckpointer(await store_of(rows))
        listed = {info.thread_id: info.status for info in await checkpointer.threads()}
        assert listed == {"old": "running", "broken": "corrupt", "newer": "corrupt"}
        assert "broken" not in await checkpointer.prune()
        await checkpointer.delete("broken")
        assert len(await checkpointer.threads("corrupt")) == 1

    run(test())


def test_a_missing_checkpoint_is_a_clear_error() -> None:
    async def test() -> None:
        rows = rows_of("format-1")
        del rows["ckpt/old/00000002"]
        executor = sample_executor(checkpointer=StoreCheckpointer(await store_of(rows)))
        with pytest.raises(CorruptCheckpointError, match="it is missing"):
            await executor.get_state("old")

    run(test())


def test_every_error_of_a_store_is_one_of_this_package() -> None:
    assert issubclass(CorruptCheckpointError, PipelineError)


def test_what_would_lose_fields_on_being_read_back_is_refused() -> None:
    class Kind(BaseModel):
        text: str

    class Longer(Kind):
        more: str

    assert store(Kind(text="x"), Kind).value == Kind(text="x")
    with pytest.raises(ValueError, match="a Longer, which cannot be read back as a Kind"):
        store(Longer(text="x", more="lost"), Kind)
