"""Who judged, where it was not the rubric alone."""

from collections.abc import Iterator

from pipeline_core.models import SecondOpinion
from pipeline_core.render.labels import percent, task_title, usage_text, verdict_title
from pipeline_core.report import Report


def judge_of(report: Report, task: str) -> str | None:
    """Return who judged a task; None if it is the rubric and no model was to."""
    source = report.sources.get(task, "rubric")
    if source == "rubric":
        return None
    if source == "fallback":
        return "the rubric, as the model failed"
    used = report.usage.get(task)
    return ", ".join(used.models) if used is not None and used.models else "a model"


def judges_of(report: Report) -> Iterator[str]:
    """Yield each judge with the tasks it judged; nothing if the rubric judged all of them."""
    tasks: dict[str, list[str]] = {}
    for task in report.sources:
        tasks.setdefault(judge_of(report, task) or "the rubric", []).append(task)
    if set(tasks) <= {"the rubric"}:
        return
    for judge, judged in sorted(tasks.items(), key=lambda pair: -len(pair[1])):
        named = "everything" if len(tasks) == 1 else ", ".join(task_title(task) for task in judged)
        yield f"{judge}: {named}"


def account_of(report: Report) -> Iterator[str]:
    """Yield who judged, why the rubric stands in for models, and what they consumed."""
    yield from judges_of(report)
    for task, reason in report.fallbacks.items():
        yield f"{task_title(task)}, why the model failed: {reason}"
    if report.total_usage is not None:
        yield f"What the models consumed: {usage_text(report.total_usage)}"


def opinion_text(opinion: SecondOpinion) -> str:
    """Return a second opinion as a sentence or two."""
    judge = {"rubric": "the rubric", "model": "a model", "fallback": "the rubric"}[opinion.source]
    value = verdict_title(opinion.value)
    return f"Second opinion: {judge} says {value} ({percent(opinion.confidence)}). {opinion.reasoning}"
