"""The executor that the user's configuration asks for."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline_core.engine import Checkpointer
from pipeline_core.errors import InputError
from pipeline_core.executor import PipelineExecutor
from pipeline_core.rubric import Rubric

if TYPE_CHECKING:
    from pipeline_core.settings import Settings

_MODEL_VARIABLES = ("SUITABILITY_MODEL", "SUITABILITY_MODELS")


class SettingsError(InputError):
    """Raised when an environment variable `SUITABILITY_...` does not hold what it should."""

    def __init__(self, variable: str, defect: str) -> None:
        super().__init__(f"{variable}: {defect}")


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
    if not any(os.environ.get(name) for name in _MODEL_VARIABLES):
        return PipelineExecutor(checkpointer, rubric=judge)

    from pipeline_core.llm import configured_analyzers, llm_policy

    policy = llm_policy()
    analyzers = configured_analyzers(chosen_settings(), judge, policy=policy)
    return PipelineExecutor(checkpointer, analyzers=analyzers, rubric=judge, policy=policy)


def chosen_settings(model: str | None = None) -> "Settings":
    """Return the settings of the environment, with `model` for all tasks if it is given.

    Raises:
        SettingsError: a variable holds something else than it should.
    """
    from pydantic import ValidationError
    from pydantic_settings import SettingsError as UnreadableSettingError

    from pipeline_core.settings import Settings

    try:
        return Settings() if model is None else Settings(model=model, models={})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = "_".join(("suitability", *map(str, first["loc"] or ("model",)))).upper()
        raise SettingsError(name, first["msg"].removeprefix("Value error, ")) from error
    except UnreadableSettingError as error:
        raise SettingsError("SUITABILITY_MODELS", "is not a JSON object") from error
