"""Cut a text into statements that keep their place in it."""

import re
from collections.abc import Iterator
from typing import NamedTuple


class Span(NamedTuple):
    """Half-open range of characters: `text[start:end]`."""

    start: int
    end: int


_TERMINATOR = re.compile(r"(?:[.!?…]+[\"'”’»)\]]*(?=\s)|[。\uff01\uff1f]+[」』\uff09]*)")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|approx|ca|no|nr|vs|mr|mrs|ms|dr|prof|st|incl|excl|est|max|min|avg|fig|dept|inc|ltd|co"
    r"|z\.\s?b|d\.\s?h|u\.\s?a|bzw|usw|ggf|sog|p\.\s?ex|p\.\s?ej|n[úu]m|art|abs|resp|jr|sr|vol|yr|yrs|hrs|mio|tsd)"
    r"|\b[a-zA-Z]|^\s*\d{1,2})\.$",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r";\s+|\s+[–—]\s+|\s+-\s+|\s->\s|\s*→\s*")
_MARK = re.compile(r"\s*(?:[-*•·–—▪◦‣]\s+|\(?[0-9a-z]{1,2}[.)]\s+|#+\s+|>\s+)?")
_LONG_LINE = 50
_SHORT_QUESTION_WORDS = 12
_LEAST_CLAUSE_CHARS = 12


def statements(text: str) -> tuple[Span, ...]:
    """Return the statements of a text in order, without the white space and bullets around them.

    A line ends a statement unless it was plainly wrapped. A short question followed by its answer in
    the same line stays one statement, as in a filled form.
    """
    found: list[Span] = []
    for line in _lines(text):
        for sentence in _sentences(text, line):
            found.extend(_clauses(text, sentence))
    return tuple(found)


def _lines(text: str) -> Iterator[Span]:
    start = 0
    position = 0
    for line in text.splitlines(keepends=True):
        end = position + len(line)
        following = text[end : end + 1]
        wrapped = (
            len(line) > _LONG_LINE
            and line.rstrip()[-1:] not in ".!?:;。\uff01\uff1f"
            and following.islower()
            and not _MARK.match(text, end).group().strip()  # pyright: ignore[reportOptionalMemberAccess]
        )
        position = end
        if not wrapped:
            yield Span(start, end)
            start = end
    if start < len(text):
        yield Span(start, len(text))


def _sentences(text: str, line: Span) -> Iterator[Span]:
    start = line.start
    for match in _TERMINATOR.finditer(text, line.start, line.end):
        end = match.end()
        piece = text[start:end]
        after = text[end : line.end].lstrip()[:1]
        abbreviated = match.group() == "." and (after.islower() or _ABBREVIATION.search(piece))
        if abbreviated:
            continue
        asked = match.group().startswith(("?", "\uff1f")) and len(piece.split()) <= _SHORT_QUESTION_WORDS
        if asked and text[end : line.end].strip():
            continue
        yield from _trimmed(text, start, end)
        start = end
    yield from _trimmed(text, start, line.end)


def _clauses(text: str, sentence: Span) -> Iterator[Span]:
    start = sentence.start
    for match in _CLAUSE.finditer(text, sentence.start, sentence.end):
        long_enough = (
            match.start() - start >= _LEAST_CLAUSE_CHARS and sentence.end - match.end() >= _LEAST_CLAUSE_CHARS
        )
        if long_enough:
            yield from _trimmed(text, start, match.start())
            start = match.end()
    yield from _trimmed(text, start, sentence.end)


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    mark = _MARK.match(text, start, end)
    if mark and mark.end() < end:
        start = mark.end()
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if any(char.isalnum() for char in text[start:end]):
        yield Span(start, end)
