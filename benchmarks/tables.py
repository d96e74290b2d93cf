"""Learn from 1 million rows x 20 columns and predict 10 million, from CSV to the files that are written.

The peer is scikit-learn's plain use: pandas reads the CSV, categories as such, HistGradientBoostingRegressor with its
defaults learns on 85 % of it and is measured on the rest; it predicts in chunks of 500,000 rows and writes CSV.
`--train 100000 --predict 500000` tries it on less; `--classes` learns five classes instead of a number.
"""

from __future__ import annotations

import argparse
import json
import pickle
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from common import DISCERN, alternating, check, claim, machine, most_memory, ratio, show, timed

REPEATS = 3
TRAINED, PREDICTED = 1_000_000, 10_000_000
NUMBERS, GAPS = 18, (3, 7, 11)
KINDS = {"kind": 12, "region": 5}
PIECE = 500_000
HELD_OUT = 0.15


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--train", type=int, default=TRAINED)
    parser.add_argument("--predict", type=int, default=PREDICTED)
    parser.add_argument("--repeats", type=int, default=REPEATS)
    parser.add_argument("--classes", action="store_true", help="learn classes instead of a number")
    asked = parser.parse_args()
    machine()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table = folder / "rows.csv"
        write(table, asked.train, 0, classes=asked.classes)
        learning(folder, table, asked.train, asked.repeats)
        table.unlink()
        more = folder / "more.csv"
        write(more, asked.predict, 1, answers=False, classes=asked.classes)
        predicting(folder, more, asked.predict, asked.repeats)


def learning(folder: Path, table: Path, n: int, repeats: int) -> None:
    claim(f"`discern train --model boosting` on {n:,} rows x 20 columns: at most 10 s and 1.5 GB, whole process")
    print(f"  {table.stat().st_size / 1e6:,.0f} MB of CSV")
    run = folder / "run"
    options = ["--target", "worth", "--model", "boosting", "-o", run, "--force"]
    found = alternating(
        {
            "discern train": lambda: timed([*DISCERN, "train", table, *options]),
            "pandas, scikit-learn": lambda: timed([sys.executable, __file__, "peer-train", table, folder / "peer"]),
        },
        repeats,
    )
    for what, runs in found.items():
        show(what, runs)
    ratio(found["discern train"], found["pandas, scikit-learn"])
    record = json.loads((run / "run.json").read_text())["seconds"]
    print(f"  {'':28} {', '.join(f'{stage} {value:.1f}' for stage, value in record.items())} s")
    figures = json.loads((run / "evaluation.json").read_text())["figures"]
    ours = next(figures[name]["value"] for name in ("r2", "accuracy") if name in figures)
    theirs = float(found["pandas, scikit-learn"][-1].output)
    print(f"  {'score on the test part':28} discern {ours:.4f}, scikit-learn {theirs:.4f}")
    _limit("seconds", min(one.seconds for one in found["discern train"]), 10)
    _limit("GB", most_memory(found["discern train"]) / 1e9, 1.5)


def predicting(folder: Path, table: Path, n: int, repeats: int) -> None:
    claim(f"`discern predict` of {n:,} rows: 500,000 a second, in pieces, whole process")
    print(f"  {table.stat().st_size / 1e6:,.0f} MB of CSV")
    ours, peers = folder / "ours.csv", folder / "peers.csv"
    peer = [sys.executable, __file__, "peer-predict", folder / "peer", table, peers]
    found = alternating(
        {
            "discern predict": lambda: timed([*DISCERN, "predict", folder / "run", table, "-o", ours, "--force"]),
            "pandas, scikit-learn": lambda: timed(peer),
        },
        repeats,
    )
    for what, runs in found.items():
        show(what, runs, items=n)
    ratio(found["discern predict"], found["pandas, scikit-learn"])
    for path in (ours, peers):
        with path.open("rb") as file:
            rows = sum(1 for _ in file) - 1
        check(rows == n, f"{path.name} has {rows:,} answers; expected {n:,}")
    _limit("rows a second", n / min(one.seconds for one in found["discern predict"]), 500_000, least=True)


def write(path: Path, n: int, seed: int, *, answers: bool = True, classes: bool = False) -> None:
    """Rows of 18 numbers, three of them with gaps, and two categories; by some of them, what is to be learned."""
    import numpy as np
    import polars as pl

    rng = np.random.default_rng(seed)
    with path.open("wb") as file:
        for start in range(0, n, PIECE):
            some = min(PIECE, n - start)
            x = rng.normal(size=(some, NUMBERS))
            codes = {name: rng.integers(0, many, some) for name, many in KINDS.items()}
            worth = (
                2 * x[:, 0] + np.sin(3 * x[:, 1]) + x[:, 2] * x[:, 3] + np.abs(x[:, 4]) + 0.2 * x[:, 7:12].sum(axis=1)
            )
            worth += 0.2 * x[:, 7:12].sum(axis=1)
            worth += np.where(codes["region"] == 2, x[:, 5], 0) + np.sin(7.0 * codes["kind"]) + rng.normal(size=some)
            for column in GAPS:
                x[rng.random(some) < 0.05, column] = np.nan
            columns: dict[str, Any] = {f"n{i}": pl.Series(x[:, i], nan_to_null=True) for i in range(NUMBERS)}
            columns |= {name: [f"{name} {code}" for code in codes[name].tolist()] for name in KINDS}
            if answers and classes:
                columns["worth"] = np.array(["low", "usual", "good", "high", "top"])[np.digitize(worth, (-2, 0, 2, 4))]
            elif answers:
                columns["worth"] = worth
            pl.DataFrame(columns).write_csv(file, include_header=start == 0, float_precision=4)


def _limit(unit: str, found: float, wanted: float, *, least: bool = False) -> None:
    met = found >= wanted if least else found <= wanted
    print(
        f"  {'claim':28} {found:,.1f} {unit}, {'least' if least else 'most'} {wanted:,}: {'met' if met else 'NOT met'}"
    )


def peer_train(table: Path, out: Path) -> None:
    import pandas as pd
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    from sklearn.model_selection import train_test_split

    frame = pd.read_csv(table, dtype=dict.fromkeys(KINDS, "category"))
    answers = frame.pop("worth")
    numbers = pd.api.types.is_numeric_dtype(answers)
    kind = HistGradientBoostingRegressor if numbers else HistGradientBoostingClassifier
    train, test, own, others = train_test_split(frame, answers, test_size=HELD_OUT, random_state=0)
    model = kind(categorical_features="from_dtype", random_state=0).fit(train, own)
    print(model.score(test, others))
    out.write_bytes(pickle.dumps((model, {name: frame[name].cat.categories for name in KINDS})))


def peer_predict(model: Path, table: Path, out: Path) -> None:
    import pandas as pd

    fitted, categories = pickle.loads(model.read_bytes())  # noqa: S301 - written by this file
    kinds = {name: pd.CategoricalDtype(found) for name, found in categories.items()}
    first = True
    for frame in pd.read_csv(table, dtype=kinds, chunksize=PIECE):
        answers = pd.DataFrame({"item": frame.index, "prediction": fitted.predict(frame)})
        answers.to_csv(out, mode="w" if first else "a", header=first, index=False)
        first = False


def peer(arguments: Sequence[str]) -> None:
    what, *paths = arguments
    {"peer-train": peer_train, "peer-predict": peer_predict}[what](*map(Path, paths))


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1].startswith("peer-"):
        peer(sys.argv[1:])
    else:
        main()
