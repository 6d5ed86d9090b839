"""Which thread a run works on."""

from typing import Any

import dagster as dg
import pytest

from pipeline_defs.tags import FROM_FAILURE, PARENT_RUN, RESUMES, ROOT_RUN, THREAD_ID
from pipeline_defs.thread_identity import thread_of


class Kept:
    """Stands for an instance that keeps these runs."""

    def __init__(self, *runs: dg.DagsterRun) -> None:
        self._runs = {run.run_id: run for run in runs}

    def get_run_by_id(self, run_id: str) -> dg.DagsterRun | None:
        return self._runs.get(run_id)


def run(run_id: str, parent: str | None = None, **details: Any) -> dg.DagsterRun:
    return dg.DagsterRun(
        job_name="screen_problem", run_id=run_id, parent_run_id=parent, root_run_id=parent, **details
    )


def thread(last: dg.DagsterRun, *earlier: dg.DagsterRun) -> str:
    instance: Any = Kept(*earlier)
    return thread_of(instance, last)


FAILED = dg.DagsterRunStatus.FAILURE
SUCCEEDED = dg.DagsterRunStatus.SUCCESS


def test_a_first_run_names_its_thread() -> None:
    assert thread(run("one")) == "one"


def test_a_first_run_may_be_launched_with_a_name() -> None:
    assert thread(run("one", tags={THREAD_ID: "mail"})) == "mail"


def test_from_failure_goes_on_with_the_thread_of_the_first_run() -> None:
    first = run("one", status=FAILED, tags={THREAD_ID: "mail"})
    second = run("two", "one", status=FAILED, tags={FROM_FAILURE: "true"})
    third = run("three", "two", tags={FROM_FAILURE: "true"})
    assert thread(third, first, second) == "mail"


def test_all_steps_begin_afresh_although_the_tags_are_copied() -> None:
    first = run("one", status=SUCCEEDED, tags={THREAD_ID: "one"})
    assert thread(run("two", "one", tags={THREAD_ID: "one"}), first) == "two"


@pytest.mark.parametrize("steps", [["screening"], ["risks"], ["screening", "plan", "verdict"]])
@pytest.mark.parametrize("status", [SUCCEEDED, FAILED])
def test_some_steps_alone_go_on(status: dg.DagsterRunStatus, steps: list[str]) -> None:
    first = run("one", status=status)
    assert thread(run("two", "one", step_keys_to_execute=steps), first) == "one"


@pytest.mark.parametrize("steps", [["screening", "plan", "verdict", "synthesis"], ["screen"]])
def test_all_steps_by_name_begin_afresh(steps: list[str]) -> None:
    first = run("one", status=SUCCEEDED)
    assert thread(run("two", "one", step_keys_to_execute=steps), first) == "two"


def test_a_run_launched_to_resume_goes_on() -> None:
    first = run("one", status=FAILED)
    tags = {RESUMES: "one", PARENT_RUN: "one", ROOT_RUN: "one"}
    assert thread(run("two", tags=tags), first) == "one"


def test_all_steps_of_a_run_that_resumed_begin_afresh() -> None:
    first = run("one", status=FAILED)
    second = run("two", "one", status=SUCCEEDED, tags={RESUMES: "one"})
    assert thread(run("three", "two", tags={RESUMES: "one"}), first, second) == "three"


def test_a_deleted_parent_is_made_up_for_by_the_copied_tag() -> None:
    assert thread(run("two", "gone", tags={FROM_FAILURE: "true", THREAD_ID: "mail"})) == "mail"
