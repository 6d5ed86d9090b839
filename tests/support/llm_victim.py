"""A process that judges one thread with models until somebody kills it; see `tests/llm/test_paid_once.py`.

Arguments: the file of the checkpointer, the provider's address, and which life of the thread this is.
Prints each task that completes, once its result is durable.
"""

import asyncio
import sys
from pathlib import Path

from pipeline_core import PipelineExecutor, PipelineInput, SqliteCheckpointer
from pipeline_core.llm import llm_analyzers, llm_policy
from pipeline_core.rubric import Rubric
from pipeline_core.settings import Settings

PROBLEM = "Tag closed tickets with one of 22 product areas; an agent can change a tag with one click."


async def live(path: Path, base_url: str, life: int) -> None:
    """Run or go on with the thread, in place of the process that died before."""
    rubric = Rubric.load()
    settings = Settings(model="gpt-4o-mini", base_url=base_url)
    store = SqliteCheckpointer(path)
    executor = PipelineExecutor(
        store, analyzers=llm_analyzers(settings, rubric), rubric=rubric, policy=llm_policy()
    )
    owner = f"life-{life}"
    if life == 0:
        stream = executor.execute(PipelineInput(problem=PROBLEM), thread_id="t", owner=owner)
    else:
        stream = executor.resume("t", owner=owner, takeover_from=f"life-{life - 1}")
    async for event in stream:
        if event.task is not None and event.type.endswith(":completed"):
            print(event.task, flush=True)
    await store.close()


if __name__ == "__main__":
    asyncio.run(live(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
