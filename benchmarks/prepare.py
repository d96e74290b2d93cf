"""Preparation: a folder of 10,000 photographs to the cache, again from it, and near-duplicates among 70,000 digits.

The peers are the loops that people write: Pillow to one `.npy` file; difference hashes of 64 bits, all pairs compared.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from common import Timing, alternating, check, claim, data, machine, ratio, show, timed

REPEATS = 3
READ = "import sys, discern; found = discern.read(sys.argv[1]); print(found.n)"
THREADS = READ.replace(";", "; from discern.data import workers; workers.A_PROCESS = 10**9;", 1)
NEAR = """
import sys, time, discern
found = discern.read(sys.argv[1])
began = time.perf_counter()
print(len(found.near.groups), time.perf_counter() - began)
"""


def main() -> None:
    machine()
    with tempfile.TemporaryDirectory() as name:
        reading(Path(name))
    near()


def reading(folder: Path) -> None:
    claim("10,000 JPEGs to the cache in at most 6 s, a second time in at most 1 s, whole process")
    photographs = data("cats-dogs")
    n = len(list(photographs.glob("t*/*/*.jpg")))
    caches = [folder / f"cache{index}" for index in range(REPEATS)]
    fresh, used = iter(caches), iter(caches)
    others = (folder / f"other{index}" for index in range(REPEATS))

    def read(cache: Path, program: str = READ) -> Timing:
        return timed([sys.executable, "-c", program, photographs], env={"DISCERN_CACHE": str(cache)})

    found = alternating(
        {
            "the first time": lambda: read(next(fresh)),
            "a second time": lambda: read(next(used)),
            "by threads alone": lambda: read(next(others), THREADS),
            "Pillow to .npy": lambda: timed([sys.executable, __file__, "peer", photographs, folder / "peer.npy"]),
        },
        REPEATS,
    )
    for what, runs in found.items():
        show(what, runs, items=n)
    ratio(found["the first time"], found["Pillow to .npy"])
    for runs in found.values():
        counts = {int(one.output) for one in runs}
        check(counts == {n}, f"{counts} photographs read; expected {n}")


def near() -> None:
    claim("near-duplicates among 70,000 digits in at most 3 s (reading them not counted)")
    digits = data("mnist")
    found = alternating(
        {
            "discern": lambda: timed([sys.executable, "-c", NEAR, digits]),
            "hashes, all pairs": lambda: timed([sys.executable, __file__, "hashes", digits]),
        },
        REPEATS,
    )
    for what, runs in found.items():
        show(f"{what}, process", runs)
        seconds = sorted(float(one.output.split()[1]) for one in runs)
        print(f"  {'':28} of which the search {seconds[len(seconds) // 2]:.2f} s; found: {runs[0].output.split()[0]}")
    check(
        all(one.output.split()[0] == "0" for one in found["discern"]), "MNIST has no near-duplicates; some were found"
    )


def peer(folder: Path, out: Path) -> None:
    import numpy as np
    from PIL import Image

    paths = sorted(folder.glob("t*/*/*.jpg"))
    pictures = [np.asarray(Image.open(path).convert("RGB").resize((64, 64))) for path in paths]
    np.save(out, np.stack(pictures))
    print(len(pictures))


def hashes(folder: Path) -> None:
    """Pairs of digits whose difference hashes are equal but for two bits (about what imagehash users write)."""
    import gzip
    import time

    import numpy as np
    from PIL import Image

    files = [folder / name for name in ("train-images-idx3-ubyte.gz", "t10k-images-idx3-ubyte.gz")]
    pictures = [np.frombuffer(gzip.decompress(file.read_bytes())[16:], np.uint8).reshape(-1, 28, 28) for file in files]
    began = time.perf_counter()
    bits = []
    for picture in np.concatenate(pictures):
        small = np.asarray(Image.fromarray(picture).resize((9, 8), Image.Resampling.BILINEAR)).astype(np.int16)
        bits.append(np.packbits(small[:, 1:] > small[:, :-1]))
    codes = np.stack(bits).view(np.uint64)[:, 0]
    pairs = 0
    for start in range(0, len(codes), 256):
        block = codes[start : start + 256]
        apart = np.bitwise_count(block[:, None] ^ codes[None, start:])
        apart[np.tri(*apart.shape, dtype=np.bool_)] = 64  # each pair once
        pairs += int(np.count_nonzero(apart <= 2))
    print(pairs, time.perf_counter() - began)


if __name__ == "__main__":
    if sys.argv[1:2] == ["peer"]:
        peer(Path(sys.argv[2]), Path(sys.argv[3]))
    elif sys.argv[1:2] == ["hashes"]:
        hashes(Path(sys.argv[2]))
    else:
        main()
