"""Texts: how well text messages are told apart, and how fast a model answers for 1.25 million posts.

The peer of the first is scikit-learn's usual pipeline, of the second an NLTK script that cleans, cuts and classifies
post by post. `--small` answers for a tenth of the posts.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
from pathlib import Path

import numpy as np
from common import DISCERN, alternating, check, claim, data, machine, most_memory, ratio, show, timed
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

import discern as dc
from discern.core.options import TextOptions
from discern.models import catalogue

POSTS, PEER = 1_250_000, 25_000
REPEATS = 3
FOLDS, SEEDS = 5, 3


def main() -> None:
    machine()
    if "--posts" not in sys.argv:
        messages()
    posts(POSTS // 10 if "--small" in sys.argv else POSTS)


def messages() -> None:
    claim(f"SMS spam: macro F1 at least 0.978, copies and near-copies together, {FOLDS} folds, {SEEDS} seeds")
    table = data("sms", "sms.tsv")
    found = dc.read(table, texts=TextOptions(columns=("label", "text"), quote="none"))
    values, labels, units = found.values, found.labels, found.units
    assert labels is not None
    models = {
        "scikit-learn, words by tf-idf": lambda: make_pipeline(TfidfVectorizer(), LinearSVC()),
        **{name: (lambda name=name: catalogue.estimator(name)) for name in ("word-bayes", "word-logistic", "word-svm")},
    }
    for name, make in models.items():
        means = []
        for seed in range(SEEDS):
            folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
            answers = np.empty_like(labels)
            for train, held in folds.split(values, labels, units):
                answers[held] = make().fit(values[train], labels[train]).predict(values[held])
            means.append(f1_score(labels, answers, average="macro"))
        print(f"  {name:28} {statistics.mean(means):.4f} ({', '.join(f'{mean:.4f}' for mean in means)})", flush=True)


def posts(n: int) -> None:
    claim(f"{n:,} posts answered from CSV to Parquet, whole process: words 10 s, words and letters 60 s, 1.5 GB")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        timed([*DISCERN, "sample", "posts", folder / "posts", "--n", str(n)])
        labelled, pool = folder / "posts" / "labelled.csv", folder / "posts" / "pool.csv"
        few = folder / "few.csv"
        with pool.open(encoding="utf-8") as file:
            few.write_text("".join(line for line, _ in zip(file, range(PEER + 1), strict=False)), encoding="utf-8")
        runs = {"words": ("--model", "word-bayes"), "words and runs of letters": ("--model", "word-svm")}
        for what, options in runs.items():
            timed([*DISCERN, "train", labelled, "--group", "author", *options, "-o", folder / what])

        def answer(what: str) -> object:
            out = folder / f"{what}.parquet"
            out.unlink(missing_ok=True)
            found = timed([*DISCERN, "predict", folder / what, pool, "-o", out])
            check(f"{n:,} answered" in found.output, f"{what}: not all posts were answered")
            return found

        script = Path(__file__).parent / "peers" / "nltk_posts.py"
        found = alternating(
            {
                **{what: (lambda what=what: answer(what)) for what in runs},
                "NLTK": lambda: timed([sys.executable, script, labelled, few, folder / "peer.csv"]),
            },
            REPEATS,
        )
        print(f"  the peer answers {PEER:,}")
        show("NLTK, post by post", found["NLTK"], items=PEER)
        for what in runs:
            show(what, found[what], items=n)
            ratio(found[what], found["NLTK"], ours_items=n, peer_items=PEER)
            print(f"  {'':28} {most_memory(found[what]) / 1e9:.2f} GB of anonymous memory")
        shutil.rmtree(folder / "posts")


if __name__ == "__main__":
    main()
