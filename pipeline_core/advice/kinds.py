"""What kind of work a text is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from pipeline_core.advice._data import joined, load
from pipeline_core.models import Level

_TASK_WEIGHT = 3
_MOST_PER_CUE = 2


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of task, as data/kinds.toml describes it; lists are variants for `phrases.fill`."""

    id: str
    job: str
    pattern: str
    components: tuple[tuple[str, tuple[str, ...]], ...]
    metric: str
    failure_title: str
    failure: Sequence[str]
    failure_fix: Sequence[str]
    plain_name: str
    """The way without AI."""
    plain: Sequence[str]
    plain_effort: Level
    plain_plus: Sequence[str]
    plain_minus: Sequence[str]
    plain_when: str
    suggest: str
    """The smaller variant with AI."""
    specific_question: str


def tell_kind(task: str, text: str) -> Kind:
    """Return the kind whose cues weigh most: three in the sentence that states the task, one elsewhere.

    A cue counts at most twice. The order of the data file decides between equals; without any cue it is
    `general`.
    """
    best, most = _all()[-1][0], 0
    for kind, cues in _all():
        weight = 0
        for cue in cues:
            pattern = joined((cue,))
            weight += _TASK_WEIGHT * min(_MOST_PER_CUE, len(pattern.findall(task)))
            weight += min(_MOST_PER_CUE, len(pattern.findall(text)))
        if weight > most:
            best, most = kind, weight
    return best


@cache
def _all() -> tuple[tuple[Kind, tuple[str, ...]], ...]:
    return tuple((_kind(entry), tuple(entry["cues"])) for entry in load("kinds")["kind"])


def _kind(entry: dict[str, Any]) -> Kind:
    values = {name: value for name, value in entry.items() if name != "cues"}
    values["components"] = tuple((name, tuple(variants)) for name, variants in entry["components"])
    return Kind(**values)
