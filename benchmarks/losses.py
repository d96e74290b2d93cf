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


def main() -> None:
    machine()
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else MNIST
    train = digits(folder, "train")
    test = digits(folder, "t10k")
    for name, layers in NETS.items():
        for epochs in EPOCHS:
            claim(
                f"{name}: {layers}; {LEARNED:,} digits, {epochs} epochs, {len(SEEDS)} seeds, {len(test[0]):,} to test"
            )
            found = {loss: [once(layers, loss, epochs, seed, train, test) for seed in SEEDS] for loss in LOSSES}
            for loss, rows in found.items():
                print(f"  {loss:14} " + ", ".join(told(measure, rows) for measure in rows[0]))
            pairs = zip(found[CROSS_ENTROPY], found[SQUARED_ERROR], strict=True)
            gains = [100 * (squared["accuracy"] - entropy["accuracy"]) for entropy, squared in pairs]
            print(
                f"  mse minus cross-entropy, accuracy in points: {', '.join(f'{gain:+.2f}' for gain in gains)}",
                flush=True,
            )


def digits(folder: Path, part: str) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    pictures = np.asarray(idx.read_images(folder / f"{part}-images-idx3-ubyte.gz")).reshape(-1, 28, 28, 1)
    return pictures, np.asarray(idx.read_labels(folder / f"{part}-labels-idx1-ubyte.gz"))


def once(layers: str, loss: str, epochs: int, seed: int, train: tuple, test: tuple) -> Measured:  # type: ignore[type-arg]
    chosen = np.random.default_rng(seed).choice(len(train[0]), LEARNED, replace=False)
    net = ConvNet(layers, loss=loss, epochs=epochs, augment="none", precision="float32", random_state=seed)
    net.fit(train[0][chosen], train[1][chosen], validation=(test[0][:0], test[1][:0]))
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
