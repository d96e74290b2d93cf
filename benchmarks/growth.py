"""Growth: seconds of the processor against the number of pictures, as the exponent of a power law.

Above 70,000 digits the pictures are simulated: digits shifted by up to two pixels, with noise. `--long` goes up to
1,000,000.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from pathlib import Path

from common import check, claim, data, machine, timed

SHORT = (1_000, 4_000, 16_000, 64_000)
LONG = (*SHORT, 256_000, 1_000_000)
MOST = 1.1
STAGES = ("near-duplicates", "audit without them", "prediction")


def main(arguments: Sequence[str]) -> None:
    machine()
    claim(f"time against the number of pictures: no exponent above {MOST}")
    digits = data("mnist")
    counts = LONG if "--long" in arguments else SHORT
    found: dict[str, list[float]] = {name: [] for name in STAGES}
    print(f"  {'digits':>10}  " + "  ".join(f"{name:>20}" for name in STAGES) + "   memory")
    for n in counts:
        one = timed([sys.executable, __file__, "measure", digits, str(n)])
        seconds = [float(word) for word in one.output.split()]
        check(len(seconds) == len(STAGES), f"{n} digits: found {one.output!r}")
        for name, value in zip(STAGES, seconds, strict=True):
            found[name].append(value)
        row = "  ".join(f"{value:18.3f} s" for value in seconds)
        print(f"  {n:10,}  {row}   {one.anonymous / 1e6:,.0f} MB", flush=True)
    for name, values in found.items():
        whole, last = exponent(counts, values), exponent(counts[-2:], values[-2:])
        says = "" if max(whole, last) <= MOST else "   ABOVE THE CLAIM"
        print(f"  {name:20} exponent {whole:.2f} over all, {last:.2f} at the end{says}")


def exponent(counts: Sequence[int], seconds: Sequence[float]) -> float:
    """Slope of the line through the logarithms, by least squares."""
    x, y = [math.log(n) for n in counts], [math.log(max(value, 1e-6)) for value in seconds]
    middle, level = sum(x) / len(x), sum(y) / len(y)
    across = sum((a - middle) * (b - level) for a, b in zip(x, y, strict=True))
    return across / sum((a - middle) ** 2 for a in x)


def measure(folder: Path, n: int) -> None:
    """Print the processor seconds of each stage for `n` digits."""
    import tempfile
    import time

    import numpy as np

    import discern
    from discern.workflows.predict import load

    whole = discern.read(folder)
    rng = np.random.default_rng(0)
    rows = rng.permutation(whole.n)[:n] if n <= whole.n else rng.integers(0, whole.n, n)
    values, labels = whole.values[rows], np.asarray(whole.labels)[rows]
    if n > whole.n:
        for start in range(0, n, 10_000):
            part = values[start : start + 10_000]
            shift = rng.integers(-2, 3, 2)
            noise = rng.integers(0, 32, part.shape, dtype=np.uint8)
            values[start : start + 10_000] = np.maximum(np.roll(part, shift, (1, 2)), noise)
    simulated = discern.read(values, labels)
    seconds = []
    for stage in (lambda: simulated.near, lambda: discern.audit(simulated)):
        began = time.process_time()
        stage()
        seconds.append(time.process_time() - began)
    with tempfile.TemporaryDirectory() as name:
        few = discern.read(whole.values[:2_000], np.asarray(whole.labels)[:2_000])
        run = discern.train(few, model="conv", epochs=1, augment="none", out=Path(name) / "run")
        model = load(run.path)
        began = time.process_time()
        model.predict_proba(values)
        seconds.append(time.process_time() - began)
    print(*seconds)


if __name__ == "__main__":
    if sys.argv[1:2] == ["measure"]:
        measure(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        main(sys.argv[1:])
