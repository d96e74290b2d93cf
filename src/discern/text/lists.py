"""Lists of words as a first guess at labels: which lists a text's words stand on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from ..core.views import Record
from .corpus import plain
from .split import words

PLAIN, STEM = "word", "beginning"


@dataclass(frozen=True)
class WordList(Record):
    """Words and phrases that speak for a label; one that ends in `*` stands for all words that begin so."""

    label: str
    entries: tuple[str, ...]


def parsed(label: str, lines: Sequence[str]) -> WordList:
    """A list from its lines: an entry a line, in any case; blank lines and those that begin with `#` are none."""
    entries = (" ".join(line.split()).lower() for line in lines if not line.lstrip().startswith("#"))
    return WordList(label, tuple(dict.fromkeys(entry for entry in entries if entry)))


def matches(texts: pl.Series, lists: Sequence[WordList]) -> Mapping[str, list[list[str]]]:
    """For each list the entries of it that each text holds, in the order of the list: label -> `(n,)` lists.

    Upper and lower case and the straight and the curly apostrophe are one.
    """
    spaced = " " + words(plain(texts)).list.join(" ") + " "
    found: dict[str, list[list[str]]] = {}
    for one in lists:
        held: list[list[str]] = [[] for _ in range(len(texts))]
        for entry in one.entries:
            cut = " ".join(words(plain(pl.Series([entry.removesuffix("*")]))).to_list()[0])
            wanted = f" {cut}" if entry.endswith("*") else f" {cut} "
            for row in spaced.str.contains(wanted, literal=True).arg_true().to_list() if cut else ():
                held[row].append(entry)
        found[one.label] = held
    return found
