"""The executor of our jobs: threads unless run config asks for one of Dagster's own."""

import os
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, cast

import dagster as dg

from pipeline_defs._dagster import (
    EngineEventData,
    ExecuteRunWithPlanIterable,
    ExecutionPlan,
    InstanceConcurrencyContext,
    PlanExecutionContext,
    PlanExecutionContextManager,
    PlanOrchestrationContext,
    RetryMode,
    create_compute_log_file_key,
    get_retries_config,
    get_tag_concurrency_limits_config,
)
from pipeline_defs.step_threads import StepThreads

DEFAULT_MAX_CONCURRENT = 16

_THREADS_CONFIG = dg.Field(
    {
        "max_concurrent": dg.Field(
            dg.IntSource,
            default_value=DEFAULT_MAX_CONCURRENT,
            description="How many steps may run at once in this run.",
        ),
        "tag_concurrency_limits": get_tag_concurrency_limits_config(),
        "retries": get_retries_config(),
    },
    is_required=False,
    description="Ready steps run at once, in threads of the run's one process.",
)


class ThreadExecutor(dg.Executor):
    """Runs ready steps at once, in threads of one process.

    For steps that wait: for a model, a service, a database. Retries, hooks, pools and tag limits work
    as in Dagster's executors. When the run is cancelled, its `Cancellation` is requested; steps that
    watch it (`run_coroutine` does) end at once, others are waited for.
    """

    def __init__(
        self,
        max_concurrent: int = DEFAULT_MAX_CONCURRENT,
        tag_concurrency_limits: Sequence[Mapping[str, Any]] = (),
        retries: RetryMode = RetryMode.ENABLED,
    ) -> None:
        if max_concurrent < 1:
            raise dg.DagsterInvalidConfigError(
                f"max_concurrent must be at least 1, not {max_concurrent}", [], max_concurrent
            )
        self._max_concurrent = max_concurrent
        self._tag_concurrency_limits = [dict(limit) for limit in tag_concurrency_limits]
        self._retries = retries

    @property
    def retries(self) -> RetryMode:
        """Whether steps are retried."""
        return self._retries

    def execute(
        self, plan_context: PlanOrchestrationContext, execution_plan: ExecutionPlan
    ) -> Iterator[dg.DagsterEvent]:
        """Run the plan and yield its events."""
        process = EngineEventData.in_process(os.getpid(), execution_plan.step_keys_to_execute)
        yield dg.DagsterEvent.engine_event(
            plan_context, f"Executing up to {self._max_concurrent} steps at once in threads", process
        )
        yield from ExecuteRunWithPlanIterable(
            execution_plan=plan_context.execution_plan,
            iterator=self._steps,
            execution_context_manager=PlanExecutionContextManager(
                job=plan_context.job,
                retry_mode=plan_context.retry_mode,
                execution_plan=plan_context.execution_plan,
                run_config=plan_context.run_config,
                dagster_run=plan_context.dagster_run,
                instance=plan_context.instance,
                raise_on_error=plan_context.raise_on_error,
                output_capture=plan_context.output_capture,
                step_dependency_config=self.step_dependency_config,
            ),
        )

    def _steps(
        self, job_context: PlanExecutionContext, execution_plan: ExecutionPlan
    ) -> Iterator[dg.DagsterEvent]:
        with ExitStack() as stack:
            concurrency = stack.enter_context(
                InstanceConcurrencyContext(job_context.instance, job_context.dagster_run)
            )
            active = stack.enter_context(
                execution_plan.start(
                    retry_mode=self._retries,
                    max_concurrent=self._max_concurrent,
                    tag_concurrency_limits=self._tag_concurrency_limits,
                    instance_concurrency_context=concurrency,
                    step_dependency_config=self.step_dependency_config,
                )
            )
            yield from stack.enter_context(_captured_output(job_context, execution_plan))
            yield from StepThreads(job_context, active, self._max_concurrent).events()


@contextmanager
def _captured_output(
    job_context: PlanExecutionContext, execution_plan: ExecutionPlan
) -> Generator[list[dg.DagsterEvent]]:
    """Capture what the process prints; if that fails, the run goes on without."""
    manager = job_context.instance.compute_log_manager
    log_key = manager.build_log_key_for_run(job_context.run_id, create_compute_log_file_key())
    step_keys = [step.key for step in execution_plan.get_steps_to_execute_in_topo_order()]
    capture = ExitStack()
    events: list[dg.DagsterEvent] = []
    try:
        log_context = capture.enter_context(manager.capture_logs(log_key))
        events.append(dg.DagsterEvent.capture_logs(job_context, step_keys, log_key, log_context))
    except Exception as error:
        job_context.log.warning(f"What the steps print is not captured: {error}")
    yield events
    try:
        capture.close()
    except Exception as error:
        job_context.log.warning(f"What the steps printed may be incomplete: {error}")


def _requirements(config: Mapping[str, object]) -> Sequence[Any]:
    return dg.multiple_process_executor_requirements() if "multiprocess" in config else []


@dg.executor(
    name="threads",
    config_schema=dg.Field(
        dg.Selector(
            {
                "threads": _THREADS_CONFIG,
                "in_process": dg.in_process_executor.config_field,
                "multiprocess": dg.multiprocess_executor.config_field,
            }
        ),
        default_value={"threads": {}},
        description="How steps are run.",
    ),
    requirements=_requirements,
)
def thread_executor(init_context: dg.InitExecutorContext) -> dg.Executor:
    """Run ready steps at once in threads; `in_process` and `multiprocess` are Dagster's own."""
    [(name, config)] = cast("Mapping[str, dict[str, Any]]", init_context.executor_config).items()
    if name == "threads":
        return ThreadExecutor(
            config["max_concurrent"],
            config.get("tag_concurrency_limits", ()),
            RetryMode(*config["retries"]),
        )
    stock = dg.in_process_executor if name == "in_process" else dg.multiprocess_executor
    create = stock.executor_creation_fn
    assert create is not None
    return create(init_context._replace(executor_config=config, executor_def=stock))
