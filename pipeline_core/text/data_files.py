"""Read the YAML files that ship with the package."""

from pathlib import Path
from typing import Any

import yaml

YAML_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The fast loader where it was built; both give the same values."""


def read_yaml(path: Path) -> Any:
    """Return the content of `path`, which is trusted to be well-formed."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=YAML_LOADER)
