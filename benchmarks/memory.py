"""Memory: prediction of ever more pictures, and (`--long`) training on 100,000 pictures; RssAnon of the process.

What is predicted are a few real pictures under many names, and IDX files of noise; what is learned from is made up.
"""

from __future__ import annotations

import gzip
import struct
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import photographs
from common import DISCERN, check, claim, machine, show, timed
from PIL import Image

FOLDERS = (1_000, 4_000, 8_000)
ROWS = (5_000, 20_000)
"""Each more than two batches, which are in memory at a time."""
LEARNED = (10_000, 30_000)
MANY = 100_000
LAYERS = "conv 4 stride 8 norm, average"
"""A small network: the pictures are measured, not what it learns of them."""
MOST = 2_000_000_000
GROWS = 1.25
"""Memory of the most pictures over that of the fewest from which it is said to grow."""


def main(arguments: Sequence[str]) -> None:
    machine()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run = photographs.some_trained_on(folder)
        predicting(run, folder)
        training(folder, (*LEARNED, MANY) if "--long" in arguments else LEARNED[:1])
        if "--long" not in arguments:
            print("\nskipped: training on 100,000 pictures takes minutes; --long measures it, too")


def predicting(run: Path, folder: Path) -> None:
    claim("memory of a prediction does not grow with the number of pictures")
    kept = folder / "kept"
    kept.mkdir()
    originals = []
    for path in photographs.small()[:250]:
        originals.append(kept / f"{path.parent.name}.{path.name}")
        originals[-1].write_bytes(path.read_bytes())
    folders = []
    for n in FOLDERS:
        folders.append(folder / f"folder{n}")
        photographs.repeated(originals, folders[-1], n)
    grows("photographs in a folder", run, folders, FOLDERS)
    for ending in ("", ".gz"):
        files = [folder / f"digits{n}-images-idx3-ubyte{ending}" for n in ROWS]
        for file, n in zip(files, ROWS, strict=True):
            _noise(file, n)
        grows(f"pictures in an IDX file{ending and ', gzipped'}", run, files, ROWS)


def grows(what: str, run: Path, places: Sequence[Path], counts: Sequence[int]) -> None:
    most = []
    for place, n in zip(places, counts, strict=True):
        out = place.with_name(place.name + ".csv")
        one = timed([*DISCERN, "predict", run, place, "-o", out, "--force"])
        with out.open("rb") as file:
            check(sum(1 for _ in file) == n + 1, f"{place.name}: not {n} answers")
        show(f"{n:,} {what}", [one], items=n)
        most.append(one.anonymous)
    factor = most[-1] / max(1, most[0])
    says = "grows" if factor >= GROWS else "constant"
    print(f"  {says}: {factor:.2f} times the memory for {counts[-1] / counts[0]:.0f} times the pictures")


def training(folder: Path, counts: Sequence[int]) -> None:
    claim(f"training on {MANY:,} pictures of 112 x 112 takes at most 2 GB of anonymous memory")
    command: list[str | Path] = [*DISCERN, "train"]
    options = ["--model", "conv", "--epochs", "1", "--augment", "none", "--layers", LAYERS]
    for n in counts:
        many = folder / f"many{n}"
        _pictures(many, n)
        env = {"DISCERN_CACHE": str(folder / "cache"), "DISCERN_CACHE_LIMIT": "4"}
        one = timed([*command, many, "-o", folder / f"trained{n}", *options], env=env)
        show(f"{n:,} pictures", [one])
        print(f"  {'under' if one.anonymous <= MOST else 'OVER'} 2 GB")


def _pictures(folder: Path, n: int) -> None:
    """JPEGs of two classes, squares of colour, all different."""
    squares = np.random.default_rng(0).integers(0, 256, (n, 7, 7, 3), dtype=np.uint8)
    for label in "ab":
        (folder / label).mkdir(parents=True)
    for index in range(n):
        picture = Image.fromarray(squares[index]).resize((112, 112), Image.Resampling.NEAREST)
        picture.save(folder / "ab"[index % 2] / f"{index:06d}.jpg", quality=30)


def _noise(file: Path, n: int) -> None:
    """An IDX file of `n` pictures of 28 x 28, the same block of noise again and again."""
    rows = 1_000
    block = np.random.default_rng(0).integers(0, 256, (rows, 28, 28), dtype=np.uint8).tobytes()
    with gzip.open(file, "wb", compresslevel=1) if file.suffix == ".gz" else file.open("wb") as out:
        out.write(struct.pack(">4i", 0x00000803, n, 28, 28))
        for _ in range(n // rows):
            out.write(block)


if __name__ == "__main__":
    main(sys.argv[1:])
