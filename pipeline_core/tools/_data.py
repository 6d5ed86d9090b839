"""Read the data files of this package."""

import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def load(name: str) -> Any:
    """Return the JSON value of `data/<name>.json`; callers must not change it."""
    return json.loads(files("pipeline_core.tools").joinpath("data", f"{name}.json").read_text("utf-8"))
