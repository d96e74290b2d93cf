"""Cats and dogs, from two folders of photographs to a saved, evaluated and reported run, beside a plain Keras script.

DISCERN_PEERS names the Python that has what benchmarks/peers/requirements.txt lists. The cache of decoded pictures is
empty at the start of every run. `--long` adds what takes more than a few minutes, `--seeds` the runs by default.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from common import claim, data, learned, machine, peer_python, ratio, show, timed, verdict

BY_HAND = ("--augment", "shift 0.1, zoom 0.2, flip")
"""As in the peer's script, where a person says how pictures may be varied; finding it out takes five seconds."""
BUDGETS = (
    ("80.4 %", "a twelfth", ("--budget", "33s", "--size", "64", *BY_HAND)),
    ("88 %", "a sixth", ("--budget", "66s", "--size", "112", *BY_HAND)),
    ("94 %", "the whole", ("--budget", "350s")),
)
SEEDS = 3


def main() -> None:
    machine()
    photographs = data("cats-dogs")
    asked = sys.argv[1:]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if "--seeds" not in asked:
            peer = [timed([peer_python(), Path(__file__).parent / "peers" / "keras_photographs.py", photographs])]
            show("Keras, 8,000 steps", peer)
            print(f"  {'':28} {peer[0].output.strip().splitlines()[-1]}")
            for figure, share, options in BUDGETS if "--long" in asked else BUDGETS[:2]:
                claim(f"{figure} in at most {share} of its time, whole processes")
                named = options[1]
                runs = [learned(photographs, folder / named, "conv", *options, cache=folder / f"cache of {named}")]
                verdict(f"discern, a budget of {named}", runs)
                ratio([one.timing for one in runs], peer)
            return
        claim(f"by default, in at most 20 minutes, a mean of 95.5 % over {SEEDS} seeds")
        runs = []
        for seed in range(SEEDS):
            runs.append(learned(photographs, folder / f"{seed}", None, "--seed", str(seed), cache=folder / f"c{seed}"))
            verdict(f"discern, seed {seed}", runs[-1:])
        verdict("discern, as it comes", runs)


if __name__ == "__main__":
    main()
