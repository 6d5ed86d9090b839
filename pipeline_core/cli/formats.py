"""What a report can be printed as."""

import json
import sys
from enum import StrEnum
from typing import Any

from pipeline_core.report import Report


class Format(StrEnum):
    """Formats of a report."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


class StreamFormat(StrEnum):
    """Formats of a run: those of a report, and its events."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    NDJSON = "ndjson"


class ListFormat(StrEnum):
    """Formats of a list."""

    TEXT = "text"
    JSON = "json"


def print_report_as(report: Report, format_: str) -> None:
    """Print a report on the standard output in one of the formats of `Format`."""
    if format_ == Format.JSON:
        print_json(report.model_dump(mode="json"))
    elif format_ == Format.MARKDOWN:
        from pipeline_core.render.markdown import markdown

        sys.stdout.write(markdown(report))
    else:
        from pipeline_core.cli.console import console_on
        from pipeline_core.render.terminal import print_report

        print_report(report, console_on(sys.stdout))
    sys.stdout.flush()


def print_json(value: Any) -> None:
    """Print one JSON value, in ASCII where the output cannot hold more."""
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    text = json.dumps(value, indent=2, ensure_ascii=not encoding.startswith("utf"))
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
