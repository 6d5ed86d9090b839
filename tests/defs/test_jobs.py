"""The jobs, end to end."""

from pathlib import Path

import dagster as dg
import pytest

from pipeline_core import fold
from pipeline_core.engine import PipelineCompleted, PipelineStarted
from pipeline_core.events import SynthesisChunk
from pipeline_core.suitability import DIMENSIONS
from pipeline_defs.event_log import follow, pipeline_events
from pipeline_defs.report_asset import REPORT
from pipeline_defs.tags import STATUS, THREAD_ID
from tests.defs.directed_runs import Runs
from tests.defs.scripted import TASKS

START = dg.DagsterEventType.STEP_START


@pytest.fixture
def runs(instance: dg.DagsterInstance, tmp_path: Path) -> Runs:
    return Runs(instance, tmp_path)


@pytest.fixture
def sqlite_runs(sqlite_instance: dg.DagsterInstance, tmp_path: Path) -> Runs:
    return Runs(sqlite_instance, tmp_path)


def test_each_task_runs_once_and_the_report_is_filed(runs: Runs) -> None:
    run = runs.execute(name="mail")
    assert run.is_success
    assert sorted(runs.direction.calls()) == sorted(TASKS)
    assert run.tags[STATUS] == "completed"
    assert run.tags[THREAD_ID] == run.run_id
    [record] = runs.instance.fetch_materializations(REPORT, limit=5).records
    assert record.partition_key == "mail"
    assert record.asset_materialization is not None
    metadata = record.asset_materialization.metadata
    assert metadata["verdict"].value == "STRONG_FIT"
    assert metadata["confidence"].value == 0.8
    assert "It fits." in str(metadata["report"].value)


def test_folding_the_events_of_a_run_gives_the_state_that_is_checkpointed(runs: Runs) -> None:
    run = runs.execute()
    events = pipeline_events(runs.instance, run.run_id)
    assert isinstance(events[0], PipelineStarted)
    assert isinstance(events[-1], PipelineCompleted)
    assert fold(events) == runs.state(run.run_id)


def test_the_seven_dimensions_run_at_the_same_time(sqlite_runs: Runs) -> None:
    sqlite_runs.direction.hold(*DIMENSIONS)
    worker = sqlite_runs.start()
    sqlite_runs.direction.wait_for(*DIMENSIONS)
    sqlite_runs.direction.release(*DIMENSIONS)
    worker.join()
    assert sqlite_runs.only_run().is_success


def test_events_can_be_followed_while_a_dimension_is_still_running(sqlite_runs: Runs) -> None:
    slow, *fast = DIMENSIONS
    sqlite_runs.direction.hold(slow)
    worker = sqlite_runs.start()
    sqlite_runs.direction.wait_for(slow)
    run = sqlite_runs.only_run()
    done: set[str | None] = set()
    types: list[str] = []
    for event in follow(sqlite_runs.instance, run.run_id):
        types.append(event.type)
        if event.type == "dimension:completed":
            done.add(event.task)
            if done == set(fast):
                sqlite_runs.direction.release(slow)
    worker.join()
    assert types[0] == "pipeline:started"
    assert types[-1] == "pipeline:completed"
    assert done == set(DIMENSIONS)


def test_pieces_of_text_come_joined(sqlite_runs: Runs) -> None:
    run = sqlite_runs.execute()
    events = pipeline_events(sqlite_runs.instance, run.run_id)
    chunks = [event.text for event in events if isinstance(event, SynthesisChunk)]
    assert "".join(chunks) == "".join(f"piece {n} " for n in range(20))
    assert len(chunks) < 5


def test_the_compact_job_runs_the_same_thread_in_one_step(runs: Runs) -> None:
    run = runs.execute(compact=True, name="mail")
    assert run.is_success
    assert runs.steps(run, START) == ["screen"]
    assert sorted(runs.direction.calls()) == sorted(TASKS)
    assert fold(pipeline_events(runs.instance, run.run_id)) == runs.state(run.run_id)
    assert len(runs.instance.fetch_materializations(REPORT, limit=5).records) == 1


def test_a_failed_dimension_within_the_quorum_is_told_and_the_verdict_is_given(sqlite_runs: Runs) -> None:
    sqlite_runs.direction.fail("rate_of_change")
    run = sqlite_runs.execute()
    assert run.is_success
    assert any("dimension:failed rate_of_change" in message for message in sqlite_runs.messages(run))


def test_a_verdict_on_too_few_dimensions_is_refused_and_re_execution_mends_it(sqlite_runs: Runs) -> None:
    failing = DIMENSIONS[:3]
    sqlite_runs.direction.fail(*failing)
    run = sqlite_runs.execute()
    assert run.status is dg.DagsterRunStatus.FAILURE
    assert run.tags[STATUS] == "failed"
    sqlite_runs.direction.mend(*failing)
    again = sqlite_runs.from_failure(run)
    assert again.is_success
    assert sqlite_runs.steps(again, START) == sorted(
        ["verdict", "risks", "alternatives", "architecture", "synthesis"]
    )
    calls = sqlite_runs.direction.calls()
    assert [calls.count(dimension) for dimension in DIMENSIONS] == [2, 2, 2, 1, 1, 1, 1]


def test_under_fail_fast_re_execution_runs_the_failed_dimension_and_what_follows(sqlite_runs: Runs) -> None:
    sqlite_runs.direction.fail("edge_case_risk")
    run = sqlite_runs.execute(strategy="fail_fast")
    assert run.status is dg.DagsterRunStatus.FAILURE
    assert sqlite_runs.steps(run, dg.DagsterEventType.STEP_FAILURE) == ["analyze_dimension[edge_case_risk]"]
    sqlite_runs.direction.mend("edge_case_risk")
    again = sqlite_runs.from_failure(run, strategy="fail_fast")
    assert again.is_success
    assert sqlite_runs.steps(again, START) == sorted(
        [
            "analyze_dimension[edge_case_risk]",
            "verdict", "risks", "alternatives", "architecture", "synthesis",
        ]
    )  # fmt: skip
    calls = sqlite_runs.direction.calls()
    assert {task: calls.count(task) for task in TASKS} == dict.fromkeys(TASKS, 1) | {"edge_case_risk": 2}
    assert again.tags[THREAD_ID] == run.run_id
    events = pipeline_events(sqlite_runs.instance, again.run_id)
    assert fold(events) == sqlite_runs.state(run.run_id)


def test_a_blocking_question_suspends_the_run_and_says_how_to_answer(runs: Runs) -> None:
    runs.direction.ask()
    run = runs.execute()
    assert run.status is dg.DagsterRunStatus.FAILURE
    assert run.tags[STATUS] == "suspended"
    assert runs.direction.calls() == ["screening"]
    [record] = runs.instance.get_records_for_run(run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE).records
    event = record.event_log_entry.dagster_event
    assert event is not None
    failure = event.step_failure_data.user_failure_data
    assert failure is not None
    assert failure.description == "Waits for 1 answer: How many are there?"
    assert f"suitability answer --dagster {run.run_id} volume=" in str(
        failure.metadata["how to answer"].value
    )
    state = runs.state(run.run_id)
    assert state.status == "suspended"
    assert fold(pipeline_events(runs.instance, run.run_id)) == state


def test_from_failure_before_the_answer_asks_again_and_after_it_goes_on(sqlite_runs: Runs) -> None:
    sqlite_runs.direction.ask()
    run = sqlite_runs.execute()
    unanswered = sqlite_runs.from_failure(run)
    assert unanswered.tags[STATUS] == "suspended"
    sqlite_runs.answer(run.run_id, {"volume": "40 a day"})
    answered = sqlite_runs.from_failure(unanswered)
    assert answered.is_success
    assert answered.tags[STATUS] == "completed"
    assert answered.tags[THREAD_ID] == run.run_id
    assert sorted(sqlite_runs.direction.calls()) == sorted(TASKS)
    state = sqlite_runs.state(run.run_id)
    assert state.answers == {"volume": "40 a day"}
    assert fold(pipeline_events(sqlite_runs.instance, answered.run_id)) == state


def test_re_executing_one_op_alone_goes_on_with_the_thread(sqlite_runs: Runs) -> None:
    run = sqlite_runs.execute()
    alone = sqlite_runs.execute(
        reexecution=dg.ReexecutionOptions(parent_run_id=run.run_id, step_selection=["risks"])
    )
    assert alone.is_success
    assert sqlite_runs.steps(alone, START) == ["risks"]
    assert sqlite_runs.direction.calls().count("risks") == 1


def test_re_executing_a_dimension_whose_failure_the_verdict_accepted_says_that_it_stays_so(
    sqlite_runs: Runs,
) -> None:
    sqlite_runs.direction.fail("rate_of_change")
    run = sqlite_runs.execute()
    sqlite_runs.direction.mend("rate_of_change")
    alone = sqlite_runs.execute(
        reexecution=dg.ReexecutionOptions(run.run_id, ["analyze_dimension[rate_of_change]"])
    )
    assert alone.is_success
    assert sqlite_runs.direction.calls().count("rate_of_change") == 1
    assert any("rate_of_change ended without a result" in message for message in sqlite_runs.messages(alone))


def test_re_executing_all_steps_begins_a_thread_of_its_own(sqlite_runs: Runs) -> None:
    run = sqlite_runs.execute()
    again = sqlite_runs.execute(reexecution=dg.ReexecutionOptions(parent_run_id=run.run_id))
    assert again.is_success
    assert again.tags[THREAD_ID] == again.run_id
    assert sqlite_runs.direction.calls().count("screening") == 2


def test_a_log_that_fails_does_not_fail_the_analysis(
    sqlite_runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("the log is broken")

    monkeypatch.setattr("pipeline_defs.event_bridge.metadata_of", refuse)
    run = sqlite_runs.execute()
    assert run.is_success
    assert pipeline_events(sqlite_runs.instance, run.run_id) == []


def test_a_killed_run_is_made_up_for(sqlite_runs: Runs) -> None:
    _kill_in_mid_fan_out(sqlite_runs, {"threads": {"max_concurrent": 2}})


@pytest.mark.slow
@pytest.mark.parametrize(
    "execution",
    [{"threads": {}}, {"in_process": {}}, {"multiprocess": {"max_concurrent": 3}}],
    ids=["threads", "in_process", "multiprocess"],
)
def test_a_killed_run_is_made_up_for_whatever_the_executor(runs: Runs, execution: dict[str, object]) -> None:
    _kill_in_mid_fan_out(runs, execution)


def _kill_in_mid_fan_out(runs: Runs, execution: dict[str, object]) -> None:
    """After re-execution from failure the verdict rests on all seven, and nothing finished ran again."""
    first, *rest = DIMENSIONS
    runs.direction.hold(*rest)
    worker = runs.start_worker(execution)
    runs.direction.wait_for(first, rest[0])
    runs.wait_for_result(runs.only_run().run_id, first)
    worker.kill()
    worker.wait()
    run = runs.only_run()
    # What Dagster's code server does when it notices.
    runs.instance.report_run_failed(run)
    runs.direction.release(*rest)
    again = runs.from_failure(runs.run(run.run_id))
    assert again.is_success
    state = runs.state(run.run_id)
    assert all(state.has_result(dimension) for dimension in DIMENSIONS)
    assert runs.direction.calls().count(first) == 1
    started = runs.steps(run, START)
    skipped = [name for name in DIMENSIONS if f"analyze_dimension[{name}]" not in started]
    told = [message for message in runs.messages(again) if "No step has analyzed" in message]
    assert bool(told) == bool(skipped)
    assert all(name in told[0] for name in skipped)
    assert fold(pipeline_events(runs.instance, again.run_id)) == state
