"""Find passages addressed to the evaluator instead of describing the problem.

They are found by what they say (`data/addressed.yaml`) and by their shape: tags, brackets, code fences
and encoded blocks that hold such words. Sentences next to a plain one count too if they speak of the
judgement themselves.
"""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from pipeline_core.text.cues import Cues, any_of
from pipeline_core.text.data_files import read_yaml
from pipeline_core.text.sentences import Span

PHRASES = Path(__file__).parent / "data" / "addressed.yaml"
_ENCLOSED = re.compile(
    r"<\|?(?P<tag>[a-z][\w -]{0,40})[^>]*>.*?(?:</(?P=tag)\s*>|\Z)"
    r"|```.*?(?:```|\Z)"
    r"|<!--.*?(?:-->|\Z)"
    r"|\[(?:[^\[\]]{20,})\]"
    r"|\{[^{}]*\"[^{}]*:[^{}]*\}"
    r"|\((?:[^()]{20,})\)",
    re.DOTALL | re.IGNORECASE,
)
_CODE = r"(?<![\w/])(?=[\w+/]*[A-Z])(?=[\w+/]*[a-z])(?=[\w+/]*\d)[A-Za-z0-9+/]{32,}"
_ENCODED = re.compile(_CODE)
_BLOCK = re.compile(r'<\|?[a-zA-Z][^>]*>|```|<!--|\{\s*"|' + _CODE)
_LEAST_WORDS_BEFORE = 1
_INSIDE = 0.6
_ROLE = re.compile(
    r"^\W*(?:system|assistant|user|human|developer|admin|instructions?|prompt|evaluator|ai|output|verdict|result"
    r"|response|answer|rating|urteil|bewertung|veredicto|verdetto|評価|判定)\s*[:>\]=】：]",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"[\[({<]+\s*/?(?:system|evaluator|assistant|reviewer|instructions?|admin|developer|sys|inst|note to)\b"
    r"[^\n]{0,40}?[:>\]]",
    re.IGNORECASE,
)
_HEADING = re.compile(
    r"^\W*(?:(?:new |final |updated )?(?:instructions?|evaluation|verdict|result|assessment|override"
    r"|system|output|scores?|rubric|summary for the evaluator))\W*$",
    re.IGNORECASE,
)


def without_addressed(text: str, spans: Sequence[Span]) -> tuple[list[Span], list[Span]]:
    """Return the statements that describe the problem, and those that try to steer the judgement.

    A statement that turns into such a passage halfway is cut in two.
    """
    plain, faint = _phrases()
    cut = [piece for span in spans for piece in _cut(text, span, plain)]
    aside = _addressed(text, cut, plain, faint)
    kept = [span for number, span in enumerate(cut) if number not in aside]
    return (
        (kept, [span for number, span in enumerate(cut) if number in aside]) if aside else (list(spans), [])
    )


def _cut(text: str, span: Span, plain: Cues) -> list[Span]:
    words = text[span.start : span.end]
    starts = [match.start() for match in (plain.search(words), _BLOCK.search(words)) if match]
    start = min(starts, default=0)
    before = words[:start].rstrip()
    fresh = (
        words[start : start + 1].isupper() or not words[start : start + 1].isalnum() or before[-1:] in ".!?"
    )
    if not fresh or len(before.split()) < _LEAST_WORDS_BEFORE:
        return [span]
    return [Span(span.start, span.start + len(before)), Span(span.start + start, span.end)]


def _addressed(text: str, spans: Sequence[Span], plain: Cues, faint: Cues) -> frozenset[int]:
    words = [text[span.start : span.end] for span in spans]
    certain = {
        number
        for number, each in enumerate(words)
        if plain.search(each) or _ENCODED.search(each) or _LABEL.match(each)
    }
    if not certain:
        return frozenset()
    for block in _ENCLOSED.finditer(text):
        inside = {
            number
            for number, span in enumerate(spans)
            if min(span.end, block.end()) - max(span.start, block.start())
            >= _INSIDE * (span.end - span.start)
        }
        if inside & certain:
            certain |= inside
    for number in range(1, len(spans)):
        if number not in certain and number - 1 in certain:
            together = "\n\n" not in text[spans[number - 1].end : spans[number].start]
            if together and _speaks_of_judgement(words[number], faint):
                certain.add(number)
    for number in range(len(spans) - 2, -1, -1):
        if number + 1 in certain and (_ROLE.match(words[number]) or _HEADING.match(words[number])):
            certain.add(number)
    return frozenset(certain)


def _speaks_of_judgement(statement: str, faint: Cues) -> bool:
    tokens = max(len(re.findall(r"\w+", statement)), 1)
    found = sum(1 for _ in faint.finditer(statement))
    return found / tokens >= 0.2 or (found >= 2 and tokens <= 12)


@cache
def _phrases() -> tuple[Cues, Cues]:
    data = read_yaml(PHRASES)
    return any_of(tuple(data["plain"])), any_of(tuple(data["faint"]))
