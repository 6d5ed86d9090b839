"""A rough guess of the line of business a text is about."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pipeline_core.rubric.cues import any_of
from pipeline_core.rubric.loading import read_yaml


def domain_of(text: str) -> str:
    """Return the id of the domain most of whose words occur, or `general`."""
    counts = {name: len({m.lower() for m in words.findall(text)}) for name, words in _domains().items()}
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] else "general"


@cache
def _domains() -> Mapping[str, re.Pattern[str]]:
    cues = read_yaml(Path(__file__).parent / "builtin" / "domains.yaml")
    return {name: any_of(tuple(each)) for name, each in cues.items()}
