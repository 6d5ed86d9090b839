"""Fit the parameters of the rubric on labelled cases; shared by training and cross-validation."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp

from pipeline_core.models import Case, PipelineInput
from pipeline_core.rubric.encoder import WIDTH, shared_encoder
from pipeline_core.rubric.learned import (
    WORDS_WEIGHT,
    cue_rows,
    projected,
    statement_features,
    text_features,
)
from pipeline_core.rubric.loading import read_rubric
from pipeline_core.rubric.reading import Reader
from pipeline_core.rubric.targets import SCORES, Target, targets
from pipeline_core.rubric.wording import PIECE_PLACES, WORD_PLACES, Places, pieces_of, weighed, words_of
from training.solve import levels, logistic, softmax, softmax_wide

FOLDER = Path(__file__).parent.parent / "pipeline_core" / "rubric" / "builtin"
DATA = Path(__file__).parent / "data"
VERDICTS = ("NOT_RECOMMENDED", "WEAK_FIT", "CONDITIONAL", "STRONG_FIT")
SECOND_LABEL = 0.35
INNER_FOLDS = 5
DIRECTIONS = 256


@dataclass(frozen=True)
class Settings:
    """Strength of the regularisation; chosen by cross-validation."""

    first: float = 3.0
    dimension: float = 0.01
    verdict: float = 0.003
    vague: float = 0.1
    average: float = 10.0
    """Weight of the average vector against the other features of a text."""
    wording: float = 3.0
    """Strength of the model of the wording."""
    wording_dimension: float = 0.4
    """Share of the wording in the scores of the dimensions."""
    wording_verdict: float = 0.5
    """Share of the wording in the predicates of the verdict."""
    encoder: str = "default"


@dataclass
class Row:
    """A labelled case, read."""

    case: Mapping[str, Any]
    vectors: np.ndarray
    cues: np.ndarray
    texts: list[str]
    labels: np.ndarray
    evidence: bool
    words: sp.csr_matrix | None = None
    """The words of each statement."""
    pieces: sp.csr_matrix | None = None
    """The wording of the whole text, one row."""
    guessed: np.ndarray | None = None
    """Labels of the statements of a case without evidence, guessed from the labels of the case."""


class Data:
    """All labelled cases and the sentence bank, with vectors and cues."""

    def __init__(self, encoder: str = "default", files: Sequence[str] | None = None) -> None:
        self.spec, _ = read_rubric(FOLDER / "rubric.yaml")
        self.targets = targets(self.spec)
        self.column = {target: i for i, target in enumerate(self.targets)}
        self.dimensions = [dimension.id for dimension in self.spec.dimensions]
        self._reader = Reader(self.spec, None)
        self._encoder = shared_encoder(FOLDER) if encoder != "none" else None
        self._vectors: dict[str, np.ndarray] = {}
        names = files or [path.stem for path in sorted(DATA.glob("*.jsonl")) if _holds_cases(path)]
        self.rows = [self._row(case, name) for name in names for case in _cases(DATA / f"{name}.jsonl")]
        self.bank = self._bank()
        self.projection = self._project() if encoder != "none" else {}
        self.rarity = self._weigh_words()

    def _weigh_words(self) -> dict[str, np.ndarray]:
        """Give each row its wording, and return how rare each place is among all cases."""
        words = [[words_of(text) for text in row.texts] for row in self.rows]
        pieces = [pieces_of(row.texts) for row in self.rows]
        rarity = {
            "words": _rarity([one for many in words for one in many], WORD_PLACES),
            "pieces": _rarity(pieces, PIECE_PLACES),
        }
        for row, many, one in zip(self.rows, words, pieces, strict=True):
            row.words = _sparse(many, rarity["words"], WORDS_WEIGHT)
            row.pieces = _sparse([one], rarity["pieces"], 1.0)
        self.bank_words = _sparse(
            [words_of(text) for text in self._bank_texts], rarity["words"], WORDS_WEIGHT
        )
        return rarity

    def _project(self) -> dict[str, np.ndarray]:
        """Reduce all vectors to the directions in which the statements of the cases differ most."""
        every = np.vstack([row.vectors for row in self.rows])
        centre = every.mean(axis=0)
        _, vectors = np.linalg.eigh((every - centre).T @ (every - centre))
        projection = vectors[:, ::-1][:, :DIRECTIONS]
        projection = (projection * np.sign(projection.sum(axis=0))).astype(np.float32)
        for row in self.rows:
            row.vectors = projected(row.vectors, centre, projection)
        self.bank = (projected(self.bank[0], centre, projection), *self.bank[1:])
        return {"centre": centre, "projection": projection}

    def _embed(self, texts: Sequence[str]) -> np.ndarray:
        if self._encoder is None:
            return np.zeros((len(texts), 1), dtype=np.float32)
        for text in texts:
            if text not in self._vectors:
                self._vectors[text] = np.round(self._encoder.encode([text])[0], 5)
        return np.array([self._vectors[text] for text in texts]).reshape(len(texts), WIDTH)

    def _read(self, text: str) -> tuple[list[str], np.ndarray, list[tuple[int, int]]]:
        reading = self._reader.read(Case(input=PipelineInput(problem=text)))
        read = [(s.text, s.source, s.hits) for s in reading.statements]
        spans = [(s.start, s.end) for s in reading.statements]
        return [s.text for s in reading.statements], cue_rows(read, self.targets), spans

    def _row(self, case: dict[str, Any], name: str) -> Row:
        text = case["text"]
        texts, cues, spans = self._read(text)
        marks = [(e["quote"], Target(e["dimension"], e["score"])) for e in case.get("evidence", [])]
        marks += [(e["quote"], Target(e["signal"], "")) for e in case.get("signals", [])]
        marks = [mark for mark in marks if mark[1] in self.column]
        labels = np.zeros((len(texts), len(self.targets)))
        for quote, target in marks:
            start = text.find(quote)
            end = start + len(quote)
            for row, (a, b) in enumerate(spans):
                shared = min(b, end) - max(a, start)
                if shared > 0 and (shared >= 0.5 * (end - start) or shared >= 0.5 * (b - a)):
                    labels[row, self.column[target]] = 1
        case["file"] = name
        return Row(case, self._embed(texts), cues, texts, labels, bool(marks) or case["needs_clarification"])

    def _cues(self, texts: Sequence[str]) -> np.ndarray:
        return np.vstack([self._read(text)[1].max(axis=0) if text.strip() else 0 for text in texts])

    def _bank(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        texts: list[str] = []
        speaks_for: list[list[Target]] = []
        current: list[Target] = []
        for line in (DATA / "sentences.txt").read_text().splitlines():
            if line.startswith("## "):
                parts = [part.split() for part in line.removeprefix("## ").split(" || ")]
                current = [Target(part[0], part[1] if len(part) > 1 else "") for part in parts]
            elif line.strip() and not line.startswith("#"):
                texts.append(line.strip())
                speaks_for.append(current)
        labels = np.zeros((len(texts), len(self.targets)))
        for row, found in enumerate(speaks_for):
            for target in found:
                labels[row, self.column[target]] = 1
        self._bank_texts = texts
        return self._embed(texts), self._cues(texts), labels


def _rarity(found: Sequence[Places], places: int) -> np.ndarray:
    counts = np.zeros(places)
    for one in found:
        counts[list(one)] += 1
    return np.round(np.log((1 + len(found)) / (1 + counts)) + 1, 3).astype(np.float32)


def _sparse(found: Sequence[Places], rarity: np.ndarray, length: float) -> sp.csr_matrix:
    rows = [weighed(one, rarity.tolist(), length) for one in found]
    starts = np.cumsum([0, *(len(index) for index, _ in rows)])
    index = np.array([place for places, _ in rows for place in places], dtype=np.int32)
    values = np.array([value for _, values in rows for value in values], dtype=np.float32)
    return sp.csr_matrix((values, index, starts), shape=(len(rows), len(rarity)))


def _holds_cases(path: Path) -> bool:
    with path.open() as file:
        return '"acceptable_verdicts"' in file.readline()


def _cases(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines() if line.strip()]


def fit_first(data: Data, rows: Sequence[Row], settings: Settings) -> tuple[np.ndarray, np.ndarray]:
    """Return weights and biases of the first layer; the weights of words stand below the others."""
    known = [(r, r.labels) for r in rows if r.evidence]
    known += [(r, r.guessed) for r in rows if r.guessed is not None]
    vectors, cues, labels = data.bank
    x = [statement_features(r.vectors, r.cues) for r, _ in known]
    x.append(statement_features(vectors, cues, alone=True))
    words = sp.vstack([*(r.words for r, _ in known), data.bank_words]).tocsr()
    return logistic(np.vstack(x), words, np.vstack([*(y for _, y in known), labels]), settings.first)


def log_odds_of(row: Row, first: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Return what the first layer makes of each statement of a case."""
    x = statement_features(row.vectors, row.cues)
    weights, bias = first
    assert row.words is not None
    return np.round(x @ weights[: x.shape[1]] + row.words @ weights[x.shape[1] :] + bias, 4)


def guess_labels(data: Data, rows: Sequence[Row], settings: Settings) -> None:
    """Guess, where no evidence was marked, which statement each score of the case rests on."""
    without = [r for r in rows if not r.evidence]
    for r in without:
        r.guessed = None
    if not without:
        return
    first = fit_first(data, rows, settings)
    for r in without:
        log_odds = log_odds_of(r, first)
        r.guessed = np.zeros(r.labels.shape)
        for dimension in data.dimensions:
            if dimension not in r.case["missing_info"]:
                column = data.column[Target(dimension, r.case["dimensions"][dimension])]
                r.guessed[int(log_odds[:, column].argmax()), column] = 1
        known = log_odds[:, -len(data.spec.signals) :] > 0
        r.guessed[:, -len(data.spec.signals) :] = known


def features_of(rows: Sequence[Row], first: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Return the input of the second layer."""
    read = [text_features(log_odds_of(r, first), r.vectors, r.cues, r.texts) for r in rows]
    return np.round(np.array(read), 4)


def honest_features(data: Data, rows: Sequence[Row], settings: Settings) -> np.ndarray:
    """Return the input of the second layer, each case by a first layer that has not seen it."""
    out: np.ndarray | None = None
    for k in range(INNER_FOLDS):
        first = fit_first(data, [r for i, r in enumerate(rows) if i % INNER_FOLDS != k], settings)
        part = features_of([r for i, r in enumerate(rows) if i % INNER_FOLDS == k], first)
        if out is None:
            out = np.zeros((len(rows), part.shape[1]))
        out[np.arange(k, len(rows), INNER_FOLDS)] = part
    assert out is not None
    return out


def _shares(accepted: Sequence[str], names: Sequence[str]) -> np.ndarray:
    """Return soft labels: others that a careful reader could defend count a little."""
    out = np.zeros(len(names))
    others = accepted[1:]
    out[names.index(accepted[0])] = 1 - SECOND_LABEL if others else 1
    for name in others:
        out[names.index(name)] += SECOND_LABEL / len(others)
    return out


def labels_of(data: Data, rows: Sequence[Row]) -> dict[str, np.ndarray]:
    """Return the soft labels of all targets of the second layer."""
    out = {f"dimension:{d}": np.zeros((len(rows), len(SCORES))) for d in data.dimensions}
    out["verdict"] = np.zeros((len(rows), len(VERDICTS)))
    out["vague"] = np.zeros((len(rows), 2))
    for i, r in enumerate(rows):
        case = r.case
        out["vague"][i, int(case["needs_clarification"])] = 1
        if case["needs_clarification"]:
            continue
        out["verdict"][i] = _shares(case["acceptable_verdicts"], VERDICTS)
        for d in data.dimensions:
            scores = case["acceptable_dimensions"].get(d) or [case["dimensions"][d]]
            out[f"dimension:{d}"][i] = _shares(scores[:2], SCORES)
    return out


def fit(data: Data, rows: Sequence[Row], settings: Settings) -> dict[str, np.ndarray]:
    """Return all parameters."""
    guess_labels(data, rows, settings)
    features = honest_features(data, rows, settings)
    wide = features.shape[1] - rows[0].vectors.shape[1]
    mean = features.mean(axis=0)
    scale = 1 / np.maximum(features.std(axis=0), 0.05)
    scale[wide:] = settings.average
    out: dict[str, np.ndarray] = {"mean": mean, "scale": scale, **data.projection}
    labels = labels_of(data, rows)
    dimensions = [name for name in labels if name.startswith("dimension:")]
    strengths = [settings.dimension] * len(dimensions) + [settings.verdict, settings.vague]
    out.update(zip(labels, softmax((features - mean) * scale, list(labels.values()), strengths), strict=True))
    worded = [*dimensions, "verdict"]
    pieces = softmax_wide(
        sp.vstack([r.pieces for r in rows]).tocsr(),
        [labels[name] for name in worded],
        [settings.wording] * len(worded),
    )
    share = [settings.wording_dimension] * len(dimensions) + [settings.wording_verdict]
    together = np.hstack([part * one for part, one in zip(pieces, share, strict=True)])
    out["pieces_weight"], out["pieces_step"] = levels(together)
    first = fit_first(data, rows, settings)
    dense = first[0].shape[0] - WORD_PLACES
    out["first_weight"], out["first_bias"] = first[0][:dense], first[1]
    out["words_weight"], out["words_step"] = levels(first[0][dense:])
    out["words_rarity"], out["pieces_rarity"] = data.rarity["words"], data.rarity["pieces"]
    return out


def apply(
    parameters: Mapping[str, np.ndarray], data: Data, rows: Sequence[Row]
) -> list[dict[str, np.ndarray]]:
    """Return the probabilities of each case."""
    p = parameters
    first = (np.vstack([p["first_weight"], p["words_weight"] * p["words_step"]]), p["first_bias"])
    x = (features_of(rows, first) - p["mean"]) * p["scale"]
    worded = [*(f"dimension:{d}" for d in data.dimensions), "verdict"]
    ends = np.cumsum([0, *(p[name].shape[1] for name in worded)])
    pieces = p["pieces_weight"] * p["pieces_step"]
    out: list[dict[str, np.ndarray]] = []
    for row, features in zip(rows, x, strict=True):
        wording = np.asarray(row.pieces @ pieces)[0]
        one: dict[str, np.ndarray] = {}
        for k, name in enumerate([*worded, "vague"]):
            z = features @ p[name][:-1] + p[name][-1]
            if name != "vague":
                z = z + wording[ends[k] : ends[k + 1]]
            e = np.exp(z - z.max())
            one[name] = e / e.sum()
        out.append(one)
    return out
