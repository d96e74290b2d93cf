"""How often intervals of corrected shares hold the truth: simulated counts at several shares, sizes and classifiers.

    python benchmarks/counting.py            # 135 settings, 2,000 simulations each: about a minute
    python benchmarks/counting.py --times 200

A classifier with a known sensitivity and rate of false alarms answers for a labelled sample and for the items to be
counted; the share among the counted is another one than in the sample. Coverage is the share of simulations whose 95 %
interval holds the true share; simulating has an error of its own, 0.5 points at 2,000 times. Beside it stands what the
usual interval, which takes the labelled sample's rates for known, would have held.
"""

from __future__ import annotations

import argparse
import itertools
import json

import numpy as np

from discern.evaluate.share import Sample, corrected

CLASSIFIERS = ((0.8, 0.08), (0.65, 0.05), (0.9, 0.03))
LABELLED = ((101, 209), (202, 418), (40, 80))
ITEMS = (100, 1_000, 100_000)
SHARES = (0.01, 0.03, 0.1, 0.3, 0.6)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--times", type=int, default=2000)
    times = options.parse_args().times
    rng = np.random.default_rng(0)
    rows = []
    for labelled, (found, false), n, share in itertools.product(LABELLED, CLASSIFIERS, ITEMS, SHARES):
        up, down = rng.binomial(labelled[0], found, times), rng.binomial(labelled[1], false, times)
        yes = rng.binomial(n, share * found + (1 - share) * false, times) / n
        rates = up / labelled[0], down / labelled[1]
        of = [Sample(rate, 1.0, size) for rate, size in zip(rates, labelled, strict=True)]
        _, low, high = corrected(yes, np.full(times, float(n)), *of)
        held = float(((low <= share) & (share <= high)).mean())
        fixed = (yes - rates[1]) / (rates[0] - rates[1])
        half = 1.96 * np.sqrt(yes * (1 - yes) / n) / (rates[0] - rates[1])
        usual = float(((fixed - half <= share) & (share <= fixed + half)).mean())
        rows.append((labelled, found, false, n, share, held, usual, float(np.mean(high - low))))
    print(f"{'labelled':>10} {'found':>6} {'false':>6} {'items':>8} {'share':>6} {'held':>7} {'usual':>7} {'width':>6}")
    for labelled, found, false, n, share, held, usual, width in rows:
        size = f"{labelled[0]}+{labelled[1]}"
        line = f"{size:>10} {found:6.2f} {false:6.2f} {n:8,} {share:6.2f} {held:7.3f} {usual:7.3f} {width:6.3f}"
        print(line + ("" if 0.93 <= held <= 0.97 else "  outside 93 to 97 %"))
    summary = {
        f"{size[0]}+{size[1]}": {
            "lowest": min(row[5] for row in rows if row[0] == size),
            "highest": max(row[5] for row in rows if row[0] == size),
            "mean": float(np.mean([row[5] for row in rows if row[0] == size])),
            "usual_mean": float(np.mean([row[6] for row in rows if row[0] == size])),
        }
        for size in LABELLED
    }
    print(json.dumps({"times": times, "coverage": summary}, indent=2))


if __name__ == "__main__":
    main()
