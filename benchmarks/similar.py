"""Near-duplicates among made-up texts: time, memory and how both grow.

    python benchmarks/similar.py --sizes 62500,125000,250000,500000,1000000

Words follow Zipf's law and have favourite successors, as in a language; a twentieth of the texts are copies, a tenth
are variants of another (a word or two changed, put in or left out), and one in a hundred comes from a template with
two numbers in it. Of the variants, some share less than half of their word pairs with what they were made from and are
rightly not found. Each size runs in a process of its own; the time is processor time of all threads.

    python benchmarks/similar.py --notes 2000

How many of the made-up notes of one offender's series stand among the ten most alike to one of them.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import subprocess
import sys
import time

import numpy as np

VOCABULARY, SUCCESSORS, WORDS = 50_000, 20, 15


def texts(n: int, seed: int = 0) -> tuple[list[str], np.ndarray]:
    """`n` texts of about 15 words, and for each the row of the one it was made from (its own row where of none)."""
    random = np.random.default_rng(seed)
    share = 1 / np.arange(1, VOCABULARY + 1)
    cumulative = np.cumsum(share / share.sum())
    favourite = np.searchsorted(cumulative, random.random((VOCABULARY, SUCCESSORS)))
    lengths = np.clip(random.poisson(WORDS, n), 3, 40)
    words = np.zeros((n, 40), np.int64)
    words[:, 0] = np.searchsorted(cumulative, random.random(n))
    for at in range(1, 40):
        rank = np.minimum(random.geometric(0.25, n) - 1, SUCCESSORS - 1)
        liked = favourite[words[:, at - 1], rank]
        words[:, at] = np.where(random.random(n) < 0.6, liked, np.searchsorted(cumulative, random.random(n)))
    words = np.minimum(words, VOCABULARY - 1)
    spelt = [np.base_repr(100 + word, 36).lower() for word in range(VOCABULARY)]
    kind = random.random(n)
    origin = np.arange(n)
    made: list[str] = []
    for row in range(n):
        one = words[row, : lengths[row]].tolist()
        if row and kind[row] < 0.15:
            origin[row] = source = int(random.integers(row))
            one = words[source, : lengths[source]].tolist()
            if kind[row] < 0.10:  # a variant; the rest are copies
                for _ in range(1 + int(random.integers(2))):
                    one[int(random.integers(len(one)))] = int(random.integers(VOCABULARY))
        if kind[row] > 0.99:
            made.append(
                f"your parcel {random.integers(10**6)} is on its way and will be with you at {row} o'clock today"
            )
        else:
            made.append(" ".join(spelt[word] for word in one))
    return made, origin


def once(n: int) -> dict[str, float]:
    """Seconds and bytes for `n` texts."""
    import polars as pl

    from discern.text.near import copies, near_pairs

    made, origin = texts(n)
    series = pl.Series(made)
    del made
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    first = copies(series)
    pairs = near_pairs(series, first=first)
    seconds = time.process_time() - start
    known = np.flatnonzero(first[origin] != first)
    close = set(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True))
    found = sum((min(a, b), max(a, b)) in close for a, b in zip(first[origin[known]], first[known], strict=True))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"n": n, "seconds": seconds, "peak_mb": peak / 1024, "with_texts_mb": before / 1024,
            "pairs": len(pairs.first), "variants": len(known), "variants_found": found}  # fmt: skip


def series(n: int) -> None:
    """The share of the other notes of a series among the ten most alike, against chance."""
    import tempfile
    from pathlib import Path

    import polars as pl

    from discern.data.notes import write_notes
    from discern.text.similar import best, weigh

    with tempfile.TemporaryDirectory() as folder:
        write_notes(Path(folder) / "notes", n)
        notes = pl.read_csv(Path(folder) / "notes/notes.csv", infer_schema_length=0)
        marks = dict(pl.read_csv(Path(folder) / "notes/series.csv").select("id", "series").iter_rows())
    mark = np.array([marks.get(one, "") for one in notes["id"].to_list()])
    weights, shares = weigh(notes["note"]), []
    for row in np.flatnonzero(mark != ""):
        mates = np.flatnonzero((mark == mark[row]) & (np.arange(n) != row))
        near = best(weights.alike(weights.of(int(row))), 10, without=np.array([row]))
        shares.append(np.isin(mates, near).sum() / min(10, max(1, len(mates))))
    random = np.random.default_rng(0)
    again = np.array(shares)[random.integers(0, len(shares), (2000, len(shares)))].mean(axis=1)
    low, high = np.percentile(again, [2.5, 97.5])
    print(f"{np.mean(shares):.3f} ({low:.3f} to {high:.3f}) of {len(shares)} notes; by chance {10 / (n - 1):.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="31250,62500,125000")
    parser.add_argument("--once", type=int)
    parser.add_argument("--notes", type=int)
    asked = parser.parse_args()
    if asked.notes:
        series(asked.notes)
        return
    if asked.once:
        print(json.dumps(once(asked.once)))
        return
    done = []
    for size in map(int, asked.sizes.split(",")):
        line = subprocess.run(
            [sys.executable, __file__, "--once", str(size)], check=True, capture_output=True, text=True
        ).stdout
        done.append(json.loads(line))
        print({key: round(value, 2) for key, value in done[-1].items()}, flush=True)
    if len(done) > 1:
        slope = np.polyfit([math.log(one["n"]) for one in done], [math.log(one["seconds"]) for one in done], 1)[0]
        print(f"growth exponent {slope:.2f}")


if __name__ == "__main__":
    main()
