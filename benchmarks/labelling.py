"""How many labels it takes: items that `discern label` chooses against items drawn at random.

    python benchmarks/labelling.py --seeds 10

The SMS messages, in two halves that no near-copies share. One half is the pool; batches of 20 are labelled (with the
labels that are known), and after each the model that `discern train` would fit (logistic regression on words and runs
of letters) is tested on the other half. Printed: macro F1 after so many labels, and how many labels it takes to reach
a macro F1, as medians over seeds with the range of the middle half.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import polars as pl
from sklearn.metrics import f1_score

from discern.data.neighbours import near_duplicates
from discern.evaluate import batches
from discern.evaluate.labelling import Linear
from discern.models.words import WordLogistic
from discern.text.similar import weigh

SMS = Path(__file__).parents[2] / "shared/data/sms/sms.tsv"
BATCH, LABELS, AT_RANDOM = 20, 400, 1000
"""Labels of a batch; how many are given at most, chosen and at random."""
REACHED = (0.90, 0.93, 0.95, 0.96)
SHOWN = (40, 100, 200, 400, 700, 1000)


def curve(how: str, texts: np.ndarray, codes: np.ndarray, units: np.ndarray, seed: int) -> list[tuple[int, float]]:
    """Labels given, and macro F1 on the held half, after each batch (of 100 at random from 400 on)."""
    half = np.isin(units, np.random.default_rng(seed).permutation(np.unique(units))[: len(np.unique(units)) // 2])
    order = batches.drawn_order([str(row) for row in np.flatnonzero(half)], seed=seed)
    rows, held = np.flatnonzero(half)[order], np.flatnonzero(~half)
    features, unit = weigh(pl.Series(texts[rows].tolist())).rows, units[rows]
    learner = Linear(features, 2)
    taken = np.zeros(len(rows), bool)
    drawn, found = 0, []
    while taken.sum() < (AT_RANDOM if how == "random" else LABELS):
        at_random = 100 if taken.sum() >= LABELS else BATCH
        n = at_random if how == "random" else 0 if how == "sure" and taken.any() else round(batches.RANDOM * BATCH)
        picked, drawn = batches.next_random(np.arange(len(rows)), drawn, taken, n)
        if how != "random":
            given = np.flatnonzero(taken)
            sure = learner.probabilities(codes[rows], [(given, np.arange(len(rows)))])
            free = ~np.isin(unit, np.append(unit[taken], unit[picked]))
            candidates = batches.least_sure(sure, free, BATCH - len(picked))
            margin, rows_of = batches.margins(sure[candidates]), features[candidates]
            if how == "close":
                rows_of = rows_of * 0
            more = batches.unlike(candidates, margin, rows_of, unit[candidates], BATCH - len(picked))
            picked = np.append(picked, more)
        taken[picked] = True
        given = rows[taken]
        if len(np.unique(codes[given])) < 2:
            found.append((len(given), 0.0))
            continue
        model = WordLogistic().fit(texts[given], codes[given])
        found.append((len(given), float(f1_score(codes[held], model.predict(texts[held]), average="macro"))))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--how", default="random,chosen")
    asked = parser.parse_args()
    lines = [line.split("\t", 1) for line in SMS.read_text("utf-8").split("\n") if line]
    texts = np.array([text for _, text in lines], dtype=object)
    codes = np.array([label == "spam" for label, _ in lines]).astype(np.int64)
    units = near_duplicates(texts).codes(len(texts))
    needed = {}
    ways = asked.how.split(",")
    for how in ways:
        curves = [dict(curve(how, texts, codes, units, seed)) for seed in range(asked.seeds)]
        for n in SHOWN:
            if n in curves[0]:
                print(
                    how, n, "{:.3f} ({:.3f} to {:.3f})".format(*np.percentile([one[n] for one in curves], [50, 25, 75]))
                )
        for least in REACHED:
            first = [min((n for n, f1 in one.items() if f1 >= least), default=np.inf) for one in curves]
            needed[how, least] = np.percentile(first, [50, 25, 75], method="nearest")
    for least in REACHED:
        said = ["{}: {:.0f} ({:.0f} to {:.0f})".format(how, *needed[how, least]) for how in ways]
        print(f"labels to reach {least:.2f}:  {'   '.join(said)}   (inf: not with so many)")


if __name__ == "__main__":
    main()
