"""Writes the trained transformer as the rubric reads it."""

from pathlib import Path

import numpy as np
import torch

from pipeline_core.rubric.transformer import WIDTH
from training.network import Network
from training.source_model import SourceModel
from training.vocabulary import Vocabulary

MATRICES = ("qkv", "ao", "fi", "fo")


def _by_column(matrix: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Return a matrix in 8 bits, inputs first, and the step of each of its columns."""
    values = matrix.detach().float().numpy().T
    step = np.maximum(np.abs(values).max(axis=0), 1e-8) / 127
    return np.rint(values / step).astype(np.int8), step.astype(np.float32)


def export(network: Network, source: SourceModel, vocabulary: Vocabulary, folder: Path) -> None:
    """Write the network as the rubric reads it."""
    levels, scales = source.blocks("emb.word", WIDTH)
    levels, scales = (levels[vocabulary.rows] + 8).astype(np.uint8), scales[vocabulary.rows]
    np.save(folder / "transformer_table.npy", (levels[:, ::2] << 4) | levels[:, 1::2])
    arrays: dict[str, np.ndarray] = {
        "hashes": vocabulary.hashes,
        "scores": vocabulary.scores,
        "specials": np.array([vocabulary.unknown, vocabulary.begin, vocabulary.end]),
        "unknown_score": np.float32(vocabulary.unknown_score),
        "scales": scales,
        "positions": _numbers(network.positions),
        "embedding_gain": _numbers(network.embedding.weight),
        "embedding_shift": _numbers(network.embedding.bias),
        "queries": _numbers(network.queries),
        "dimensions": np.stack([_numbers(head.weight).T for head in network.dimensions]),
        "dimensions_bias": np.stack([_numbers(head.bias) for head in network.dimensions]),
        "verdict": _numbers(network.verdict.weight).T,
        "verdict_bias": _numbers(network.verdict.bias),
        "vague": _numbers(network.vague.weight)[0],
        "vague_bias": _numbers(network.vague.bias)[0],
        "targets": _numbers(network.targets.weight).T,
        "targets_bias": _numbers(network.targets.bias),
    }
    packed: list[np.ndarray] = []
    for name in MATRICES:
        parts = [getattr(layer, name) for layer in network.layers]
        arrays[f"{name}_bias"] = np.stack([_numbers(part.bias) for part in parts])
        arrays[f"{name}_step"] = np.stack([_by_column(part.weight)[1] for part in parts])
    for name in ("attended", "out"):
        parts = [getattr(layer, name) for layer in network.layers]
        arrays[f"{name}_gain"] = np.stack([_numbers(part.weight) for part in parts])
        arrays[f"{name}_shift"] = np.stack([_numbers(part.bias) for part in parts])
    for layer in network.layers:
        packed += [_by_column(getattr(layer, name).weight)[0].ravel() for name in MATRICES]
    np.save(folder / "transformer_weights.npy", np.concatenate(packed))
    np.savez(folder / "transformer.npz", **{name: _narrow(array) for name, array in arrays.items()})


def _numbers(value: torch.Tensor) -> np.ndarray:
    return value.detach().float().numpy()


def _narrow(array: np.ndarray) -> np.ndarray:
    return array.astype(np.float32) if array.dtype == np.float64 else array
