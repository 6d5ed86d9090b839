"""The published JSON Schema of the events is the one of the code."""

import json
import typing
from pathlib import Path
from typing import get_args

from pipeline_core.engine import ENGINE_EVENTS, Event
from pipeline_core.events import ANALYSIS_EVENTS, PipelineEvent, event_schema

PUBLISHED = Path(__file__).parents[2] / "docs" / "events.schema.json"
REGENERATE = "write it anew: python -m tests.engine.test_event_schema"


def text() -> str:
    return json.dumps(event_schema(), indent=2, sort_keys=True) + "\n"


def test_the_published_schema_is_current() -> None:
    assert PUBLISHED.read_text() == text(), REGENERATE


def test_every_event_is_in_the_union() -> None:
    union = set(get_args(get_args(PipelineEvent)[0]))
    assert union == {*ENGINE_EVENTS, *ANALYSIS_EVENTS}


def test_types_are_unique_and_written_group_and_past_tense() -> None:
    kinds = (*ENGINE_EVENTS, *ANALYSIS_EVENTS)
    types = [kind.model_fields["type"].default for kind in kinds]
    assert len(set(types)) == len(types)
    for kind, name in zip(kinds, types, strict=True):
        group, _, what = name.partition(":")
        assert group.isidentifier()
        assert what.isidentifier()
        assert get_args(typing.get_type_hints(kind)["type"]) == (name,)
        assert kind.model_config.get("frozen")
        assert issubclass(kind, Event)


if __name__ == "__main__":
    PUBLISHED.write_text(text())
