"""The exam on nonsense: noise, scrambled items and drawn symbols are asked of every model that may answer `unknown`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..core import seeds
from ..core.errors import OptionError
from ..data.dataset import Dataset
from ..data.items import expand, load_batches
from ..data.texts import read_texts
from ..evaluate.unknown import Exam, Family, family
from ..images import invented, nonsense
from ..images.fit import fit_to
from ..store.session import Shipped
from ..text import nonsense as nonsense_texts
from ..text.language import detect

ASKED = 200
"""Items of each family."""
Rows = NDArray[np.int64]


def exam(shipped: Shipped, data: Dataset, test: Rows, seed: int, folders: tuple[str, ...] = ()) -> Exam | None:
    """What the model says to nonsense made after the items `test`, and to `folders` of a person's own.

    None where it does not answer `unknown`. Raises OptionError for a folder in which nothing can be read.
    """
    trust = shipped.trust
    if trust is None or trust.unknown is None:
        return None
    families = [_asked(shipped, *one) for one in _made(data, test, seed)]
    families += [_asked(shipped, *_own(shipped, folder)) for folder in folders]
    return Exam(trust.unknown.given_up, tuple(families))


def _asked(shipped: Shipped, name: str, words: str, values: NDArray[Any]) -> Family:
    found = [shipped.answer(values[start : start + 256]) for start in range(0, len(values), 256)]
    unknown = np.concatenate([one.unknown for one in found if one.unknown is not None])
    best = np.concatenate([one.probabilities.max(axis=1) for one in found]).astype(np.float64)
    return family(name, words, unknown, best)


def _made(data: Dataset, test: Rows, seed: int) -> Iterator[tuple[str, str, NDArray[Any]]]:
    """Families by name: what they are, and their values in the form that the model takes."""
    random = seeds.generator(seed, "nonsense")
    drawn = np.sort(random.choice(test, min(ASKED, len(test)), replace=False))
    items = np.ascontiguousarray(data.values[drawn])
    if data.kind == "texts":
        yield from _texts(items.tolist(), random)
        return
    if data.kind != "pictures":
        low, high = items.min(axis=0), items.max(axis=0)
        values = random.uniform(low, high, (ASKED, items.shape[1])).astype(np.float32)
        yield "noise", "each number by chance within what its column holds", values
        mixed = np.stack([random.permutation(column) for column in items.T], axis=1)
        yield "scrambled", "items of the test part, whose columns were exchanged among each other", mixed
        return
    if items.dtype != np.uint8:
        return
    shape = items.shape[1:]
    yield "noise", "every pixel by chance", nonsense.noise(ASKED, shape, random)
    if min(shape[:2]) >= 2 * nonsense.TILES:
        tiles = nonsense.TILES**2
        words = f"pictures of the test part, cut into {tiles} pieces in another order"
        yield "scrambled", words, nonsense.scrambled(items, random)
    if data.input.symbols:
        words = "drawn shapes, curves, hatchings, letters as of other scripts, and strokes by chance"
        each = -(-ASKED // len(invented.KINDS))
        drawn_signs = [sign for kind in invented.KINDS for sign in invented.signs(each, kind, random)]
        yield "invented signs", words, np.stack([fit_to(sign, data.input) for sign in drawn_signs])
    dark = bool(items.mean() < 128)
    yield "symbols", "drawn squares, triangles, crosses and stars", nonsense.symbols(ASKED, shape, random, dark=dark)


def _texts(items: list[str], random: np.random.Generator) -> Iterator[tuple[str, str, NDArray[Any]]]:
    languages = Counter(detect(pl.Series(items, dtype=pl.String)).to_list())
    own = max((count, code) for code, count in languages.items())[1] or "en"
    yield "empty", "texts without a word", np.array(nonsense_texts.empty(ASKED, random), dtype=object)
    yield "letters", "words of letters drawn by chance", np.array(nonsense_texts.letters(ASKED, random), dtype=object)
    mixed = nonsense_texts.scrambled(items, random)
    yield "scrambled", "texts of the test part, whose letters were exchanged", np.array(mixed, dtype=object)
    others = nonsense_texts.other_languages(ASKED, own, random)
    yield "another language", "plain sentences in languages of no class", np.array(others, dtype=object)


def _own(shipped: Shipped, folder: str) -> tuple[str, str, NDArray[Any]]:
    if shipped.spec.kind == "texts":
        texts = read_texts(folder).texts
        return Path(folder).name, f"what lies in {Path(folder).name}", np.array(texts.to_list(), dtype=object)
    values = [values for _, values, _ in load_batches(expand([folder], None), shipped.spec) if len(values)]
    if not values:
        raise OptionError(f"--nonsense {folder}: no picture there could be read")
    return Path(folder).name, f"what lies in {Path(folder).name}", np.concatenate(values)
