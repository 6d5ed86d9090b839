"""One problem from the command to the report."""

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline_core.suitability import DIMENSIONS
from tests.cli.support import SORTING, VAGUE, Shell, command, events_in

KEYS = {
    "thread_id", "status", "verdict", "confidence", "headline", "dimensions", "questions", "risks",
    "alternatives", "architecture", "questions_before_building", "action_items", "errors",
}  # fmt: skip


def test_json_is_exactly_one_object_with_the_promised_keys(shell: Shell) -> None:
    done = shell.run("analyze", "--text", SORTING, "--format", "json")
    report = json.loads(done.stdout)
    assert done.returncode == 0
    assert report.keys() >= KEYS
    assert report["status"] == "completed"
    assert report["errors"] == []
    assert [one["id"] for one in report["dimensions"]] == list(DIMENSIONS)


def test_quotes_in_json_are_the_text_at_their_offsets(shell: Shell, tmp_path: Path) -> None:
    text = "\ufeff" + SORTING.replace(". ", ".\r\n") + " Ärger – 😀 gibt es selten."
    (tmp_path / "problem.md").write_bytes(text.encode())
    report = shell.json("analyze", str(tmp_path / "problem.md"))
    evidence = [one for dimension in report["dimensions"] for one in dimension["evidence"]]
    problem = text.removeprefix("\ufeff").replace("\r\n", "\n")
    assert report["problem"] == problem
    assert evidence
    for one in evidence:
        assert one["quote"] == problem[one["start"] : one["end"]]


def test_a_json_file_gives_problem_and_context(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "problem.json"
    file.write_text(json.dumps({"problem": SORTING, "context": "A hospital."}))
    report = shell.json("analyze", str(file))
    assert (report["problem"], report["context"]) == (SORTING, "A hospital.")


def test_context_may_come_from_an_option_or_a_file(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "context.txt").write_text("From a file.")
    by_option = shell.json("analyze", "-", "--context", "By option.", given=SORTING)
    by_file = shell.json("analyze", "-", "--context-file", str(tmp_path / "context.txt"), given=SORTING)
    assert (by_option["context"], by_file["context"]) == ("By option.", "From a file.")


def test_ndjson_begins_with_started_and_ends_with_the_result(shell: Shell) -> None:
    done = shell.run("analyze", "--text", SORTING, "--format", "ndjson")
    events = list(events_in(done.stdout))
    assert done.returncode == 0
    assert events[0]["type"] == "pipeline:started"
    assert events[-1]["type"] == "pipeline:completed"
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert len({event["thread_id"] for event in events}) == 1


def test_ndjson_lines_come_as_things_happen(shell: Shell) -> None:
    with subprocess.Popen(
        command("analyze", "-", "--format", "ndjson"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=shell.environment(),
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(SORTING.encode())
        process.stdin.close()
        first = json.loads(process.stdout.readline())
        started = json.loads(shell.run("show", first["thread_id"], "--format", "json").stdout)
        process.stdout.read()
    assert started["thread_id"] == first["thread_id"]
    assert process.returncode == 0


@pytest.mark.parametrize("format_", ["text", "markdown", "json", "ndjson"])
def test_a_suspended_thread_exits_with_3_in_every_format(format_: str, shell: Shell) -> None:
    assert shell.run("analyze", "--text", VAGUE, "--format", format_).returncode == 3


@pytest.mark.parametrize("text", [SORTING, VAGUE, SORTING + "\x1b[31mred\x9b2J\u202e"])
def test_piped_output_has_no_escape_codes(text: str, shell: Shell) -> None:
    forced = {"FORCE_COLOR": "1", "CLICOLOR_FORCE": "1", "TERM": "xterm-256color"}
    for format_ in ("text", "markdown", "json"):
        done = shell.run("analyze", "--text", text, "--format", format_, "--progress", environment=forced)
        for written in (done.stdout, done.stderr):
            assert not any(char in written for char in "\x1b\x9b\x07\r\u202e") or format_ == "json"
            assert "\x1b" not in written


def test_text_for_a_pipe_has_the_verdict_first_and_no_trailing_space(shell: Shell) -> None:
    out = shell.run("analyze", "--text", SORTING).stdout
    assert out.splitlines()[0].isprintable()
    assert "confidence" in out.splitlines()[0]
    assert all(line == line.rstrip() for line in out.splitlines())


def test_progress_lines_tell_of_all_thirteen_tasks(shell: Shell) -> None:
    done = shell.run("analyze", "--text", SORTING, "--progress")
    assert sum(" done " in line for line in done.stderr.splitlines()) == 13


def test_the_folder_of_threads_is_private(shell: Shell) -> None:
    shell.run("analyze", "--text", VAGUE)
    assert stat.S_IMODE(shell.home.stat().st_mode) == 0o700


def test_a_reader_that_goes_away_is_no_error(shell: Shell) -> None:
    with subprocess.Popen(
        command("analyze", "--text", SORTING, "--format", "ndjson"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=shell.environment(),
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        complaint = process.stderr.read()
    assert complaint == b""
    assert process.returncode == 141


def test_an_output_that_is_not_utf8_still_gets_valid_json(shell: Shell) -> None:
    text = SORTING + " – Größe"
    latin = {"PYTHONIOENCODING": "latin-1"}
    done = shell.spawn("analyze", "--text", text, "--format", "json", environment=latin)
    assert json.loads(done.stdout)["problem"].endswith("– Größe")


def test_nothing_of_dagster_and_no_model_library_is_imported(shell: Shell) -> None:
    code = (
        "import sys; from pipeline_core.cli.main import run; "
        f"code = run(['analyze', '--text', {SORTING!r}, '--format', 'json']); "
        "banned = {'dagster', 'pipeline_defs', 'pydantic_ai', 'sqlalchemy', 'torch'} & set(sys.modules); "
        "sys.exit(f'imported {banned}' if banned else code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=shell.environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
