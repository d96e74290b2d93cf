"""Learning on a graphics card: MNIST, with the seconds of learning alone, and how near it comes to the card's limit.

Skipped where PyTorch finds no card. The limit is the card's rate of multiplying matrices in bfloat16, measured here.
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

import polars as pl
import torch
from common import claim, data, learned, machine, skip, verdict

from discern.nets.defaults import default_layers
from discern.nets.layers import parse
from discern.nets.plan import plan

SEEDS = 3
SIDE, ROUNDS = 8192, 20
"""Of the matrices whose product is timed, and how often."""
SHAPE, CLASSES = (28, 28, 1), 10
LEARNING = 3
"""An item that is learned from costs as much as three that are answered: forward, and backward twice."""


def main() -> None:
    machine()
    if not torch.cuda.is_available():
        skip("PyTorch finds no graphics card")
    print(f"card: {torch.cuda.get_device_name()}")
    mnist = data("mnist")
    claim("MNIST 99.5 % in at most 2 s of learning")
    with tempfile.TemporaryDirectory() as name:
        folders = [Path(name) / str(seed) for seed in range(SEEDS)]
        runs = [learned(mnist, run, "conv", "--device", "cuda", "--seed", run.name) for run in folders]
        verdict("discern --device cuda", runs)
        facts = [json.loads((run / "training.json").read_text("utf-8")) for run in folders]
        parts = [pl.read_parquet(run / "split.parquet")["part"].value_counts() for run in folders]
    rate = _rate()
    operations = sum(step.operations for step in plan(parse(default_layers(SHAPE, CLASSES)), SHAPE, CLASSES))
    for run, fact, part in zip(runs, facts, parts, strict=True):
        n_train = part.filter(pl.col("part") == "train")["count"][0]
        pictures = sum(fact["cycles"]) * n_train / run.stages["fitted"]
        share = LEARNING * operations * pictures / rate
        print(f"  {pictures:,.0f} pictures a second while learning: {share:.1%} of {rate / 1e12:.0f} TFLOP/s")


def _rate() -> float:
    """Operations a second of a matrix product in bfloat16."""
    matrix = torch.randn(SIDE, SIDE, device="cuda", dtype=torch.bfloat16)
    for _ in range(3):
        matrix @ matrix
    torch.cuda.synchronize()
    began = time.perf_counter()
    for _ in range(ROUNDS):
        matrix @ matrix
    torch.cuda.synchronize()
    return ROUNDS * 2 * SIDE**3 / (time.perf_counter() - began)


if __name__ == "__main__":
    main()
