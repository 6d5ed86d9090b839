"""What is configured, and what is wrong with it: values."""

from pydantic import BaseModel, ConfigDict

from pipeline_core.llm.prompts import has_prompt, prompt
from pipeline_core.models import Usage
from pipeline_core.settings import Settings
from pipeline_core.suitability import suitability_pipeline


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ModelCheck(_Value):
    """One model, and whether it answers."""

    model: str
    tasks: tuple[str, ...]
    output_mode: str
    key: str
    """`set`, `not set`, or `not needed`; never the key."""
    price: str
    """US dollars for a thousand tokens in and a thousand out, or `unknown`."""
    answers: bool | None = None
    """None if it was not asked."""
    seconds: float | None = None
    problem: str | None = None
    usage: Usage | None = None


class Diagnosis(_Value):
    """What would judge, and what is wrong with it."""

    judge: str
    """`rubric` or `model`."""
    base_url: str | None
    fallback: bool
    limits: dict[str, float | None]
    prompts: dict[str, str]
    """Versions by task."""
    models: tuple[ModelCheck, ...] = ()

    @property
    def healthy(self) -> bool:
        """Whether nothing was found wrong; exit code 0."""
        return all(check.answers is not False for check in self.models)


def configured(settings: Settings) -> Diagnosis:
    """Return what the settings say, with no model looked at."""
    return Diagnosis(
        judge="rubric" if not models_of(settings) else "model",
        base_url=settings.base_url,
        fallback=settings.fallback,
        limits={
            "max_concurrent_requests": settings.max_concurrent_requests,
            "thread_token_budget": settings.thread_token_budget,
            "thread_cost_budget": settings.thread_cost_budget,
            "run_token_budget": settings.run_token_budget,
            "run_cost_budget": settings.run_cost_budget,
            "first_event_timeout": settings.first_event_timeout,
            "attempt_timeout": settings.attempt_timeout,
            "task_timeout": settings.task_timeout,
        },
        prompts={task: prompt(task).version for task in _tasks()},
    )


def models_of(settings: Settings) -> dict[str, tuple[str, ...]]:
    """Return the tasks of each configured model, by its name."""
    dimensions = suitability_pipeline().stage("dimensions").task_names
    found: dict[str, tuple[str, ...]] = {}
    for task in _tasks():
        if (name := settings.model_for(task, dimensions)) is not None:
            found[name] = (*found.get(name, ()), task)
    return found


def _tasks() -> list[str]:
    return [task for task in suitability_pipeline().tasks if has_prompt(task)]
