"""Cross entropy against squared error on the same nets: MNIST's digits, a few seeds, a small training. Not timed.

`python benchmarks/losses.py [MNIST]`. The two nets differ in batch normalisation alone. All else of a pair of trainings
is the same: the digits, their order, the first weights, the learning rate, the epochs.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from common import claim, machine
from numpy.typing import NDArray

from discern.core.options import CROSS_ENTROPY, LOSSES, SQUARED_ERROR
from discern.data import idx
from discern.models.convolutional import ConvNet

MNIST = Path(__file__).resolve().parents[2] / "shared" / "data" / "mnist"
NETS = {
    "normalised": "conv 16 norm, pool, conv 32 norm, pool, dense 64 norm",
    "plain": "conv 16, pool, conv 32, pool, dense 64",
}
LEARNED = 6_000
EPOCHS = (1, 5)
SEEDS = range(5)
Measured = dict[str, float]
Digits = tuple[NDArray[np.uint8], NDArray[np.uint8]]
NOTHING = (np.zeros((0, 28, 28, 1), np.uint8), np.zeros(0, np.uint8))
"""No digits to choose an epoch by: the last one is taken."""


def main() -> None:
    machine()
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else MNIST
    train = digits(folder, "train")
    test = digits(folder, "t10k")
    for name, layers in NETS.items():
        for epochs in EPOCHS:
            compare(
                f"{name}: {layers}; {epochs} epochs", [learned(layers, epochs, seed, train, test) for seed in SEEDS]
            )
    for name, layers in NETS.items():
        what = f"{name}, after {EPOCHS[-1]} epochs of wrong labels (each digit called the next one); {EPOCHS[0]} epoch"
        compare(what, [put_right(layers, seed, train, test) for seed in SEEDS])


def compare(what: str, found: list[dict[str, Measured]]) -> None:
    """`found`: by loss, for each seed."""
    claim(f"{what}; {LEARNED:,} digits, {len(SEEDS)} seeds, 10,000 digits to test")
    for loss in LOSSES:
        rows = [one[loss] for one in found]
        print(f"  {loss:14} " + ", ".join(told(measure, rows) for measure in rows[0]))
    gains = [100 * (one[SQUARED_ERROR]["accuracy"] - one[CROSS_ENTROPY]["accuracy"]) for one in found]
    print(f"  mse minus cross-entropy, accuracy in points: {', '.join(f'{gain:+.2f}' for gain in gains)}", flush=True)


def digits(folder: Path, part: str) -> Digits:
    pictures = np.asarray(idx.read_images(folder / f"{part}-images-idx3-ubyte.gz")).reshape(-1, 28, 28, 1)
    return pictures, np.asarray(idx.read_labels(folder / f"{part}-labels-idx1-ubyte.gz"))


def learned(layers: str, epochs: int, seed: int, train: Digits, test: Digits) -> dict[str, Measured]:
    pictures, labels = some(train, seed)
    return {
        loss: measured(network(layers, epochs, seed, loss).fit(pictures, labels, validation=NOTHING), test)
        for loss in LOSSES
    }


def put_right(layers: str, seed: int, train: Digits, test: Digits) -> dict[str, Measured]:
    """What each loss makes in one epoch of a net that is sure of what is wrong."""
    pictures, labels = some(train, seed)
    wrong = network(layers, EPOCHS[-1], seed).fit(pictures, (labels + 1) % 10, validation=NOTHING)
    found = {}
    for loss in LOSSES:
        net = network(layers, EPOCHS[0], seed, loss)
        found[loss] = measured(net.fit(pictures, labels, validation=NOTHING, start=wrong.weights_), test)
    return found


def network(layers: str, epochs: int, seed: int, loss: str = CROSS_ENTROPY) -> ConvNet:
    return ConvNet(layers, loss=loss, epochs=epochs, augment="none", precision="float32", random_state=seed)


def some(digits: Digits, seed: int) -> Digits:
    chosen = np.random.default_rng(seed).choice(len(digits[0]), LEARNED, replace=False)
    return digits[0][chosen], digits[1][chosen]


def measured(net: ConvNet, test: Digits) -> Measured:
    p = net.predict_proba(test[0])
    right = p[np.arange(len(p)), test[1]]
    return {
        "accuracy": float(np.mean(p.argmax(axis=1) == test[1])),
        "log loss": float(-np.log(np.maximum(right, 1e-15)).mean()),
        "squared error": float(((p - np.eye(10)[test[1]]) ** 2).sum(axis=1).mean()),
    }


def told(measure: str, rows: list[Measured]) -> str:
    values = np.array([row[measure] for row in rows]) * (100 if measure == "accuracy" else 1)
    form = "{:.2f}" if measure == "accuracy" else "{:.4f}"
    low, mean, high = (form.format(value) for value in (values.min(), values.mean(), values.max()))
    return f"{measure} {mean} ({low} to {high})"


if __name__ == "__main__":
    main()
