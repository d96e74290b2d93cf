"""Memory: prediction of ever more pictures, and (`--long`) training on 100,000 photographs; RssAnon of the process.

The pictures are a few real ones under many names, and IDX files of noise.
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

FOLDERS = (1_000, 4_000, 8_000)
ROWS = (5_000, 20_000)
"""Each more than two batches, which are in memory at a time."""
MANY = 100_000
MOST = 2_000_000_000
GROWS = 1.25
"""Memory of the most pictures over that of the fewest from which it is said to grow."""


def main(arguments: Sequence[str]) -> None:
    machine()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run = photographs.some_trained_on(folder)
        predicting(run, folder)
        if "--long" in arguments:
            training(folder)
        else:
            print("\nskipped: training on 100,000 photographs takes minutes; --long measures it, too")


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


def training(folder: Path) -> None:
    claim(f"training on {MANY:,} photographs at 64 x 64 takes at most 2 GB of anonymous memory")
    many = folder / "many"
    kept = folder / "learn"
    for label in ("cats", "dogs"):
        originals = sorted((kept / label).iterdir())
        photographs.repeated(originals, many / label, MANY // 2)
    command: list[str | Path] = [*DISCERN, "train", many, "-o", folder / "trained", "--model", "conv"]
    env = {"DISCERN_CACHE": str(folder / "cache")}
    one = timed([*command, "--epochs", "1", "--augment", "none"], env=env)
    show(f"{MANY:,} photographs", [one])
    print(f"  {'under' if one.anonymous <= MOST else 'OVER'} 2 GB")


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
