"""Fit the parameters of the rubric on labelled cases; shared by training and cross-validation."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from pipeline_core.models import Case, PipelineInput
from pipeline_core.rubric.encoder import WIDTH, shared_encoder
from pipeline_core.rubric.learned import cue_rows, projected, statement_features, text_features
from pipeline_core.rubric.loading import read_rubric
from pipeline_core.rubric.reading import Reader
from pipeline_core.rubric.targets import SCORES, Target, targets

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
    first_author: float = 1.0
    """Weight, in the second layer, of a case of `development`: its author wrote half of those kept apart."""
    guessed: float = 1.0
    """Weight of a statement whose labels are guessed from the labels of its case."""
    bank: float = 1.0
    """Weight of a sentence of the bank against a statement of a case."""
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
        return self._embed(texts), self._cues(texts), labels


def _holds_cases(path: Path) -> bool:
    with path.open() as file:
        return '"acceptable_verdicts"' in file.readline()


def _cases(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines() if line.strip()]


def fit_first(data: Data, rows: Sequence[Row], settings: Settings) -> tuple[np.ndarray, np.ndarray]:
    """Return weights and biases of the first layer."""
    read = [r for r in rows if r.evidence]
    x = np.vstack([statement_features(r.vectors, r.cues) for r in read])
    y = np.vstack([r.labels for r in read])
    weight = np.ones(len(y))
    if guessed := [r for r in rows if r.guessed is not None]:
        x = np.vstack([x, *(statement_features(r.vectors, r.cues) for r in guessed)])
        y = np.vstack([y, *(r.guessed for r in guessed if r.guessed is not None)])
        weight = np.concatenate([weight, np.full(len(y) - len(weight), settings.guessed)])
    if settings.bank:
        vectors, cues, labels = data.bank
        x = np.vstack([x, statement_features(vectors, cues, alone=True)])
        y = np.vstack([y, labels])
        weight = np.concatenate([weight, np.full(len(labels), settings.bank)])
    coefficients = np.zeros((x.shape[1], y.shape[1]))
    bias = np.full(y.shape[1], -5.0)
    for j in range(y.shape[1]):
        if y[:, j].sum() >= 3:
            model = LogisticRegression(C=settings.first, max_iter=300).fit(x, y[:, j], weight)
            coefficients[:, j] = model.coef_[0]
            bias[j] = model.intercept_[0]
    return coefficients, bias


def guess_labels(data: Data, rows: Sequence[Row], settings: Settings) -> None:
    """Guess, where no evidence was marked, which statement each score of the case rests on."""
    without = [r for r in rows if not r.evidence]
    for r in without:
        r.guessed = None
    if not without or not settings.guessed:
        return
    weights, bias = fit_first(data, rows, settings)
    for r in without:
        log_odds = statement_features(r.vectors, r.cues) @ weights + bias
        r.guessed = np.zeros(r.labels.shape)
        for dimension in data.dimensions:
            if dimension not in r.case["missing_info"]:
                column = data.column[Target(dimension, r.case["dimensions"][dimension])]
                r.guessed[int(log_odds[:, column].argmax()), column] = 1
        known = log_odds[:, -len(data.spec.signals) :] > 0
        r.guessed[:, -len(data.spec.signals) :] = known


def features_of(rows: Sequence[Row], first: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Return the input of the second layer."""
    out: list[np.ndarray] = []
    for r in rows:
        log_odds = np.round(statement_features(r.vectors, r.cues) @ first[0] + first[1], 4)
        out.append(np.round(text_features(log_odds, r.vectors, r.cues, r.texts), 4))
    return np.array(out)


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


def _softmax_model(
    x: np.ndarray, y: np.ndarray, weight: np.ndarray, strength: float, classes: int
) -> np.ndarray:
    model = LogisticRegression(C=strength, max_iter=3000).fit(x, y, weight)
    out = np.zeros((x.shape[1] + 1, classes))
    if classes == 2:
        out[:-1, 1], out[-1, 1] = model.coef_[0], model.intercept_[0]
        return out
    out[-1] = -30
    for k, label in enumerate(model.classes_):
        out[:-1, label], out[-1, label] = model.coef_[k], model.intercept_[k]
    return out


def fit(data: Data, rows: Sequence[Row], settings: Settings) -> dict[str, np.ndarray]:
    """Return all parameters."""
    guess_labels(data, rows, settings)
    features = honest_features(data, rows, settings)
    wide = features.shape[1] - rows[0].vectors.shape[1]
    mean = features.mean(axis=0)
    scale = 1 / np.maximum(features.std(axis=0), 0.05)
    scale[wide:] = settings.average
    x = (features - mean) * scale
    out: dict[str, np.ndarray] = {"mean": mean, "scale": scale, **data.projection}
    clear = [i for i, r in enumerate(rows) if not r.case["needs_clarification"]]
    importance = [settings.first_author if r.case["file"] == "development" else 1.0 for r in rows]
    for dimension in data.dimensions:
        index, label, weight = [], [], []
        for i in clear:
            case = rows[i].case
            scores = case["acceptable_dimensions"].get(dimension) or [case["dimensions"][dimension]]
            shares = [1.0] if len(scores) == 1 else [1 - SECOND_LABEL, SECOND_LABEL]
            for score, share in zip(scores[:2], shares, strict=False):
                index.append(i), label.append(SCORES.index(score)), weight.append(share * importance[i])
        out[f"dimension:{dimension}"] = _softmax_model(
            x[index], np.array(label), np.array(weight), settings.dimension, len(SCORES)
        )
    index, label, weight = [], [], []
    for i in clear:
        accepted = rows[i].case["acceptable_verdicts"]
        shares = (
            [1.0]
            if len(accepted) == 1
            else [1 - SECOND_LABEL] + [SECOND_LABEL / (len(accepted) - 1)] * (len(accepted) - 1)
        )
        for verdict, share in zip(accepted, shares, strict=True):
            index.append(i), label.append(VERDICTS.index(verdict)), weight.append(share * importance[i])
    out["verdict"] = _softmax_model(
        x[index], np.array(label), np.array(weight), settings.verdict, len(VERDICTS)
    )
    vague = np.array([int(r.case["needs_clarification"]) for r in rows])
    out["vague"] = _softmax_model(x, vague, np.ones(len(rows)), settings.vague, 2)
    first = fit_first(data, rows, settings)
    out["first_weight"], out["first_bias"] = first
    return out


def apply(
    parameters: Mapping[str, np.ndarray], data: Data, rows: Sequence[Row]
) -> list[dict[str, np.ndarray]]:
    """Return the probabilities of each case."""
    features = features_of(rows, (parameters["first_weight"], parameters["first_bias"]))
    x = (features - parameters["mean"]) * parameters["scale"]
    out: list[dict[str, np.ndarray]] = []
    for row in x:
        one: dict[str, np.ndarray] = {}
        for name in [*(f"dimension:{d}" for d in data.dimensions), "verdict", "vague"]:
            z = row @ parameters[name][:-1] + parameters[name][-1]
            e = np.exp(z - z.max())
            one[name] = e / e.sum()
        out.append(one)
    return out
