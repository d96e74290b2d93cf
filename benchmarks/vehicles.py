"""Vehicles against a register: plates found and read, clones found and false alarms, by how far the vehicle is turned.

Learns letters, and makes and models from small photographs of 240 other vehicles (seed 0) first; `--letters RUN` and
`--make RUN` take models that are there. Draws vehicles by a seed in 640 x 960 pixels, 16 photographs of each, of which
those are measured that show a plate: up to 45 degrees from the front or the rear. How plates are read was decided on
vehicles of the seeds 5 and 7; those of any other seed are new to it.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
from collections.abc import Iterable
from pathlib import Path

from common import DISCERN, claim, machine, timed

from discern.data.register import bare
from discern.evaluate.intervals import wilson
from discern.evaluate.reading import character_error
from discern.evaluate.vehicle import MISMATCH, NO_PLATE, Vehicle
from discern.workflows.vehicle import Checker

VEHICLES, SEED, SIZE = 120, 21, "640x960"
AWAY = {0: (4, 12), 22.5: (3, 5, 11, 13), 45: (2, 6, 10, 14)}
"""Photographs by how many degrees the front or the rear is turned away from the camera."""


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--letters", type=Path)
    asked.add_argument("--make", type=Path)
    asked.add_argument("--n", type=int, default=VEHICLES)
    asked.add_argument("--seed", type=int, default=SEED)
    given = asked.parse_args()
    machine()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        letters, make = given.letters or letters_run(folder), given.make or make_run(folder)
        photographs = folder / "vehicles"
        drawn = ("--n", str(given.n), "--seed", str(given.seed), "--size", SIZE)
        timed([*DISCERN, "sample", "vehicles", photographs, *drawn])
        checker = Checker(letters, make, photographs / "register.csv")
        with (photographs / "plates.csv").open() as file:
            vehicles = list(csv.DictReader(file))
        with (photographs / "metadata.csv").open() as file:
            kinds = [(row["make"], row["model"]) for row in csv.DictReader(file)]
        found: dict[float, list[tuple[dict[str, str], Vehicle, bool]]] = {away: [] for away in AWAY}
        for row, kind in zip(vehicles, kinds, strict=True):
            for away, angles in AWAY.items():
                for angle in angles:
                    one = checker.check(photographs / "photos" / f"{row['id']}_{angle + 1:02d}.jpg")
                    found[away].append((row, one, one.seen.labels == kind))
    cloned = sum(row["carried"] == "cloned" for row in vehicles)
    claim(
        f"{len(vehicles)} vehicles, {cloned} with the plate of another, each from 10 sides; intervals as if independent"
    )
    for away, some in found.items():
        told(f"{away:g} degrees away", some)
    told("all", [one for some in found.values() for one in some])


def told(name: str, some: list[tuple[dict[str, str], Vehicle, bool]]) -> None:
    """One line of figures."""
    wanted = [bare(row["plate"]) for row, _, _ in some]
    read = [bare(one.plate.text) if one.plate else "" for _, one, _ in some]
    sure = [a == b for a, b, (_, one, _) in zip(read, wanted, some, strict=True) if one.plate and not one.plate.unsure]
    print(f"{name}: {len(some)} photographs")
    print(f"  a plate was found     {share(one.verdict != NO_PLATE for _, one, _ in some)}")
    print(f"  the whole plate right {share(a == b for a, b in zip(read, wanted, strict=True))}")
    print(f"  right where every character is sure {share(sure)}")
    print(f"  character error       {character_error(read, wanted)}")
    print(f"  make and model right  {share(right for _, _, right in some)}")
    clones = [one.verdict == MISMATCH for row, one, _ in some if row["carried"] == "cloned"]
    print(f"  clones found          {share(clones)}")
    alarms = [one.verdict == MISMATCH for row, one, _ in some if row["carried"] != "cloned"]
    print(f"  false alarms          {share(alarms)}")


def share(hits: Iterable[bool]) -> str:
    """`12 of 20, 60.0 % (38.7 to 78.1)`."""
    hits = list(hits)
    if not hits:
        return "none to measure"
    low, high = wilson(sum(hits), len(hits))
    return f"{sum(hits)} of {len(hits)}, {100 * sum(hits) / len(hits):.1f} % ({100 * low:.1f} to {100 * high:.1f})"


def letters_run(folder: Path) -> Path:
    timed([*DISCERN, "sample", "letters", folder / "letters", "--n", "88"])
    options = ("--model", "conv", "--size", "28", "--symbols", "--epochs", "14")
    timed([*DISCERN, "train", folder / "letters", "-o", folder / "letter-run", *options])
    return folder / "letter-run"


def make_run(folder: Path) -> Path:
    cars = folder / "cars"
    timed([*DISCERN, "sample", "vehicles", cars, "--n", "240"])
    labels = ("--labels", cars / "metadata.csv", "--label", "make", "--label", "model", "--group-from", r"(.+)_\d+")
    options = ("--model", "conv", "--crop", "0,0,0,0.1", "--size", "64x96", "--budget", "420s")
    timed([*DISCERN, "train", cars / "photos", *labels, *options, "-o", folder / "make-run"])
    return folder / "make-run"


if __name__ == "__main__":
    main()
