"""The watch list."""

import json
from functools import partial
from pathlib import Path

import dagster as dg
import pytest

from pipeline_core.errors import UnreadableInputError
from pipeline_core.events import VerdictCompleted
from pipeline_core.models import VerdictResult
from pipeline_defs.alerts import VARIABLE as ALERTS
from pipeline_defs.report_asset import REPORT
from pipeline_defs.rescreen import TRIES, make_report_verdicts, make_rescreen_watch_list
from pipeline_defs.watch_list import VARIABLE, read_watch_list
from tests.defs import directed, scripted
from tests.defs.asked_runs import execute, tick_schedule
from tests.defs.directed_runs import Runs
from tests.defs.scripted import DirectedAnalyzer, DirectedPipeline


class Watch:
    """A watch list, and the daemon that screens it."""

    def __init__(self, runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
        self.runs = runs
        self._monkeypatch = monkeypatch
        make_pipeline = partial(DirectedPipeline, folder=str(runs.direction.folder))
        self._schedule = make_rescreen_watch_list(directed.screen_problem(), make_pipeline)
        self._sensor = make_report_verdicts([directed.screen_problem()], make_pipeline)
        monkeypatch.setenv(VARIABLE, str(runs.direction.folder / "watched.yaml"))
        monkeypatch.setenv(ALERTS, str(runs.direction.folder / "alerts.jsonl"))

    def write(self, **problems: str) -> None:
        entries = [{"id": id_, "problem": text} for id_, text in problems.items()]
        (self.runs.direction.folder / "watched.yaml").write_text(json.dumps(entries))

    def due(self) -> list[str]:
        return [str(request.run_key).partition(":")[0] for request in self._tick()]

    def screen(self) -> list[dg.DagsterRun]:
        """Run what the schedule asks for, and tell the sensor of those that succeed."""
        done = [execute(self.runs, request) for request in self._tick()]
        for run in done:
            if run.is_success:
                self._tell(run)
        return done

    def alerts(self) -> list[str]:
        path = self.runs.direction.folder / "alerts.jsonl"
        return (
            [json.loads(line)["message"] for line in path.read_text().splitlines()] if path.exists() else []
        )

    def judge(self, verdict: str) -> None:
        """Have the pipeline come to another verdict."""
        result = VerdictResult.model_validate(
            {"verdict": verdict, "confidence": 0.8, "headline": "So.", "rule": "directed", "score": 20.0}
        )
        completed = {**vars(scripted)["_COMPLETED"], "verdict": VerdictCompleted(result=result)}
        self._monkeypatch.setattr(scripted, "_COMPLETED", completed)

    def change_model(self) -> None:
        self._monkeypatch.setattr(DirectedAnalyzer, "fingerprint", "another model")

    def _tick(self) -> list[dg.RunRequest]:
        return tick_schedule(self.runs.instance, self._schedule)

    def _tell(self, run: dg.DagsterRun) -> None:
        instance = self.runs.instance
        [record] = instance.get_records_for_run(run.run_id, of_type=dg.DagsterEventType.RUN_SUCCESS).records
        event = record.event_log_entry.dagster_event
        assert event is not None
        with dg.build_run_status_sensor_context(self._sensor.name, event, instance, run) as context:
            self._sensor(context)


@pytest.fixture
def watch(sqlite_instance: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watch:
    return Watch(Runs(sqlite_instance, tmp_path), monkeypatch)


def test_without_a_list_nothing_is_screened(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE)
    assert watch.due() == []


def test_a_list_that_cannot_be_read_stops_nothing(watch: Watch) -> None:
    assert watch.due() == []


def test_each_problem_is_screened_once_and_not_again_while_nothing_changes(watch: Watch) -> None:
    watch.write(mail="Sort the mail.", calls="Sum up calls.")
    assert all(run.is_success for run in watch.screen())
    assert watch.due() == []
    assert watch.alerts() == []


def test_a_problem_whose_text_changed_is_screened_again(watch: Watch) -> None:
    watch.write(mail="Sort the mail.", calls="Sum up calls.")
    watch.screen()
    watch.write(mail="Sort the letters.", calls="Sum up calls.")
    assert watch.due() == ["mail"]


def test_another_model_has_all_problems_screened_again(watch: Watch) -> None:
    watch.write(mail="Sort the mail.", calls="Sum up calls.")
    watch.screen()
    watch.change_model()
    assert watch.due() == ["mail", "calls"]


def test_a_changed_verdict_is_reported_with_what_changed(watch: Watch) -> None:
    watch.write(mail="Sort the mail.")
    watch.screen()
    watch.write(mail="Sort the letters.")
    watch.judge("NOT_RECOMMENDED")
    watch.screen()
    assert watch.alerts() == [
        "mail: the verdict was STRONG_FIT and is NOT_RECOMMENDED; what changed: the text"
    ]
    [record] = watch.runs.instance.fetch_observations(REPORT, limit=5).records
    assert record.asset_observation is not None
    assert record.partition_key == "mail"
    assert record.asset_observation.metadata["verdict before"].value == "STRONG_FIT"
    assert watch.due() == []


def test_the_same_verdict_on_changed_grounds_is_not_reported(watch: Watch) -> None:
    watch.write(mail="Sort the mail.")
    watch.screen()
    watch.change_model()
    watch.screen()
    assert watch.alerts() == []


def test_a_problem_that_waits_for_answers_is_not_asked_again(watch: Watch) -> None:
    watch.runs.direction.ask()
    watch.write(mail="Sort the mail.")
    watch.screen()
    assert watch.due() == []


def test_a_problem_that_keeps_failing_is_left_until_something_changes(watch: Watch) -> None:
    watch.runs.direction.fail("error_tolerance")
    watch.write(mail="Sort the mail.")
    assert [len(watch.screen()) for _ in range(TRIES + 1)] == [1] * TRIES + [0]
    watch.write(mail="Sort the letters.")
    assert watch.due() == ["mail"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("w.yaml", "- {id: mail, problem: Sort the mail.}\n- {id: file, path: mail.md}\n"),
        ("w.json", '[{"id": "mail", "problem": "Sort the mail."}, {"id": "file", "path": "mail.md"}]'),
        (
            "w.jsonl",
            '{"id": "mail", "problem": "Sort the mail."}\n{"id": "file", "problem": "From a file."}\n',
        ),
        ("w.csv", "id,problem\nmail,Sort the mail.\nfile,From a file.\n"),
    ],
)
def test_a_list_is_yaml_json_or_a_table(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / "mail.md").write_text("From a file.")
    (tmp_path / name).write_text(content)
    entries, defects = read_watch_list(tmp_path / name)
    assert [(entry.id, entry.given.problem) for entry in entries] == [
        ("mail", "Sort the mail."),
        ("file", "From a file."),
    ]
    assert defects == []


def test_a_bad_entry_stops_no_other(tmp_path: Path) -> None:
    rows = [
        {"problem": "No id."},
        {"id": "a", "path": "no.md"},
        {"id": "b", "problem": "B."},
        {"id": "b", "problem": "C."},
        7,
    ]
    (tmp_path / "w.json").write_text(json.dumps(rows))
    entries, defects = read_watch_list(tmp_path / "w.json")
    assert [entry.given.problem for entry in entries] == ["B."]
    assert len(defects) == 4


@pytest.mark.parametrize("content", ["problem: one", "- [", "\xff"])
def test_what_is_no_list_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "w.yaml").write_text(content, encoding="latin-1")
    with pytest.raises(UnreadableInputError):
        read_watch_list(tmp_path / "w.yaml")
