"""Start and predict: one picture, 2,000 small photographs and photographs of 12 megapixels, from file to CSV.

The peer is the loop that people write: Pillow, resize, a network of the same layers in PyTorch, the csv module.
"""

from __future__ import annotations

import csv
import sys
import tempfile
from pathlib import Path
from typing import Any

import photographs
from common import DISCERN, alternating, check, claim, machine, ratio, show, timed

REPEATS = 3
LARGE, LARGE_PEER = 400, 40


def main() -> None:
    machine()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run, some = photographs.some_trained_on(folder), photographs.small()
        starting(run, some[0])
        claim("2,000 photographs of 160 pixels: 1,000 a second or more from file to CSV, whole process")
        small = folder / "small"
        photographs.repeated([Path(copy) for copy in _copied(some, folder / "kept")], small, len(some))
        compare(run, small, small, folder)
        claim("JPEGs of 12 megapixels: 150 a second or more from file to CSV, whole process")
        made = photographs.large(folder / "large", LARGE)
        photographs.repeated(made[: photographs.DIFFERENT], folder / "few", LARGE_PEER)
        print(f"  {len(made)} files of {made[0].stat().st_size / 1e6:.2f} MB; the peer reads {LARGE_PEER}")
        compare(run, folder / "large", folder / "few", folder)


def starting(run: Path, picture: Path) -> None:
    claim("`discern --help` in at most 0.25 s; one picture predicted, whole process, in at most 0.8 s")
    found = alternating(
        {
            "discern --help": lambda: timed([*DISCERN, "--help"]),
            "one picture": lambda: timed([*DISCERN, "predict", run, picture]),
        },
        2 * REPEATS + 1,
    )
    for what, runs in found.items():
        show(what, runs)
    check(all(picture.name in one.output for one in found["one picture"]), "the one picture got no answer")


def compare(run: Path, ours: Path, peers: Path, folder: Path) -> None:
    out, other = folder / "ours.csv", folder / "peer.csv"
    n, n_peer = (len(list(place.iterdir())) for place in (ours, peers))
    found = alternating(
        {
            "discern": lambda: timed([*DISCERN, "predict", run, ours, "-o", out, "--force"]),
            "Pillow and PyTorch": lambda: timed([sys.executable, __file__, "peer", peers, other]),
        },
        REPEATS,
    )
    show("discern", found["discern"], items=n)
    show("Pillow and PyTorch", found["Pillow and PyTorch"], items=n_peer)
    ratio(found["discern"], found["Pillow and PyTorch"], ours_items=n, peer_items=n_peer)
    for path, rows in ((out, n), (other, n_peer)):
        found_rows = len(path.read_text().splitlines()) - 1
        check(found_rows == rows, f"{path.name} has {found_rows} answers; expected {rows}")


def peer(folder: Path, out: Path) -> None:
    import numpy as np
    import torch
    from PIL import Image
    from torch import nn

    def conv(takes: int, gives: int) -> list[nn.Module]:
        return [nn.Conv2d(takes, gives, 3, padding=1, bias=False), nn.BatchNorm2d(gives), nn.ReLU()]

    class Residual(nn.Module):
        def __init__(self, width: int) -> None:
            super().__init__()
            self.inner = nn.Sequential(*conv(width, width), *conv(width, width)[:2])

        def forward(self, x: torch.Tensor) -> Any:
            return torch.relu(x + self.inner(x))

    network = nn.Sequential(
        *conv(3, 32), nn.MaxPool2d(2), *conv(32, 64), nn.MaxPool2d(2), Residual(64),
        *conv(64, 128), nn.MaxPool2d(2), Residual(128), *conv(128, 256),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(256, 2), nn.Softmax(1),
    ).eval()  # fmt: skip
    paths = sorted(folder.iterdir())
    with out.open("w", newline="") as file, torch.inference_mode():
        writer = csv.writer(file)
        writer.writerow(["item", "prediction", "cats", "dogs"])
        for start in range(0, len(paths), 256):
            batch = paths[start : start + 256]
            pictures = [np.asarray(Image.open(path).convert("RGB").resize((64, 64))) for path in batch]
            values = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 255
            for path, (cats, dogs) in zip(batch, network(values).tolist(), strict=True):
                writer.writerow([path, "cats" if cats > dogs else "dogs", cats, dogs])


def _copied(paths: list[Path], folder: Path) -> list[Path]:
    """Copies on the disk of the temporary folder, where they can get further names."""
    folder.mkdir()
    copies = []
    for path in paths:
        copies.append(folder / f"{path.parent.name}.{path.name}")
        copies[-1].write_bytes(path.read_bytes())
    return copies


if __name__ == "__main__":
    if sys.argv[1:2] == ["peer"]:
        peer(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main()
