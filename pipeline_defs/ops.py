"""The ops: each runs its share of the thread through the core and says how it went."""

from collections.abc import Callable, Iterator

import dagster as dg

from pipeline_core import PipelineInput, report_of
from pipeline_core.engine import Event, StageStarted
from pipeline_core.errors import InputError
from pipeline_defs.problem_config import ProblemConfig
from pipeline_defs.report_asset import PROBLEMS_NAME, materialization_of
from pipeline_defs.resources import PipelineResource
from pipeline_defs.suspension import suspension
from pipeline_defs.thread_run import Progress, ThreadRun

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


@dg.op(ins={"screened": dg.In(dg.Nothing)}, out=dg.DynamicOut(dg.Nothing))
def plan(pipeline: PipelineResource) -> Iterator[dg.DynamicOutput[None]]:
    """Say which dimensions are to be analyzed: their names are the keys of the mapping."""
    for dimension in pipeline.executor.pipeline.stage(DIMENSIONS).task_names:
        yield dg.DynamicOutput(None, mapping_key=dimension)


@dg.op(ins={"planned": dg.In(dg.Nothing)}, out=dg.Out(dg.Nothing))
def analyze_dimension(context: dg.OpExecutionContext, pipeline: PipelineResource) -> None:
    """Score the problem on one dimension."""
    dimension = context.get_mapping_key()
    assert dimension is not None
    _advance(ThreadRun(context, pipeline), pipeline, dimension)


@dg.op(ins={"analyzed": dg.In(dg.Nothing)}, out=dg.Out(dg.Nothing))
def verdict(context: dg.OpExecutionContext, pipeline: PipelineResource) -> None:
    """Decide, on all dimensions; those that no step has analyzed are analyzed here.

    Re-execution from failure leaves out mapped steps that had not begun when the process died.
    """

    def tell_what_was_left_out(event: Event) -> None:
        if isinstance(event, StageStarted) and event.stage == DIMENSIONS and event.tasks:
            context.log.error(f"No step has analyzed {', '.join(event.tasks)}: this is made up for here")

    _advance(ThreadRun(context, pipeline), pipeline, "verdict", on_event=tell_what_was_left_out)


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


def _advance(
    thread: ThreadRun,
    pipeline: PipelineResource,
    until: str | None,
    *,
    given: PipelineInput | None = None,
    on_event: Callable[[Event], None] | None = None,
) -> Progress:
    """Run the thread up to the task `until` and fail the step if it cannot go on from there."""
    progress = thread.advance(until, given=given, on_event=on_event)
    if progress.questions:
        thread.leave("suspended")
        raise suspension(thread.thread_id, progress.questions)
    if progress.failure is not None:
        thread.leave("failed")
        message = f"{progress.failure.message}. Re-execute from failure to try again."
        raise dg.Failure(message, allow_retries=False)
    if until in progress.failures and pipeline.strategy == "fail_fast":
        raise dg.Failure(f"{until} {progress.failures[until].message}", allow_retries=False)
    return progress


def _file(context: dg.OpExecutionContext, thread: ThreadRun, progress: Progress, name: str) -> None:
    materialization = materialization_of(progress.report or report_of(thread.state()), name)
    assert materialization.partition is not None
    context.instance.add_dynamic_partitions(PROBLEMS_NAME, [materialization.partition])
    context.log_event(materialization)
    thread.leave("completed")
