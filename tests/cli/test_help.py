"""Help that teaches."""

import pytest
from typer.main import get_command

from pipeline_core.cli.app import app
from tests.cli.support import Shell

COMMANDS = sorted(getattr(get_command(app), "commands"))  # noqa: B009  (the group's type is private)


def test_the_whole_is_shown_without_arguments(shell: Shell) -> None:
    done = shell.run()
    assert done.returncode == 0
    assert "Start here:" in done.stdout
    assert all(f"\n  {name} " in done.stdout for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_shows_an_example_of_itself(name: str, shell: Shell) -> None:
    done = shell.run(name, "--help")
    assert done.returncode == 0
    assert f"suitability {name}" in done.stdout.partition("Example")[2]
    assert not shell.home.exists()


def test_the_version_is_told(shell: Shell) -> None:
    assert shell.run("--version").stdout.startswith("suitability ")


def test_it_runs_as_a_module(shell: Shell) -> None:
    assert "Commands:" in shell.spawn("--help").stdout
