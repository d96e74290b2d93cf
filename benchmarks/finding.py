"""Finding: digits of MNIST's test part on cluttered canvases, found by a network that learned sections of canvases with
digits of its training part; and a picture of one megapixel. The generator is `discern.data.canvases`, with these seeds.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from common import DISCERN, claim, data, machine, show, timed
from PIL import Image

from discern.data import idx
from discern.data.canvases import canvas, sections
from discern.evaluate.boxes import Box, average_precision
from discern.workflows.locate import Finder

SECTIONS, CANVASES = 30_000, 300
LEARN_SEED, CANVAS_SEED = 0, 1


def main() -> None:
    machine()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pictures, labels = sections(*digits("train"), SECTIONS, seed=LEARN_SEED)
        np.savez(folder / "sections.npz", X=pictures, y=labels)
        run = folder / "run"
        options = ("--model", "conv", "--budget", "150s")
        show(
            f"learning {SECTIONS:,} sections",
            [timed([*DISCERN, "train", folder / "sections.npz", "-o", run, *options])],
        )
        claim("average precision at 0.5 overlap at least 0.9 on cluttered canvases")
        finder = Finder(run)
        drawn = [canvas(*digits("t10k"), number, seed=CANVAS_SEED) for number in range(CANVASES)]
        found = [finder.find(pixels).boxes for pixels, _ in drawn]
        true = [[Box(one.label, 1.0, *map(float, one.square)) for one in placed] for _, placed in drawn]
        print(f"  {average_precision(found, true)}, {sum(map(len, true)):,} digits on {CANVASES} canvases")
        claim("a picture of one megapixel in at most 3 s, whole process")
        large = np.vstack([np.hstack([drawn[7 * row + column][0] for column in range(7)]) for row in range(7)])
        Image.fromarray(large[:1000, :1000]).save(folder / "large.png")
        show(
            "discern image locate", [timed([*DISCERN, "image", "locate", run, folder / "large.png"]) for _ in range(3)]
        )


def digits(part: str) -> tuple[np.ndarray, np.ndarray]:
    folder = data("mnist")
    pictures = np.asarray(idx.read_images(folder / f"{part}-images-idx3-ubyte.gz")).reshape(-1, 28, 28)
    return pictures, idx.read_labels(folder / f"{part}-labels-idx1-ubyte.gz").astype(str)


if __name__ == "__main__":
    main()
