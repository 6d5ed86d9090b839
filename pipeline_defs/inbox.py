"""Problems dropped into a folder are judged."""

# `dg.sensor` is not fully typed.
# pyright: reportUnknownMemberType=false

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import dagster as dg

from pipeline_core.errors import InputError
from pipeline_defs.inbox_folder import InboxFolder, Stamp
from pipeline_defs.problem_files import ProblemRow, Problems, read_problems
from pipeline_defs.room import room_for_runs
from pipeline_defs.tags import THREAD_ID

VARIABLE = "SUITABILITY_INBOX"
"""Names the folder; `inbox` in DAGSTER_HOME if it is not set."""
INBOX_KEY = "suitability/inbox"
"""Tag of a run: the key of the problem that it was launched for."""
SOURCE = "suitability/source"
"""Tag of a run: the file that the problem came in."""
INTERVAL_SECONDS = 5

_FILES_PER_TICK = 500
_CHARS_PER_TICK = 4_000_000
_KEYS_PER_QUERY = 200


class Seen(NamedTuple):
    """What the last tick saw of a file."""

    stamp: Stamp
    done: int = 0
    """So many of its rows, from the first, have their runs."""


def make_inbox(document_job: dg.JobDefinition, table_job: dg.JobDefinition) -> dg.SensorDefinition:
    """Return the sensor; a document runs one job, each row of a table the other."""

    @dg.sensor(
        name="inbox",
        description=f"Judges what is dropped into the folder ${VARIABLE}: .md, .txt and .json files hold a "
        "problem each, .csv and .jsonl files one in each row. Files go to `accepted` once their runs "
        "exist, to `rejected`, with the reason beside them, if they cannot be used.",
        jobs=[document_job, table_job],
        minimum_interval_seconds=INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def inbox(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        folder = InboxFolder(_folder_of(context.instance))
        folder.make()
        tick = _Tick(context, folder)
        requests = [
            _request(document_job if not is_table else table_job, name, row)
            for name, row, is_table in tick.problems()
        ]
        return dg.SensorResult(
            run_requests=requests,
            skip_reason=None if requests else tick.summary(),
            cursor=_dump(tick.seen),
        )

    return inbox


class _Tick:
    """One look at the folder.

    A file is taken up when two ticks saw it unchanged. It stays where it is until a later tick finds that
    each of its problems has a run: whatever dies in between, the next tick asks again, for the same run
    keys.
    """

    def __init__(self, context: dg.SensorEvaluationContext, folder: InboxFolder) -> None:
        self._instance = context.instance
        self._log = context.log
        self._folder = folder
        self._before = _load(context.cursor)
        self._room = room_for_runs(context.instance)
        self._chars = _CHARS_PER_TICK
        self._asked: set[str] = set()
        self._counts = {"accepted": 0, "rejected": 0, "waiting": 0}
        self.seen: dict[str, Seen] = {}

    def problems(self) -> Iterator[tuple[str, ProblemRow, bool]]:
        """Sort out the folder; yield the problems that need a run: file, row, whether it is of a table."""
        arrivals = list(self._folder.arrivals().items())
        for name, stamp in arrivals[:_FILES_PER_TICK]:
            self.seen[name] = Seen(stamp)
            before = self._before.get(name)
            if before is None or before.stamp != stamp or self._room <= 0 or self._chars <= 0:
                self._counts["waiting"] += 1
                continue
            try:
                yield from self._file(name, before)
            except OSError as error:  # one file must not stop the others
                self._counts["waiting"] += 1
                self._log.warning(f"inbox: {_shown(name)} is left for later: {error}")

    def summary(self) -> str:
        """Say what was done, where no run was asked for."""
        told = [f"{count} {what}" for what, count in self._counts.items() if count]
        return f"Files: {', '.join(told)}" if told else f"Nothing in {self._folder.path}"

    def _file(self, name: str, before: Seen) -> Iterator[tuple[str, ProblemRow, bool]]:
        try:
            content = self._folder.read(name, before.stamp)
            if content is None:
                self._counts["waiting"] += 1
                return
            problems = read_problems(name, content)
        except InputError as error:
            self._reject(name, error)
            return
        done = before.done
        for first in range(done, len(problems.rows), _KEYS_PER_QUERY):
            part = problems.rows[first : first + _KEYS_PER_QUERY]
            missing = self._without_run(part)
            if not missing:
                done += len(part)
                continue
            for row in missing:
                if row.key in self._asked:
                    continue
                if self._room <= 0 or self._chars <= 0:
                    break
                self._take(row)
                yield name, row, problems.is_table
            self.seen[name] = Seen(before.stamp, done)
            return
        self._accept(name, before.stamp, problems)

    def _without_run(self, rows: Sequence[ProblemRow]) -> list[ProblemRow]:
        """Return the rows whose problems have no run yet."""
        runs = self._instance.get_runs(dg.RunsFilter(tags={INBOX_KEY: [row.key for row in rows]}))
        # A run that is not started was created by a daemon that died before it could launch it: asking
        # for the same run key again launches it.
        launched = {run.tags[INBOX_KEY] for run in runs if run.status is not dg.DagsterRunStatus.NOT_STARTED}
        return [row for row in rows if row.key not in launched]

    def _take(self, row: ProblemRow) -> None:
        self._room -= 1
        self._chars -= len(row.given.problem) + len(row.given.context or "")
        self._asked.add(row.key)

    def _accept(self, name: str, stamp: Stamp, problems: Problems) -> None:
        if problems.bad:
            rest = self._folder.reject_rows(name, problems.bad_rows(), problems.reasons())
            self._log.warning(
                f"inbox: {len(problems.bad)} rows of {_shown(name)} went to {_shown(rest.name)}"
            )
        if self._folder.accept(name, stamp):
            del self.seen[name]
            self._counts["accepted"] += 1

    def _reject(self, name: str, reason: Exception) -> None:
        self._folder.reject(name, str(reason))
        del self.seen[name]
        self._counts["rejected"] += 1
        self._log.warning(f"inbox: {_shown(name)} was rejected: {_shown(str(reason))}")


def _request(job: dg.JobDefinition, name: str, row: ProblemRow) -> dg.RunRequest:
    return dg.RunRequest(
        run_key=row.key,
        job_name=job.name,
        run_config=run_config_of(job, row.given.problem, row.given.context, row.name),
        # The thread has the name of the problem: even two runs would not judge it twice.
        tags={INBOX_KEY: row.key, SOURCE: _shown(name), THREAD_ID: f"inbox-{row.key}"},
    )


def run_config_of(job: dg.JobDefinition, problem: str, context: str | None, name: str) -> Mapping[str, Any]:
    """Return the run config that has one of our jobs judge a problem."""
    first_op = "screening" if "screening" in job.graph.node_dict else "screen"
    config = {"problem": problem, "context": context or "", "name": name}
    return {"ops": {first_op: {"config": config}}}


def _folder_of(instance: dg.DagsterInstance) -> Path:
    if chosen := os.environ.get(VARIABLE):
        return Path(chosen).expanduser().absolute()
    return Path(os.environ.get("DAGSTER_HOME") or instance.root_directory) / "inbox"


def _shown(name: str) -> str:
    """Return a file's name as any store keeps it; names may be bytes that are not UTF-8."""
    return name.encode("utf-8", "backslashreplace").decode()


def _dump(seen: Mapping[str, Seen]) -> str:
    return json.dumps({name: [*one.stamp, one.done] for name, one in seen.items()})


def _load(cursor: str | None) -> dict[str, Seen]:
    entries: Iterable[tuple[str, list[int]]] = json.loads(cursor).items() if cursor else ()
    return {name: Seen(Stamp(size, mtime), done) for name, (size, mtime, done) in entries}
