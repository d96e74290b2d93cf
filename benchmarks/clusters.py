"""Groups: how often data without groups say so, how often groups far apart are found in their number; a large table.

    python benchmarks/clusters.py --simulations 200
    python benchmarks/clusters.py --rows 1000000

Seeds from 1,000 on: none of them was looked at while the rules were made. A line gives the share with Wilson's range.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from discern.core.cluster_options import ClusterOptions
from discern.core.records import Column
from discern.core.seeds import generator
from discern.evaluate import cluster_clouds
from discern.evaluate import clusters as measured
from discern.evaluate.intervals import wilson
from discern.models import cluster_features
from discern.workflows.clusters import MIXED_MOST, clusters

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from evaluate.test_clusters import KINDS, blobs, verdict, without_groups

FIRST = 1000


def line(what: str, right: int, of: int) -> str:
    low, high = wilson(right, of)
    return f"{what:28} {right:4} of {of:4}  {100 * right / of:5.1f} % ({100 * low:.1f} to {100 * high:.1f})"


def by_mixture(values: np.ndarray, seed: int) -> bool:
    """Whether a mixture shows groups where k-means shows none; clouds are drawn only where it could."""
    columns = tuple(Column(f"c{i}", "number") for i in range(values.shape[1]))
    found, places, _ = cluster_features.of_table(values, columns)
    features = found.transform(values[:, places])
    tried = [k for k in measured.numbers(len(features)) if k <= MIXED_MOST]
    own = measured.measure(features, "mixture", tried, measured.HALVINGS, generator(seed, "halves"))
    close = own.score >= measured.CLOSE * own.score.max()
    if own.stability.mean(axis=1)[close].max() < measured.STABLE:
        return False
    clouds = cluster_clouds.of_features(found, values[:, places], features)
    return measured.choose(features, clouds, "mixture", tried, seed=seed).shown


def simulations(n: int) -> None:
    total = 0
    for kind in KINDS:
        quiet = 0
        for seed in range(FIRST, FIRST + n):
            random = np.random.default_rng(seed)
            values = without_groups(kind, int(random.choice([60, 120, 240])), int(random.choice([1, 2, 3, 5, 8])), seed)
            quiet += not (verdict(values, seed=seed).shown or by_mixture(values, seed))
        total += quiet
        print(line(f"no groups, {kind}", quiet, n), flush=True)
    print(line("no groups, all", total, n * len(KINDS)), flush=True)
    total = 0
    for k in (2, 3, 4, 5, 6):
        right = 0
        for seed in range(FIRST, FIRST + n):
            random = np.random.default_rng(seed)
            size, width = int(random.choice([120, 240])), int(random.choice([2, 3, 5, 8]))
            values, _ = blobs(size, k, width, seed, oval=bool(seed % 2))
            choice = verdict(values, seed=seed)
            right += choice.shown and choice.n_groups == k
        total += right
        print(line(f"{k} groups", right, n), flush=True)
    print(line("groups, all", total, 5 * n), flush=True)


def large(n: int, method: str) -> None:
    values, labels = blobs(n, 4, 10, 0)
    with tempfile.TemporaryDirectory() as folder:
        from discern.data.read import read

        before = time.process_time()
        data = read(values)
        read_in = time.process_time()
        found = clusters(data, ClusterOptions(method=method), out=Path(folder) / "run")
        seconds = time.process_time() - read_in
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"{n:,} rows x 10 columns, {method}: {len(found.result.cards)} groups of {len(np.unique(labels))}, "
        f"{seconds:.1f} s of processor time after {read_in - before:.1f} s of reading, {peak:.2f} GB"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--simulations", type=int, default=0)
    parser.add_argument("--rows", type=int, default=0)
    parser.add_argument("--method", default="auto")
    asked = parser.parse_args()
    if asked.simulations:
        simulations(asked.simulations)
    if asked.rows:
        large(asked.rows, asked.method)
