"""MNIST, from four IDX files to a saved, evaluated and reported run, beside a plain Keras script.

DISCERN_PEERS names the Python that has what benchmarks/peers/requirements.txt lists.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from common import claim, data, learned, machine, peer_python, ratio, show, timed, verdict

QUICK = ("--budget", "3s", "--augment", "none")
SEEDS = 5


def main() -> None:
    machine()
    digits = data("mnist")
    python = peer_python()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        claim("98.8 % in at most an eighth of the time of a plain Keras script of ten epochs, whole processes")
        peer = [timed([python, Path(__file__).parent / "peers" / "keras_digits.py", digits])]
        show("Keras", peer)
        print(f"  {'':28} {peer[0].output.strip().splitlines()[-1]}")
        quick = [learned(digits, folder / f"quick{seed}", "conv", *QUICK, "--seed", str(seed)) for seed in range(3)]
        verdict("discern, a budget of 3 s", quick)
        ratio([one.timing for one in quick], peer)
        if "--long" not in sys.argv[1:]:
            return
        claim(f"a mean of 99.6 % over {SEEDS} seeds in at most half of its time")
        whole = [learned(digits, folder / f"whole{seed}", "conv", "--seed", str(seed)) for seed in range(SEEDS)]
        verdict("discern, as it comes", whole)
        ratio([one.timing for one in whole], peer)


if __name__ == "__main__":
    main()
