"""What a report makes of a state."""

import asyncio

from pipeline_core import PipelineExecutor, PipelineInput, report_of


def test_the_question_that_could_change_most_comes_first() -> None:
    async def judge() -> None:
        executor = PipelineExecutor()
        async for _ in executor.execute(PipelineInput(problem="Sort letters by department."), thread_id="t"):
            pass
        state = await executor.get_state("t")
        assert state is not None
        report = report_of(state)
        by_id = {each.id: each for each in report.dimensions}
        asked = [by_id[question.dimension or ""] for question in report.questions]
        moves = [each.weight * (1 - each.confidence) for each in asked]
        assert len(moves) >= 3
        assert moves == sorted(moves, reverse=True)
        assert moves[0] > moves[-1]

    asyncio.run(judge())
