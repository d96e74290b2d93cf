"""The peer of `benchmarks/texts.py`: posts cleaned, cut into words and classified one by one, as a course teaches it.

python nltk_posts.py LABELLED.csv POOL.csv OUT.csv
"""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path

from nltk.classify import NaiveBayesClassifier
from nltk.stem.porter import PorterStemmer
from nltk.tokenize import TweetTokenizer

STOP = frozenset(
    [
        "i",
        "me",
        "my",
        "we",
        "our",
        "you",
        "your",
        "he",
        "him",
        "his",
        "she",
        "her",
        "it",
        "its",
        "they",
        "them",
        "their",
        "what",
        "which",
        "who",
        "this",
        "that",
        "these",
        "those",
        "am",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "being",
        "have",
        "has",
        "had",
        "do",
        "does",
        "did",
        "a",
        "an",
        "the",
        "and",
        "but",
        "if",
        "or",
        "because",
        "as",
        "until",
        "while",
        "of",
        "at",
        "by",
        "for",
        "with",
        "about",
        "to",
        "from",
        "in",
        "out",
        "on",
        "off",
        "over",
        "under",
        "again",
        "then",
        "once",
        "here",
        "there",
        "when",
        "where",
        "why",
        "how",
        "all",
        "any",
        "both",
        "each",
        "few",
        "more",
        "most",
        "other",
        "some",
        "such",
        "no",
        "nor",
        "not",
        "only",
        "own",
        "same",
        "so",
        "than",
        "too",
        "very",
        "can",
        "will",
        "just",
        "should",
        "now",
    ]
)
cutter, stemmer = TweetTokenizer(preserve_case=False, strip_handles=True, reduce_len=True), PorterStemmer()


def features(text: str) -> dict[str, bool]:
    text = re.sub(r"https?://\S+", "", text)
    text = re.sub(r"^RT\s+", "", text)
    text = re.sub(r"#", "", text)
    words = (word for word in cutter.tokenize(text) if word not in STOP and word.isalpha())
    return {stemmer.stem(word): True for word in words}


def main(labelled: str, pool: str, out: str) -> None:
    with Path(labelled).open(newline="", encoding="utf-8") as file:
        rows = [(features(row["text"]), row["label"]) for row in csv.DictReader(file)]
    model = NaiveBayesClassifier.train(rows)
    with (
        Path(pool).open(newline="", encoding="utf-8") as file,
        Path(out).open("w", newline="", encoding="utf-8") as answers,
    ):
        writer = csv.writer(answers)
        writer.writerow(["id", "prediction"])
        for row in csv.DictReader(file):
            writer.writerow([row["id"], model.classify(features(row["text"]))])


if __name__ == "__main__":
    main(*sys.argv[1:4])
