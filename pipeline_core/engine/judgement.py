"""Whether a pipeline may go on after a stage."""

from typing import Literal

from pipeline_core.engine.failure import Failure, FailureKind
from pipeline_core.engine.pipeline import Stage
from pipeline_core.engine.state import PipelineState


def why_not_go_on(
    stage: Stage, state: PipelineState, strategy: Literal["partial", "fail_fast"]
) -> Failure | None:
    """Return why the pipeline must not go on after `stage`, or None if it may.

    A task without any outcome counts as one without a result.
    """
    missing = stage.shortfall(state)
    if strategy == "fail_fast":
        missing = stage.without_result(state)
    if not missing:
        return None
    outcomes = {name: state.outcomes.get(name) for name in missing}
    failures = {name: outcome.failure if outcome else None for name, outcome in outcomes.items()}
    kinds: set[FailureKind] = {failure.kind for failure in failures.values() if failure}
    reasons = "; ".join(
        f"{name}: {failure.message if failure else 'did not settle'}" for name, failure in failures.items()
    )
    found = f"{len(stage.tasks) - len(missing)} of {len(stage.tasks)}"
    return Failure(
        kind=kinds.pop() if len(kinds) == 1 else "incomplete",
        message=f"{stage.name} has {found} results: {reasons}",
    )
