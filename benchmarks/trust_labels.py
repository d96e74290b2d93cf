"""Trust: false alarms of `--solvable` on random labels, and what `--more-data` would have predicted of MNIST."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence

import numpy as np
from common import claim, data, machine

DATA_SETS, MOST_SHOWN = 200, 18
EXCHANGED = 199


MODELS = ("bayes", "logistic", "tree", "forest", "knn")
QUARTER, FULL = 15_000, 60_000


def main(arguments: Sequence[str]) -> None:
    """All of it, or only `alarms`, or only the named models."""
    machine()
    if not arguments or "alarms" in arguments:
        false_alarms()
    models = [name for name in MODELS if name in arguments or not arguments]
    if models:
        backtest(models)


def backtest(models: Sequence[str]) -> None:
    """A law fitted on 15,000 digits of MNIST against what 60,000 come to, on 10,000 others; all 70,000 shuffled.

    Shuffled, because MNIST's own test part was written by other people than its training part.
    """
    import discern
    from discern.evaluate.intervals import wilson
    from discern.evaluate.more_data import HELD, more_data
    from discern.evaluate.refit import Refit
    from discern.models import catalogue

    claim("fitted on a quarter of MNIST, the interval holds the figure of the whole")
    digits = discern.read(data("mnist"))
    labels = np.unique(digits.labels, return_inverse=True)[1].astype(np.int64)
    order = np.random.default_rng(0).permutation(digits.n)
    whole, held, quarter = order[:FULL], order[FULL:], order[:QUARTER]
    times = round(FULL / (QUARTER * (1 - HELD)))
    for name in models:

        def make(name: str = name) -> object:
            return catalogue.estimator(name, **({"n_neighbors": 3} if name == "knn" else {}))

        learner = Refit(make, digits.values[quarter], 10, name, tell=lambda: None)
        found = more_data(learner, labels[quarter], quarter, own=True, n_repeats=3, times=(times,))
        model = make().fit(digits.values[whole], labels[whole])
        right = sum(
            int((model.predict(digits.values[some]) == labels[some]).sum()) for some in np.array_split(held, 20)
        )
        low, high = wilson(right, len(held))
        predicted, now = found.predicted[str(times)], list(found.curve.values())[-1]
        says = "holds" if predicted.low <= right / len(held) <= predicted.high else "MISSED"
        print(
            f"  {name:10} {100 * now.value:.2f} % with {found.n_learned:,}; predicted {100 * predicted.value:.2f} % "
            f"({100 * predicted.low:.2f} to {100 * predicted.high:.2f}) with {FULL:,}; "
            f"found {100 * right / len(held):.2f} % ({100 * low:.2f} to {100 * high:.2f}): {says}",
            flush=True,
        )


def false_alarms(n_sets: int = DATA_SETS) -> Counter[str]:
    """Data sets with random labels, of 8 to 60 groups of 1 to 16 items in 2 or 3 classes."""
    from discern.evaluate.quick import Quick
    from discern.evaluate.solvable import solvable

    claim(f"of {n_sets} data sets with random labels at most {MOST_SHOWN} come out shown")
    found: Counter[str] = Counter()
    for seed in range(n_sets):
        values, labels, groups = random_labels(seed)
        result = solvable(Quick(values, int(labels.max()) + 1), labels, groups, n_exchanged=EXCHANGED, seed=seed)
        found[result.verdict] += 1
        if (seed + 1) % 50 == 0:
            print(f"  {seed + 1:4} data sets: {dict(sorted(found.items()))}", flush=True)
    print(f"  {'within the claim' if found['shown'] <= MOST_SHOWN else 'ABOVE THE CLAIM'}")
    return found


def random_labels(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values, labels and groups: each group is noise about a point of its own and has a random label."""
    rng = np.random.default_rng(seed)
    n_groups, n_classes = int(rng.integers(8, 61)), int(rng.integers(2, 4))
    sizes = rng.integers(1, 17, n_groups) if seed % 2 else np.full(n_groups, int(rng.integers(1, 17)))
    labels = rng.integers(0, n_classes, n_groups)
    labels[:n_classes] = np.arange(n_classes)
    points = rng.normal(size=(n_groups, 20))
    groups = np.repeat(np.arange(n_groups), sizes)
    values = points[groups] + 0.3 * rng.normal(size=(len(groups), 20))
    return values.astype(np.float32), labels[groups].astype(np.int64), groups


if __name__ == "__main__":
    main(sys.argv[1:])
