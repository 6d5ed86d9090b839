"""A quote that a finding rests on."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Score = Literal["favorable", "neutral", "unfavorable"]
"""How a dimension speaks for or against AI; favorable always means favorable to using AI."""


class Evidence(BaseModel):
    """A passage of the user's own words.

    `quote` equals `source_text[start:end]`, where offsets count characters (code points) in the text
    named by `source`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    quote: str
    start: int
    end: int
    source: str = "problem"
    """`problem`, `context`, or `answer:<question id>`."""
    score: Score | None = None
    """What this passage alone says, if it takes a side."""
    note: str = ""
    """Why the passage counts, in a few words."""
