"""How a text is worded: its words, word pairs and pieces of words, counted in a fixed number of places.

Vectors carry the meaning of a statement; these carry its words. A place is a hash, so that no list of words
has to be kept, and words never met before still share pieces with known ones.
"""

import itertools
import math
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

WORD_PLACES = 8192
"""Places for the words and word pairs of a statement."""
PIECE_PLACES = 16384
"""Places for the pieces of the words of a whole text."""
_PIECE_LENGTHS = (3, 4, 5)
_TOKEN = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]|[^\W\d_\u3040-\u30ff\u4e00-\u9fff]+|\d+")

Places = dict[int, float]
"""Weight by place."""


def words_of(text: str) -> Places:
    """Return the places of the words and word pairs of a statement; a number counts by its length."""
    tokens = [f"#{len(token)}" if token.isdigit() else token for token in _TOKEN.findall(text.lower())]
    pairs = [f"{first} {second}" for first, second in itertools.pairwise(tokens)]
    return _counted([*tokens, *pairs], WORD_PLACES)


def pieces_of(texts: Sequence[str]) -> Places:
    """Return the places of the pieces of the words of a text."""
    return _counted((piece for text in texts for piece in _pieces(text)), PIECE_PLACES)


def weighed(places: Places, rarity: Sequence[float], length: float = 1.0) -> tuple[list[int], list[float]]:
    """Return places and weights: rare ones weigh more, and all together have the given length."""
    index = sorted(places)
    values = [places[place] * float(rarity[place]) for place in index]
    norm = math.sqrt(math.fsum(value * value for value in values)) or 1.0
    return index, [value * length / norm for value in values]


def _pieces(text: str) -> Iterator[str]:
    for word in text.lower().split():
        padded = f" {word} "
        for length in _PIECE_LENGTHS:
            for start in range(len(padded) - length + 1):
                yield padded[start : start + length]


def _counted(found: Iterable[str], places: int) -> Places:
    counts = Counter(found)
    out: Counter[int] = Counter()
    for text, count in counts.items():
        out[zlib.crc32(text.encode()) % places] += count
    return {place: 1 + math.log(count) for place, count in out.items()}
