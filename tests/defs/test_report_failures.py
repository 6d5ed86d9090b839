"""The sensor that reports failed runs."""

import json
from pathlib import Path

import dagster as dg
import pytest

from pipeline_defs.alerts import VARIABLE
from pipeline_defs.report_failures import make_report_failures
from pipeline_defs.suspension import suspension
from pipeline_defs.tags import STATUS
from tests.defs import directed
from tests.defs.directed_runs import Runs
from tests.defs.scripted import QUESTION

SENSOR = make_report_failures([directed.screen_problem()])


@pytest.fixture
def runs(sqlite_instance: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runs:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "alerts" / "alerts.jsonl"))
    return Runs(sqlite_instance, tmp_path)


def alerts_of(runs: Runs, run: dg.DagsterRun) -> list[dict[str, str]]:
    """Tell the sensor of a run, and return what was written."""
    [record] = runs.instance.get_records_for_run(run.run_id, of_type=dg.DagsterEventType.RUN_FAILURE).records
    event = record.event_log_entry.dagster_event
    assert event is not None
    with dg.build_run_status_sensor_context(SENSOR.name, event, runs.instance, run) as context:
        SENSOR(context.for_run_failure())
    path = runs.direction.folder / "alerts" / "alerts.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_a_failed_run_is_reported_with_its_reason(runs: Runs) -> None:
    runs.direction.fail("error_tolerance")
    run = runs.execute()
    [alert] = alerts_of(runs, run)
    assert alert["run_id"] == run.run_id
    assert alert["message"].startswith(f"screen_problem failed in run {run.run_id}, thread {run.run_id}: ")


def test_a_run_that_waits_for_answers_is_not_reported(runs: Runs) -> None:
    runs.direction.ask()
    assert alerts_of(runs, runs.execute()) == []


def test_a_run_that_inherits_the_tag_and_fails_otherwise_is_reported(runs: Runs) -> None:
    runs.direction.fail("error_tolerance")
    run = runs.execute()
    runs.instance.add_run_tags(run.run_id, {STATUS: "suspended"})
    assert len(alerts_of(runs, run)) == 1


def test_a_suspension_says_what_the_sensor_looks_for() -> None:
    assert "questions" in suspension("mine", [QUESTION]).metadata
