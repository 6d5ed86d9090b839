"""The executor that the user's configuration asks for."""

import os
from pathlib import Path

from pipeline_core.engine import Checkpointer
from pipeline_core.errors import InputError
from pipeline_core.executor import PipelineExecutor
from pipeline_core.rubric import Rubric

_MODEL_VARIABLES = ("SUITABILITY_MODEL", "SUITABILITY_MODELS")


class SettingsError(InputError):
    """Raised when an environment variable `SUITABILITY_...` does not hold what it should."""

    def __init__(self, variable: str, defect: str) -> None:
        super().__init__(f"{variable}: {defect}")


def configured_executor(checkpointer: Checkpointer | None, *, rubric: Path | None) -> PipelineExecutor:
    """Return an executor that judges by the rubric in this file, and by models if they are configured.

    Raises:
        RubricError: the file is not a rubric.
        SettingsError: a variable holds something else than it should.
        InputError: a model is configured and cannot be used here.
    """
    judge = Rubric.load(rubric)
    if not any(os.environ.get(name) for name in _MODEL_VARIABLES):
        return PipelineExecutor(checkpointer, rubric=judge)

    from pydantic import ValidationError
    from pydantic_settings import SettingsError as UnreadableSettingError

    from pipeline_core.llm import configured_analyzers, llm_policy

    policy = llm_policy()
    try:
        analyzers = configured_analyzers(rubric=judge, policy=policy)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = "_".join(("suitability", *map(str, first["loc"] or ("model",)))).upper()
        raise SettingsError(name, first["msg"].removeprefix("Value error, ")) from error
    except UnreadableSettingError as error:
        raise SettingsError("SUITABILITY_MODELS", "is not a JSON object") from error
    return PipelineExecutor(checkpointer, analyzers=analyzers, rubric=judge, policy=policy)
