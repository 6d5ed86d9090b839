"""Which thread a run works on."""

import dagster as dg

from pipeline_defs.tags import FROM_FAILURE, PARENT_RUN, RESUMES, THREAD_ID


def thread_of(instance: dg.DagsterInstance, run: dg.DagsterRun) -> str:
    """Return the id of the thread that `run` works on.

    A run begins a thread of its own, named by its id, or by its tag if it is launched with one. These
    go on with the thread of the run before them: a re-execution from failure, a re-execution of some of
    the steps, and a run launched to resume. Re-executing all steps begins afresh, although Dagster copies
    the tags.
    """
    parent_id = run.parent_run_id or run.tags.get(PARENT_RUN)
    if parent_id is None:
        return run.tags.get(THREAD_ID, run.run_id)
    if not _continues(run, parent_id):
        return run.run_id
    parent = instance.get_run_by_id(parent_id)
    if parent is None:
        return run.tags.get(THREAD_ID, run.run_id)
    return thread_of(instance, parent)


def _continues(run: dg.DagsterRun, parent_id: str) -> bool:
    # The tags of a run that resumes are copied too when it is re-executed: they name another parent then.
    return (
        run.tags.get(FROM_FAILURE) == "true"
        or run.step_keys_to_execute is not None
        or run.tags.get(RESUMES) == parent_id
    )
