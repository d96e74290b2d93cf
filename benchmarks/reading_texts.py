"""Read 1.25 million posts from CSV in pieces, beside polars.read_csv (all at once) and Python's csv module.

The peers take the file as it is; neither names bad rows. The last part breaks rows of the file and counts what each of
the three makes of it. `--n 50000` tries it on less.
"""

from __future__ import annotations

import argparse
import csv
import random
import sys
import tempfile
from pathlib import Path

from common import Timing, alternating, check, claim, machine, ratio, show, timed

REPEATS = 3
POSTS = 1_250_000
BROKEN_EVERY = 10_000
WORDS = [
    *("the", "a", "we", "you", "off", "them", "taxi", "driver", "left", "without", "paying", "phone", "city", "centre"),
    *("café", "naïve", "😀", "“no”", "£5"),
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=POSTS)
    n = parser.parse_args().n
    machine()
    with tempfile.TemporaryDirectory() as name:
        whole, broken = Path(name) / "posts.csv", Path(name) / "broken.csv"
        n_broken = write(whole, broken, n)
        claim(f"{n:,} posts of CSV in pieces of 50,000: at most 4 processor seconds, at most 300 MB, whole process")
        print(f"  {whole.stat().st_size / 1e6:.0f} MB")
        found = alternating(
            {
                "discern, in pieces": lambda: run("discern", whole),
                "polars.read_csv, at once": lambda: run("polars", whole),
                "Python's csv module": lambda: run("csv", whole),
            },
            REPEATS,
        )
        for what, runs in found.items():
            show(what, runs, items=n)
            check(all(int(one.output.split()[0]) == n for one in runs), f"{what} did not read {n:,} rows")
        ours = found.pop("discern, in pieces")
        for what, runs in found.items():
            print(f"  beside {what}:")
            ratio(ours, runs)
        claim(f"of {n_broken:,} rows with a quote that is not closed every one is named, and no other row is lost")
        for what in ("discern", "polars", "csv"):
            print(f"  {what}: {run(what, broken).output.strip()}")
        check(run("discern", broken).output.split()[:2] == [str(n - n_broken), str(n_broken)], "rows were lost")


def write(whole: Path, broken: Path, n: int) -> int:
    """The posts, every seventh with quotes and every fiftieth over two lines; and the same with broken rows."""
    some = random.Random(0)
    posts = [" ".join(some.choices(WORDS, k=some.randint(3, 20))) for _ in range(10_000)]
    n_broken = 0
    with whole.open("w", newline="", encoding="utf-8") as out, broken.open("w", newline="", encoding="utf-8") as worse:
        plain, other = csv.writer(out), csv.writer(worse)
        for table in (plain, other):
            table.writerow(["id", "time", "tweet", "label"])
        for i in range(n):
            post = posts[i % len(posts)]
            post = f'{post}, "he said"' if i % 7 == 0 else post
            post = post.replace(" ", "\n", 1) if i % 50 == 0 else post
            row = (i, f"2026-01-01T00:{i % 60:02}", post, "yn"[i % 2])
            plain.writerow(row)
            if i % BROKEN_EVERY == 1:
                worse.write(f'{i},2026,"{posts[0]},y\r\n')
                n_broken += 1
            else:
                other.writerow(row)
    return n_broken


def run(how: str, path: Path) -> Timing:
    return timed([sys.executable, __file__, how, path])


def read(how: str, path: Path) -> str:
    """How many rows were read, and how many named as bad."""
    if how == "discern":
        from discern.data.texts import stream_texts

        good = bad = 0
        for piece in stream_texts(path):
            good, bad = good + piece.n, bad + piece.rejected.height
        return f"{good} {bad} named"
    if how == "polars":
        import polars as pl

        try:
            return f"{pl.read_csv(path, infer_schema=False).height} 0 named"
        except pl.exceptions.PolarsError as error:
            return f"0 0 named: {type(error).__name__}: {str(error).splitlines()[0][:80]}"
    csv.field_size_limit(2**31 - 1)
    with path.open(newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        next(rows)
        return f"{sum(len(row) == 4 for row in rows)} 0 named"


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] in ("discern", "polars", "csv"):
        print(read(sys.argv[1], Path(sys.argv[2])))
    else:
        main()
