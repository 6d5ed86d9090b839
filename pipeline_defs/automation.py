"""What runs without being asked, on our jobs."""

from pipeline_defs.expire_threads import make_expire_daily, make_expire_threads
from pipeline_defs.inbox import make_inbox
from pipeline_defs.jobs import screen_problem, screen_problem_compact
from pipeline_defs.prune_threads import prune_daily, prune_threads
from pipeline_defs.report_failures import make_report_failures
from pipeline_defs.rescreen import make_report_verdicts, make_rescreen_watch_list
from pipeline_defs.resume_answered import make_resume_answered

expire_threads = make_expire_threads()

_SCREENING = (screen_problem, screen_problem_compact)

jobs = [expire_threads, prune_threads]
sensors = [
    make_inbox(screen_problem, screen_problem_compact),
    make_resume_answered(_SCREENING),
    make_report_failures([*_SCREENING, *jobs]),
    make_report_verdicts(_SCREENING),
]
schedules = [make_rescreen_watch_list(screen_problem), make_expire_daily(expire_threads), prune_daily]
