"""Tags of runs."""

THREAD_ID = "suitability/thread_id"
"""The thread that a run works on."""
STATUS = "suitability/status"
"""`running`, `suspended`, `completed`, `failed` or `cancelled`: where the thread was when the run left it.

A run of some steps alone may end and leave it `running`.
"""
VERDICT = "suitability/verdict"
"""What a completed run found; `pending` on a run that began with the tags of one that had found something."""
TOKENS = "suitability/tokens"
REQUESTS = "suitability/requests"
COST = "suitability/cost"
"""What models consumed for the thread when the run left it, all its runs together; `unknown` without a
price. None of the three is there where no model was asked."""
RESUMES = "suitability/resumes"
"""Id of the run that a full run goes on from; makes it continue that run's thread."""

PARENT_RUN = "dagster/parent_run_id"
ROOT_RUN = "dagster/root_run_id"
FROM_FAILURE = "dagster/is_resume_retry"
"""Set by Dagster on a re-execution from failure."""
