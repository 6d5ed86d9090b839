"""Trained parameters: what the words of a statement, and of a whole text, speak for.

Two layers of linear models, and a transformer beside them. The first layer scores each statement for each
target from its vector, its words and its cues; the second judges the whole text from the strongest
statements, the average vector, the cues and the wording. Both are made by `training/train.py`. The
transformer reads the text as a whole; what it makes of it is mixed with the second layer's. Numbers are
rounded, so that the last bits of a processor's arithmetic decide nothing.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline_core.rubric.encoder import shared_encoder
from pipeline_core.rubric.targets import SCORES, Target
from pipeline_core.rubric.transformer import Opinion, shared_transformer
from pipeline_core.rubric.wording import Places, pieces_of, weighed, words_of

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]

PREDICATES = ("veto", "weak", "conditional", "strong")
"""Predicates of a verdict, in the order of the verdicts NOT_RECOMMENDED to STRONG_FIT."""
_CUE_WEIGHT = 1.5
_BESIDE_WEIGHT = 0.3
_PLACE_OF_A_LONE_ONE = (0.5, 0.0, 2.0)
_MOST_HITS = 3
_DIGITS = 4
_DIGITS_OF_OPINIONS = 2
WORDS_WEIGHT = 1.5
"""Length of the words of a statement beside its vector."""

Read = tuple[str, str, Mapping[Target, str]]
"""Text, source and cues of one statement."""


@dataclass(frozen=True, eq=False)
class Judged:
    """Probabilities of one text."""

    statement: "Array"
    """Log-odds of each statement (row) for each target (column)."""
    dimensions: Mapping[str, tuple[float, float, float]]
    """Probabilities of `SCORES` by dimension."""
    predicates: Mapping[str, float]
    """Probabilities of `PREDICATES`."""
    vague: float
    """Probability that no task can be recognised."""


def cue_rows(read: Sequence[Read], targets: Sequence[Target]) -> "Array":
    """Return which cues were found: a row for each statement, a column for each target."""
    import numpy as np  # noqa: PLC0415

    rows = np.zeros((len(read), len(targets)), dtype=np.float32)
    column = {target: index for index, target in enumerate(targets)}
    for row, (_, _, hits) in enumerate(read):
        for target in hits:
            rows[row, column[target]] = 1
    return rows


def statement_features(vectors: "Array", cues: "Array", *, alone: bool = False) -> "Array":
    """Return the input of the first layer: what a statement says, and what stands around it.

    `alone` says that the rows are no text but unconnected statements.
    """
    import numpy as np  # noqa: PLC0415

    count = len(vectors)
    if alone:
        around = np.zeros((count, 2 * vectors.shape[1]), dtype=vectors.dtype)
        place = np.tile(np.array(_PLACE_OF_A_LONE_ONE, dtype=vectors.dtype), (count, 1))
    else:
        nothing = np.zeros((1, vectors.shape[1]), dtype=vectors.dtype)
        beside = np.vstack([nothing, vectors[:-1]]) + np.vstack([vectors[1:], nothing])
        whole = np.repeat(_average(vectors)[None, :], count, axis=0)
        around = np.hstack([whole, beside * _BESIDE_WEIGHT])
        order = np.arange(count)
        place = np.stack([order / count, order == 0, np.full(count, math.log1p(count))], axis=1)
    return np.hstack([vectors, cues * _CUE_WEIGHT, around, place])


def _average(vectors: "Array") -> "Array":
    average = vectors.mean(axis=0)
    return average / (math.sqrt(float(average @ average)) or 1.0)


def text_features(log_odds: "Array", vectors: "Array", cues: "Array", texts: Sequence[str]) -> "Array":
    """Return the input of the second layer: strongest statements, cues, size, average vector."""
    import numpy as np  # noqa: PLC0415

    together = np.log(np.exp(np.clip(log_odds, -12, 12)).sum(axis=0))
    plainest = 1 / (1 + np.exp(-np.clip(log_odds, -12, 12).max(axis=0)))
    counts = np.log1p(np.minimum(cues.sum(axis=0), _MOST_HITS))
    characters = sum(len(text) for text in texts)
    digits = sum(char.isdigit() for text in texts for char in text)
    size = [math.log1p(characters), math.log1p(len(texts)), math.log1p(digits)]
    return np.concatenate([together, plainest, counts, np.array(size), _average(vectors)])


def projected(vectors: "Array", centre: "Array", projection: "Array") -> "Array":
    """Return vectors reduced to the directions in which statements differ most, rounded."""
    import numpy as np  # noqa: PLC0415

    return np.round((vectors - centre) @ projection, _DIGITS)


def softmax(values: "Array", sharpness: float = 1.0) -> list[float]:
    """Return probabilities, rounded. `sharpness` makes up for the caution of regularised parameters."""
    shifted = [math.exp(sharpness * (float(value) - float(values.max()))) for value in values]
    total = sum(shifted)
    return [round(value / total, _DIGITS) for value in shifted]


def parameters_of(folder: Path, encoder: str) -> Path:
    """Return the file of the trained parameters for a choice of encoder."""
    return folder / f"parameters_{'none' if encoder == 'none' else 'default'}.npz"


def mixed(own: Any, other: Any, share: float) -> Any:
    """Return log-odds of two judges, the other one's with this share."""
    return own * (1 - share) + other * share


class Learned:
    """The parameters of one choice of encoder.

    `default` is the sentence encoder with the transformer beside it, `compact` the encoder alone, `none`
    neither.
    """

    def __init__(self, folder: Path, encoder: str) -> None:
        import numpy as np  # noqa: PLC0415

        with np.load(parameters_of(folder, encoder), allow_pickle=False) as stored:
            self._p: dict[str, Array] = {name: stored[name] for name in stored.files}
        self._encoder = shared_encoder(folder) if encoder != "none" else None
        self._transformer = shared_transformer(folder) if encoder == "default" else None
        self._rarity: dict[str, list[float]] = {
            name: self._p[f"{name}_rarity"].tolist() for name in ("words", "pieces")
        }

    def fits(self, targets: Sequence[Target]) -> bool:
        """Return whether the parameters were trained for these targets."""
        known = [name.removeprefix("dimension:") for name in self._p if name.startswith("dimension:")]
        dimensions = list(dict.fromkeys(target.subject for target in targets if target.score))
        return known == dimensions and self._p["first_weight"].shape[1] == len(targets)

    def judge(self, read: Sequence[Read], targets: Sequence[Target]) -> Judged:
        """Return what the parameters make of a text."""
        texts = [text for text, _, _ in read]
        cues = cue_rows(read, targets)
        vectors = self.vectors(texts)
        log_odds = self._statements(texts, vectors, cues)
        dimensions, verdict, vague = self._whole(texts, vectors, cues, log_odds)
        sharpness = self._p["sharpness"]
        if self._transformer is not None:
            opinion = self._transformer.read(texts)
            shares = [float(share) for share in self._p["shares"]]
            sharpness = self._p["sharpness_together"]
            dimensions = mixed(dimensions, _rounded(opinion.dimensions), shares[0]) + self._p["score_bias"]
            verdict = mixed(verdict, _rounded(opinion.verdict), shares[1])
            vague = mixed(vague, _rounded(opinion.vague), shares[2]) + float(self._p["vague_offset"])
            log_odds = _heard(log_odds, opinion, shares[3])
        names = [name.removeprefix("dimension:") for name in self._p if name.startswith("dimension:")]
        return Judged(
            statement=log_odds,
            dimensions={
                name: _three(softmax(row, float(sharpness[0])))
                for name, row in zip(names, dimensions, strict=True)
            },
            predicates=dict(zip(PREDICATES, softmax(verdict, float(sharpness[1])), strict=True)),
            vague=round(1 / (1 + math.exp(-float(vague))), _DIGITS),
        )

    def _statements(self, texts: Sequence[str], vectors: "Array", cues: "Array") -> "Array":
        """Return the log-odds of each statement for each target: the first layer."""
        import numpy as np  # noqa: PLC0415

        p = self._p
        by_wording = np.array([self._by_wording("words", words_of(text), WORDS_WEIGHT) for text in texts])
        log_odds = statement_features(vectors, cues) @ p["first_weight"] + p["first_bias"] + by_wording
        return np.round(log_odds.astype(np.float64), _DIGITS)

    def _whole(
        self, texts: Sequence[str], vectors: "Array", cues: "Array", log_odds: "Array"
    ) -> tuple["Array", "Array", float]:
        """Return the log-odds of scores (by dimension), predicates and vagueness: the second layer."""
        import numpy as np  # noqa: PLC0415

        p = self._p
        features = np.round(text_features(log_odds, vectors, cues, texts), _DIGITS)
        features = (features - p["mean"]) * p["scale"]
        wording = self._by_wording("pieces", pieces_of(texts), 1.0)
        names = [name for name in p if name.startswith("dimension:")]
        dimensions = np.stack([features @ p[name][:-1] + p[name][-1] for name in names])
        vague = features @ p["vague"][:-1] + p["vague"][-1]
        return (
            dimensions + wording[: dimensions.size].reshape(dimensions.shape),
            features @ p["verdict"][:-1] + p["verdict"][-1] + wording[dimensions.size :],
            float(vague[1] - vague[0]),
        )

    def _by_wording(self, name: str, places: Places, length: float) -> "Array":
        import numpy as np  # noqa: PLC0415

        index, values = weighed(places, self._rarity[name], length)
        steps = self._p[f"{name}_step"]
        if not index:
            return np.zeros(len(steps))
        weights = self._p[f"{name}_weight"][index].astype(np.float64)
        return np.array(values) @ weights * steps

    def by_scores(self, scores: Mapping[str, str]) -> dict[str, float]:
        """Return the log-odds of the predicates by the scores of the dimensions alone."""
        weights = self._p["by_scores"]
        known = [name.removeprefix("dimension:") for name in self._p if name.startswith("dimension:")]
        total = weights[-1].astype(float)
        for index, name in enumerate(known):
            if name in scores:
                total = total + weights[3 * index + SCORES.index(scores[name])]  # pyright: ignore
        return {name: float(value) for name, value in zip(PREDICATES, total, strict=True)}

    def vectors(self, texts: Sequence[str]) -> "Array":
        """Return a row of numbers for each text, rounded; without an encoder an empty one."""
        import numpy as np  # noqa: PLC0415

        if self._encoder is None:
            return np.zeros((len(texts), 1), dtype=np.float32)
        return projected(self._encoder.encode(texts), self._p["centre"], self._p["projection"])


def _three(values: Sequence[float]) -> tuple[float, float, float]:
    first, second, third = values
    assert len(SCORES) == 3
    return first, second, third


def _rounded(value: Any) -> Any:
    import numpy as np  # noqa: PLC0415

    return np.round(np.asarray(value, dtype=np.float64), _DIGITS_OF_OPINIONS)


def _heard(log_odds: "Array", opinion: Opinion, share: float) -> "Array":
    """Return the log-odds of statements with the opinion of those that were read."""
    import numpy as np  # noqa: PLC0415

    count = len(opinion.statements)
    heard = mixed(log_odds[:count], _rounded(opinion.statements), share)
    return np.round(np.vstack([heard, log_odds[count:]]), _DIGITS)
