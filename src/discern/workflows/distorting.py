"""Answers of a model to distorted pictures of its test part: see `evaluate.robustness`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core import events
from ..core.events import Listener
from ..core.records import Figure
from ..core.rows import Rows
from ..core.seeds import generator
from ..data.dataset import Dataset
from ..evaluate.robustness import STRENGTHS, TEXT_STRENGTHS, Robustness, cannot, robustness
from ..images.distort import in_ways
from ..images.fit import fit_to
from ..store.session import Shipped
from ..text.distort import distorted

MOST = 1000
"""Items that are distorted; of a larger test part whole units are drawn."""


def examined(
    shipped: Shipped, data: Dataset, test: NDArray[np.int64], baseline: Figure, on_event: Listener
) -> Robustness:
    """The items `test` `(n,)` answered at every strength of every distortion.

    Pictures are distorted as the model takes them, after they were brought to its size. Which way each is moved or
    turned is drawn once, so that a stronger distortion is more of the same.
    """
    labels = data.labels
    if data.kind == "table" or labels is None:
        return cannot("distortions are for pictures and texts, and these items are numbers", len(test))
    rows = _drawn(test, data.units)
    truth = labels[rows]
    if data.kind == "texts":
        texts = data.values[rows].tolist()
        right_texts = _answers(shipped, data.values[rows]) == truth
        answered_texts = {
            kind: [(float(s), _answers(shipped, distorted(texts, kind, s, 0)) == truth) for s in strengths]
            for kind, strengths in TEXT_STRENGTHS.items()
        }
        return robustness(right_texts, answered_texts, data.units[rows], n_test=len(test), baseline=baseline)
    batch = max(1, min(256, shipped.batch))
    right: list[NDArray[np.bool_]] = []
    found: dict[str, list[list[NDArray[np.bool_]]]] = {k: [[] for _ in s] for k, s in STRENGTHS.items()}
    draws = generator(0, "distortions")
    done = 0
    for block in Rows(data.values, rows).blocks(batch):
        ways = draws.integers(0, 4, len(block))
        normal = draws.standard_normal(block.shape, dtype=np.float32)
        of = truth[done : done + len(block)]
        right.append(_answers(shipped, block) == of)
        for kind, strengths in STRENGTHS.items():
            for place, strength in enumerate(strengths):
                changed = in_ways(block, kind, strength, ways, normal)
                if shipped.spec.binary:
                    changed = np.stack([fit_to(picture, shipped.spec) for picture in changed])
                found[kind][place].append(_answers(shipped, changed) == of)
        done += len(block)
        events.steps(on_event, "distorting", done, len(rows))
    answered = {
        kind: [(float(s), np.concatenate(one)) for s, one in zip(STRENGTHS[kind], found[kind], strict=True)]
        for kind in STRENGTHS
    }
    return robustness(np.concatenate(right), answered, data.units[rows], n_test=len(test), baseline=baseline)


def _answers(shipped: Shipped, pictures: NDArray[Any]) -> NDArray[np.str_]:
    """The most probable label of each, also where the model would rather say *unknown*: as accuracy is measured."""
    labels: NDArray[np.str_] = shipped.classes[shipped.predict_proba(pictures).argmax(axis=1)]
    return labels


def _drawn(test: NDArray[np.int64], units: NDArray[np.int64]) -> NDArray[np.int64]:
    """All items, or those of units drawn until there are enough; always the same ones."""
    if len(test) <= MOST:
        return test
    of = units[test]
    order = generator(0, "distorted items").permutation(np.unique(of))
    sizes = dict(zip(*np.unique(of, return_counts=True), strict=True))
    total = np.cumsum([sizes[unit] for unit in order])
    kept = order[: max(1, int(np.searchsorted(total, MOST, side="right")))]
    return test[np.isin(of, kept)]
