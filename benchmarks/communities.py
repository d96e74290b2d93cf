"""Violent crimes a person in 1,994 communities: R2 in five folds, over three seeds, without what gives the target away.

Discern reads the file, sets aside what it finds, and in each fold compares models on folds of the training rows alone,
as `discern train` does; the chosen one learns from all training rows and answers for the fold. The same for folds of
whole states, which no model has seen. The peers are scikit-learn's plain use on the columns that Discern left.
`--model NAME` compares nothing, `--seeds 1` is a third of the work.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import polars as pl
from common import check, claim, data, machine
from numpy.typing import NDArray
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import RidgeCV
from sklearn.metrics import r2_score
from sklearn.model_selection import GroupKFold, KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import discern
from discern.core.events import silent
from discern.core.options import TrainOptions
from discern.data.dataset import Dataset
from discern.data.splits import Split
from discern.workflows import choose, compare

TARGET, WANTED = "ViolentCrimesPerPop", 0.655
FOLDS = 5
HELD_BACK = 0.15
"""Of the training rows: what `discern train` sets aside to choose by."""
Array = NDArray[np.float64]
Rows = NDArray[np.int64]
Answers = Callable[[Dataset, Rows, Rows], Array]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="auto")
    parser.add_argument("--seeds", type=int, default=3)
    asked = parser.parse_args()
    machine()
    path = data("crime", "communities.csv")
    table = discern.read(path, target=TARGET)
    given = [one.column for one in table.given_away if one.sure]
    doubtful = [one.column for one in table.given_away if not one.sure]
    claim(f"the 17 other crime columns of {path.name} are found and set aside")
    print(f"  {len(given)} set aside: {', '.join(given)}")
    print(f"  asked about: {', '.join(doubtful) or 'none'}; {len(table.feature_names)} columns left, {table.n:,} rows")
    check(len(given) == 17 and not doubtful, "17 columns give the target away")

    chosen: Counter[str] = Counter()
    sides: dict[str, Answers] = {
        f"discern ({asked.model})": lambda table, train, held: chosen_model(table, train, held, asked.model, chosen),
        "gradient boosting, plain": boosting,
        "ridge, plain": ridge,
    }
    claim(f"R2 without them, mean of {FOLDS} folds over {asked.seeds} seeds: at least {WANTED}")
    scores = {name: scored(table, side, asked.seeds, random_folds, name) for name, side in sides.items()}
    print(f"  chosen: {', '.join(f'{name} {n} times' for name, n in chosen.most_common())}")
    claim("the same under folds of whole states")
    for name, side in sides.items():
        scored(table, side, asked.seeds, folds_of_states, name)
    claim("with the columns that give it away")
    everything = discern.read(path, target=TARGET, keep=given)
    scored(everything, boosting, 1, random_folds, "gradient boosting, plain")
    ours = float(np.mean(next(iter(scores.values()))))
    check(ours >= WANTED, f"R2 is {ours:.3f}; expected at least {WANTED}")


def scored(
    table: Dataset,
    answers: Answers,
    seeds: int,
    folds: Callable[[Dataset, int], Iterator[tuple[Rows, Rows]]],
    name: str,
) -> list[float]:
    """R2 of each fold of each seed."""
    began = time.process_time()
    truth: Array = np.asarray(table.labels, np.float64)
    found = [
        float(r2_score(truth[held], answers(table, train, held)))
        for seed in range(seeds)
        for train, held in folds(table, seed)
    ]
    each = [float(np.mean(found[at : at + FOLDS])) for at in range(0, len(found), FOLDS)]
    seconds = (time.process_time() - began) / len(found)
    listed = ", ".join(f"{one:.3f}" for one in each)
    print(
        f"  {name:28} R2 {np.mean(found):.3f}   by seed {listed}   {seconds:.1f} processor seconds a fold", flush=True
    )
    return found


def random_folds(table: Dataset, seed: int) -> Iterator[tuple[Rows, Rows]]:
    yield from KFold(FOLDS, shuffle=True, random_state=seed).split(table.values)


def folds_of_states(table: Dataset, seed: int) -> Iterator[tuple[Rows, Rows]]:
    states = table.frame["state"].to_numpy()
    yield from GroupKFold(FOLDS, shuffle=True, random_state=seed).split(table.values, groups=states)


def chosen_model(table: Dataset, train: Rows, held: Rows, model: str, chosen: Counter[str]) -> Array:
    """Choose among the models on the training rows, learn from all of them, answer for the rest."""
    mine = table.take(train)
    options = TrainOptions(model=(model,))
    back = np.random.default_rng(0).random(mine.n) < HELD_BACK
    parts = Split(pl.DataFrame({"part": np.where(back, "validation", "train").tolist()}), "within a fold")
    choice: dict[str, Any] = choose.choose(mine, parts, options, on_event=silent)
    chosen[choice["chosen"]] += 1
    estimator = compare.estimator(choice["chosen"], mine, **choose.winning(choice, options, mine))
    estimator.fit(*choose.labelled(mine, parts.train), validation=choose.labelled(mine, parts.validation))
    found: Array = estimator.predict(table.values[held])
    return found


def boosting(table: Dataset, train: Rows, held: Rows) -> Array:
    """scikit-learn's histogram boosting with its defaults."""
    model = HistGradientBoostingRegressor(categorical_features=categories(table), random_state=0)
    found: Array = model.fit(table.values[train], np.asarray(table.labels)[train]).predict(table.values[held])
    return found


def ridge(table: Dataset, train: Rows, held: Rows) -> Array:
    """scikit-learn's ridge: gaps filled with medians, a column for each category, the penalty by its own choice."""
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    category = categories(table)
    encoder = make_column_transformer((numbers, ~category), (OneHotEncoder(handle_unknown="ignore"), category))
    model = make_pipeline(encoder, RidgeCV(np.logspace(-1, 4, 11)))
    found: Array = model.fit(table.values[train], np.asarray(table.labels)[train]).predict(table.values[held])
    return found


def categories(table: Dataset) -> NDArray[np.bool_]:
    return np.array([column.kind == "category" for column in table.input.columns])


if __name__ == "__main__":
    main()
