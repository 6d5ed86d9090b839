"""What ops need: an executor of the pipeline on the checkpoints of the instance."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import dagster as dg
from pydantic import Field, PrivateAttr

from pipeline_core import PipelineExecutor, Policy
from pipeline_core.engine import Analyzer
from pipeline_core.llm import configured_analyzers, llm_policy
from pipeline_core.rubric import Rubric
from pipeline_defs.checkpointer import DagsterCheckpointer
from pipeline_defs.model_settings import model_settings
from pipeline_defs.run_storage_rows import RunStorageRows


class PipelineResource(dg.ConfigurableResource[PipelineExecutor]):
    """Executes the suitability pipeline; threads are kept in the run storage of the instance.

    The rubric judges, or the models that the environment of the run worker configures
    (`pipeline_core.settings`); two fields override that for one run. Subclass it and override `analyzers`
    to have tasks performed by something else.
    """

    strategy: Literal["partial", "fail_fast"] = Field(
        default="partial",
        description="partial: go on if a dimension fails and enough others succeed. "
        "fail_fast: stop as soon as a stage has settled with a failure.",
    )
    rubric: str = Field(
        default="", description="Path of a rubric file on the machine of the run; the built-in one if empty."
    )
    model: str = Field(
        default="",
        description="Model that judges, as provider:name, such as openai:gpt-4o-mini; with a base_url the "
        "name alone. If empty, what SUITABILITY_MODEL says in the environment of the run worker; without "
        "either, the offline rubric. Everything else about models, and every key, comes from that "
        "environment: never write a key here, config is stored and shown.",
    )
    base_url: str = Field(
        default="",
        description="Address of an OpenAI-compatible endpoint for the model, such as "
        "http://127.0.0.1:8080/v1. If empty, what SUITABILITY_BASE_URL says in the environment of the run "
        "worker. Another machine can only be named there if the worker holds a key, which would be sent to "
        "it.",
    )
    attempt_timeout: float = Field(
        default=120.0,
        description="Seconds for one attempt of a task; with a model, SUITABILITY_ATTEMPT_TIMEOUT counts.",
    )
    stage_timeout: float = Field(
        default=600.0,
        description="Seconds for one stage; with a model 1800, to leave room for a queue of requests.",
    )
    lease_ttl: float = Field(
        default=30.0, description="Seconds until a thread may be taken over from a process that died."
    )

    _checkpointer: DagsterCheckpointer | None = PrivateAttr(default=None)
    _executor: PipelineExecutor | None = PrivateAttr(default=None)

    def analyzers(self) -> Mapping[str, Analyzer]:
        """Return analyzers, by task, that take the place of the rubric's and of the models'."""
        return {}

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """Open the checkpoints of the instance."""
        assert context.instance is not None
        self.open(context.instance)

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:  # noqa: ARG002
        """Close them."""
        self.close()

    def open(self, instance: dg.DagsterInstance) -> PipelineExecutor:
        """Open the checkpoints of `instance` and return the executor; for sensors and schedules.

        Raises:
            InputError: the rubric or the models that are configured cannot be used here.
        """
        rubric = Rubric.load(Path(self.rubric) if self.rubric else None)
        policy = Policy(
            strategy=self.strategy,
            attempt_timeout=self.attempt_timeout,
            stage_timeout=self.stage_timeout,
            lease_ttl=self.lease_ttl,
        )
        models: Mapping[str, Analyzer] = {}
        if (settings := model_settings(self.model, self.base_url)) is not None:
            policy = llm_policy(policy)
            models = configured_analyzers(settings, rubric, policy=policy)
        self._checkpointer = DagsterCheckpointer(instance)
        self._executor = PipelineExecutor(
            self._checkpointer, analyzers={**models, **self.analyzers()}, rubric=rubric, policy=policy
        )
        return self._executor

    def close(self) -> None:
        """Close the connections. Idempotent."""
        if self._checkpointer is not None:
            self._checkpointer.store.dispose()
        self._checkpointer = self._executor = None

    @property
    def executor(self) -> PipelineExecutor:
        """The executor, between `open` and `close`."""
        assert self._executor is not None, "the resource is not open"
        return self._executor

    @property
    def rows(self) -> RunStorageRows:
        """The rows of the run storage, between `open` and `close`."""
        assert self._checkpointer is not None, "the resource is not open"
        return self._checkpointer.store.rows
