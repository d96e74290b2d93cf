"""Invented signs drawn for a model of MNIST's digits: how many it answers `unknown` to, and of the test digits.

`python benchmarks/fictional.py [EPOCHS]`. The model learns from MNIST's training digits with `--symbols --unknown`;
signs are files, dark on white, and go through the door that a person's drawings go through.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
import polars as pl
from common import DISCERN, claim, data, machine, timed
from PIL import Image

from discern.data import idx
from discern.evaluate.intervals import wilson
from discern.images import invented

EACH = 100
"""Signs of a kind."""
REAL = 1_000
SHARES = (0.05, 0.01)
LEARNED = 12_000
Paths = list[Path]


def main() -> None:
    machine()
    epochs = sys.argv[1] if len(sys.argv) > 1 else "3"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        random = np.random.default_rng(0)
        signs = {kind: written(folder / kind, invented.signs(EACH, kind, random)) for kind in invented.KINDS}
        digits, labels = of_mnist("t10k")
        chosen = random.choice(len(digits), REAL, replace=False)
        real = written(folder / "real", 255 - digits[chosen][..., None])
        np.savez(folder / "digits.npz", X=of_mnist("train")[0][:LEARNED], y=of_mnist("train")[1][:LEARNED])
        for share in SHARES:
            claim(
                f"drawn signs that are no digit get unknown: --unknown {share:g}, {LEARNED:,} digits, {epochs} epochs"
            )
            run = folder / f"run-{share:g}"
            options = ("--model", "conv", "--epochs", epochs, "--symbols", "--unknown", str(share))
            timed([*DISCERN, "train", folder / "digits.npz", "-o", run, *options])
            tell(run, signs, real, labels[chosen])


def tell(run: Path, signs: dict[str, Paths], real: Paths, labels: np.ndarray) -> None:
    found = {kind: asked(run, paths) for kind, paths in signs.items()}
    for kind, answers in found.items():
        print(f"  {kind}: {share_of(answers == 'unknown')} unknown")
    print(f"  all signs: {share_of(np.concatenate(list(found.values())) == 'unknown')} unknown")
    answers = asked(run, real)
    known = answers != "unknown"
    print(f"  real digits: {share_of(~known)} wrongly unknown")
    print(f"  the other digits: {share_of(answers[known] == labels[known].astype(str))} right")


def asked(run: Path, paths: Paths) -> np.ndarray:
    out = run.parent / "answers.csv"
    timed([*DISCERN, "predict", run, paths[0].parent, "-o", out, "--force"])
    table = pl.read_csv(out, infer_schema=False)
    assert len(table) == len(paths)
    return table.sort("item")["prediction"].to_numpy()


def share_of(which: np.ndarray) -> str:
    low, high = wilson(float(which.sum()), len(which))
    return f"{100 * which.mean():.1f} % ({100 * low:.1f} to {100 * high:.1f}) of {len(which):,}"


def written(folder: Path, pictures: np.ndarray) -> Paths:
    folder.mkdir()
    paths = [folder / f"{number:05d}.png" for number in range(len(pictures))]
    for path, picture in zip(paths, pictures, strict=True):
        Image.fromarray(picture[..., 0]).save(path)
    return paths


def of_mnist(part: str) -> tuple[np.ndarray, np.ndarray]:
    folder = data("mnist")
    digits = np.asarray(idx.read_images(folder / f"{part}-images-idx3-ubyte.gz")).reshape(-1, 28, 28)
    return digits, np.asarray(idx.read_labels(folder / f"{part}-labels-idx1-ubyte.gz"))


if __name__ == "__main__":
    main()
