"""D401 and D402: what gives the label away without showing the thing: names, sizes, shapes, file sizes, borders; of
texts their length, how they begin and end, and the columns beside them.

Each such trait alone is put to a small test: it is cut into a few levels, and in five folds (units whole) the answer
for a level is the class that is commonest there, classes in proportion. What is right more often than chance allows,
after correction for the number of traits (Bonferroni), and by a margin that matters, is reported.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.records import CheckResult
from ..core.seeds import generator
from ..data.dataset import COLUMN, Dataset
from ..data.splits import Split
from .base import finding, many, no_classes, not_applicable, result

FILES, NAMES = ("D401", "shortcuts in pictures and texts"), ("D402", "names and columns that tell the label")
FOLDS, LEVELS = 5, 16
FEWEST = 20
"""Units (groups, copies counted once) that a class needs to take part."""
ALPHA = 0.01
WIDER = 1.5
"""Folds share their training items, so what guessing gets right spreads 1.3 to 1.41 times as far as independent trials
would (measured on 40 to 2,000 items, 2 to 10 classes, 2 to 16 levels)."""
MATTERS = 0.25
"""Share of the mistakes of guessing that a trait must take away to be worth a finding."""
AT_ONCE = 4096
"""Pictures whose borders are turned into floats at a time."""


@dataclass(frozen=True)
class Trait:
    """Something about each item that is not what it shows."""

    name: str
    levels: NDArray[np.int64]
    told: str
    """What to do about it."""


def in_pictures(dataset: Dataset, split: Split | None) -> CheckResult:
    """Traits that a model can see: size, shape, colour mode, file size, border; length, first and last word."""
    if dataset.kind == "table":
        return not_applicable(*FILES, "the items are neither pictures nor texts")
    return _tested(FILES, dataset, list(_seen(dataset)))


def in_names(dataset: Dataset, split: Split | None) -> CheckResult:
    """Traits of file names, and columns beside texts, which a model does not see."""
    if dataset.kind == "table":
        return not_applicable(*NAMES, "the items are neither pictures nor texts")
    if not _has_names(dataset) and not _has_columns(dataset):
        return not_applicable(*NAMES, "the items have no file names")
    return _tested(NAMES, dataset, list(_unseen(dataset)))


def _tested(check: tuple[str, str], dataset: Dataset, traits: list[Trait]) -> CheckResult:
    if why := no_classes(dataset):
        return not_applicable(*check, why)
    trial = _trial(dataset)
    if trial is None:
        reason = f"fewer than two classes have {FEWEST} different items"
        return CheckResult(*check, "skipped", reason=reason)
    found = _telling(trial, traits)
    if not found:
        return CheckResult(*check, "passed")
    right, strongest = found[0]
    visible = check is FILES
    return result(
        *check,
        [
            finding(
                check[0],
                f"The {strongest.name} alone tells the label of {right:.0%} of the items",
                "warning" if visible and dataset.kind == "pictures" else "note",
                [f"{trait.name}: {share:.0%} right" for share, trait in found],
                len(found),
                do=strongest.told,
                detail=f"guessing would be right for {trial.chance:.0%}; classes in proportion, tested in {FOLDS} "
                f"folds over {many(len(trial.rows), 'item')}",
            )
        ],
    )


@dataclass(frozen=True, eq=False)
class Trial:
    """The items that traits are tested on: those of classes with enough units."""

    rows: NDArray[np.int64]
    truth: NDArray[np.int64]
    folds: NDArray[np.int64]
    n_units: NDArray[np.int64]
    """Of each class."""

    @property
    def chance(self) -> float:
        return 1 / len(self.n_units)


@dataclass(frozen=True, eq=False)
class Telling:
    """A trait that tells the label more often than chance allows, with its answers."""

    name: str
    visible: bool
    """Whether a model can see it."""
    told: str
    rows: NDArray[np.int64]
    """Rows of the Dataset that it was tested on, `(n,)`; so are the next two."""
    truth: NDArray[np.int64]
    answers: NDArray[np.int64]


def telling(dataset: Dataset) -> tuple[Telling, ...]:
    """Every trait that D401 or D402 would name, the strongest of each first, with what it alone would answer."""
    trial = _trial(dataset) if dataset.labels is not None else None
    if trial is None:
        return ()
    kinds = (
        (True, list(_seen(dataset))),
        (False, list(_unseen(dataset))),
    )
    return tuple(
        Telling(
            trait.name,
            visible,
            trait.told,
            trial.rows,
            trial.truth,
            answers_by_level(trait.levels[trial.rows], trial.truth, trial.folds),
        )
        for visible, traits in kinds
        for _, trait in _telling(trial, traits)
    )


def _trial(dataset: Dataset) -> Trial | None:
    labels, codes = np.unique(np.asarray(dataset.labels), return_inverse=True)
    n_units = np.bincount(np.unique(np.stack([codes, dataset.units]), axis=1)[0], minlength=len(labels))
    enough = n_units >= FEWEST
    if enough.sum() < 2:
        return None
    rows = np.flatnonzero(enough[codes])
    truth = np.unique(codes[rows], return_inverse=True)[1]
    folds = generator(0, "audit", "shortcuts").permutation(int(dataset.units.max()) + 1)[dataset.units[rows]] % FOLDS
    return Trial(rows, truth, folds, n_units[enough])


def _telling(trial: Trial, traits: list[Trait]) -> list[tuple[float, Trait]]:
    """Traits with the share they are right for, the strongest first."""
    needed = _significant(trial.n_units, trial.chance, len(traits))
    found = []
    for trait in traits:
        right = recall_by_level(trait.levels[trial.rows], trial.truth, trial.folds)
        if right > needed and (right - trial.chance) / (1 - trial.chance) >= MATTERS:
            found.append((right, trait))
    return sorted(found, key=lambda entry: -entry[0])


def answers_by_level(
    levels: NDArray[np.int64], truth: NDArray[np.int64], folds: NDArray[np.int64]
) -> NDArray[np.int64]:
    """What each item is answered with: the class that is commonest at its level in the other folds, `(n,)`."""
    return _answers(levels, truth, folds)[0][folds, levels]


def recall_by_level(levels: NDArray[np.int64], truth: NDArray[np.int64], folds: NDArray[np.int64]) -> float:
    """Mean recall of the classes when each level is answered with its commonest class in the other folds."""
    answers, counts = _answers(levels, truth, folds)
    right = np.zeros(counts.shape[2])
    for fold in range(FOLDS):
        np.add.at(right, answers[fold], counts[fold, np.arange(counts.shape[1]), answers[fold]])
    return float((right / np.bincount(truth)).mean())


def _answers(
    levels: NDArray[np.int64], truth: NDArray[np.int64], folds: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The answer for each fold and level, and the counts `(FOLDS, n_levels, n_classes)`."""
    n_classes, n_levels = int(truth.max()) + 1, int(levels.max()) + 1
    cells = np.bincount((folds * n_levels + levels) * n_classes + truth, minlength=FOLDS * n_levels * n_classes)
    counts = cells.reshape(FOLDS, n_levels, n_classes)
    others = counts.sum(axis=0) - counts
    shares = others / np.maximum(others.sum(axis=1, keepdims=True), 1)  # so that a large class is not always the answer
    return shares.argmax(axis=2).astype(np.int64), counts


def _significant(n_units: NDArray[np.int64], chance: float, n_traits: int) -> float:
    """The mean recall that guessing exceeds with probability at most `ALPHA` over all traits: normal approximation."""
    error = math.sqrt(float((chance * (1 - chance) / n_units).sum())) / len(n_units) * WIDER
    return chance + NormalDist().inv_cdf(1 - ALPHA / max(1, n_traits)) * error


def _seen(dataset: Dataset) -> Iterator[Trait]:
    """What a model can see."""
    if dataset.kind == "pictures":
        yield from _visible(dataset)
    elif dataset.kind == "texts":
        yield from _written(dataset)


def _unseen(dataset: Dataset) -> Iterator[Trait]:
    """What a model is not shown."""
    if _has_names(dataset):
        yield from _named(dataset)
    if _has_columns(dataset):
        yield from _beside(dataset)


def _has_names(dataset: Dataset) -> bool:
    texts_in_files = dataset.kind == "texts" and any(path is not None for path in dataset.paths)
    return dataset.source.reader == "folder" or texts_in_files


def _has_columns(dataset: Dataset) -> bool:
    return dataset.kind == "texts" and any(name != "file" for name in dataset.columns)


def _written(dataset: Dataset) -> Iterator[Trait]:
    texts = [str(text) for text in dataset.values]
    told = "look at some texts of each class: if they differ by where they come from, cut away what says so"
    cut = [text.casefold().split() for text in texts]
    capitals = [sum(letter.isupper() for letter in text) / max(len(text), 1) for text in texts]
    yield Trait("length of the text", _binned(np.array([len(text) for text in texts], np.float64)), told)
    yield Trait("first word of the text", _named_levels(_frequent([words[0] if words else "" for words in cut])), told)
    yield Trait("last word of the text", _named_levels(_frequent([words[-1] if words else "" for words in cut])), told)
    yield Trait("share of capital letters", _binned(np.round(capitals, 2)), told)


def _frequent(words: list[str]) -> list[str]:
    """Words that come back; all others are one."""
    counts = Counter(words)
    return [word if counts[word] >= FOLDS else "" for word in words]


def _beside(dataset: Dataset) -> Iterator[Trait]:
    for name in dataset.columns:
        cells = [str(cell or "") for cell in dataset.items[COLUMN + name].to_list()]
        if name != "file" and 1 < len(set(cells)) <= len(cells) / 2:
            told = f"the model does not see it; if texts of one {name} belong together, say so with --group {name}"
            yield Trait(f"column {name!r}", _named_levels(cells), told)


def _visible(dataset: Dataset) -> Iterator[Trait]:
    columns, values = dataset.items.columns, dataset.values
    equal = "bring the pictures of all classes to one size and format, from the same source; or cut with --crop"
    if {"height", "width", "mode"} <= set(columns):
        height, width = (dataset.items[name].to_numpy().astype(np.float64) for name in ("height", "width"))
        yield Trait("number of pixels", _binned(height * width), equal)
        yield Trait("shape (width over height)", _binned(np.round(width / height, 3)), equal)
        yield Trait("colour mode", _named_levels(dataset.items["mode"].to_list()), equal)
    sizes = [None if path is None else _size(path) for path in dataset.paths]
    if sizes and None not in sizes:
        yield Trait("file size", _binned(np.array(sizes, np.float64)), equal)
    brightness, evenness = _border(values)
    framed = "look at the borders of some pictures of each class; if they differ by their source, cut them with --crop"
    yield Trait("brightness of the border", _binned(brightness), framed)
    yield Trait("evenness of the border", _binned(evenness), framed)


def _named(dataset: Dataset) -> Iterator[Trait]:
    paths = [PurePosixPath(item) for item in dataset.items["item"].to_list()]
    told = "nothing, as long as a program sees the items alone: names are not shown to the model"
    forms = [re.sub(r"\d+", "#", path.stem.casefold()) for path in paths]
    numbers = [re.findall(r"\d+", path.stem) for path in paths]
    yield Trait("form of the file name", _named_levels(forms), told)
    yield Trait("ending of the file name", _named_levels([path.suffix.casefold() for path in paths]), told)
    if all(numbers):
        yield Trait("number in the file name", _binned(np.array([float(some[-1][-15:]) for some in numbers])), told)


def _binned(numbers: NDArray[Any]) -> NDArray[np.int64]:
    """A level for each number: the number itself where there are few, else one of 16 with about as many items each."""
    distinct, where = np.unique(numbers, return_inverse=True)
    if len(distinct) <= LEVELS:
        return where.astype(np.int64)
    edges = np.unique(np.quantile(numbers, np.linspace(0, 1, LEVELS + 1)[1:-1]))
    return np.searchsorted(edges, numbers, side="right").astype(np.int64)


def _named_levels(texts: list[str]) -> NDArray[np.int64]:
    """A level for each of the commonest texts, and one for all others."""
    distinct, where, counts = np.unique(np.array(texts), return_inverse=True, return_counts=True)
    rank = np.empty(len(distinct), np.int64)
    rank[np.argsort(-counts, kind="stable")] = np.arange(len(distinct))
    return np.minimum(rank, 4 * LEVELS)[where]


def _border(values: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mean and spread of the outermost pixels of each picture, each `(n,)`; of some pictures at a time."""
    means, spreads = [], []
    for start in range(0, len(values), AT_ONCE):
        some = values[start : start + AT_ONCE]
        edges = (some[:, 0], some[:, -1], some[:, :, 0], some[:, :, -1])
        around = np.concatenate(edges, axis=1).astype(np.float32)
        means.append(around.mean(axis=(1, 2)))
        spreads.append(around.std(axis=1).mean(axis=1))
    return np.concatenate(means), np.concatenate(spreads)


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None
