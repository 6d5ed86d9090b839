"""Read the data files of this package, and name their state by a hash."""

import hashlib
import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

_NAMES = ("alternatives", "kinds", "questions", "report", "risks", "tools", "words")


def _read(name: str) -> str:
    return files("pipeline_core.advice").joinpath("data", f"{name}.toml").read_text("utf-8")


@cache
def load(name: str) -> dict[str, Any]:
    """Return the tables of `data/<name>.toml`; callers must not change them."""
    return tomllib.loads(_read(name))


@cache
def words(name: str) -> re.Pattern[str]:
    """Return one pattern for the list `name` in words.toml; the longest alternatives are tried first."""
    alternatives = sorted(load("words")["words"][name], key=len, reverse=True)
    return joined(tuple(alternatives))


@cache
def joined(alternatives: tuple[str, ...]) -> re.Pattern[str]:
    """Return a pattern that finds any of the alternatives as whole words, whatever the case."""
    return re.compile("|".join(_whole(alternative) for alternative in alternatives), re.IGNORECASE)


def _whole(alternative: str) -> str:
    # Word borders mean nothing between Japanese characters.
    if re.search(r"[\u3040-\u9fff]", alternative):
        return f"(?:{alternative})"
    return rf"(?<!\w)(?:{alternative})(?!\w)"


def content_hash() -> str:
    """Return twelve hex digits that change when any of the data files does."""
    digest = hashlib.sha256()
    for name in _NAMES:
        digest.update(_read(name).encode())
    return digest.hexdigest()[:12]
