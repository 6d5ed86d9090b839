"""Labelled cases as the transformer learns from them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from pipeline_core.rubric.transformer import LONGEST_STATEMENT, LONGEST_WINDOW
from training.model import Data, Row, labels_of
from training.vocabulary import Vocabulary

BATCH = 16
_SORTED_TOGETHER = 16
"""Batches whose examples are sorted by length, so that little of a batch is filling."""


@dataclass(frozen=True)
class Example:
    """One case in pieces, with its soft labels."""

    row: Row
    ids: list[int]
    statement: list[int]
    """The statement that each piece belongs to; -1 for the marks of beginning and end."""
    dimensions: np.ndarray
    verdict: np.ndarray


@dataclass(frozen=True)
class Batch:
    """Several examples, filled up to the longest."""

    ids: torch.Tensor
    there: torch.Tensor
    statement: torch.Tensor
    labels: torch.Tensor
    known: torch.Tensor
    """Whether the statement's labels are known."""
    dimensions: torch.Tensor
    verdict: torch.Tensor
    vague: torch.Tensor


def examples_of(data: Data, rows: Sequence[Row], vocabulary: Vocabulary) -> list[Example]:
    """Return the cases in pieces; what is past the longest window is cut off."""
    labels = labels_of(data, rows)
    dimensions = np.stack([labels[f"dimension:{name}"] for name in data.dimensions], axis=1)
    out: list[Example] = []
    for k, row in enumerate(rows):
        split = [vocabulary.pieces.split(text[:LONGEST_STATEMENT]) for text in row.texts]
        ids = [vocabulary.begin, *(piece for pieces in split for piece in pieces)][: LONGEST_WINDOW - 1]
        of = [-1, *(number for number, pieces in enumerate(split) for _ in pieces)][: LONGEST_WINDOW - 1]
        out.append(Example(row, [*ids, vocabulary.end], [*of, -1], dimensions[k], labels["verdict"][k]))
    return out


def batch_of(examples: Sequence[Example]) -> Batch:
    """Return examples side by side."""
    length = max(len(each.ids) for each in examples)
    most = max(max(each.statement) + 1 for each in examples)
    shape = (len(examples), length)
    ids, statement = torch.zeros(shape, dtype=torch.long), torch.full(shape, -1)
    labels = torch.zeros(len(examples), most, examples[0].row.labels.shape[1])
    known = torch.zeros(len(examples), most)
    for k, each in enumerate(examples):
        ids[k, : len(each.ids)] = torch.tensor(each.ids)
        statement[k, : len(each.ids)] = torch.tensor(each.statement)
        read = max(each.statement) + 1
        labels[k, :read] = torch.tensor(each.row.labels[:read])
        known[k, :read] = float(each.row.evidence)
    sizes = torch.tensor([len(each.ids) for each in examples])
    return Batch(
        ids,
        torch.arange(length)[None, :] < sizes[:, None],
        statement,
        labels,
        known,
        torch.tensor(np.stack([each.dimensions for each in examples])).float(),
        torch.tensor(np.stack([each.verdict for each in examples])).float(),
        torch.tensor([float(each.row.case["needs_clarification"]) for each in examples]),
    )


def batches(examples: Sequence[Example]) -> list[list[Example]]:
    """Return the examples in random batches of about equal length."""
    mixed = random.sample(list(examples), len(examples))
    out: list[list[Example]] = []
    for start in range(0, len(mixed), BATCH * _SORTED_TOGETHER):
        part = sorted(mixed[start : start + BATCH * _SORTED_TOGETHER], key=lambda each: len(each.ids))
        out += [part[k : k + BATCH] for k in range(0, len(part), BATCH)]
    return random.sample(out, len(out))
