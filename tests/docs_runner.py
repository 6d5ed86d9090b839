"""Runs the code blocks of a Markdown page, in order, and compares what they print with what the page says.

`yaml NAME` is written to a file, `python` is run, and `text` right after it is its output; in `console` each
line that starts with `$` is a command, and what follows is its output. `...` in an output stands for
anything. Blocks of other kinds are for reading.
"""

import doctest
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.cli.support import Shell

_FENCE = re.compile(r"^```(?P<kind>\S*)(?: (?P<name>\S+))?\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_ENDINGS = (0, 3)
"""Exit codes that a page may show."""


class Block(NamedTuple):
    """A fenced block."""

    kind: str
    name: str
    body: str
    line: int


def blocks_in(text: str) -> Iterator[Block]:
    """Yield the fenced blocks of a page."""
    for found in _FENCE.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        yield Block(found["kind"], found["name"] or "", found["body"], line)


def run_page(page: Path, folder: Path, shell: Shell) -> int:
    """Run the blocks of a page in `folder` and return how many outputs were compared."""
    compared = 0
    blocks = list(blocks_in(page.read_text(encoding="utf-8")))
    for number, block in enumerate(blocks):
        following = blocks[number + 1] if number + 1 < len(blocks) else None
        if block.kind == "yaml" and block.name:
            (folder / block.name).write_text(block.body, encoding="utf-8")
        elif block.kind == "python":
            wanted = following.body if following is not None and following.kind == "text" else ""
            _compare(wanted, _python(block.body, folder, shell), page, block)
            compared += 1
        elif block.kind == "console":
            for command, wanted in _commands(block.body):
                _compare(wanted, _command(command, folder, shell), page, block)
                compared += 1
    return compared


def _python(code: str, folder: Path, shell: Shell) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=folder,
        env=shell.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _commands(body: str) -> Iterator[tuple[str, str]]:
    for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, output


def _command(line: str, folder: Path, shell: Shell) -> str:
    program, *arguments = shlex.split(line)
    assert program == "suitability", f"only suitability is run, not {program}"
    # Dagster changes the environment of its process.
    run = shell.spawn if "--dagster" in arguments else shell.run
    done = run(*arguments, cwd=folder)
    assert done.returncode in _ENDINGS, done.stderr
    return done.stdout


def _compare(wanted: str, printed: str, page: Path, block: Block) -> None:
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    fits = doctest.OutputChecker().check_output(wanted, printed, flags)
    assert fits, f"{page.name}, line {block.line}: wanted\n{wanted}\nprinted\n{printed}"
