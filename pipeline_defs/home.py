"""The Dagster instance that the command line works with."""

import os
from pathlib import Path

import dagster as dg

from pipeline_core.cli.home import home

MODULE = "pipeline_defs.definitions"
LOCATION = "suitability"

CONFIGURATION = """\
# The Dagster instance of `suitability --dagster`.
storage:
  custom:
    module: pipeline_defs.storage
    class: SuitabilityStorage
run_coordinator:
  module: dagster.core.run_coordinator
  class: DefaultRunCoordinator
telemetry:
  enabled: false
nux:
  enabled: false
"""
WORKSPACE = f"""\
load_from:
  - python_module:
      module_name: {MODULE}
      location_name: {LOCATION}
"""


def dagster_home() -> Path:
    """Return the folder of the instance: DAGSTER_HOME, `.dagster` here, or one of the user's own.

    It is made and configured if it is not there, and becomes this process's DAGSTER_HOME.
    """
    folder = _chosen().absolute()
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "dagster.yaml").exists():
        (folder / "dagster.yaml").write_text(CONFIGURATION)
    os.environ["DAGSTER_HOME"] = str(folder)
    return folder


def open_instance() -> dg.DagsterInstance:
    """Open the instance in `dagster_home`; the caller disposes of it."""
    return dg.DagsterInstance.from_config(str(dagster_home()))


def _chosen() -> Path:
    if folder := os.environ.get("DAGSTER_HOME"):
        return Path(folder)
    here = Path(".dagster")
    return here if here.is_dir() else home() / "dagster"
