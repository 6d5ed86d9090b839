"""What a report does not know, and would be better for knowing."""

from collections.abc import Iterator

from pipeline_core.render.labels import task_title
from pipeline_core.report import Report


def missing_from(report: Report) -> tuple[str, ...]:
    """Return what the text does not say, and what could not be found out, most weighty dimension first."""
    return tuple(dict.fromkeys((*_failed(report), *_silent(report))))


def _failed(report: Report) -> Iterator[str]:
    for error in report.errors:
        yield f"{task_title(error.task)} has no result: {error.message} ({error.kind})."


def _silent(report: Report) -> Iterator[str]:
    for dimension in sorted(report.dimensions, key=lambda one: -one.weight):
        for gap in dimension.information_gaps:
            yield f"{dimension.title}: {gap}"
