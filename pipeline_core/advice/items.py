"""Find the noun for what is handled: tickets, rash photos, transport orders."""

import re
from collections.abc import Iterable, Iterator

from pipeline_core.advice._data import words
from pipeline_core.advice.text import Sentence
from pipeline_core.tools.volumes import Volume

_COUNTED = 6
_IN_TASK = 3
_VAGUE = frozenset(
    ("answer", "question", "request", "case", "text", "item", "file", "page", "thing", "match")
)
_WORD_BEFORE = re.compile(r"(?<![\w-])([A-Za-z][A-Za-z-]*[a-z])\s$")
_SUBJECT = re.compile(
    r"\b(?:that|which|who|it|she|he|they|we|you|I|must|to|can|will|should|ai|model|system|please"
    r"|and then|cannot)\s$",
    re.IGNORECASE,
)
_DETERMINER = re.compile(
    r"\b(?:an?|the|each|every|one|per|our|their|your|my|this|that|of|from|on|in|by|for|with|any|no)(?:\s[\w-]+)?\s$",
    re.IGNORECASE,
)
_PLURAL = re.compile(
    r"(?:\b\d[\d.,]*k?|\b(?:the|our|all|of|these|which|for|with|between|to))"
    r"\s([a-z]{4,}(?<![suiv])s)\b"
)


def find_item(
    task: Sentence | None,
    volume: tuple[Sentence, Volume] | None,
    sentences: Iterable[Sentence],
    language: str,
) -> Sentence | None:
    """Choose the noun that is counted, else the one in the task, else the commonest; None if there is
    none.

    Of equals the first in the task wins, then the first in the text. In English the word before it
    comes along where it says what kind ("rash photos"), and verbs that look like a noun ("it answers")
    are passed over.
    """
    places: dict[str, list[Sentence]] = {}
    weights: dict[str, int] = {}
    first = True
    if volume and volume[1].unit:
        unit = _unit(*volume)
        _count(places, weights, unit, _COUNTED if words("items").search(unit.text) else 1)
    for sentence in sentences:
        for noun in _nouns(sentence, language):
            in_task = task is not None and noun.source == task.source and task.start <= noun.start < task.end
            vague = noun.text.lower().rstrip("s") in _VAGUE
            _count(places, weights, noun, _IN_TASK + first if in_task and not vague else 1)
            first = first and not in_task
    if not weights:
        return _any_plural(task, sentences) if language == "en" else None
    found = places[max(weights, key=lambda key: weights[key])]
    counted = volume is not None and volume[0].start <= found[0].start < volume[0].end
    return found[0] if counted else next((noun for noun in found if " " in noun.text), found[0])


def _count(places: dict[str, list[Sentence]], weights: dict[str, int], noun: Sentence, weight: int) -> None:
    key = noun.text.lower().rsplit(" ", 1)[-1].rstrip("s")
    places.setdefault(key, []).append(noun)
    weights[key] = weights.get(key, 0) + weight


def _unit(written: Sentence, volume: Volume) -> Sentence:
    at = written.flat.find(volume.unit)
    known = words("items").search(volume.unit)
    return written.part(at, at + (known.end() if known else len(volume.unit)))


def _nouns(sentence: Sentence, language: str) -> Iterator[Sentence]:
    for match in words("items").finditer(sentence.flat):
        before = sentence.flat[: match.start()]
        if language != "en":
            yield sentence.part(match.start(), match.end())
            continue
        plural = match.group().lower().endswith("s")
        if before.endswith("-") or _SUBJECT.search(before) or not (plural or _DETERMINER.search(before)):
            continue
        kind = _WORD_BEFORE.search(before)
        useful = kind is not None and not words("not_a_kind").fullmatch(kind.group(1))
        yield sentence.part(kind.start(1) if kind and useful else match.start(), match.end())


def _any_plural(task: Sentence | None, sentences: Iterable[Sentence]) -> Sentence | None:
    for sentence in (*((task,) if task else ()), *sentences):
        for match in _PLURAL.finditer(sentence.flat):
            if not words("not_an_item").fullmatch(match.group(1)):
                return sentence.part(match.start(1), match.end(1))
    return None
