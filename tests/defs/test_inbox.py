"""The inbox sensor."""

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipeline_defs.inbox import INBOX_KEY, VARIABLE, make_inbox
from pipeline_defs.jobs import screen_problem, screen_problem_compact
from pipeline_defs.tags import THREAD_ID

INBOX = make_inbox(screen_problem, screen_problem_compact)


class Inbox:
    """The folder, and the daemon that ticks the sensor."""

    def __init__(self, folder: Path, instance: dg.DagsterInstance) -> None:
        self.folder = folder
        self.instance = instance
        self.cursor: str | None = None

    def drop(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def look(self) -> list[dg.RunRequest]:
        """Evaluate the sensor once, and die before a run is created."""
        with dg.build_sensor_context(instance=self.instance, cursor=self.cursor) as context:
            data = INBOX.evaluate_tick(context)
        self.cursor = data.cursor
        self.skipped = data.skip_message
        return list(data.run_requests or ())

    def tick(self, status: dg.DagsterRunStatus = dg.DagsterRunStatus.SUCCESS) -> list[dg.RunRequest]:
        """Evaluate the sensor once and create the runs that it asks for."""
        requests = self.look()
        for request in requests:
            job = screen_problem if request.job_name == "screen_problem" else screen_problem_compact
            self.instance.create_run_for_job(
                job, run_config=request.run_config, tags=request.tags, status=status
            )
        return requests

    def ticks(self, count: int = 6) -> list[dg.RunRequest]:
        return [request for _ in range(count) for request in self.tick()]

    def files(self, folder: str = "") -> list[str]:
        return sorted(path.name for path in (self.folder / folder).iterdir() if path.is_file())


@pytest.fixture
def inbox(sqlite_instance: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Inbox:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "in"))
    folder = Inbox(tmp_path / "in", sqlite_instance)
    folder.tick()
    return folder


def config_of(request: dg.RunRequest) -> Mapping[str, Any]:
    [op] = request.run_config["ops"].values()
    return op["config"]


def test_an_idle_inbox_makes_its_folders_and_skips(inbox: Inbox) -> None:
    assert inbox.tick() == []
    assert inbox.skipped == f"Nothing in {inbox.folder}"
    assert sorted(path.name for path in inbox.folder.iterdir()) == ["accepted", "rejected"]


def test_without_a_setting_the_inbox_is_in_dagster_home(
    sqlite_instance: dg.DagsterInstance, sqlite_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    Inbox(sqlite_home / "inbox", sqlite_instance).tick()
    assert (sqlite_home / "inbox" / "accepted").is_dir()


@pytest.mark.parametrize(
    ("name", "content", "context"),
    [
        ("mail.md", "Sort the mail.", ""),
        ("mail.txt", "Sort the mail.", ""),
        ("mail.json", json.dumps({"problem": "Sort the mail.", "context": "A shop."}), "A shop."),
    ],
)
def test_a_document_is_one_run_of_the_job_with_a_step_for_each_task(
    inbox: Inbox, name: str, content: str, context: str
) -> None:
    inbox.drop(name, content)
    [request] = inbox.ticks()
    assert request.job_name == "screen_problem"
    assert config_of(request) == {"problem": "Sort the mail.", "context": context, "name": "mail"}
    assert request.run_key is not None
    assert request.tags[THREAD_ID] == f"inbox-{request.run_key}"
    assert inbox.files("accepted") == [name]
    assert inbox.files() == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("all.jsonl", '{"problem": "One.", "id": "a"}\n\n{"problem": "Two.", "context": "So."}\n'),
        ("all.csv", "id,problem,context\na,One.,\n\n,Two.,So.\n"),
        ("all.csv", '\ufeffProblem;context;ID\nOne.;;a\n"Two.";So.;\n'),
    ],
)
def test_each_row_of_a_table_is_a_run_of_the_compact_job(inbox: Inbox, name: str, content: str) -> None:
    inbox.drop(name, content)
    requests = inbox.ticks()
    assert [request.job_name for request in requests] == ["screen_problem_compact"] * 2
    assert [config_of(request) for request in requests] == [
        {"problem": "One.", "context": "", "name": "a"},
        {"problem": "Two.", "context": "So.", "name": ""},
    ]
    assert inbox.files("accepted") == [name]


def test_the_config_asked_for_is_valid(inbox: Inbox) -> None:
    inbox.drop("mail.md", "Sort the mail.")
    inbox.drop("all.jsonl", '{"problem": "One."}')
    for request in inbox.ticks():
        job = screen_problem if request.job_name == "screen_problem" else screen_problem_compact
        assert dg.validate_run_config(job, dict(request.run_config))


def test_a_file_is_left_alone_while_it_grows(inbox: Inbox) -> None:
    inbox.drop("mail.md", "Sort")
    assert inbox.tick() == []
    inbox.drop("mail.md", "Sort the")
    assert inbox.tick() == []
    inbox.drop("mail.md", "Sort the mail.")
    assert inbox.tick() == []
    [request] = inbox.tick()
    assert config_of(request)["problem"] == "Sort the mail."


@pytest.mark.parametrize("name", [".mail.md", "mail.md.part", "mail.tmp", "mail.md~", "~$mail.md"])
def test_hidden_and_unfinished_files_are_left_alone(inbox: Inbox, name: str) -> None:
    inbox.drop(name, "Sort the mail.")
    assert inbox.ticks() == []
    assert inbox.files() == [name]


def test_a_tick_that_dies_before_its_runs_exist_is_made_up_for(inbox: Inbox) -> None:
    inbox.drop("all.jsonl", '{"problem": "One."}\n{"problem": "Two."}\n')
    inbox.tick()
    before = inbox.look()
    assert inbox.files() == ["all.jsonl"]
    after = inbox.tick()
    assert [request.run_key for request in after] == [request.run_key for request in before]
    assert inbox.ticks() == []
    assert inbox.files("accepted") == ["all.jsonl"]


def test_a_run_that_was_created_but_never_launched_is_asked_for_again(inbox: Inbox) -> None:
    inbox.drop("mail.md", "Sort the mail.")
    inbox.tick()
    [first] = inbox.tick(dg.DagsterRunStatus.NOT_STARTED)
    [second] = inbox.tick()
    assert first.run_key == second.run_key


def test_a_lost_cursor_runs_nothing_twice(inbox: Inbox) -> None:
    inbox.drop("mail.md", "Sort the mail.")
    [first] = inbox.tick() + inbox.tick()
    inbox.cursor = None
    assert inbox.ticks() == []
    assert inbox.files("accepted") == ["mail.md"]
    assert first.run_key is not None


def test_the_same_content_again_does_not_run_and_an_edit_does(inbox: Inbox) -> None:
    inbox.drop("mail.md", "Sort the mail.")
    assert len(inbox.ticks()) == 1
    inbox.drop("again.md", "Sort the mail.")
    inbox.drop("mail.md", "Sort the mail.")
    assert inbox.ticks() == []
    inbox.drop("mail.md", "Sort the letters.")
    [edited] = inbox.ticks()
    assert config_of(edited)["problem"] == "Sort the letters."
    accepted = sorted((inbox.folder / "accepted").iterdir())
    assert {path.read_text() for path in accepted} == {"Sort the mail.", "Sort the letters."}
    assert inbox.files() == []


def test_the_same_problem_twice_in_one_tick_is_one_run(inbox: Inbox) -> None:
    inbox.drop("a.md", "Sort the mail.")
    inbox.drop("b.jsonl", '{"problem": "Sort the mail."}\n{"problem": "Sort the mail."}\n')
    assert len(inbox.ticks()) == 1
    assert inbox.files("accepted") == ["a.md", "b.jsonl"]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.md", b"caf\xe9", "is not UTF-8"),
        ("a.md", b"", "is empty"),
        ("a.md", b" \n", "is empty"),
        ("a.txt", b"x" * 100_001, "too long"),
        ("a.txt", b"a\x00b", "NUL"),
        ("a.pdf", b"%PDF-1.7", "is of a kind that is not read"),
        ("noending", b"Sort.", "is of a kind that is not read"),
        ("a.docx", b"PK\x03\x04", "is of a kind that is not read"),
        ("a.json", b"{", "is not JSON"),
        ("a.json", b'["Sort"]', "does not hold a JSON object"),
        ("a.json", b'{"problem": 7}', "is not a string"),
        ("a.json", b'{"problem": "Sort.", "contxt": ""}', "unknown key 'contxt'"),
        ("a.jsonl", b"", "holds no problem"),
        ("a.jsonl", b"Sort.\n", "is not JSON"),
        ("a.csv", b"", 'has no column "problem"'),
        ("a.csv", b"task\nSort.\n", 'has no column "problem"'),
        ("a.csv", b'problem\n"Sort.\n', "is not CSV"),
        ("a.csv", b"problem\n", "holds no problem"),
    ],
)
def test_a_bad_file_is_moved_aside_with_the_reason_beside_it(
    inbox: Inbox, name: str, content: bytes, reason: str
) -> None:
    inbox.drop(name, content)
    assert inbox.ticks() == []
    assert inbox.files() == []
    assert (inbox.folder / "rejected" / name).read_bytes() == content
    assert reason in (inbox.folder / "rejected" / f"{name}.reason.txt").read_text()


def test_a_file_too_large_is_rejected_unread(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline_defs.inbox_folder.MAX_BYTES", 3)
    inbox.drop("a.jsonl", '{"problem": "One."}')
    assert inbox.ticks() == []
    assert inbox.files("rejected") == ["a.jsonl", "a.jsonl.reason.txt"]


def test_bad_files_of_one_name_do_not_overwrite_each_other(inbox: Inbox) -> None:
    for content in (b"\xe9", b"\xe8", b"\xe8"):
        inbox.drop("a.md", content)
        inbox.ticks(2)
    kept = [path for path in (inbox.folder / "rejected").iterdir() if path.suffix == ".md"]
    assert {path.read_bytes() for path in kept} == {b"\xe9", b"\xe8"}


@pytest.mark.parametrize(
    ("name", "content", "rest", "reason"),
    [
        ("all.jsonl", '{"problem": "One."}\n{"problem": ""}\n', '{"problem": ""}\n', "line 2: the problem"),
        ("all.csv", "problem,id\nOne.,a\nTwo.,a\n", "problem,id\nTwo.,a\n", "line 3: has the id of line 2"),
        ("all.csv", "problem\nOne.\nTwo.,x\n", "problem\nTwo.,x\n", "line 3: has 2 cells under 1 columns"),
    ],
)  # fmt: skip
def test_good_rows_run_and_bad_ones_come_back_as_a_file_that_can_be_mended(
    inbox: Inbox, name: str, content: str, rest: str, reason: str
) -> None:
    inbox.drop(name, content)
    [request] = inbox.ticks()
    assert config_of(request)["problem"] == "One."
    assert inbox.files("accepted") == [name]
    told, rows = sorted((inbox.folder / "rejected").iterdir(), key=lambda path: path.suffix != ".txt")
    assert rows.read_text() == rest
    assert reason in told.read_text()


def test_many_files_at_once_run_a_few_at_a_time_where_nothing_queues_them(inbox: Inbox) -> None:
    for number in range(7):
        inbox.drop(f"{number}.md", f"Problem {number}.")
    inbox.tick()
    assert len(inbox.tick(dg.DagsterRunStatus.STARTED)) == 2
    assert inbox.tick() == []
    for run in inbox.instance.get_runs():
        inbox.instance.report_run_failed(run)
    assert len(inbox.ticks()) == 5
    assert len(inbox.files("accepted")) == 7


def test_runs_that_died_with_their_machine_do_not_block_the_inbox_for_good(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline_defs.room._STALE", timedelta(0))
    for number in range(4):
        inbox.drop(f"{number}.md", f"Problem {number}.")
    requests = [request for _ in range(4) for request in inbox.tick(dg.DagsterRunStatus.STARTED)]
    assert len(requests) == 4


def test_a_large_table_is_asked_for_in_parts_and_nothing_is_lost_or_doubled(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def room(_: dg.DagsterInstance) -> int:
        return 30

    monkeypatch.setattr("pipeline_defs.inbox.room_for_runs", room)
    monkeypatch.setattr("pipeline_defs.inbox._KEYS_PER_QUERY", 20)
    inbox.drop("all.jsonl", "".join(f'{{"problem": "Problem {n}."}}\n' for n in range(70)))
    requests = inbox.ticks(8)
    assert len({request.run_key for request in requests}) == len(requests) == 70
    assert inbox.files("accepted") == ["all.jsonl"]
    keys = {run.tags[INBOX_KEY] for run in inbox.instance.get_runs()}
    assert len(keys) == 70


def test_a_name_that_is_not_utf8_stops_nothing(inbox: Inbox) -> None:
    inbox.drop(b"caf\xe9.md".decode(errors="surrogateescape"), "Sort the mail.")
    [request] = inbox.ticks()
    assert request.tags["suitability/source"].isascii()
    assert config_of(request)["name"] == ""


def test_a_file_that_changes_after_its_runs_exist_runs_again(inbox: Inbox) -> None:
    inbox.drop("mail.md", "Sort the mail.")
    inbox.tick()
    assert len(inbox.tick()) == 1
    inbox.drop("mail.md", "Sort the letters.")
    assert [config_of(request)["problem"] for request in inbox.ticks()] == ["Sort the letters."]
