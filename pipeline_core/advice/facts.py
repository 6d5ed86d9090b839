"""What the text itself says about the work: in the user's words, with offsets."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipeline_core.advice._data import words
from pipeline_core.advice.aspects import MAX_QUOTE, best_sentence, clause_around, states
from pipeline_core.advice.items import find_item
from pipeline_core.advice.kinds import Kind, tell_kind
from pipeline_core.advice.text import Sentence, sentences_of
from pipeline_core.models import Case
from pipeline_core.text.language import language_of
from pipeline_core.tools.volumes import Volume, find_volumes

_MONEY = re.compile(
    r"[€$£¥]\s?\d[\d.,]*(?:\s?(?:k|million|m))?\b"
    r"|\b\d[\d.,]*(?:[ \u00a0]\d{3})*\s?(?:k |million |thousand )?"
    r"(?:EUR|USD|GBP|CHF|euros?|dollars?|pounds?|€)(?!\w)"
)
_NEGATION = re.compile(
    r"\b(?:no|not|without|never|nobody|none|kein\w*|nicht|ohne|sin|sans|sem)\b[^,;]{0,25}$", re.IGNORECASE
)
_MACHINE = re.compile(
    r"\b(?:llm|ai|ki|ia|software|virtual|voice|autonomous|digital|gpt|chat|conversational"
    r"|treasury)[- ]$",
    re.IGNORECASE,
)
_MODIFIER = re.compile(r"(?:(?:[a-z]+(?:ing|ed|ual|ified|al|ior)|drug|safety|support|line|track|shift)\s)$")
_PLAIN_WORDS = frozenset(
    {"the", "a", "an", "our", "each", "every", "one", "any", "who", "which", "that", "is"}
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found in the text; None where it is silent. Every passage keeps its offsets."""

    language: str
    kind: Kind
    sentences: tuple[Sentence, ...]
    item: Sentence | None = None
    """The noun for what is handled: tickets, invoices, photos."""
    volume: Sentence | None = None
    """How many in which time, as written."""
    amount: Volume | None = None
    """The same as numbers."""
    task: Sentence | None = None
    checker: Sentence | None = None
    """Who looks at a result before or while it takes effect."""
    check: Sentence | None = None
    check_effort: Sentence | None = None
    checks_every: bool = False
    """The text says that each item is looked at."""
    nocheck: Sentence | None = None
    """The passage that says nobody looks, or nobody can."""
    error: Sentence | None = None
    today: Sentence | None = None
    metric: Sentence | None = None
    target: Sentence | None = None
    data: Sentence | None = None
    change: Sentence | None = None
    edge: Sentence | None = None
    limits: Sentence | None = None
    """What the text keeps out of reach of a model."""
    people: Sentence | None = None
    system: Sentence | None = None
    law: Sentence | None = None
    deadline: Sentence | None = None
    money: Sentence | None = None
    sensitive: Sentence | None = None
    deception: Sentence | None = None
    text: str = ""
    """All sentences in one string, for searching."""


def extract_facts(case: Case) -> Facts:
    """Read the facts of a case; see `Facts`. Never fails: what is not there stays None."""
    sentences = sentences_of(case)
    text = "\n".join(sentence.flat for sentence in sentences)
    language = case.screening.language if case.screening else ""
    language = language if len(language) == 2 else language_of(text)
    task = _passage("task", sentences, case, limit=190, least=1) or (
        clause_around(sentences[0], 0, 190) if sentences else None
    )
    kind = tell_kind(task.flat if task else "", text)
    volumes = _volumes(sentences, language)
    volume = volumes[0] if volumes else None
    check_sentence = best_sentence("check", [part for part in sentences if not states("nocheck", part)], case)
    checker = _checker(*check_sentence, sentences) if check_sentence else None
    metric = _passage("metric", sentences, case)
    return Facts(
        language=language,
        kind=kind,
        sentences=sentences,
        item=_person(kind, volume, task, sentences) or find_item(task, volume, sentences, language),
        volume=volume[0] if volume else None,
        amount=volume[1] if volume else None,
        task=task,
        checker=checker,
        check=clause_around(*check_sentence)
        if check_sentence and (checker or _effort(check_sentence[0]))
        else None,
        check_effort=_effort(check_sentence[0]) if check_sentence else None,
        checks_every=bool(check_sentence and checker and words("every").search(check_sentence[0].flat)),
        nocheck=_passage("nocheck", sentences, case),
        error=_passage("error", sentences, case),
        today=_passage("today", sentences, case),
        metric=metric,
        target=_first("target", _covering(metric, sentences)),
        data=_passage("data", sentences, case),
        change=_passage("change", sentences, case),
        edge=_passage("edge", sentences, case),
        limits=_passage("limits", sentences, case),
        people=_passage("people", sentences, case),
        system=_first("systems", sentences),
        law=_first("laws", sentences),
        deadline=_first("deadlines", sentences),
        money=_money(sentences),
        sensitive=_first("sensitive", sentences),
        deception=_first("deception", sentences),
        text=text,
    )


def _person(
    kind: Kind, volume: tuple[Sentence, Volume] | None, task: Sentence | None, sentences: Sequence[Sentence]
) -> Sentence | None:
    """Who is decided about, where that is the task and nothing else is counted."""
    if kind.id != "decision" or (volume and volume[1].unit):
        return None
    return (_first("persons", (task,)) if task else None) or _first("persons", sentences)


def _passage(
    aspect: str, sentences: Iterable[Sentence], case: Case, *, limit: int = MAX_QUOTE, least: int = 2
) -> Sentence | None:
    found = best_sentence(aspect, sentences, case, least=least)
    return clause_around(*found, limit) if found else None


def _first(name: str, sentences: Iterable[Sentence]) -> Sentence | None:
    for sentence in sentences:
        if match := words(name).search(sentence.flat):
            return sentence.part(match.start(), match.end())
    return None


def _money(sentences: Iterable[Sentence]) -> Sentence | None:
    for sentence in sentences:
        if match := _MONEY.search(sentence.flat):
            return sentence.part(match.start(), match.end())
    return None


def _effort(sentence: Sentence) -> Sentence | None:
    return _first("effort", (sentence,))


def _covering(part: Sentence | None, sentences: Iterable[Sentence]) -> tuple[Sentence, ...]:
    if part is None:
        return ()
    return tuple(
        whole for whole in sentences if whole.source == part.source and whole.start <= part.start < whole.end
    )


def _volumes(sentences: Iterable[Sentence], language: str) -> list[tuple[Sentence, Volume]]:
    found = [
        (sentence.part(volume.start, volume.end), volume)
        for sentence in sentences
        for volume in find_volumes(sentence.flat, language)
        if not volume.sampled
    ]
    return sorted(found, key=lambda pair: not pair[1].unit)


def _checker(check: Sentence, cue: int, sentences: tuple[Sentence, ...]) -> Sentence | None:
    """Return the role nearest to the cue, else one of the sentence before, as for "She confirms it"."""
    at = sentences.index(check)
    here = sorted(_roles(check), key=lambda role: abs(role.start - check.start - cue))
    before = [role for sentence in sentences[max(0, at - 1) : at] for role in _roles(sentence)]
    return next(iter([*here, *before]), None)


def _roles(sentence: Sentence) -> Iterator[Sentence]:
    for match in words("roles").finditer(sentence.flat):
        before = sentence.flat[: match.start()]
        if _NEGATION.search(before) or _MACHINE.search(before):
            continue
        modifier = _MODIFIER.search(before)
        start = match.start()
        if modifier and modifier.group().strip().lower() not in _PLAIN_WORDS:
            start = modifier.start()
        yield sentence.part(start, match.end())
