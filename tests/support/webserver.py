"""A live Dagster webserver, driven as the web interface drives it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

START_SECONDS = 90
RUN_SECONDS = 90

_LAUNCH = """
mutation ($params: ExecutionParams!) { launchRun(executionParams: $params) {
  __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message }
  ... on RunConfigValidationInvalid { errors { message } } } }
"""
_REEXECUTE = """
mutation ($params: ReexecutionParams!) { launchRunReexecution(reexecutionParams: $params) {
  __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }
"""
_REEXECUTE_STEPS = """
mutation ($params: ExecutionParams!) { launchPipelineReexecution(executionParams: $params) {
  __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message }
  ... on RunConfigValidationInvalid { errors { message } } ... on InvalidSubsetError { message } } }
"""
_NOT_INHERITED = {"dagster/is_resume_retry", "dagster/step_selection"}
_TERMINATE = """
mutation ($id: String!) { terminateRun(runId: $id) { __typename ... on TerminateRunFailure { message } } }
"""
_RUN = """
query ($id: ID!) { runOrError(runId: $id) { ... on Run {
  status mode pipelineName runConfigYaml rootRunId tags { key value }
  repositoryOrigin { repositoryLocationName repositoryName } } } }
"""


class Webserver:
    """A running webserver."""

    def __init__(self, url: str, process: subprocess.Popen[bytes]) -> None:
        self.url = url
        self.process = process

    def query(self, text: str, **variables: Any) -> dict[str, Any]:
        """Run a GraphQL query and return its data."""
        body = json.dumps({"query": text, "variables": variables}).encode()
        request = urllib.request.Request(f"{self.url}/graphql", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as response:
            answer = json.load(response)
        assert not answer.get("errors"), answer["errors"]
        return answer["data"]

    def launch(self, job: str, location: str, run_config: Mapping[str, Any] | None = None) -> str:
        """Launch a job, as the launchpad does, and return the run's id."""
        selector = {
            "repositoryLocationName": location, "repositoryName": "__repository__", "jobName": job,
        }  # fmt: skip
        params = {"selector": selector, "runConfigData": json.dumps(dict(run_config or {}))}
        return self._launched(self.query(_LAUNCH, params=params)["launchRun"])

    def reexecute(self, run_id: str, strategy: str) -> str:
        """Re-execute a run by `FROM_FAILURE` or `ALL_STEPS` and return the new run's id."""
        params = {"parentRunId": run_id, "strategy": strategy}
        return self._launched(self.query(_REEXECUTE, params=params)["launchRunReexecution"])

    def reexecute_steps(self, run_id: str, *steps: str) -> str:
        """Re-execute the steps of a run that are selected in its chart, and return the new run's id."""
        run = self.run(run_id)
        root = run["rootRunId"] or run_id
        tags = {key: value for key, value in run["tags"].items() if key not in _NOT_INHERITED} | {
            "dagster/parent_run_id": run_id,
            "dagster/root_run_id": root,
            "dagster/step_selection": ",".join(steps),
        }
        params = {
            "mode": run["mode"],
            "runConfigData": run["runConfigYaml"],
            "executionMetadata": {
                "parentRunId": run_id,
                "rootRunId": root,
                "tags": [{"key": key, "value": value} for key, value in tags.items()],
            },
            "selector": {**run["repositoryOrigin"], "pipelineName": run["pipelineName"]},
            "stepKeys": list(steps),
        }
        return self._launched(self.query(_REEXECUTE_STEPS, params=params)["launchPipelineReexecution"])

    def terminate(self, run_id: str) -> None:
        """Press Terminate."""
        answer = self.query(_TERMINATE, id=run_id)["terminateRun"]
        assert answer["__typename"] == "TerminateRunSuccess", answer

    def run(self, run_id: str) -> dict[str, Any]:
        """Return what the run's page shows of it."""
        run = self.query(_RUN, id=run_id)["runOrError"]
        return {**run, "tags": {tag["key"]: tag["value"] for tag in run["tags"]}}

    def wait_for(self, run_id: str, *statuses: str, seconds: float = RUN_SECONDS) -> str:
        """Wait until a run has one of `statuses`, or has ended, and return its status."""
        deadline = time.monotonic() + seconds
        while True:
            status = self.run(run_id)["status"]
            if status in {*statuses, "SUCCESS", "FAILURE", "CANCELED"}:
                return status
            assert time.monotonic() < deadline, f"run {run_id} is still {status}"
            time.sleep(0.05)

    @staticmethod
    def _launched(answer: Mapping[str, Any]) -> str:
        assert answer["__typename"] == "LaunchRunSuccess", answer
        return answer["run"]["runId"]


@contextmanager
def running_webserver(home: Path, locations: Mapping[str, str]) -> Generator[Webserver]:
    """Serve code locations, module by name, on the instance in `home`."""
    workspace = home / "workspace.json"
    modules = [
        {"python_module": {"module_name": module, "location_name": name}}
        for name, module in locations.items()
    ]
    workspace.write_text(json.dumps({"load_from": modules}))
    port = _free_port()
    command = [
        sys.executable,
        "-m",
        "dagster_webserver",
        "-w",
        str(workspace),
        "-h",
        "127.0.0.1",
        "-p",
        str(port),
    ]
    with (home / "webserver.log").open("w") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, env={**os.environ, "DAGSTER_HOME": str(home)}
        )
        server = Webserver(f"http://127.0.0.1:{port}", process)
        try:
            _wait_until_ready(server, home / "webserver.log")
            yield server
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_ready(server: Webserver, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            server.query("{ version }")
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            if server.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the webserver did not start:\n{log.read_text()}") from None
            time.sleep(0.2)
        else:
            return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
