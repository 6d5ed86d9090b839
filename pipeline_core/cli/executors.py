"""The executor that the user's configuration asks for."""

from pathlib import Path

from pipeline_core.engine import Checkpointer
from pipeline_core.environment import names_a_model
from pipeline_core.errors import InputError
from pipeline_core.executor import PipelineExecutor
from pipeline_core.rubric import Rubric


class NoModelError(InputError):
    """Raised when a model is to be measured and none is configured."""

    def __init__(self) -> None:
        super().__init__("no model is configured: set SUITABILITY_MODEL, or name one with --model")


def configured_executor(checkpointer: Checkpointer | None, *, rubric: Path | None) -> PipelineExecutor:
    """Return an executor that judges by the rubric in this file, and by models if they are configured.

    Raises:
        RubricError: the file is not a rubric.
        SettingsError: a variable holds something else than it should.
        InputError: a model is configured and cannot be used here.
    """
    judge = Rubric.load(rubric)
    if not names_a_model():
        return PipelineExecutor(checkpointer, rubric=judge)

    from pipeline_core.llm import configured_analyzers, llm_policy
    from pipeline_core.settings import read_settings

    policy = llm_policy()
    analyzers = configured_analyzers(read_settings(), judge, policy=policy)
    return PipelineExecutor(checkpointer, analyzers=analyzers, rubric=judge, policy=policy)
