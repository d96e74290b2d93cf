"""Trust in labels: `python benchmarks/trust_labels.py [alarms] [vehicles] [planted] [MODEL ...]`, all of it by default.

False alarms of `--solvable` on random labels; made-up vehicles with random and with real labels; planted wrong labels
among real digits; and what `--more-data` would have predicted of MNIST for each of six models.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence

import numpy as np
from common import claim, data, machine

DATA_SETS, MOST_SHOWN = 200, 18
EXCHANGED = 199


MODELS = ("bayes", "logistic", "tree", "forest", "knn", "conv")
GIVEN = {"knn": {"n_neighbors": 3}, "conv": {"layers": "conv 8, pool, conv 16, pool, dense 32", "augment": "none"}}
"""A small network that is quick to learn, for the same number of epochs as by default."""
QUARTER, FULL = 15_000, 60_000


def main(arguments: Sequence[str]) -> None:
    machine()
    if not arguments or "alarms" in arguments:
        false_alarms()
    if not arguments or "vehicles" in arguments:
        vehicles()
    if not arguments or "planted" in arguments:
        planted()
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
            return catalogue.estimator(name, **GIVEN.get(name, {}))

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


def vehicles() -> None:
    """60 vehicles of 16 noisy views each, learned by nearest neighbours: labels at random, and labels that show."""
    import tempfile

    import discern

    claim("vehicles with random labels: high item by item, chance by vehicle, not shown; real ones: shown")
    for real in (False, True):
        rng = np.random.default_rng(0)
        points = rng.normal(size=(60, 24))
        labels = points[:, 0] > 0 if real else rng.integers(0, 2, 60) == 1
        points[:, 0] *= 3 if real else 1
        values = np.repeat(points, 16, axis=0) + 0.3 * rng.normal(size=(960, 24))
        photographs = discern.read(values, np.repeat(labels, 16), groups=np.repeat(np.arange(60), 16))
        with tempfile.TemporaryDirectory() as folder:
            run = discern.train(photographs, out=f"{folder}/run", model="knn")
            found = run.examine("leak_price", "solvable", data=photographs)
        price = found["leak_price"]
        shares = ", ".join(f"{name} {figure}" for name, figure in price.splits.items())
        print(f"  {'real' if real else 'random'} labels: {shares}; flatters by {price.gaps['random']}")
        print(f"  {found['solvable'].verdict}: {found['solvable'].reason}", flush=True)


def planted() -> None:
    """Wrong labels among 1,500 real digits."""
    from discern.data.samples import digits
    from discern.evaluate.quick import Quick
    from discern.evaluate.refit import folds, held_of
    from discern.evaluate.suspects import suspects, votes_of_nearest

    claim("planted wrong labels are found, and few others are named")
    values, truth = digits()
    n, classes = 1500, [str(code) for code in range(10)]
    alone, names = np.arange(n), [str(row) for row in range(n)]
    for share in (0.0, 0.02, 0.05, 0.1):
        rng = np.random.default_rng(0)
        labels = truth[:n].astype(np.int64)
        wrong = rng.choice(n, round(share * n), replace=False)
        labels[wrong] = (labels[wrong] + rng.integers(1, 10, len(wrong))) % 10
        model, parts = Quick(values[:n], 10), folds(alone, labels, 5, seed=0)
        chances = np.zeros((n, 10))
        chances[held_of(parts)] = model.probabilities(labels, parts)
        votes = votes_of_nearest(model.likeness, labels, alone, 10)
        found = suspects(names, labels, classes, chances, votes, alone, model="quick", own=False)
        hit = len({one.item for one in found.rows} & {str(row) for row in wrong})
        print(f"  {len(wrong):4} planted: {hit} found, {len(found.rows)} named", flush=True)


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
