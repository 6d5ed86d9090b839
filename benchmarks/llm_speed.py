"""How fast threads are with a model that takes one second to answer: `python -m benchmarks.llm_speed`.

The provider is a process of its own on the loopback interface. Needs the extras `llm` and `dev`. The figures
say something on an idle machine only, so the load is printed beside them; what must hold on any machine is
in `tests/llm/test_slots.py`.
"""

import argparse
import asyncio
import os
import time

from pipeline_core import PipelineExecutor, PipelineInput
from pipeline_core.llm import llm_analyzers, llm_policy
from pipeline_core.rubric import Rubric
from pipeline_core.settings import Settings
from tests.support.llm_process import ProviderProcess, provider_process
from tests.support.llm_server import Reply

ANSWER_SECONDS = 1.0
STAGES = 5
"""Stages that wait for each other: no thread is faster than so many answers."""
PROBLEM = (
    "We run a help desk and want every closed ticket to carry one of 22 product-area tags. It is about "
    "1,800 tickets a week, and 210k tagged tickets exist since 2022. Case {}."
)


async def _thread(executor: PipelineExecutor, number: int) -> float:
    began = time.monotonic()
    last = ""
    async for event in executor.execute(PipelineInput(problem=PROBLEM.format(number))):
        last = event.type
    if last != "pipeline:completed":
        raise SystemExit(f"thread {number} ended with {last}")
    return time.monotonic() - began


def _executor(provider: ProviderProcess, slots: int) -> PipelineExecutor:
    settings = Settings(
        model="gpt-4o-mini", models={}, base_url=provider.base_url, max_concurrent_requests=slots
    )
    rubric, policy = Rubric.load(encoder="none"), llm_policy()
    analyzers = llm_analyzers(settings, rubric, policy=policy)
    return PipelineExecutor(analyzers=analyzers, rubric=rubric, policy=policy)


async def _one_by_one(executor: PipelineExecutor, count: int) -> list[float]:
    return [await _thread(executor, number) for number in range(count)]


async def _together(executor: PipelineExecutor, count: int) -> list[float]:
    return await asyncio.gather(*(_thread(executor, 1000 + number) for number in range(count)))


def main() -> None:
    """Measure, and print the figures."""
    parser = argparse.ArgumentParser(description="Measure threads with a model that takes one second.")
    parser.add_argument("--threads", type=int, default=100)
    parser.add_argument("--slots", type=int, default=20)
    chosen = parser.parse_args()
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    with provider_process(Reply(delay=ANSWER_SECONDS, chunk=200)) as provider:
        executor = _executor(provider, chosen.slots)
        first, *warm = asyncio.run(_one_by_one(executor, 4))
        provider.record()
        floor = STAGES * ANSWER_SECONDS
        print(f"one thread: {first:.2f} s cold, {min(warm):.2f} s warm; not under {floor:.0f} s")
        began = time.monotonic()
        took = asyncio.run(_together(executor, chosen.threads))
        total = time.monotonic() - began
        record = provider.record()
        requests = len(record.spans)
        ideal = requests * ANSWER_SECONDS / chosen.slots
        print(
            f"{chosen.threads} threads at once: {total:.1f} s, longest {max(took):.1f} s; ideal {ideal:.1f} s"
        )
        print(f"{requests} requests, at most {record.most_active} open at once of {chosen.slots} allowed")
        if record.most_active == chosen.slots:
            print(f"use of the slots while there was enough to do: {record.use(chosen.slots):.1%}")


if __name__ == "__main__":
    main()
