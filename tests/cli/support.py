"""Runs the command line as its users do."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pipeline_core.cli.main import run

SORTING = (
    "Sort 4,000 support mails a day into 12 queues. Team leads check each one before it is answered. "
    "There are 200,000 labelled mails of the last three years. A wrong queue costs two minutes. "
    "Success is the share of mails that nobody moves again, counted every week."
)
"""Can be judged as it is."""

VAGUE = "Do something with AI."
"""Cannot be judged without answers."""


class Done(NamedTuple):
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


class Shell:
    """A user with a folder of threads of their own.

    Args:
        home: the folder; need not exist.
    """

    def __init__(self, home: Path) -> None:
        self.home = home

    def environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return the environment of a command."""
        inherited = {name: value for name, value in os.environ.items() if name not in _UNWANTED}
        return {**inherited, "SUITABILITY_HOME": str(self.home), **(extra or {})}

    def run(
        self,
        *arguments: str,
        given: bytes | str = b"",
        environment: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> Done:
        """Run a command to its end in this process, with `given` on its standard input."""
        out, err = TextIOWrapper(BytesIO(), "utf-8"), TextIOWrapper(BytesIO(), "utf-8")
        with pytest.MonkeyPatch.context() as patch:
            for name in _UNWANTED:
                patch.delenv(name, raising=False)
            for name, value in {"SUITABILITY_HOME": str(self.home), **(environment or {})}.items():
                patch.setenv(name, value)
            if cwd is not None:
                patch.chdir(cwd)
            patch.setattr(sys, "stdin", TextIOWrapper(BytesIO(_as_bytes(given)), "utf-8"))
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            code = run(arguments)
        return Done(code, _written(out), _written(err))

    def spawn(
        self,
        *arguments: str,
        given: bytes | str = b"",
        environment: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> Done:
        """Run a command to its end in a process of its own."""
        done = subprocess.run(
            command(*arguments),
            input=_as_bytes(given),
            capture_output=True,
            env=self.environment(environment),
            cwd=cwd,
            check=False,
            timeout=90,
        )
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    def json(self, *arguments: str, given: bytes | str = b"") -> Any:
        """Run a command with `--format json` and return what it printed."""
        return json.loads(self.run(*arguments, "--format", "json", given=given).stdout)


def _as_bytes(given: bytes | str) -> bytes:
    return given.encode() if isinstance(given, str) else given


def _written(stream: TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


_UNWANTED = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "SUITABILITY_HOME", "SUITABILITY_DEBUG")


def command(*arguments: str) -> list[str]:
    """Return the command line of `suitability` with these arguments."""
    return [sys.executable, "-m", "pipeline_core", *arguments]


def events_in(output: str) -> Iterator[dict[str, Any]]:
    """Yield the events in the output of `--format ndjson`."""
    for line in output.splitlines():
        yield json.loads(line)


def answers_to(report: Mapping[str, Any]) -> list[str]:
    """Return an `id=answer` argument for every blocking question of a report."""
    return [
        f"{question['id']}={(question['options'] or ['Sort 500 mails a day into five trays.'])[0]}"
        for question in report["questions"]
        if question["priority"] == "blocking"
    ]
