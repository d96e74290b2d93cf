"""D104: pictures of unusual size, shape or colour mode."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from ..core.records import CheckResult, Finding
from ..data.dataset import Dataset
from ..data.splits import Split
from .base import finding, many, not_applicable, result

CODE, NAME = "D104", "sizes, shapes and colour modes"
STRETCHED = 2.0
"""A picture is odd when its proportion differs from the usual one by more than this factor."""
RARE = 0.01
"""A colour mode is odd when fewer than this share of the pictures have it."""


def check(dataset: Dataset, split: Split | None) -> CheckResult:
    if not {"height", "width", "mode"} <= set(dataset.items.columns) or not dataset.n:
        return not_applicable(CODE, NAME, "the sizes of the pictures in their files are not known")
    height, width = (dataset.items[name].to_numpy().astype(np.float64) for name in ("height", "width"))
    findings = [*_shapes(dataset, height, width), *_sizes(dataset, height, width), *_modes(dataset)]
    return result(CODE, NAME, findings)


def _shapes(dataset: Dataset, height: NDArray[np.float64], width: NDArray[np.float64]) -> list[Finding]:
    proportion = width / height
    usual = float(np.median(proportion))
    odd = np.flatnonzero(np.abs(np.log(proportion / usual)) > np.log(STRETCHED))
    worst = odd[np.argsort(-np.abs(np.log(proportion[odd] / usual)), kind="stable")]
    if not len(odd):
        return []
    first = worst[0]
    return [
        finding(
            CODE,
            f"{many(len(odd), 'picture is', 'pictures are')} much wider or much higher than usual",
            "note",
            dataset.items["item"].gather(worst).to_list(),
            len(odd),
            do="look whether they are cuttings or banners: pictures are stretched to one shape, or filled up to it",
            detail=f"usual: {usual:.2f} times as wide as high; the oddest: {width[first]:.0f} x {height[first]:.0f}",
        )
    ]


def _sizes(dataset: Dataset, height: NDArray[np.float64], width: NDArray[np.float64]) -> list[Finding]:
    high, wide = dataset.values.shape[1:3]
    small = np.flatnonzero((2 * height <= high) & (2 * width <= wide))
    if not len(small) or len(small) == dataset.n:
        return []
    return [
        finding(
            CODE,
            f"{many(len(small), 'picture has', 'pictures have')} less than half the size that the model sees",
            "note",
            dataset.items["item"].gather(small).to_list(),
            len(small),
            do="find them in full size: enlarging adds no detail, and blur may become what is learned",
            detail=f"the model sees {wide} x {high}; the first has {width[small[0]]:.0f} x {height[small[0]]:.0f}",
        )
    ]


def _modes(dataset: Dataset) -> list[Finding]:
    counts = Counter(dataset.items["mode"].to_list())
    rare = sorted(mode for mode, count in counts.items() if count < RARE * dataset.n)
    if not rare:
        return []
    odd = dataset.items.filter(dataset.items["mode"].is_in(rare))["item"].to_list()
    return [
        finding(
            CODE,
            f"{many(len(odd), 'picture has', 'pictures have')} an unusual colour mode",
            "note",
            odd,
            len(odd),
            do="nothing, when they look right: every picture is brought to the same channels",
            detail="; ".join(f"{counts[mode]:,} x {mode}" for mode in rare),
        )
    ]
