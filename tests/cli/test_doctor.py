"""`suitability doctor`: what is in place, what is not, and what to do about it."""

import json
from pathlib import Path

import pytest

from tests.cli.support import Shell


def test_all_is_well_on_a_fresh_machine_and_nothing_is_made(shell: Shell) -> None:
    done = shell.run("doctor", "--json", environment={"SUITABILITY_HOME": str(shell.home / "new")})
    findings = {finding["subject"]: finding for finding in json.loads(done.stdout)}
    assert done.returncode == 0
    assert all(finding["fine"] for finding in findings.values())
    assert findings["judge"]["found"] == "the rubric, offline"
    assert not (shell.home / "new").exists()


@pytest.mark.parametrize(
    ("model", "found", "advice"),
    [
        ("nonsense", "SUITABILITY_MODEL: a model is named provider:name", "correct the setting"),
        ("openaai:x", "openaai:x (key not set)", "no provider is called 'openaai'"),
    ],
)
def test_a_wrong_model_is_named_and_so_is_the_way_out(
    shell: Shell, model: str, found: str, advice: str
) -> None:
    done = shell.run("doctor", "--ask", environment={"SUITABILITY_MODEL": model})
    (line,) = [line for line in done.stdout.splitlines() if " judge: " in line]
    assert line.startswith("FAIL")
    assert found in line
    assert advice in line
    assert done.returncode == 1


def test_a_damaged_file_of_threads_is_found(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "threads.sqlite").write_bytes(b"not a database, but long enough to look like a file" * 20)
    done = shell.run("doctor", environment={"SUITABILITY_HOME": str(tmp_path)})
    assert "FAIL  threads: threads.sqlite cannot be read" in done.stdout
    assert done.returncode == 1
