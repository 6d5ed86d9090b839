"""Judgement by language models, with the rubric as check and fall-back. Needs the extra `llm`.

Importing this package is cheap; what talks to providers is imported when it is needed.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pipeline_core.engine import Analyzer, Policy
from pipeline_core.errors import InputError
from pipeline_core.rubric import Rubric

if TYPE_CHECKING:
    from pipeline_core.llm.diagnosis import Diagnosis
    from pipeline_core.settings import Settings


class LlmExtraMissingError(InputError):
    """Raised when a model is configured and the packages that talk to it are not installed."""

    def __init__(self, package: str | None) -> None:
        super().__init__(
            f"a model is configured, but {package or 'a package'!r} is not installed: "
            "pip install 'ai-suitability-pipeline[llm]', or unset SUITABILITY_MODEL"
        )


def llm_analyzers(
    settings: "Settings", rubric: Rubric | None = None, *, policy: Policy | None = None
) -> dict[str, Analyzer]:
    """Return an analyzer for each of the tasks, for `PipelineExecutor(analyzers=...)`.

    A task without a model, or without a prompt, keeps its offline analyzer. All analyzers of one call
    share their budgets.

    Args:
        settings: models, timeouts, limits and budgets.
        rubric: check, vetoes and fall-back; the built-in one if None. Give the executor the same.
        policy: what the executor is given; it tells an analyzer which of its attempts is the last. The
            one of `llm_policy` if None.

    Raises:
        LlmExtraMissingError: the extra `llm` is not installed.
    """
    try:
        from pipeline_core.llm.bundle import make_analyzers  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise LlmExtraMissingError(error.name) from error
    return make_analyzers(settings, rubric or Rubric.load(), policy or llm_policy())


def configured_analyzers(
    settings: "Settings | None" = None, rubric: Rubric | None = None, *, policy: Policy | None = None
) -> Mapping[str, Analyzer]:
    """Return the analyzers that the settings ask for: none of ours if no model is configured.

    Args:
        settings: those of the environment if None.
        rubric: see `llm_analyzers`.
        policy: see `llm_analyzers`.

    Raises:
        LlmExtraMissingError: a model is configured and the extra `llm` is not installed.
        SettingsError: a setting of the environment cannot be used.
    """
    from pipeline_core.settings import read_settings  # noqa: PLC0415

    chosen = settings or read_settings()
    if chosen.model is None and not chosen.models:
        return {}
    return llm_analyzers(chosen, rubric, policy=policy)


def llm_policy(base: Policy | None = None) -> Policy:
    """Return a policy for executors with these analyzers.

    The analyzers keep the time of an attempt themselves, from the moment a request may be sent: waiting
    for a free slot is no fault of the model. So the engine's own clock for attempts is off, and those of
    stage and thread leave room for a queue.
    """
    return (base or Policy()).model_copy(
        update={"attempt_timeout": None, "stage_timeout": 1800.0, "thread_timeout": 7200.0}
    )


async def doctor(settings: "Settings | None" = None, *, ask: bool = True) -> "Diagnosis":
    """Return what is configured and, if `ask`, whether each model answers. Never raises for a sick model.

    Raises:
        LlmExtraMissingError: a model is configured and the extra `llm` is not installed.
        SettingsError: a setting of the environment cannot be used.
    """
    from pipeline_core.llm.diagnosis import configured  # noqa: PLC0415
    from pipeline_core.settings import read_settings  # noqa: PLC0415

    chosen = settings or read_settings()
    found = configured(chosen)
    if found.judge == "rubric":
        return found
    try:
        from pipeline_core.llm.examination import examine  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise LlmExtraMissingError(error.name) from error
    return found.model_copy(update={"models": await examine(chosen, ask=ask)})


__all__ = ["LlmExtraMissingError", "configured_analyzers", "doctor", "llm_analyzers", "llm_policy"]
