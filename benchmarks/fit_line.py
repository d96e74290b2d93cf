"""Claim: a line is fitted to 20 million rows of 10 columns, a file larger than the memory it takes, in at most 1 GB.

    python benchmarks/fit_line.py [--rows 20000000] [--folder DIR] [--repeats 3]

Makes the table as Parquet and as CSV (about 3.5 GB in all), and fits it with `discern table fit-line --stream`, which
gives the closed form and stochastic gradient descent in one pass. The peer reads the CSV by pandas in pieces of 100,000
rows, standardises them by scikit-learn's `StandardScaler.partial_fit` and learns by `SGDRegressor.partial_fit`: descent
alone. Both slopes are checked against those that the rows were made with.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

import common

COLUMNS, PIECE = 10, 500_000
MOST_BYTES = 1_000_000_000
SLOPES = [round(0.3 * (number - 4), 1) for number in range(COLUMNS)]
NEAR = 0.01
"""Slopes may be so far from those that the rows were made with; the target's noise has a spread of 1."""


def make(folder: Path, rows: int) -> tuple[Path, Path]:
    """The same rows as Parquet and as CSV, written piece by piece."""
    import numpy as np
    import polars as pl

    parquet, csv = folder / f"rows-{rows}.parquet", folder / f"rows-{rows}.csv"
    if parquet.exists() and csv.exists():
        return parquet, csv
    draw = np.random.default_rng(0)
    parts = []
    for start in range(0, rows, PIECE):
        n = min(PIECE, rows - start)
        columns = draw.normal(size=(n, COLUMNS)) * 2.0 ** np.arange(COLUMNS) + np.arange(COLUMNS)
        target = columns @ (np.array(SLOPES) / 2.0 ** np.arange(COLUMNS)) + 5 + draw.normal(size=n)
        frame = pl.DataFrame({**{f"x{i}": columns[:, i] for i in range(COLUMNS)}, "y": target})
        with csv.open("ab" if start else "wb") as file:
            frame.write_csv(file, include_header=not start, float_precision=4)
        parts.append(folder / f"part-{start}.parquet")
        frame.write_parquet(parts[-1])
    pl.scan_parquet(parts).sink_parquet(parquet)
    for part in parts:
        part.unlink()
    return parquet, csv


def peer(path: str) -> None:
    """scikit-learn over pandas; prints the slopes."""
    import numpy as np
    import pandas as pd
    from sklearn.linear_model import SGDRegressor
    from sklearn.preprocessing import StandardScaler

    scaler, spread = StandardScaler(), StandardScaler()
    model = SGDRegressor(alpha=0, random_state=0)
    for piece in pd.read_csv(path, chunksize=100_000):
        columns, target = piece.iloc[:, :COLUMNS].to_numpy(), piece["y"].to_numpy()[:, None]
        scaler.partial_fit(columns)
        spread.partial_fit(target)
        model.partial_fit(scaler.transform(columns), spread.transform(target).ravel())
    assert scaler.scale_ is not None and spread.scale_ is not None
    slopes = np.asarray(model.coef_) * spread.scale_[0] / scaler.scale_
    print(json.dumps([float(slope) for slope in slopes]))


def right(found: list[float], what: str) -> None:
    wanted = [slope / 2.0**number for number, slope in enumerate(SLOPES)]
    worst = max(abs(a - b) * 2.0**number for number, (a, b) in enumerate(zip(found, wanted, strict=True)))
    common.check(worst < 3 * NEAR, f"{what}: a slope is {worst:.3g} from the one that the rows were made with")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=20_000_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--peer")
    asked = parser.parse_args()
    if asked.peer:
        peer(asked.peer)
        return
    common.machine()
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.folder or Path(temporary)
        parquet, csv = make(folder, asked.rows)
        sizes = f"{parquet.stat().st_size / 1e9:.1f} GB as Parquet, {csv.stat().st_size / 1e9:.1f} GB as CSV"
        common.claim(f"{asked.rows:,} rows x {COLUMNS} columns ({sizes}) in at most {MOST_BYTES / 1e9:g} GB")
        out = Path(temporary) / "line"

        def ours(path: Path) -> common.Timing:
            run = [*common.DISCERN, "table", "fit-line", path, "--target", "y", "--stream", "-o", out, "--force"]
            timing = common.timed(run)
            record = json.loads((out / "line.json").read_text())
            common.check(record["n_rows"] == asked.rows, f"{record['n_rows']} rows were read")
            right([figure["value"] for figure in record["closed"][1:]], "closed form")
            right([figure["value"] for figure in record["kept"][-1]["parameters"][1:]], "descent")
            return timing

        def theirs() -> common.Timing:
            timing = common.timed([sys.executable, __file__, "--peer", csv])
            right(json.loads(timing.output), "scikit-learn")
            return timing

        sides = {"discern, Parquet": lambda: ours(parquet), "discern, CSV": lambda: ours(csv), "pandas, CSV": theirs}
        found = common.alternating(sides, asked.repeats)
        for name, runs in found.items():
            common.show(name, runs, items=asked.rows)
        common.ratio(found["discern, CSV"], found["pandas, CSV"])
        most = max(common.most_memory(found[name]) for name in ("discern, Parquet", "discern, CSV"))
        common.check(most <= MOST_BYTES, f"{most / 1e6:,.0f} MB of memory")
        print(f"  most memory of discern {most / 1e6:,.0f} MB: held")


if __name__ == "__main__":
    main()
