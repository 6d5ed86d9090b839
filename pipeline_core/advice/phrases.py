"""Choose the wording that a text can fill."""

from collections.abc import Mapping, Sequence
from string import Formatter

from pipeline_core.advice._data import load

_FORMATTER = Formatter()


def fill(variants: str | Sequence[str], slots: Mapping[str, str]) -> str:
    """Return the first variant whose `{slots}` are all known, filled in; "" if there is none.

    Values are put in as they are: braces in a user's words mean nothing.
    """
    for variant in (variants,) if isinstance(variants, str) else variants:
        if fields_of(variant) <= slots.keys():
            return _FORMATTER.vformat(variant, (), slots)
    return ""


def fields_of(variant: str) -> frozenset[str]:
    """Return the names of the slots of a variant."""
    return frozenset(name for _, name, _, _ in _FORMATTER.parse(variant) if name)


def listed(parts: Sequence[str], last: str = "and") -> str:
    """Return "a, b and c"."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def sentence(text: str) -> str:
    """Return `text` with a capital first letter and a stop at its end."""
    text = text.strip()
    if not text:
        return ""
    text = text[0].upper() + text[1:]
    return text if text[-1] in ".!?" else f"{text}."


def quoted(text: str) -> str:
    """Return `text` in quotation marks."""
    return f"“{text}”"


def shorten(text: str, limit: int = 120) -> str:
    """Return `text`, or its beginning up to the end of a clause or word within the limit and " …"."""
    if len(text) <= limit:
        return text
    clause = max(text.rfind(mark, 0, limit) for mark in (", ", "; ", ": ", " – ", " (", "、"))
    word = text.rfind(" ", 0, limit)
    cut = clause if clause > limit * 0.45 else word if word > limit // 2 else limit
    return f"{text[:cut].rstrip(' ,;:–-(')} …"


def plain(text: str) -> str:
    """Return `text` without the stop at its end."""
    return text.strip().rstrip(".")


def report(table: str, key: str, slots: Mapping[str, str]) -> str:
    """Return the wording `key` of a table in report.toml, filled in; "" if none can be."""
    return fill(load("report")[table][key], slots)
