"""`suitability rubric`."""

import sys
from importlib.resources import files


def rubric() -> None:
    """Print the built-in rubric, to read it or to begin your own from it.

    \b
    Example:
      suitability rubric > our-rubric.yaml
      suitability analyze problem.md --rubric our-rubric.yaml
    """
    text = files("pipeline_core.rubric").joinpath("builtin", "rubric.yaml").read_text(encoding="utf-8")
    sys.stdout.write(text)
