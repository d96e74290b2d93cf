"""Photographs to measure with, and a network that `discern train` makes of some of them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
from common import DISCERN, data, timed
from PIL import Image

LARGE = (4000, 3000)
"""Width and height of 12 megapixels."""
DIFFERENT = 8


def small() -> list[Path]:
    """The photographs of the cats and dogs' test part, shortest side 160 pixels."""
    return sorted(data("cats-dogs", "test").rglob("*.jpg"))


def some_trained_on(folder: Path, n: int = 400) -> Path:
    """A run with the default network of photographs; its weights, after one epoch, do not matter for its speed."""
    photographs = folder / "learn"
    for label in ("cats", "dogs"):
        (photographs / label).mkdir(parents=True)
        for path in sorted(data("cats-dogs", "train", label).glob("*.jpg"))[: n // 2]:
            shutil.copy(path, photographs / label)
    run = folder / "run"
    timed([*DISCERN, "train", photographs, "-o", run, "--model", "conv", "--epochs", "1", "--augment", "none"])
    return run


def large(folder: Path, n: int) -> list[Path]:
    """`n` JPEGs of 12 megapixels, quality 85: real photographs, enlarged, with the noise of a camera; each of them
    stands under several names (one file on the disk)."""
    folder.mkdir()
    rng = np.random.default_rng(0)
    originals = []
    for index, path in enumerate(sorted(data("vehicles", "photos").glob("*.jpg"))[:DIFFERENT]):
        with Image.open(path) as image:
            pixels = np.asarray(image.convert("RGB").resize(LARGE, Image.Resampling.BICUBIC)).astype(np.int16)
        pixels += rng.integers(-3, 4, (*pixels.shape[:2], 1), dtype=np.int16)
        originals.append(folder / f"{index:05d}.jpg")
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(originals[-1], quality=85)
    return originals + repeated(originals, folder, n - len(originals))


def repeated(paths: list[Path], folder: Path, n: int) -> list[Path]:
    """`n` more names for some files."""
    folder.mkdir(exist_ok=True)
    made = []
    for index in range(n):
        name = folder / f"again{index:07d}.jpg"
        os.link(paths[index % len(paths)], name)
        made.append(name)
    return made
