"""Find the sentence that answers a question about a case, and the clause that carries it."""

import re
from collections.abc import Iterable, Mapping
from functools import cache

from pipeline_core.advice._data import load, words
from pipeline_core.advice.text import Sentence
from pipeline_core.models import Case, Score

MAX_QUOTE = 115
"""Longest passage quoted inside a sentence of ours, where the text allows to cut at a clause."""

_DIMENSIONS: Mapping[str, str] = {
    "check": "human_oversight_cost",
    "nocheck": "human_oversight_cost",
    "error": "error_tolerance",
    "metric": "evaluation_clarity",
    "data": "data_availability",
    "change": "rate_of_change",
    "edge": "edge_case_risk",
}
_WANTED: Mapping[str, Score] = {"check": "favorable", "nocheck": "unfavorable"}
"""The score of the evidence that counts, where it is not that of the dimension."""
_RUBRIC_BONUS = 3
_RUBRIC_ALONE = 2
_NAMED_BONUS = 2
"""For a check by somebody who is named."""
_CLAUSE_END = re.compile(
    r"[;:]\s|\s[–—-]+>?\s|,\s(?=(?:and|but|so|because|while|which|hence|whereas|although|since|then|if|who|where|yet)\b)"
    r"|,\s(?=(?:und|aber|der|die|das|weil|y|pero|et|mais|que|qui|e|ma)\b)|(?<=[、；])",
)
_UNWANTED = re.compile(
    r"(?:n't|n’t|\bnot|\bnever) (?:want|see|wish|ask)|\bnot (?:wanted|desired)\b", re.IGNORECASE
)
_CONJUNCTION = re.compile(
    r"(?:and|but|so|because|while|which|since|und|aber|y|et|mais|e|ma)\s", re.IGNORECASE
)


@cache
def _cues(aspect: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    entry = load("words")["aspects"][aspect]
    return _compiled(entry["strong"]), _compiled(entry["weak"])


def _compiled(cues: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{cue})" for cue in cues), re.IGNORECASE)


def best_sentence(
    aspect: str, sentences: Iterable[Sentence], case: Case, *, least: int = 2
) -> tuple[Sentence, int] | None:
    """Return the sentence that says most about `aspect`, and where its first cue stands in it, or None.

    Strong cues count 2, weak ones 1, and 3 more (2 without a cue) come from the evidence that carries
    the score of the dimension the aspect belongs to. The first of equals wins; below `least` there is
    no answer.
    """
    strong, weak = _cues(aspect)
    dimension = case.dimensions.get(_DIMENSIONS.get(aspect, ""))
    quoted = [
        (item.source, item.start, item.end)
        for item in (dimension.evidence if dimension else ())
        if dimension and item.score in (_WANTED.get(aspect, dimension.score), None)
    ]
    best: tuple[int, Sentence, int] | None = None
    for index, sentence in enumerate(sentences):
        hits = [match.start() for match in strong.finditer(sentence.flat)]
        faint = [match.start() for match in weak.finditer(sentence.flat)]
        count = 2 * min(2, len(hits)) + min(1, len(faint))
        believed = aspect != "metric" or count > 0
        if believed and any(
            source == sentence.source and start < sentence.end and sentence.start < end
            for source, start, end in quoted
        ):
            count += _RUBRIC_BONUS if count else _RUBRIC_ALONE
        if aspect == "check" and count and words("roles").search(sentence.flat):
            count += _NAMED_BONUS
        if aspect == "task":
            count += (index == 0) - 3 * bool(_UNWANTED.search(sentence.flat) or sentence.flat.isupper())
        if count >= least and (best is None or count > best[0]):
            best = (count, sentence, min(hits or faint or [0]))
    return (best[1], best[2]) if best else None


def states(aspect: str, sentence: Sentence) -> bool:
    """Tell whether a sentence holds a strong cue of `aspect`."""
    return _cues(aspect)[0].search(sentence.flat) is not None


def clause_around(sentence: Sentence, position: int, limit: int = MAX_QUOTE) -> Sentence:
    """Return the part of `sentence` around `position` that reads on its own and fits `limit`
    characters.

    Clauses are added to the right, then to the left, while they fit. A single clause longer than the
    limit is cut between words.
    """
    if len(sentence.flat) <= limit:
        return sentence
    borders = [0, *(match.end() for match in _CLAUSE_END.finditer(sentence.flat)), len(sentence.flat)]
    borders = sorted(set(borders))
    at = max(index for index, border in enumerate(borders[:-1]) if border <= position)
    low, high = at, at + 1
    while high + 1 < len(borders) and borders[high + 1] - borders[low] <= limit:
        high += 1
    while low > 0 and borders[high] - borders[low - 1] <= limit:
        low -= 1
    part = sentence.part(borders[low], borders[high])
    if low > 0 and (match := _CONJUNCTION.match(part.text)):
        part = part.part(match.end(), len(part.text))
    if len(part.text) <= limit * 1.3:
        return part
    start = part.start - sentence.start
    offset = (
        start
        if position - start < limit * 0.6
        else max(start, sentence.flat.rfind(" ", 0, position - 40) + 1)
    )
    end = sentence.flat.rfind(" ", offset, offset + limit)
    return sentence.part(offset, end if end > offset + 20 else offset + limit)
