"""An index of 10 million words: building it, opening it, asking it; and collocations beside NLTK on the same words.

The texts are those of the BBC, drawn again and again with a seed until there are enough, each with some words of its
own so that the vocabulary grows as it does in real texts. `python benchmarks/corpus.py 1000000` takes fewer words.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from common import DISCERN, Timing, check, claim, data, machine, ratio, show, timed

REPEATS = 3
WORDS = 10_000_000
WORDS_NLTK = 1_000_000
ASKED = """
import json, statistics, sys, time
began = time.perf_counter()
from discern.text.index import open_index
from discern.text.concordance import concordance
loaded = time.perf_counter()
corpus = open_index(sys.argv[1])
opened = time.perf_counter()
questions = ["government", "the", "prime minister", "without *", "of the", "damag*", "*phone", "(gov|parlia)ment\\\\w*"]
times = {}
for question in questions:
    for sort in ((), ("1R", "2R")):
        start = time.perf_counter()
        found = concordance(corpus, question, regex="(" in question, sort=sort, rows=100)
        times[f"{question} {','.join(sort)}".strip()] = (time.perf_counter() - start, found.n_found)
print(json.dumps({"open": opened - loaded, "times": times, "words": corpus.n_tokens, "types": len(corpus.vocabulary)}))
"""
OURS = """
import sys, time
from discern.text.collocations import collocations
from discern.text.corpus import chosen
from discern.text.index import open_index
corpus = open_index(sys.argv[1])
forms = chosen(corpus, words_only=False)
began = time.process_time()
found = collocations(corpus, forms, n_words=int(sys.argv[2]), window=int(sys.argv[3]), measure="log-likelihood")
print(time.process_time() - began)
for row in found.table.head(200).select("collocation", "log-likelihood").iter_rows():
    print(*row, sep="\\t")
"""
NLTK = """
import sys, time
from nltk.collocations import BigramCollocationFinder, TrigramCollocationFinder
from nltk.metrics import BigramAssocMeasures, TrigramAssocMeasures
from discern.text.index import open_index
from discern.text.corpus import chosen
corpus = open_index(sys.argv[1])
forms = chosen(corpus, words_only=False)
names, ids = forms.names.to_list(), forms.of[corpus.tokens].tolist()
documents = [[names[i] for i in ids[b:e]] for b, e in zip(corpus.starts[:-1].tolist(), corpus.starts[1:].tolist())]
size, window = int(sys.argv[2]), int(sys.argv[3])
tokens = [word for text in documents for word in (*text, *[None] * (window - 1))]
finder = {2: BigramCollocationFinder, 3: TrigramCollocationFinder}[size]
measures = {2: BigramAssocMeasures, 3: TrigramAssocMeasures}[size]
began = time.process_time()
found = finder.from_words(tokens, window_size=window)
found.apply_freq_filter(5)
scored = found.score_ngrams(measures.likelihood_ratio)
print(time.process_time() - began)
for words, value in scored:
    print(" ".join(words), value, sep="\\t")
"""


def main(n_words: int) -> None:
    machine()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table, index = folder / "texts.csv", folder / "texts.index"
        made = timed([sys.executable, __file__, "make", table, str(n_words)])
        print(f"texts: {made.output.strip()}, {table.stat().st_size / 1e6:,.0f} MB")
        building(table, index, n_words)
        asking(index)
        few = folder / "few.csv"
        timed([sys.executable, __file__, "make", few, str(min(n_words, WORDS_NLTK))])
        timed([*DISCERN, "text", "index", few, "-o", folder / "few.index"])
        beside_nltk(folder / "few.index", min(n_words, WORDS_NLTK))
        large(index)


def building(table: Path, index: Path, n_words: int) -> None:
    claim(f"an index of {n_words:,} words in at most 60 s and 1 GB, whole process")
    runs = [timed([*DISCERN, "text", "index", table, "-o", index, "--force"]) for _ in range(REPEATS)]
    show("text index", runs, items=n_words)
    print(f"  {'':28} {index.stat().st_size / 1e6:,.0f} MB on disk")


def asking(index: Path) -> None:
    import json

    claim("opened in at most 0.5 s; a question answered in at most 100 ms")
    runs = [timed([sys.executable, "-c", ASKED, index]) for _ in range(REPEATS)]
    answers = [json.loads(run.output) for run in runs]
    print(f"  {answers[0]['words']:,} words, {answers[0]['types']:,} different ones")
    opened = ", ".join(f"{one['open']:.3f}" for one in answers)
    print(f"  opened in {opened} s")
    for question in answers[0]["times"]:
        times = sorted(1000 * one["times"][question][0] for one in answers)
        print(
            f"  {question:28} {times[1]:6.1f} ms, slowest {times[-1]:6.1f}; {answers[0]['times'][question][1]:,} places"
        )


def beside_nltk(index: Path, n_words: int) -> None:
    for size, window in ((2, 2), (2, 5), (3, 3)):
        claim(f"collocations of {size} words within {window} in {n_words:,} words, beside NLTK: processor seconds")
        ours = timed([sys.executable, "-c", OURS, index, str(size), str(window)])
        peer = timed([sys.executable, "-c", NLTK, index, str(size), str(window)])
        seconds = [Timing(float(run.output.split("\n")[0]), 0, run.anonymous, "") for run in (ours, peer)]
        print(f"  discern {seconds[0].seconds:.2f} s, NLTK {seconds[1].seconds:.2f} s")
        ratio(seconds[:1], seconds[1:])
        theirs = dict(line.rsplit("\t", 1) for line in peer.output.strip().split("\n")[1:])
        for line in ours.output.strip().split("\n")[1:]:
            words, value = line.rsplit("\t", 1)
            check(
                abs(float(theirs[words]) - float(value)) <= 1e-6 * abs(float(value)),
                f"{words}: NLTK has another figure",
            )


def large(index: Path) -> None:
    claim("collocations and words of all of them: whole processes")
    for arguments in (("words",), ("collocations",), ("collocations", "--window", "5"), ("collocations", "--size", "3"),
                      ("collocations", "--size", "5"), ("words", "--like", "government")):  # fmt: skip
        show(" ".join(arguments), [timed([*DISCERN, "text", arguments[0], index, *arguments[1:]])])


def make(table: Path, n_words: int) -> None:
    """Write the texts, and say how many there are."""
    import random

    draw = random.Random(0)
    texts = [path.read_text("utf-8", "replace") for path in sorted(data("bbc").glob("*/*.txt"))]
    written = n = 0
    with table.open("w", encoding="utf-8") as file:
        file.write("text\n")
        while written < n_words:
            words = draw.choice(texts).replace('"', "'").split(" ")
            for place in range(0, len(words), 50):  # a word that hardly any other text has
                words[place] = "".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=4)) + words[place]
            file.write('"' + " ".join(words) + '"\n')
            written += len(words)
            n += 1
    print(f"{n:,} texts")


if __name__ == "__main__":
    if sys.argv[1:2] == ["make"]:
        make(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        os.environ.setdefault("DISCERN_CACHE", "off")
        main(int(sys.argv[1]) if len(sys.argv) > 1 else WORDS)
