"""Many problems at once."""

import json
from pathlib import Path
from typing import Any

from tests.cli.support import SORTING, VAGUE, Shell


def rows_in(path: Path) -> dict[str, dict[str, Any]]:
    """Return the results in a file by id."""
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert len({row["id"] for row in rows}) == len(rows)
    return {row["id"]: row for row in rows}


def write_rows(path: Path, *rows: object) -> str:
    """Write rows as JSONL and return the path."""
    path.write_text("".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows))
    return str(path)


def test_a_bad_row_stops_no_other_and_the_exit_code_says_so(shell: Shell, tmp_path: Path) -> None:
    rows = write_rows(
        tmp_path / "in.jsonl",
        {"id": "good", "problem": SORTING},
        {"id": "also good", "text": SORTING, "label": 7},
        {"id": "empty", "problem": " "},
        "{torn",
        {"id": "waits", "problem": VAGUE},
        [1],
    )
    done = shell.run("batch", rows, "--out", str(tmp_path / "out.jsonl"))
    results = rows_in(tmp_path / "out.jsonl")
    assert done.returncode == 1
    assert {name: row["status"] for name, row in results.items()} == {
        "good": "completed",
        "also good": "completed",
        "empty": "invalid",
        "line 4": "invalid",
        "waits": "suspended",
        "line 6": "invalid",
    }
    assert results["good"]["verdict"]
    assert "empty" in results["empty"]["error"]


def test_exit_codes_tell_completed_from_waiting(shell: Shell, tmp_path: Path) -> None:
    good = write_rows(tmp_path / "good.jsonl", {"problem": SORTING})
    waiting = write_rows(tmp_path / "waiting.jsonl", {"problem": VAGUE})
    assert shell.run("batch", good).returncode == 0
    assert shell.run("batch", waiting).returncode == 3


def test_a_second_run_judges_nothing_twice_and_mends_a_torn_file(shell: Shell, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    rows = write_rows(
        tmp_path / "in.jsonl", {"id": "a", "problem": SORTING}, {"id": "b", "problem": SORTING + "!"}
    )
    shell.run("batch", rows, "--out", str(out))
    first = rows_in(out)
    out.write_text(out.read_text()[:-200])
    done = shell.run("batch", rows, "--out", str(out))
    assert done.returncode == 0
    assert "1 kept" in done.stderr
    assert rows_in(out) == first
    versions = {name: len(shell.json("history", row["thread_id"])) for name, row in first.items()}
    assert set(versions.values()) == {6}


def test_a_changed_row_is_judged_again(shell: Shell, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    shell.run("batch", write_rows(tmp_path / "in.jsonl", {"id": "a", "problem": SORTING}), "--out", str(out))
    changed = write_rows(tmp_path / "in.jsonl", {"id": "a", "problem": SORTING + " Soon."})
    shell.run("batch", changed, "--out", str(out))
    last = json.loads(out.read_text().splitlines()[-1])
    assert last["problem"].endswith("Soon.")


def test_a_folder_is_a_batch_of_its_files(shell: Shell, tmp_path: Path) -> None:
    folder = tmp_path / "proposals"
    folder.mkdir()
    (folder / "a.md").write_text(SORTING)
    (folder / "b.json").write_text(json.dumps({"problem": SORTING}))
    (folder / "notes.pdf").write_text("passed over")
    done = shell.run("batch", str(folder))
    assert done.returncode == 0
    assert {json.loads(line)["id"] for line in done.stdout.splitlines()} == {"a.md", "b.json"}


def test_a_file_of_something_else_is_not_overwritten(shell: Shell, tmp_path: Path) -> None:
    out = tmp_path / "letter.txt"
    out.write_text("Dear reader")
    rows = write_rows(tmp_path / "in.jsonl", {"problem": SORTING})
    assert shell.run("batch", rows, "--out", str(out)).returncode == 2
    assert out.read_text() == "Dear reader"


def test_rows_with_one_id_are_refused(shell: Shell, tmp_path: Path) -> None:
    rows = write_rows(tmp_path / "in.jsonl", {"id": "a", "problem": SORTING}, {"id": "a", "problem": VAGUE})
    assert shell.run("batch", rows).returncode == 2
