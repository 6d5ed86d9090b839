"""What somebody at a terminal sees and does."""

import re
import signal
from collections.abc import Iterator
from typing import Any

import pexpect
import pytest

from tests.cli.support import SORTING, VAGUE, Shell, command

ENTER = "\r"


class Terminal:
    """A command in a terminal of its own."""

    def __init__(self, shell: Shell, *arguments: str, **environment: str) -> None:
        program, *rest = command(*arguments)
        size = {"TERM": "xterm-256color", "COLUMNS": "100", "LINES": "50", **environment}
        self._child: Any = pexpect.spawn(
            program, rest, env=shell.environment(size), encoding="utf-8", timeout=60, dimensions=(50, 100)
        )

    def until(self, pattern: str) -> str:
        """Wait until the output matches and return what came before."""
        self._child.expect(pattern)
        return str(self._child.before)

    def type(self, text: str) -> None:
        """Type something."""
        self._child.send(text)

    def interrupt(self) -> None:
        """Press ctrl-c."""
        self._child.sendintr()

    def end(self) -> tuple[int, str]:
        """Wait for the end and return the exit code and the rest of the output."""
        self._child.expect(pexpect.EOF)
        rest = str(self._child.before)
        self._child.close()
        return self._child.exitstatus, rest

    def kill(self) -> None:
        """End it, whatever it does."""
        if self._child.isalive():
            self._child.kill(signal.SIGKILL)
        self._child.close(force=True)


@pytest.fixture
def terminals() -> Iterator[list[Terminal]]:
    """Return a list of terminals to close at the end."""
    opened: list[Terminal] = []
    yield opened
    for terminal in opened:
        terminal.kill()


def test_a_live_view_shows_every_task_and_then_the_report(shell: Shell, terminals: list[Terminal]) -> None:
    terminals.append(terminal := Terminal(shell, "analyze", "--text", SORTING))
    code, seen = terminal.end()
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen)
    assert code == 0
    for title in ("Screening", "Error tolerance", "Verdict", "Synthesis"):
        assert title in plain
    assert "✓" in plain
    assert plain.index("Synthesis") < plain.index("WHAT TO DO NEXT")


def test_no_color_means_no_styles(shell: Shell, terminals: list[Terminal]) -> None:
    terminals.append(terminal := Terminal(shell, "analyze", "--text", SORTING, NO_COLOR="1"))
    code, seen = terminal.end()
    assert code == 0
    assert not re.findall(r"\x1b\[[0-9;]*m", seen.replace("\x1b[0m", ""))


def test_questions_are_asked_in_place_and_options_taken_by_number(
    shell: Shell, terminals: list[Terminal]
) -> None:
    asked = shell.json("analyze", "--text", VAGUE, "--thread-id", "before")["questions"]
    terminals.append(terminal := Terminal(shell, "analyze", "--text", VAGUE, "--thread-id", "here"))
    for question in sorted(asked, key=lambda one: one["priority"] != "blocking"):
        terminal.until("> $")
        terminal.type(("1" if question["options"] else "Sort mails into five trays.") + ENTER)
    code, _ = terminal.end()
    report = shell.json("show", "here")
    assert code == 0
    assert report["answers"] == {
        question["id"]: (question["options"] or ["Sort mails into five trays."])[0] for question in asked
    }


def test_ctrl_c_at_a_question_leaves_the_thread_waiting(shell: Shell, terminals: list[Terminal]) -> None:
    terminals.append(terminal := Terminal(shell, "analyze", "--text", VAGUE, "--thread-id", "here"))
    terminal.until("> $")
    terminal.interrupt()
    code, rest = terminal.end()
    assert code == 3
    assert "suitability answer here" in rest
    assert "Traceback" not in rest
    assert shell.json("show", "here")["status"] == "suspended"


def test_programs_are_never_asked(shell: Shell, terminals: list[Terminal]) -> None:
    terminals.append(terminal := Terminal(shell, "analyze", "--text", VAGUE, "--format", "json"))
    code, _ = terminal.end()
    assert code == 3
