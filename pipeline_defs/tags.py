"""Tags of runs."""

THREAD_ID = "suitability/thread_id"
"""The thread that a run works on."""
STATUS = "suitability/status"
"""`running`, `suspended`, `completed`, `failed` or `cancelled`: where the thread was when the run left it."""
RESUMES = "suitability/resumes"
"""Id of the run that a full run goes on from; makes it continue that run's thread."""

PARENT_RUN = "dagster/parent_run_id"
ROOT_RUN = "dagster/root_run_id"
FROM_FAILURE = "dagster/is_resume_retry"
"""Set by Dagster on a re-execution from failure."""
