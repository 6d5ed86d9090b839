"""Judges many problems for their figures only."""

import asyncio
from collections.abc import Sequence

from pipeline_core.case import case_of
from pipeline_core.evaluation import Judged
from pipeline_core.executor import PipelineExecutor
from pipeline_core.models import PipelineInput

_AT_ONCE = 4


async def judge_all(
    executor: PipelineExecutor, problems: Sequence[PipelineInput]
) -> dict[PipelineInput, Judged]:
    """Return what was made of each problem."""
    slots = asyncio.Semaphore(_AT_ONCE)

    async def judge(number: int, problem: PipelineInput) -> Judged:
        async with slots:
            async for _ in executor.execute(problem, thread_id=f"case-{number}"):
                pass
        state = await executor.get_state(f"case-{number}")
        assert state is not None
        case = case_of(state)
        return Judged(verdict=case.verdict, dimensions=case.dimensions)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(judge(number, problem)) for number, problem in enumerate(problems)]
    return {problem: task.result() for problem, task in zip(problems, tasks, strict=True)}
