"""A shell for every test."""

from pathlib import Path

import pytest

from tests.cli.support import Shell


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Return a user whose folder of threads does not exist yet."""
    return Shell(tmp_path / "home")
