"""Makes the pictures of docs/inside.md: learns small models of the real data beside the repository, runs commands and
takes pictures of their pages with a browser. `python docs/inside_pictures.py`, about six minutes on two cores.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import polars as pl
from PIL import Image

from discern.data import idx
from discern.data.canvases import canvas, sections

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[1] / "shared" / "data"
IMAGES = HERE / "images"
WIDTH = 900
PHOTOGRAPHS = 1_500
"""Of each class."""
COLOURS = 128


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        os.chdir(name)
        folder = Path()
        shutil.copy(DATA / "cats-dogs" / "new" / "cat_or_dog_1.jpg", "dog.jpg")
        dog = Path("dog.jpg")
        discern(
            "image", "filter", dog, "--kernel", "edges", "--rectify", "relu", "--pool", "max 4", "-o", folder / "f.html"
        )
        shot(folder / "f.html", "filter", 760)
        discern("image", "filter", "sample:five", "--kernel", "cross", "--padding", "none", "-o", folder / "five.html")
        shot(folder / "five.html", "sums", 1500)
        explained(folder, dog)
        digits(folder)
        found(folder)
        read(folder)
        vehicles(folder)
        discern("series", "write", DATA / "shakespeare" / "input.txt", "-o", folder / "plays", "--budget", "80s")
        shot(folder / "plays" / "writing.html", "writing", 2300)


def explained(folder: Path, dog: Path) -> None:
    """Why a photograph is called a dog."""
    for label in ("cats", "dogs"):
        (folder / "photos" / label).mkdir(parents=True)
        for path in sorted((DATA / "cats-dogs" / "train" / label).glob("*.jpg"))[:PHOTOGRAPHS]:
            shutil.copy(path, folder / "photos" / label)
    discern("train", folder / "photos", "-o", folder / "dogs", "--model", "conv", "--budget", "60s")
    discern("explain", folder / "dogs", folder / "dog.jpg", "-o", folder / "why")
    shot(folder / "why" / "explain.html", "why", 1720)
    discern("explain", folder / "dogs", "-o", folder / "whole")
    shot(folder / "whole" / "explain.html", "where", 760)


def digits(folder: Path) -> None:
    """A digit on its way through a network."""
    discern(
        "train",
        DATA / "mnist",
        "-o",
        folder / "digits",
        "--model",
        "conv",
        "--epochs",
        "6",
        "--symbols",
        "--keep-epochs",
    )
    Image.fromarray(_digits("t10k")[0][4]).save(folder / "digit.png")
    discern("explain", folder / "digits", folder / "digit.png", "--inside", "--film", "-o", folder / "in")
    shot(folder / "in" / "explain.html", "inside", 1500)
    shutil.copy(folder / "in" / "inside.gif", IMAGES / "inside.gif")


def found(folder: Path) -> None:
    """Digits found on a cluttered canvas."""
    pictures, labels = sections(*_digits("train"), 20_000)
    np.savez(folder / "sections.npz", X=pictures, y=labels)
    discern("train", folder / "sections.npz", "-o", folder / "finder", "--model", "conv", "--budget", "70s")
    drawn = [canvas(*_digits("t10k"), number, seed=1)[0] for number in (2, 5, 11, 13)]
    Image.fromarray(np.vstack([np.hstack(drawn[:2]), np.hstack(drawn[2:])])).save(folder / "canvas.png")
    discern(
        "image",
        "locate",
        folder / "finder",
        folder / "canvas.png",
        "--smallest",
        "24",
        "--largest",
        "56",
        "-o",
        folder / "l.html",
    )
    shot(folder / "l.html", "found", 1080)


def read(folder: Path) -> None:
    """A number plate in a font that was not learned."""
    discern("sample", "letters", folder / "letters", "--n", "88")
    options = ("--model", "conv", "--size", "28", "--symbols", "--epochs", "14")
    discern("train", folder / "letters", "-o", folder / "reader", *options)
    discern("sample", "plates", folder / "plates", "--n", "6")
    discern("image", "read", folder / "reader", folder / "plates" / "plate00001.png", "-o", folder / "r.html")
    shot(folder / "r.html", "read", 900)


def vehicles(folder: Path) -> None:
    """A photograph of a made-up vehicle with the plate of another; the reader is the one of `read`."""
    cars, seen = folder / "cars", folder / "seen"
    discern("sample", "vehicles", cars, "--n", "240")
    labels = ("--labels", cars / "metadata.csv", "--label", "make", "--label", "model", "--group-from", r"(.+)_\d+")
    options = ("--model", "conv", "--crop", "0,0,0,0.1", "--size", "64x96", "--budget", "180s")
    discern("train", cars / "photos", *labels, *options, "-o", folder / "makes")
    discern("sample", "vehicles", seen, "--n", "24", "--seed", "21", "--size", "640x960")
    plates = pl.read_csv(seen / "plates.csv")
    some = [*plates.filter(pl.col("carried") == "cloned")["id"][:1], *plates["id"][:3]]
    photos = [seen / "photos" / f"{name}_04.jpg" for name in dict.fromkeys(some)]
    models = ("--plate", folder / "reader", "--make", folder / "makes", "--register", seen / "register.csv")
    discern("image", "vehicle", *photos, *models, "-o", folder / "vehicles.html")
    shot(folder / "vehicles.html", "vehicle", 1250)


def discern(*arguments: object) -> None:
    """One command, in a process of its own, in the working folder: pages name files as they were typed."""
    subprocess.run([sys.executable, "-m", "discern", *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)


def shot(page: Path, name: str, height: int) -> None:
    """A picture of the upper part of a page."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    assert browser is not None, "no chromium here"
    page = page.absolute()
    place = page.with_suffix(".png")
    size = f"--window-size=1060,{height}"
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", size]
    subprocess.run([*command, f"--screenshot={place}", page.as_uri()], check=True, capture_output=True)
    with Image.open(place) as image:
        smaller = image.convert("RGB").resize(
            (WIDTH, round(WIDTH * image.height / image.width)), Image.Resampling.LANCZOS
        )
    smaller.quantize(COLOURS).save(IMAGES / f"{name}.png", optimize=True)


def _digits(part: str) -> tuple[np.ndarray, np.ndarray]:
    folder = DATA / "mnist"
    pictures = np.asarray(idx.read_images(folder / f"{part}-images-idx3-ubyte.gz")).reshape(-1, 28, 28)
    return pictures, idx.read_labels(folder / f"{part}-labels-idx1-ubyte.gz").astype(str)


if __name__ == "__main__":
    main()
