"""The transformer as it is trained; `pipeline_core/rubric/transformer.py` is the same without PyTorch."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from pipeline_core.rubric.targets import SCORES
from pipeline_core.rubric.transformer import HEADS, LONGEST_WINDOW, POOLING
from training.examples import Batch
from training.source_model import SourceModel

DROPOUT = 0.1


class Layer(nn.Module):
    """Attention, then two wide steps; each is added to what came in and normalised."""

    def __init__(self, source: SourceModel, number: int) -> None:
        super().__init__()
        h, wide = source.width, source.wide
        self.qkv, self.ao = nn.Linear(h, 3 * h), nn.Linear(h, h)
        self.fi, self.fo = nn.Linear(h, wide), nn.Linear(wide, h)
        self.attended, self.out = nn.LayerNorm(h, source.epsilon), nn.LayerNorm(h, source.epsilon)
        prefix = f"l{number}."
        parts = [f"{prefix}{part}" for part in "qkv"]
        _set(self.qkv, *(np.concatenate([source.matrix(f"{part}.w", h) for part in parts]),
                         np.concatenate([source.numbers(f"{part}.b") for part in parts])))  # fmt: skip
        for layer, name, columns in ((self.ao, "ao", h), (self.fi, "fi", h), (self.fo, "fo", wide)):
            _set(layer, source.matrix(f"{prefix}{name}.w", columns), source.numbers(f"{prefix}{name}.b"))
        for norm, name in ((self.attended, "aln"), (self.out, "oln")):
            _set(norm, source.numbers(f"{prefix}{name}.w"), source.numbers(f"{prefix}{name}.b"))

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        batch, length, width = x.shape
        size = width // HEADS
        query, key, value = self.qkv(x).view(batch, length, 3, HEADS, size).permute(2, 0, 3, 1, 4)
        # Written out: the fused attention of a CPU is slow on the way back.
        weights = (query * size**-0.5) @ key.transpose(-1, -2) + mask.to(query.dtype)
        attended = (
            (weights.softmax(-1, dtype=query.dtype) @ value).transpose(1, 2).reshape(batch, length, width)
        )
        x = self.attended(x + self.ao(attended))
        middle = functional.gelu(self.fi(x), approximate="tanh")
        return self.out(x + functional.dropout(self.fo(middle), DROPOUT, self.training))


class Network(nn.Module):
    """The encoder, and heads that each look for the pieces that matter to them."""

    def __init__(self, source: SourceModel, rows: np.ndarray, dimensions: int, targets: int) -> None:
        super().__init__()
        h = source.width
        table = torch.tensor(source.matrix("emb.word", h)[rows])
        self.table = nn.Embedding.from_pretrained(table, freeze=True)
        positions = source.numbers("emb.pos").reshape(-1, h) + source.numbers("emb.type").reshape(-1, h)[0]
        self.positions = nn.Parameter(torch.tensor(positions[:LONGEST_WINDOW]), requires_grad=False)
        self.embedding = nn.LayerNorm(h, source.epsilon)
        _set(self.embedding, source.numbers("emb.ln.w"), source.numbers("emb.ln.b"))
        self.layers = nn.ModuleList(Layer(source, number) for number in range(source.layers))
        self.queries = nn.Parameter(torch.randn(dimensions + 2, h) * 0.02)
        self.dimensions = nn.ModuleList(nn.Linear(2 * h, len(SCORES)) for _ in range(dimensions))
        self.verdict, self.vague = nn.Linear(2 * h, 4), nn.Linear(2 * h, 1)
        self.targets = nn.Linear(h, targets)

    def forward(self, batch: Batch) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
        x = self.embedding(self.table(batch.ids) + self.positions[: batch.ids.shape[1]])
        x = functional.dropout(x, DROPOUT, self.training)
        mask = torch.zeros(batch.there.shape).masked_fill_(~batch.there, -30_000.0)[:, None, None, :]
        for layer in self.layers:
            x = layer(x, mask)
        x = x.float()
        attention = torch.einsum("blh,qh->bql", x, self.queries) * POOLING
        attention = attention.masked_fill(~batch.there[:, None], -1e9).softmax(-1)
        pooled = torch.einsum("bql,blh->bqh", attention, x)
        mean = (x * batch.there[..., None]).sum(1) / batch.there.sum(1, keepdim=True)
        pooled = torch.cat([pooled, mean[:, None].expand_as(pooled)], -1)
        pooled = functional.dropout(pooled, DROPOUT, self.training)
        scores = torch.stack([head(pooled[:, k]) for k, head in enumerate(self.dimensions)], 1)
        parts = functional.one_hot(batch.statement.clamp(min=0), batch.labels.shape[1]).float()
        parts = parts * (batch.statement >= 0)[..., None]
        means = torch.einsum("bls,blh->bsh", parts, x) / parts.sum(1).clamp(min=1)[..., None]
        return scores, self.verdict(pooled[:, -2]), self.vague(pooled[:, -1])[:, 0], self.targets(means)


def _set(layer: nn.Linear | nn.LayerNorm, weight: np.ndarray, bias: np.ndarray) -> None:
    layer.weight.data, layer.bias.data = torch.tensor(weight), torch.tensor(bias)
