"""Threads outlive the process that began them."""

import json
import signal
import subprocess
from pathlib import Path

from tests.cli.support import SORTING, VAGUE, Shell, answers_to, command


def test_a_suspended_thread_is_answered_by_another_process(shell: Shell) -> None:
    began = shell.spawn("analyze", "--text", VAGUE, "--format", "json")
    asked = json.loads(began.stdout)
    assert (began.returncode, asked["status"]) == (3, "suspended")
    done = shell.spawn("answer", asked["thread_id"], *answers_to(asked), "--format", "json")
    report = json.loads(done.stdout)
    assert done.returncode == 0
    assert report["thread_id"] == asked["thread_id"]
    assert report["verdict"]
    assert report["answers"]


def test_resume_takes_answers_too(shell: Shell) -> None:
    asked = shell.json("analyze", "--text", VAGUE)
    assert shell.run("resume", asked["thread_id"], *answers_to(asked)).returncode == 0


def test_resume_without_the_answer_is_refused_and_names_the_question(shell: Shell) -> None:
    asked = shell.json("analyze", "--text", VAGUE)
    done = shell.run("resume", asked["thread_id"])
    assert done.returncode == 2
    assert answers_to(asked)[0].partition("=")[0] in done.stderr


def test_answers_may_be_stored_without_running(shell: Shell) -> None:
    asked = shell.json("analyze", "--text", VAGUE)
    stored = shell.run("answer", asked["thread_id"], *answers_to(asked), "--no-run", "--format", "json")
    assert stored.returncode == 0
    assert json.loads(stored.stdout)["verdict"] is None
    assert shell.run("resume", asked["thread_id"]).returncode == 0


def test_a_suspended_thread_says_in_text_what_to_type(shell: Shell) -> None:
    done = shell.run("analyze", "--text", VAGUE, "--thread-id", "vague")
    assert "suitability answer vague " in done.stderr
    assert "must be answered first" in done.stdout


def test_show_repeats_the_report_of_a_completed_thread(shell: Shell) -> None:
    report = shell.json("analyze", "--text", SORTING, "--thread-id", "mails")
    assert shell.json("show", "mails") == report


def test_threads_lists_them_by_status(shell: Shell) -> None:
    assert shell.json("threads") == []
    shell.run("analyze", "--text", VAGUE, "--thread-id", "vague")
    shell.run("analyze", "--text", SORTING, "--thread-id", "mails")
    assert [row["thread_id"] for row in shell.json("threads")] == ["mails", "vague"]
    assert [row["thread_id"] for row in shell.json("threads", "--status", "suspended")] == ["vague"]
    table = shell.run("threads").stdout.splitlines()
    assert table[0].split()[:2] == ["mails", "completed"]
    assert "Do something" in table[1]


def test_a_fork_takes_other_answers_and_leaves_the_thread_alone(shell: Shell) -> None:
    asked = shell.json("analyze", "--text", VAGUE)
    thread, answers = asked["thread_id"], answers_to(asked)
    first = json.loads(shell.run("answer", thread, *answers, "--format", "json").stdout)
    name = answers[0].partition("=")[0]
    other = json.loads(
        shell.run("fork", thread, f"{name}=Predict which of 40 customers leave.", "--format", "json").stdout
    )
    assert other["status"] == "completed"
    assert other["thread_id"] != thread
    assert other["answers"][name].startswith("Predict")
    assert shell.json("show", thread) == first
    rows = json.loads(shell.run("compare", thread, other["thread_id"], "--format", "json").stdout)
    assert {row["aspect"] for row in rows if row["changed"]} >= {f"answer:{name}"}


def test_history_lists_a_checkpoint_for_every_stage(shell: Shell) -> None:
    shell.run("analyze", "--text", SORTING, "--thread-id", "mails")
    stages = [row["stage"] for row in shell.json("history", "mails")]
    assert [stage for stage in stages if stage] == [
        "screening",
        "dimensions",
        "verdict",
        "secondary",
        "synthesis",
    ]


def test_a_cancelled_thread_can_be_resumed(shell: Shell) -> None:
    asked = shell.json("analyze", "--text", VAGUE, "--thread-id", "vague")
    assert shell.run("cancel", "vague").returncode == 0
    assert shell.json("show", "vague")["status"] == "cancelled"
    assert shell.run("resume", "vague", *answers_to(asked)).returncode == 0


def test_prune_deletes_old_threads_but_not_those_that_wait(shell: Shell) -> None:
    shell.run("analyze", "--text", VAGUE, "--thread-id", "vague")
    shell.run("analyze", "--text", SORTING, "--thread-id", "mails")
    assert shell.run("prune").stdout == ""
    assert shell.run("prune", "--days", "0").stdout.split() == ["mails"]
    assert shell.run("prune", "--days", "0", "--include-suspended").stdout.split() == ["vague"]


def test_a_report_is_written_in_the_format_its_name_ends_in(shell: Shell, tmp_path: Path) -> None:
    shell.run("analyze", "--text", SORTING + " <script>alert(1)</script>", "--thread-id", "mails")
    for name, start in (("a.md", "# "), ("a.html", "<!doctype html>"), ("a.json", "{")):
        assert shell.run("report", "mails", "--out", str(tmp_path / name)).returncode == 0
        assert (tmp_path / name).read_text().startswith(start)
    assert "<script>" not in (tmp_path / "a.html").read_text()
    assert shell.run("report", "mails").stdout == (tmp_path / "a.md").read_text()


def test_ctrl_c_stops_a_run_and_says_how_to_go_on(shell: Shell) -> None:
    with begun(shell, "mine") as process:
        process.send_signal(signal.SIGINT)
        _, complaint = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "suitability resume mine" in complaint
    assert "Traceback" not in complaint
    assert shell.run("resume", "mine").returncode == 0


def test_the_thread_of_a_killed_process_is_resumed_at_once(shell: Shell) -> None:
    with begun(shell, "mine") as process:
        process.kill()
        process.communicate(timeout=60)
    assert shell.json("show", "mine")["status"] == "running"
    done = shell.run("resume", "mine", "--format", "json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["errors"] == []


def begun(shell: Shell, thread_id: str) -> "subprocess.Popen[str]":
    """Return a process that has just begun to judge a problem; there is much of it still to do."""
    process = subprocess.Popen(
        command("analyze", "--text", SORTING, "--thread-id", thread_id, "--format", "ndjson"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=shell.environment(),
    )
    assert process.stdout is not None
    assert json.loads(process.stdout.readline())["type"] == "pipeline:started"
    return process
