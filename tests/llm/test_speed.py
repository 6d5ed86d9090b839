"""How fast a thread is, and how well many threads share the slots."""

import asyncio
import os
import time
from collections.abc import Generator

import pytest

from pipeline_core import PipelineExecutor, PipelineInput
from pipeline_core.settings import Settings
from tests.llm.conftest import TICKETS, Bench
from tests.support.llm_process import ProviderProcess, provider_process
from tests.support.llm_server import Reply

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _idle_machine() -> None:
    """Skip where others need the processors: the clock would measure them."""
    if os.getloadavg()[0] > (os.cpu_count() or 1):
        pytest.skip("the machine is busy")


@pytest.fixture(scope="module")
def second() -> Generator[ProviderProcess]:
    """A provider that answers in one second."""
    with provider_process(Reply(delay=1.0, chunk=200)) as provider:
        yield provider


async def _thread(executor: PipelineExecutor, number: int) -> float:
    began = time.monotonic()
    last = ""
    async for event in executor.execute(PipelineInput(problem=f"{TICKETS} Case {number}.")):
        last = event.type
    assert last == "pipeline:completed"
    return time.monotonic() - began


def test_a_whole_thread_takes_little_more_than_its_five_answers(
    bench: Bench, second: ProviderProcess
) -> None:
    executor = bench.executor(Settings(model="gpt-4o-mini", base_url=second.base_url))

    async def several() -> list[float]:
        return [await _thread(executor, number) for number in range(4)]

    first, *warm = asyncio.run(several())
    assert min(warm) <= 5.3, (first, warm)


@pytest.mark.timeout(400)
def test_a_hundred_threads_fill_the_limit_and_never_pass_it(bench: Bench, second: ProviderProcess) -> None:
    settings = Settings(model="gpt-4o-mini", base_url=second.base_url, max_concurrent_requests=20)
    executor = bench.executor(settings)
    second.record()

    async def crowd() -> None:
        await asyncio.gather(*(_thread(executor, number) for number in range(100)))

    asyncio.run(crowd())
    record = second.record()
    assert len(record.spans) == 1300
    assert record.most_active == 20
    assert record.use(20) >= 0.95
