"""Tell the language of a text from its most frequent words."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pipeline_core.text.data_files import read_yaml

_SCRIPTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
)
JUDGED = ("en", "de", "es", "fr", "it", "ja", "pt")
"""Languages the built-in rubric was tried in."""
_SHARE_OF_SCRIPT = 0.2
_SHARE_OF_KANA = 0.05
_LEAST_DISTINCT = 3
_CLEARLY_MORE = 1.5


def language_of(text: str) -> str:
    """Return the ISO 639-1 code of a text, or `und` where it cannot be told."""
    letters = sum(char.isalpha() for char in text)
    if not letters:
        return "und"
    for code, script in _SCRIPTS:
        least = _SHARE_OF_KANA if code == "ja" else _SHARE_OF_SCRIPT
        if len(script.findall(text)) >= least * letters:
            return code
    words = re.findall(r"[^\W\d_]+", text.lower())
    counts = {code: sum(word in known for word in words) for code, known in _frequent().items()}
    best = max(JUDGED, key=lambda code: (counts.get(code, 0), code == "en"))
    other = max(counts, key=lambda code: (counts[code], code == best))
    if other not in JUDGED:
        distinct = len({word for word in words if word in _frequent()[other]})
        if distinct >= _LEAST_DISTINCT and counts[other] >= _CLEARLY_MORE * counts[best]:
            return other
    return best if counts[best] or text.isascii() else "und"


@cache
def _frequent() -> Mapping[str, frozenset[str]]:
    words = read_yaml(Path(__file__).parent / "data" / "languages.yaml")
    return {code: frozenset(text.split()) for code, text in words.items()}
