"""The two commands of a newcomer."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
_INHERITED = ("PATH", "HOME", "LANG", "TMPDIR")


def make(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run make as somebody does who has just cloned the project."""
    # What is not needed is left out: above all what the make that runs these tests has set.
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in _INHERITED or name.startswith(("PIP_", "SSL_"))
    }
    return subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=folder,
        env=kept,
        capture_output=True,
        text=True,
        check=False,
    )


def test_make_alone_lists_the_targets() -> None:
    out = make(ROOT).stdout
    assert all(
        f"make {target} " in out for target in ("demo", "test", "ui", "lint", "format", "bench", "lock")
    )


@pytest.mark.parametrize("python", ["false", "no-such-python"])
def test_an_old_python_is_refused_in_one_clear_line(python: str, tmp_path: Path) -> None:
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    done = make(tmp_path, f"PYTHON={python}", "test")
    assert done.returncode == 2
    assert f"Python 3.11 or newer is needed, {python} is not" in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_the_lock_names_no_index_and_nothing_that_is_not_wanted() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "--hash=sha256:" in lock
    assert not [
        word for word in ("--index-url", "--find-links", "://", "\ntorch==", "nvidia") if word in lock
    ]


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_the_demo_runs_twice_from_a_clone_in_a_folder_with_a_space(tmp_path: Path) -> None:
    clone = tmp_path / "a clone"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    for _ in range(2):
        done = make(clone, "demo")
        assert done.returncode == 0, done.stderr
        assert "confidence" in done.stdout
        assert "make ui" in done.stdout
        assert sum(" done " in line for line in done.stderr.splitlines()) == 13
    assert (
        subprocess.run(
            ["git", "status", "--porcelain"], cwd=clone, capture_output=True, text=True, check=True
        ).stdout
        == ""
    )
