"""Runs many problems at once; one that goes wrong stops no other."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import aclosing
from typing import Any

from pipeline_core.cli.batch_input import BatchRow
from pipeline_core.cli.batch_output import Results
from pipeline_core.engine import PipelineState
from pipeline_core.errors import InputError, PipelineError
from pipeline_core.executor import PipelineExecutor
from pipeline_core.models import PipelineInput
from pipeline_core.report import report_of

Tell = Callable[[str], None]
"""Is told the status of every row that ends."""


async def run_batch(
    executor: PipelineExecutor, rows: Iterable[BatchRow], results: Results, *, jobs: int, tell: Tell
) -> None:
    """Run `rows`, at most `jobs` at a time, and write each result when it is there.

    A row that was judged before under the same configuration is read, not judged again; one that was
    interrupted goes on. Cancelling it leaves all of them resumable.
    """
    configuration = str(sorted(executor.fingerprint.items()))
    slots = asyncio.Semaphore(jobs)

    async def run(row: BatchRow) -> None:
        thread_id = row.thread_id(configuration)
        if results.done(row.id, thread_id):
            tell("kept")
            return
        async with slots:
            result = await _result(executor, row, thread_id)
        results.write(result)
        tell(result["status"])

    async with asyncio.TaskGroup() as group:
        for row in rows:
            group.create_task(run(row))


async def _result(executor: PipelineExecutor, row: BatchRow, thread_id: str) -> dict[str, Any]:
    if row.given is None:
        return {"id": row.id, "thread_id": None, "status": "invalid", "error": row.defect}
    try:
        state = await _finished(executor, row.given, thread_id)
    except InputError as error:
        return {"id": row.id, "thread_id": thread_id, "status": "invalid", "error": str(error)}
    except PipelineError as error:
        return {"id": row.id, "thread_id": thread_id, "status": "failed", "error": str(error)}
    return {"id": row.id, **report_of(state).model_dump(mode="json")}


async def _finished(executor: PipelineExecutor, given: PipelineInput, thread_id: str) -> PipelineState:
    """Return the thread as it is after it went as far as it can."""
    state = await executor.get_state(thread_id)
    if state is None:
        stream = executor.execute(given, thread_id=thread_id)
    elif state.status in ("completed", "suspended"):
        return state
    else:
        stream = executor.resume(thread_id)
    async with aclosing(stream) as events:
        async for _ in events:
            pass
    state = await executor.get_state(thread_id)
    assert state is not None
    return state
