"""The sentences of a case, without what is addressed to the evaluator."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from pipeline_core.models import Case, Evidence
from pipeline_core.text.addressed import without_addressed
from pipeline_core.text.sentences import Span

_BREAK = re.compile(
    r"(?<=[.!?])[\"'”’»)\]]*\s+(?=[\"'“„«(\[¿¡<]*[A-ZÀ-ÞÄÖÜ0-9])|(?<=[。！？])|\n\s*(?=[-*•·>–]|\d+[.)]\s)|\n{2,}"
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|approx|ca|no|nr|vs|mr|mrs|ms|dr|prof|st|incl|max|min|avg|z\.\s?b|d\.\s?h|bzw|usw|p\.?\s?s)|(?<![\w'’])[A-Z])\.$",
    re.IGNORECASE,
)
_SHORT_QUESTION_WORDS = 12
_WRAPPED = re.compile(r"\n(?!\s*$)")
_SPACE = re.compile(r"\s")
_LONG_LINE = 60
_MARKS = " \t\r\n-*•·–>▪◦‣|"
_ENDS = " \t\r\n.;,:。("


class Sentence(NamedTuple):
    """A passage of one of the texts of a case: `source_text[start:end] == text`."""

    text: str
    start: int
    end: int
    source: str

    def part(self, start: int, end: int) -> "Sentence":
        """Return the passage between two offsets of this sentence, without marks and stops around it."""
        return trimmed(self.text[start:end], self.start + start, self.source)

    @property
    def flat(self) -> str:
        """The text with every white space as a blank, for searching: offsets stay the same."""
        return _SPACE.sub(" ", self.text)

    @property
    def shown(self) -> str:
        """The words in one line, for use inside quotation marks."""
        return " ".join(self.text.split())

    def evidence(self, note: str = "") -> Evidence:
        """Return the passage as evidence."""
        return Evidence(quote=self.text, start=self.start, end=self.end, source=self.source, note=note)


def sentences_of(case: Case) -> tuple[Sentence, ...]:
    """Return the sentences of problem, context and answers, in this order.

    Passages addressed to the evaluator are left out.
    """
    sources = [("problem", case.input.problem), ("context", case.input.context or "")]
    sources += [(f"answer:{name}", answer) for name, answer in case.answers.items()]
    found = [sentence for source, text in sources for sentence in _honest(text, source)]
    # A heading names the text; it says nothing about the work, unless it is all there is.
    said = [sentence for sentence in found if not sentence.text.startswith("#")]
    return tuple(said or found)


def trimmed(text: str, start: int, source: str) -> Sentence:
    """Return a sentence without bullets before and stops behind it."""
    left = len(text) - len(text.lstrip(_MARKS))
    kept = text[left:].rstrip(_ENDS)
    if kept.count("(") > kept.count(")") and kept.rfind("(") > len(kept) // 2:
        kept = kept[: kept.rfind("(")].rstrip(_ENDS)
    return Sentence(kept, start + left, start + left + len(kept), source)


def _honest(text: str, source: str) -> Iterator[Sentence]:
    spans = [Span(sentence.start, sentence.end) for sentence in _split(text, source) if sentence.text]
    for start, end in without_addressed(text, spans)[0]:
        if any(char.isalnum() for char in text[start:end]):
            yield Sentence(text[start:end], start, end, source)


def _split(text: str, source: str) -> Iterator[Sentence]:
    start = 0
    for cut in _cuts(text):
        if cut > start:
            yield trimmed(text[start:cut], start, source)
            start = cut
    if start < len(text):
        yield trimmed(text[start:], start, source)


def _cuts(text: str) -> list[int]:
    cuts: set[int] = set()
    for match in _BREAK.finditer(text):
        before = text[max(0, match.start() - 120) : match.start()]
        if not _ABBREVIATION.search(before[-8:]) and not _asks(before, match.group()):
            cuts.add(match.end())
    line_start = 0
    for match in _WRAPPED.finditer(text):
        # A long line that goes on in lower case was wrapped by an editor; any other line is a statement.
        wrapped = match.start() - line_start > _LONG_LINE and text[match.end() : match.end() + 1].islower()
        if not wrapped:
            cuts.add(match.end())
        line_start = match.end()
    return sorted(cuts)


def _asks(before: str, between: str) -> bool:
    """Tell whether a short question ends here and its answer follows in the same line, as in a form."""
    if "\n" in between or not before.endswith("?"):
        return False
    return len(re.split(r"[.!?\n]", before[:-1])[-1].split()) <= _SHORT_QUESTION_WORDS
