"""The work that both engines do: thirteen tasks, five progress events per dimension, 200 chunks of text."""

SCREENING = "screening"
DIMENSIONS = tuple(f"dimension_{number}" for number in range(7))
VERDICT = "verdict"
SECONDARY = ("risks", "alternatives", "architecture")
SYNTHESIS = "synthesis"

PROBLEM = "A problem told at some length. " * 260
"""About 8 KB: the state at the start. It is 24 KB at the end."""
RESULT = "What was found about it. " * 50
"""About 1.2 KB for each of thirteen tasks."""
PROGRESS = 5
CHUNKS = 200
CHUNK = "a few words of text "
IDEAL = 5
"""Stages after each other: with tasks of 50 ms, a thread takes 250 ms at least."""


def lasts(task: str, seconds: float, *, apart: bool) -> float:
    """Return how long a task sleeps: all alike, or each dimension longer than the one before it."""
    return seconds * (1 + DIMENSIONS.index(task)) if apart and task in DIMENSIONS else seconds


def said_by(task: str) -> int:
    """Return how many interim events a task sends."""
    if task in DIMENSIONS:
        return PROGRESS
    return CHUNKS if task == SYNTHESIS else 1 if task == SCREENING else 0
