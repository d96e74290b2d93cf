"""Read a table of 1 million rows x 20 columns: types found by looking at every cell, and as a stream for prediction.

The peer is pandas.read_csv, which takes what a column looks like and says nothing. `--n 50000` tries it on less.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
import polars as pl
from common import Timing, alternating, check, claim, machine, ratio, show, timed

REPEATS = 3
ROWS, COLUMNS = 1_000_000, 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=ROWS)
    n = parser.parse_args().n
    machine()
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "rows.csv"
        write(path, n)
        claim(f"{n:,} rows x {COLUMNS} columns of CSV as a Dataset: at most 4 processor seconds beside the start, 1 GB")
        print(f"  {path.stat().st_size / 1e6:.0f} MB")
        found = alternating({how: lambda how=how: run(how, path) for how in ("start", "read", "pandas")}, REPEATS)
        for what, runs in found.items():
            show(what, runs, items=0 if what == "start" else n)
        ratio(found["read"], found["pandas"])
        claim("as a stream for prediction: at least 500,000 rows a second")
        streamed = [run("stream", path) for _ in range(REPEATS)]
        show("stream", streamed, items=n)
        check(all(int(one.output) == n for one in (*found["read"], *streamed)), f"not all of the {n:,} rows were read")


def write(path: Path, n: int) -> None:
    """Seventeen columns of numbers, one with gaps; a category of 12 values and one of 3; the target."""
    random = np.random.default_rng(0)
    columns = {f"c{i:02}": random.normal(size=n).round(4) for i in range(COLUMNS - 3)}
    frame = pl.DataFrame(columns).with_columns(
        pl.when(pl.int_range(n) % 9 == 0).then(None).otherwise(pl.col("c03")).alias("c03"),
        kind=pl.Series(random.choice([f"kind {i}" for i in range(12)], n)),
        region=pl.Series(random.choice(["east", "north", "south"], n)),
        y=pl.Series(random.normal(size=n).round(3)),
    )
    frame.write_csv(path, null_value="?")


def run(how: str, path: Path) -> Timing:
    return timed([sys.executable, __file__, how, path])


def read(how: str, path: Path) -> int:
    """How many rows were read in one way."""
    if how == "pandas":
        import pandas

        return len(pandas.read_csv(path, na_values="?"))
    from discern.data.read import read

    if how == "start":
        return 0
    if how == "read":
        return read(str(path), target="y").n
    from discern.core.records import Column, InputSpec
    from discern.data.table_values import stream_values

    columns = [Column(f"c{i:02}", "number") for i in range(COLUMNS - 3)]
    columns.append(Column("kind", "category", tuple(sorted(f"kind {i}" for i in range(12)))))
    columns.append(Column("region", "category", ("east", "north", "south")))
    spec = InputSpec("table", (len(columns),), "float64", columns=tuple(columns))
    return sum(len(piece.values) for piece in stream_values(path, spec))


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] in ("start", "read", "stream", "pandas"):
        print(read(sys.argv[1], Path(sys.argv[2])))
    else:
        main()
