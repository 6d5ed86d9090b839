"""What of a thread stays valid when it goes on."""

from pipeline_core.engine.outcome import Outcome
from pipeline_core.engine.pipeline import Pipeline
from pipeline_core.engine.state import PipelineState


def carry_over(state: PipelineState, pipeline: Pipeline) -> PipelineState:
    """Return `state` with the closed stages and the outcomes that `pipeline` can go on from.

    A closed stage stays closed, with its failures, if its tasks are still the same, all of them have an
    outcome, and so do the stages before it. In a stage that is open, results stay and failures are
    forgotten, so that those tasks run again. What came after an open stage is forgotten.
    """
    closed: set[str] = set()
    outcomes: dict[str, Outcome] = {}
    for stage in pipeline.stages:
        if not closed.issuperset(pipeline.ancestors(stage)):
            continue
        known = {name: state.outcomes[name] for name in stage.task_names if name in state.outcomes}
        same = state.fingerprint.get(f"stage:{stage.name}") == ",".join(stage.task_names)
        if stage.name in state.stages and same and len(known) == len(stage.tasks):
            closed.add(stage.name)
            outcomes.update(known)
        else:
            outcomes.update({name: found for name, found in known.items() if found.status == "completed"})
    stages = tuple(name for name in state.stages if name in closed)
    return state.model_copy(update={"stages": stages, "outcomes": outcomes})
