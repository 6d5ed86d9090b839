"""Which thread a run works on."""

import dagster as dg

from pipeline_defs.tags import FROM_FAILURE, PARENT_RUN, RESUMES, THREAD_ID

ENDS = (frozenset({"screening", "synthesis"}), frozenset({"screen"}))
"""First and last step of each job: a run of both is one of all steps."""


def thread_of(instance: dg.DagsterInstance, run: dg.DagsterRun) -> str:
    """Return the id of the thread that `run` works on.

    A run begins a thread of its own, named by its id, or by its tag if it is launched with one. These
    go on with the thread of the run before them: a re-execution from failure, one of some steps only,
    and a run launched to resume. Re-executing all steps begins afresh, although Dagster copies the tags.
    """
    parent_id = run.parent_run_id or run.tags.get(PARENT_RUN)
    if parent_id is None:
        return run.tags.get(THREAD_ID, run.run_id)
    parent = instance.get_run_by_id(parent_id)
    if not _continues(run, parent_id, parent):
        return run.run_id
    return run.tags.get(THREAD_ID, run.run_id) if parent is None else thread_of(instance, parent)


def _continues(run: dg.DagsterRun, parent_id: str, parent: dg.DagsterRun | None) -> bool:
    # The tags of a run that resumes are copied too when it is re-executed: they name another parent then.
    if run.tags.get(FROM_FAILURE) == "true" or run.tags.get(RESUMES) == parent_id:
        return True
    if run.step_keys_to_execute is None:
        return False
    # Dagster's Python interface names the steps even if it means all of them, and does not say why.
    from_failure = parent is not None and not parent.is_success
    return from_failure or not any(ends.issubset(run.step_keys_to_execute) for ends in ENDS)
