"""Words for values: what a reader sees instead of an identifier."""

from pipeline_core.models import Usage

VERDICTS = {
    "STRONG_FIT": "Strong fit",
    "CONDITIONAL": "Conditional fit",
    "WEAK_FIT": "Weak fit",
    "NOT_RECOMMENDED": "Not recommended",
}

HUMAN_MODES = {
    "review_every_item": "a person reviews every item",
    "review_below_threshold": "a person reviews what the model is unsure of",
    "sample": "a person reviews a sample",
    "on_request": "a person steps in on request",
}

CAUSES = {
    "better_tool": "another tool is plainly better",
    "leave_to_people": "this is better left to people",
}

STATUSES = {
    "running": "still running, or its process died",
    "suspended": "waiting for answers",
    "completed": "completed",
    "failed": "failed",
    "cancelled": "cancelled",
}


def task_title(task: str) -> str:
    """Return the name of a task as it is shown."""
    return task.replace("_", " ").capitalize()


def percent(share: float | None) -> str:
    """Return a share as a percentage; a dash where it is not known."""
    return "–" if share is None else f"{share:.0%}"


def verdict_title(verdict: str | None) -> str:
    """Return a verdict as it is shown."""
    return "No verdict" if verdict is None else VERDICTS.get(verdict, verdict)


def usage_text(usage: Usage) -> str:
    """Return what models consumed as it is shown: requests, tokens, money."""
    requests = f"{usage.requests} request{'' if usage.requests == 1 else 's'}"
    lower = "" if usage.complete else "at least "
    return f"{requests}, {lower}{usage.tokens:,} tokens, cost {usage.money}"
