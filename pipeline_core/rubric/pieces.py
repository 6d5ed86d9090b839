"""Cuts text into the sub-word pieces of a vocabulary: the likeliest way to say it in pieces."""

import unicodedata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]

_MULTIPLIER = 0x9E3779B97F4A7C15
_WORD = 0xFFFFFFFFFFFFFFFF
_LONGEST_PIECE = 16


def piece_hash(piece: str) -> int:
    """Return the 64-bit hash by which a piece is found."""
    value = 0
    for char in piece:
        value = (value * _MULTIPLIER + ord(char)) & _WORD
    return value


class Pieces:
    """A vocabulary of a unigram model (Kudo 2018): pieces by hash, each with its log probability.

    Args:
        hashes: of all pieces, ascending; the place of a piece is its number.
        scores: log probability of each piece.
        unknown: number of the piece that stands for a character no other piece has.
        unknown_score: log probability of that.
    """

    def __init__(self, hashes: "Array", scores: "Array", unknown: int, unknown_score: float) -> None:
        self._hashes = hashes
        self._scores = scores
        self._unknown = unknown
        self._unknown_score = unknown_score

    def split(self, text: str) -> list[int]:
        """Return the numbers of the pieces that make up a text, in order."""
        import numpy as np  # noqa: PLC0415

        marked = "▁" + "▁".join(unicodedata.normalize("NFKC", text).split())
        codes = np.array([ord(char) for char in marked], dtype=np.uint64)
        size = len(codes)
        best = [0.0] + [-1e38] * size
        back: list[tuple[int, int]] = [(0, 0)] * (size + 1)
        candidates: list[list[tuple[int, int, float]]] = [[] for _ in range(size)]
        rolling = np.zeros(size, dtype=np.uint64)
        for length in range(1, min(_LONGEST_PIECE, size) + 1):
            rolling = rolling[: size - length + 1] * np.uint64(_MULTIPLIER) + codes[length - 1 :]
            place = np.searchsorted(self._hashes, rolling)
            place[place == len(self._hashes)] = 0
            for start in np.flatnonzero(self._hashes[place] == rolling).tolist():
                piece = int(place[start])
                candidates[start].append((length, piece, float(self._scores[piece])))
        for start in range(size):
            base = best[start]
            options = candidates[start]
            if not options or options[0][0] > 1:
                options = [(1, self._unknown, self._unknown_score), *options]
            for length, piece, score in options:
                if base + score > best[start + length]:
                    best[start + length] = base + score
                    back[start + length] = (start, piece)
        pieces: list[int] = []
        position = size
        while position > 0:
            position, piece = back[position]
            pieces.append(piece)
        return pieces[::-1]
