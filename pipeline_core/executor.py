"""The executor of the suitability pipeline."""

from collections.abc import Mapping

from pipeline_core.analyzers import offline_analyzers
from pipeline_core.engine import Analyzer, Checkpointer, Executor, Listener, Policy
from pipeline_core.rubric import Rubric
from pipeline_core.suitability import suitability_pipeline


class PipelineExecutor(Executor):
    """Judges problems; see `Executor` for `execute`, `resume`, `get_state` and the rest.

    Args:
        checkpointer: where threads are kept; in memory if None. Not closed by the executor.
        on_event: is told every event just before it is yielded.
        analyzers: take the place of the offline ones, by task name.
        rubric: dimensions, cues and rules; the built-in one if None.
        policy: timeouts, retries, strategy.

    Raises:
        PipelineDefinitionError: `analyzers` names a task that is not there.
    """

    def __init__(
        self,
        checkpointer: Checkpointer | None = None,
        on_event: Listener | None = None,
        *,
        analyzers: Mapping[str, Analyzer] | None = None,
        rubric: Rubric | None = None,
        policy: Policy | None = None,
    ) -> None:
        judge = rubric or Rubric.load()
        super().__init__(
            suitability_pipeline(judge.dimensions),
            {**offline_analyzers(judge), **(analyzers or {})},
            checkpointer=checkpointer,
            on_event=on_event,
            policy=policy,
        )
