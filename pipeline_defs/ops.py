"""The ops: each runs its share of the thread through the core and says how it went."""

from collections.abc import Iterator

import dagster as dg

from pipeline_core import PipelineInput, PipelineState, report_of
from pipeline_core.errors import InputError
from pipeline_defs.problem_config import ProblemConfig
from pipeline_defs.report_asset import PROBLEMS_NAME, materialization_of
from pipeline_defs.resources import PipelineResource
from pipeline_defs.suspension import suspension
from pipeline_defs.thread_run import ThreadRun

DIMENSIONS = "dimensions"
"""The stage whose tasks are mapped."""


@dg.op
def screening(context: dg.OpExecutionContext, config: ProblemConfig, pipeline: PipelineResource) -> str:
    """Look at the problem, and ask what must be known before it can be judged.

    Returns the name under which the report is filed.
    """
    thread = ThreadRun(context, pipeline)
    _advance(thread, pipeline, "screening", given=_given(config))
    return config.name


@dg.op(ins={"screened": dg.In(dg.Nothing)}, out=dg.DynamicOut(str))
def plan(pipeline: PipelineResource) -> Iterator[dg.DynamicOutput[str]]:
    """Say which dimensions are to be analyzed."""
    for dimension in _dimensions(pipeline):
        yield dg.DynamicOutput(dimension, mapping_key=dimension)


@dg.op(out=dg.Out(dg.Nothing))
def analyze_dimension(context: dg.OpExecutionContext, pipeline: PipelineResource, dimension: str) -> None:
    """Score the problem on one dimension."""
    _advance(ThreadRun(context, pipeline), pipeline, dimension)


@dg.op(ins={"analyzed": dg.In(dg.Nothing)}, out=dg.Out(dg.Nothing))
def verdict(context: dg.OpExecutionContext, pipeline: PipelineResource) -> None:
    """Decide, on all dimensions; those that were not analyzed by a step of their own are analyzed here."""
    thread = ThreadRun(context, pipeline)
    state = thread.state()
    if state is not None and DIMENSIONS not in state.stages:
        missing = [name for name in _dimensions(pipeline) if name not in state.outcomes]
        if missing:
            context.log.error(f"No step has analyzed {', '.join(missing)}: this is made up for here")
    _advance(thread, pipeline, "verdict")


@dg.op(ins={"decided": dg.In(dg.Nothing)}, out=dg.Out(dg.Nothing))
def risks(context: dg.OpExecutionContext, pipeline: PipelineResource) -> None:
    """Name what can go wrong."""
    _advance(ThreadRun(context, pipeline), pipeline, "risks")


@dg.op(ins={"decided": dg.In(dg.Nothing)}, out=dg.Out(dg.Nothing))
def alternatives(context: dg.OpExecutionContext, pipeline: PipelineResource) -> None:
    """Name other ways, at least one of them without AI."""
    _advance(ThreadRun(context, pipeline), pipeline, "alternatives")


@dg.op(ins={"decided": dg.In(dg.Nothing)}, out=dg.Out(dg.Nothing))
def architecture(context: dg.OpExecutionContext, pipeline: PipelineResource) -> None:
    """Say how it would be built."""
    _advance(ThreadRun(context, pipeline), pipeline, "architecture")


@dg.op(ins={"advised": dg.In(dg.Nothing)}, out=dg.Out(dg.Nothing))
def synthesis(context: dg.OpExecutionContext, pipeline: PipelineResource, name: str) -> None:
    """Write the report and file it as an asset."""
    thread = ThreadRun(context, pipeline)
    _file(context, thread, _advance(thread, pipeline, "synthesis"), name)


@dg.op(out=dg.Out(dg.Nothing))
def screen(context: dg.OpExecutionContext, config: ProblemConfig, pipeline: PipelineResource) -> None:
    """Run a whole thread, from the problem to the report."""
    thread = ThreadRun(context, pipeline)
    _file(context, thread, _advance(thread, pipeline, None, given=_given(config)), config.name)


def _given(config: ProblemConfig) -> PipelineInput:
    try:
        return config.given()
    except InputError as error:
        raise dg.Failure(str(error), allow_retries=False) from error


def _dimensions(pipeline: PipelineResource) -> tuple[str, ...]:
    return pipeline.executor.pipeline.stage(DIMENSIONS).task_names


def _advance(
    thread: ThreadRun, pipeline: PipelineResource, until: str | None, *, given: PipelineInput | None = None
) -> PipelineState:
    """Run the thread up to the task `until` and fail the step if it cannot go on from there."""
    state = thread.advance(until, given=given)
    if questions := state.blocking_questions():
        thread.tag("suspended")
        raise suspension(thread.thread_id, questions)
    if state.status == "failed":
        thread.tag("failed")
        reason = state.failure.message if state.failure else "the thread failed"
        raise dg.Failure(f"{reason}. Re-execute from failure to try again.", allow_retries=False)
    outcome = state.outcomes.get(until) if until else None
    if outcome is not None and outcome.failure is not None and pipeline.strategy == "fail_fast":
        raise dg.Failure(f"{until} {outcome.failure.message}", allow_retries=False)
    return state


def _file(context: dg.OpExecutionContext, thread: ThreadRun, state: PipelineState, name: str) -> None:
    materialization = materialization_of(report_of(state), name)
    assert materialization.partition is not None
    context.instance.add_dynamic_partitions(PROBLEMS_NAME, [materialization.partition])
    context.log_event(materialization)
    thread.tag(state.status)
