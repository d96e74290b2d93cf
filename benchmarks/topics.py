"""Twenty topics of 25,000 posts, beside gensim's LdaMulticore at its recommended passes; agreement with bbc's folders.

The posts are sentences of the articles in ../shared/data/bbc, in an order by chance. Both sides get the same words,
prepared once and not counted, and both sets of topics are measured on the same windows. `--posts N` and `--seeds N`
make it smaller.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

import numpy as np
import polars as pl
from common import Timing, claim, data, machine, ratio, show, timed

from discern.core import threads
from discern.data.texts import read_texts
from discern.evaluate.coherence import coherence, count_windows
from discern.models.bags import Bag, Preparation, prepare
from discern.text.split import sentences, words
from discern.text.stops import stop_words

TOPICS = 20
PASSES = 10
"""Over all posts; gensim's default is one."""

OURS = """
import sys, numpy as np
from discern.models.bags import Bag
from discern.models.topics import fit
from discern.evaluate.matching import top_words
folder, seed, topics = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
ids, offsets = np.load(folder + "/ids.npy"), np.load(folder + "/offsets.npy")
bag = Bag(tuple(open(folder + "/words.txt", encoding="utf-8").read().split("\\n")), ids, offsets)
np.save(folder + "/top.npy", top_words(fit(bag, topics, seed=seed).model))
"""
GENSIM = """
import sys, numpy as np
from gensim.corpora import Dictionary
from gensim.models import LdaMulticore
folder, seed, topics, passes, workers = sys.argv[1], *map(int, sys.argv[2:])
ids, offsets = np.load(folder + "/ids.npy"), np.load(folder + "/offsets.npy")
texts = [[str(i) for i in ids[a:b]] for a, b in zip(offsets, offsets[1:])]
if __name__ == "__main__":
    dictionary = Dictionary(texts)
    corpus = [dictionary.doc2bow(text) for text in texts]
    model = LdaMulticore(corpus, topics, dictionary, passes=passes, workers=workers, random_state=seed)
    top = [[int(dictionary[i]) for i in np.argsort(-row, kind="stable")[:10]] for row in model.get_topics()]
    np.save(folder + "/top.npy", np.array(top))
"""
SEED = """
import sys
from sklearn.metrics import adjusted_mutual_info_score
from discern.data.texts import read_texts
from discern.models.bags import Preparation, prepare
from discern.models.topics import fold_in, restarts
from discern.text.split import words
from discern.text.stops import stop_words
texts = read_texts(sys.argv[1])
bag = prepare(words(texts.texts), Preparation(tuple(sorted(stop_words("en")))))
found = restarts(bag, 5, seed=int(sys.argv[2]), n=4)
labels = texts.column("label").to_list()
agreement = [adjusted_mutual_info_score(labels, fold_in(one.model, bag).argmax(axis=1)) for one in found]
print(agreement[0], min(agreement))
"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--posts", type=int, default=25_000)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--repeats", type=int, default=3)
    asked = parser.parse_args()
    machine()
    articles = data("bbc")
    if asked.posts:
        _posts(articles, asked.posts, asked.repeats)
    if asked.seeds:
        _folders(articles, asked.seeds)


def _posts(articles: Path, n_posts: int, repeats: int) -> None:
    claim(f"{TOPICS} topics of {n_posts:,} posts: at most half the time of gensim at {PASSES} passes, NPMI as good")
    bag = _bag(articles, n_posts)
    print(f"  {bag.n_texts:,} posts, {len(bag.ids):,} words, {len(bag.vocabulary):,} of them different")
    # One process less than there are processors, as gensim asks for; one at least.
    workers = max(1, threads.available() - 1)
    ours: list[Timing] = []
    peer: list[Timing] = []
    coherences: dict[str, list[float]] = {"discern": [], "gensim": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        np.save(folder / "ids.npy", bag.ids)
        np.save(folder / "offsets.npy", bag.offsets)
        (folder / "words.txt").write_text("\n".join(bag.vocabulary), "utf-8")
        (folder / "ours.py").write_text(OURS)
        (folder / "peer.py").write_text(GENSIM)
        for seed in range(repeats):
            # The peer first: what is measured next sees a machine no cooler than it did.
            numbers = [str(number) for number in (seed, TOPICS, PASSES, workers)]
            peer.append(timed([sys.executable, "-W", "ignore", folder / "peer.py", folder, *numbers]))
            coherences["gensim"].append(_npmi(bag, folder))
            ours.append(timed([sys.executable, folder / "ours.py", folder, *numbers[:2]]))
            coherences["discern"].append(_npmi(bag, folder))
    show("gensim LdaMulticore", peer)
    show("discern, one chain", ours)
    ratio(ours, peer)
    for side, values in coherences.items():
        print(f"  {side:28} NPMI {statistics.mean(values):.4f} ({', '.join(f'{value:.4f}' for value in values)})")


def _folders(articles: Path, seeds: int) -> None:
    claim(
        "five topics of bbc agree with its folders: adjusted mutual information at least 0.79 in the worst of the seeds"
    )
    kept, single = [], []
    for seed in range(seeds):
        run = timed([sys.executable, "-c", SEED, articles, str(seed)])
        best, worst = map(float, run.output.split())
        kept.append(best)
        single.append(worst)
        print(f"  seed {seed}: {best:.4f}, the worst single chain {worst:.4f}, {run.seconds:.1f} s")
    print(f"  worst of {seeds} seeds: {min(kept):.4f}; worst single chain: {min(single):.4f}")


def _bag(articles: Path, n_posts: int) -> Bag:
    texts = read_texts(articles)
    found = [one for text in texts.texts.to_list() for one in sentences(text)]
    order = np.random.default_rng(0).permutation(len(found))[:n_posts]
    posts = pl.Series([found[i] for i in order])
    return prepare(words(posts), Preparation(tuple(sorted(stop_words("en")))))


def _npmi(bag: Bag, folder: Path) -> float:
    _, mean = coherence(count_windows(bag, np.load(folder / "top.npy")))
    assert mean.value is not None
    return mean.value


if __name__ == "__main__":
    main()
