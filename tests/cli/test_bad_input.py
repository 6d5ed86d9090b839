"""What cannot be used is refused in one clear line, and leaves nothing behind."""

from pathlib import Path

import pytest

from tests.cli.support import VAGUE, Shell, answers_to

FILES = {
    "empty.md": (b"", "empty"),
    "white.md": (b" \n\t\r\n ", "empty"),
    "latin1.txt": ("Größe prüfen".encode("latin-1"), "UTF-8"),
    "utf16.txt": ("Sort mails".encode("utf-16"), "UTF-16"),
    "binary.md": (bytes(range(256)) * 40, "binary"),
    "letter.pdf": (b"%PDF-1.7 ...", "PDF"),
    "huge.txt": (b"word " * 400_000, "too long"),
    "enormous.txt": (b"word " * 2_000_000, "larger than"),
    "nul.txt": (b"Sort mails\x00 into queues", "NUL"),
    "list.json": (b"[1, 2]", "JSON object"),
    "no_problem.json": (b'{"text": "Sort mails"}', "unknown key"),
    "number.json": (b'{"problem": 7}', "not a string"),
    "context.json": (b'{"problem": "Sort mails", "context": ["a"]}', "context"),
    "torn.json": (b'{"problem": "Sort', "not JSON"),
    "deep.json": (b"[" * 100_000, "not JSON"),
    "surrogate.json": (b'{"problem": "\\ud800"}', "Unicode"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_problem_is_refused_in_one_line(name: str, shell: Shell, tmp_path: Path) -> None:
    content, reason = FILES[name]
    (tmp_path / name).write_bytes(content)
    done = shell.run("analyze", str(tmp_path / name))
    assert_refused(done.returncode, done.stdout, done.stderr, reason)
    assert not shell.home.exists()


def test_a_bad_file_is_refused_without_a_traceback_in_a_process_of_its_own(
    shell: Shell, tmp_path: Path
) -> None:
    (tmp_path / "a.md").write_bytes(b"a\x00b")
    done = shell.spawn("analyze", str(tmp_path / "a.md"))
    assert_refused(done.returncode, done.stdout, done.stderr, "NUL")
    assert not shell.home.exists()


def test_a_folder_is_refused(shell: Shell, tmp_path: Path) -> None:
    done = shell.run("analyze", str(tmp_path))
    assert_refused(done.returncode, done.stdout, done.stderr, "is a folder")
    assert not shell.home.exists()


@pytest.mark.parametrize("name", ["nowhere.md", "We want to sort mails " * 40])
def test_a_missing_file_is_refused_and_text_is_offered(name: str, shell: Shell) -> None:
    done = shell.run("analyze", name)
    assert_refused(done.returncode, done.stdout, done.stderr, "--text")
    assert not shell.home.exists()


@pytest.mark.parametrize("given", [b"", b"\xff\xfe\xfa", b"a\x00b"])
def test_a_bad_standard_input_is_refused(given: bytes, shell: Shell) -> None:
    done = shell.run("analyze", "-", given=given)
    assert_refused(done.returncode, done.stdout, done.stderr, "")
    assert not shell.home.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["analyze"],
        ["analyze", "a.md", "--text", "b"],
        ["analyze", "--text", " "],
        ["analyze", "--text", "Sort", "--context", "a", "--context-file", "b"],
        ["analyze", "--text", "Sort", "--format", "xml"],
        ["analyze", "--text", "Sort", "--thread-id", "no/slash"],
        ["analyze", "--text", "Sort", "--rubric", "missing.yaml"],
        ["analyze", "--nonsense"],
        ["nonsense"],
        ["show", "unknown"],
        ["resume", "unknown"],
        ["answer", "unknown", "a=b"],
        ["report", "unknown"],
        ["history", "unknown"],
        ["fork", "unknown"],
        ["cancel", "unknown"],
        ["compare", "unknown", "unknown"],
        ["threads", "--status", "asleep"],
        ["report", "unknown", "--out", "report.docx"],
        ["batch", "missing.jsonl"],
        ["eval", "missing.jsonl"],
    ],
    ids=" ".join,
)
def test_a_wrong_call_is_refused_in_one_line(arguments: list[str], shell: Shell, tmp_path: Path) -> None:
    done = shell.run(*arguments, cwd=tmp_path)
    assert_refused(done.returncode, done.stdout, done.stderr, "")
    assert not shell.home.exists()
    assert list(tmp_path.iterdir()) == []


def test_answers_that_do_not_fit_change_nothing(shell: Shell) -> None:
    before = shell.json("analyze", "--text", VAGUE)
    thread, fitting = before["thread_id"], answers_to(before)
    for wrong in (
        ["nobody_asked=yes"],
        ["no equals sign"],
        [f"{fitting[0].partition('=')[0]}="],
        fitting[:1] * 2,
    ):
        done = shell.run("answer", thread, *wrong)
        assert_refused(done.returncode, done.stdout, done.stderr, "")
    assert shell.json("show", thread) == before


def test_a_thread_id_that_is_taken_is_refused(shell: Shell) -> None:
    first = shell.json("analyze", "--text", VAGUE, "--thread-id", "mine")
    done = shell.run("analyze", "--text", VAGUE, "--thread-id", "mine")
    assert_refused(done.returncode, done.stdout, done.stderr, "already")
    assert shell.json("show", "mine") == first


def test_a_home_that_cannot_be_made_fails_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = Shell(tmp_path / "file" / "home").run("analyze", "--text", VAGUE)
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1


def assert_refused(code: int, out: str, err: str, reason: str) -> None:
    """Assert that a command said in one line why it did nothing."""
    assert code == 2, err
    assert out == ""
    assert len(err.splitlines()) == 1, err
    assert err.startswith("suitability: ")
    assert reason in err
    assert "Traceback" not in err
