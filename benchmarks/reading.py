"""Reading: strings of five digits composed from MNIST's test digits, number plates in fonts that were not learned, and
a page of 2,000 characters. Learns from MNIST's training digits and from drawn letters first.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import polars as pl
from common import DISCERN, claim, data, machine, show, timed
from PIL import Image

from discern.data import idx
from discern.evaluate.reading import character_error, strings_right
from discern.workflows import read_characters

STRINGS, LONG = 1_000, 5
CELL = 28
SEED = 0


def main() -> None:
    machine()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run = folder / "digits"
        timed([*DISCERN, "train", data("mnist"), "-o", run, "--model", "conv", "--budget", "60s", "--symbols"])
        strings(run, folder)
        page(run, folder)
        plates(folder)


def strings(run: Path, folder: Path) -> None:
    claim(f"{LONG}-digit strings of MNIST's test digits: at least 95 % right")
    digits, labels = test_digits()
    random = np.random.default_rng(SEED)
    wanted, pictures = [], []
    for number in range(STRINGS):
        picked = random.integers(0, len(digits), LONG)
        field = np.zeros((40, LONG * CELL + 30), np.uint8)
        left = 8
        for one in picked:
            top = 6 + int(random.integers(-2, 3))
            place = field[top : top + CELL, left : left + CELL]
            np.maximum(place, digits[one], out=place)
            left += CELL + int(random.integers(-2, 4))
        pictures.append(folder / f"{number:05d}.png")
        Image.fromarray(255 - field).save(pictures[-1])
        wanted.append("".join(str(labels[one]) for one in picked))
    found = [one.text for one in read_characters(run, pictures)]
    print(f"  strings right {strings_right(found, wanted)}; character error {character_error(found, wanted)}")


def page(run: Path, folder: Path) -> None:
    claim("a page of 2,000 characters in at most 5 s, whole process")
    digits, _ = test_digits()
    random = np.random.default_rng(SEED)
    field = np.zeros((50 * 40, 40 * 30), np.uint8)
    for row in range(50):
        for column in range(40):
            top, left = row * 40 + 6, column * 30 + 1
            field[top : top + CELL, left : left + CELL] = digits[int(random.integers(len(digits)))]
    Image.fromarray(255 - field).save(folder / "page.png")
    show("discern image read", [timed([*DISCERN, "image", "read", run, folder / "page.png"]) for _ in range(3)])


def plates(folder: Path) -> None:
    claim("number plates in other fonts, with noise and tilt: character error at most 5 %")
    letters, run, many = folder / "letters", folder / "letter-run", folder / "plates"
    timed([*DISCERN, "sample", "letters", letters, "--n", "88"])
    options = ("--model", "conv", "--size", "28", "--symbols", "--epochs", "14")
    show("learning 3,168 letters", [timed([*DISCERN, "train", letters, "-o", run, *options])])
    timed([*DISCERN, "sample", "plates", many])
    truth = pl.read_csv(many / "plates.csv")
    found = [one.text for one in read_characters(run, [many / name for name in truth["picture"]])]
    wanted = truth["plate"].to_list()
    print(f"  character error {character_error(found, wanted)}; plates right {strings_right(found, wanted)}")


def test_digits() -> tuple[np.ndarray, np.ndarray]:
    folder = data("mnist")
    digits = np.asarray(idx.read_images(folder / "t10k-images-idx3-ubyte.gz")).reshape(-1, CELL, CELL)
    return digits, idx.read_labels(folder / "t10k-labels-idx1-ubyte.gz")


if __name__ == "__main__":
    main()
