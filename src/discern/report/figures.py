"""The figures of a report: how it learned, which k, how each class does, what is taken for what."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.ticker import FuncFormatter, MaxNLocator
from matplotlib.transforms import blended_transform_factory
from numpy.typing import NDArray

from ..core.options import CROSS_ENTROPY, SQUARED_ERROR
from ..core.records import Figure
from ..evaluate.evaluation import Evaluation
from . import words
from .drawing import ACCENT, BAD, INK, PAPER, SECOND, SOFT, Drawing, draw, label
from .record import RunReport, Training, of_classes
from .verdict import mixups

Counts = NDArray[np.float64]
CURVE = (420.0, 270.0)
LOSSES = {CROSS_ENTROPY: "cross entropy", SQUARED_ERROR: "squared error"}
CURVE_POINTS = 400
CLASSES_DRAWN = 40
"""With more classes, the figure shows those that do worst."""
CELLS_NUMBERED = 25


def drawings(report: RunReport) -> tuple[Drawing, ...]:
    """Every figure that the report has."""
    found = [per_class(of_classes(report)), confusion(of_classes(report)), *training_drawings(report.training)]
    return tuple(drawing for drawing in found if drawing is not None)


def training_drawings(training: Training) -> tuple[Drawing, ...]:
    """How it learned, epoch by epoch, and how many neighbours to ask: what of it there is."""
    found = []
    if len(training.epochs) > 1:
        found.append(loss_curve(training))
        if any(epoch.get("validation_accuracy") is not None for epoch in training.epochs):
            found.append(accuracy_curve(training))
    if training.k_curve:
        found.append(k_curve(training))
    return tuple(found)


def loss_curve(training: Training) -> Drawing:
    """Loss of the training and the validation part, epoch by epoch."""
    series = _series(training.epochs, ("train_loss", "validation_loss"))

    def paint(axes: Axes) -> None:
        _lines(axes, [("training", series["train_loss"], SECOND), ("validation", series["validation_loss"], ACCENT)])
        _mark(axes, training.best_epoch, "kept")
        axes.set_ylim(bottom=0)
        axes.set_ylabel(LOSSES.get(training.loss, "loss"))

    return draw("loss", "Loss while learning", _said("loss", series["validation_loss"]), CURVE, paint)


def accuracy_curve(training: Training) -> Drawing:
    """Share of the validation part answered rightly, epoch by epoch."""
    points = _series(training.epochs, ("validation_accuracy",))["validation_accuracy"]

    def paint(axes: Axes) -> None:
        _lines(axes, [("", points, ACCENT)])
        _mark(axes, training.best_epoch, "kept", low=True)
        axes.yaxis.set_major_formatter(FuncFormatter(_per_cent))
        axes.set_ylabel("right, validation part")

    return draw("accuracy", "Accuracy while learning", _said("accuracy", points), CURVE, paint)


def k_curve(training: Training) -> Drawing:
    """Share of the validation part answered wrongly, for each number of neighbours."""
    curve = training.k_curve
    ks = [int(point["k"]) for point in curve]
    errors = [Figure.from_json(point["error"]) for point in curve]
    values = [np.nan if error.value is None else error.value for error in errors]
    low = [value if error.low is None else error.low for value, error in zip(values, errors, strict=True)]
    high = [value if error.high is None else error.high for value, error in zip(values, errors, strict=True)]

    def paint(axes: Axes) -> None:
        axes.fill_between(ks, low, high, color=ACCENT, alpha=0.14, linewidth=0)
        axes.plot(ks, values, color=ACCENT, linewidth=2, marker="o", markersize=4)
        _mark(axes, training.k, "chosen")
        _frame(axes, "k (neighbours that vote)")
        axes.set_xticks(ks if len(ks) <= 14 else ks[:: math.ceil(len(ks) / 13)])
        axes.set_ylim(bottom=0)
        axes.yaxis.set_major_formatter(FuncFormatter(_per_cent))
        axes.set_ylabel("wrong, validation part")

    chosen = "" if training.k is None else f"; k = {training.k} was chosen"
    alt = f"Share of the validation part answered wrongly for k from {ks[0]} to {ks[-1]}{chosen}"
    return draw("k_curve", "How many neighbours to ask", alt, CURVE, paint)


def per_class(evaluation: Evaluation) -> Drawing | None:
    """Recall and precision of each class with their intervals."""
    entries = list(evaluation.per_class)
    if len(entries) > CLASSES_DRAWN:
        entries = sorted(entries, key=words.by_f1)[:CLASSES_DRAWN]
    if len(entries) < 2:
        return None

    def paint(axes: Axes) -> None:
        for offset, name, colour in ((-0.17, "recall", ACCENT), (0.17, "precision", SECOND)):
            for i, entry in enumerate(entries):
                _range(axes, getattr(entry, name), i + offset, colour)
        axes.set_yticks(range(len(entries)), [label(entry.label) for entry in entries], color=INK)
        axes.set_ylim(len(entries) - 0.4, -0.6)
        axes.xaxis.set_major_formatter(FuncFormatter(_per_cent))
        axes.spines["left"].set_visible(False)
        axes.grid(axis="x")
        axes.set_axisbelow(True)
        _key(axes, [("recall: found", ACCENT), ("precision: right when named", SECOND)])

    alt = f"Recall and precision with 95 % intervals of {words.count(len(entries), 'class', 'classes')}"
    return draw("per_class", "Class by class", alt, (440.0, 70.0 + 26.0 * len(entries)), paint)


def confusion(evaluation: Evaluation) -> Drawing:
    """Rows the truth, columns the answer, each row shaded by its shares."""
    counts = np.array(evaluation.counts, dtype=np.float64)
    n = len(counts)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    numbered = n <= CELLS_NUMBERED
    side = max(260.0, 90.0 + 34.0 * n) if numbered else 520.0

    def paint(axes: Axes) -> None:
        axes.set_xlim(-0.5, n - 0.5)
        axes.set_ylim(n - 0.5, -0.5)
        axes.set_aspect("equal")
        if numbered:
            _cells(axes, counts, shares)
        else:
            axes.imshow(_shaded(shares), interpolation="nearest", resample=False)
        names = [label(name, 12) for name in evaluation.labels]
        step = max(1, math.ceil(n / 25))
        axes.set_xticks(range(0, n, step), names[::step], rotation=90 if max(map(len, names)) > 3 else 0, color=INK)
        axes.set_yticks(range(0, n, step), names[::step], color=INK)
        axes.spines[["left", "bottom"]].set_visible(False)
        axes.set_xlabel("answer")
        axes.set_ylabel("truth")

    worst = mixups(evaluation, 1)
    most = f"; most often “{label(worst[0].truth)}” was taken for “{label(worst[0].answer)}”" if worst else ""
    alt = f"Confusion counts of {words.count(n, 'class', 'classes')}{most}"
    return draw("confusion", "What is taken for what", alt, (side, side), paint)


def _cells(axes: Axes, counts: Counts, shares: Counts) -> None:
    """Every cell that is not 0, shaded and with its count."""
    for i, j in zip(*np.nonzero(counts), strict=True):
        colour, share = (ACCENT if i == j else BAD), shares[i, j]
        axes.bar(j, 1, 1, i - 0.5, color=colour, alpha=round(float(0.08 + 0.82 * share), 3), linewidth=0)
        ink = PAPER if share > 0.6 else INK
        axes.text(j, i, f"{int(counts[i, j]):,}", ha="center", va="center", color=ink, fontsize=11)


def _shaded(shares: Counts) -> Counts:
    """The shares as colours `(n, n, 4)`: right on the diagonal, wrong beside it."""
    colours = np.zeros((*shares.shape, 4))
    colours[..., :3] = to_rgb(BAD)
    colours[np.eye(len(shares), dtype=bool), :3] = to_rgb(ACCENT)
    colours[..., 3] = np.where(shares > 0, 0.08 + 0.82 * shares, 0)
    return colours


def _lines(axes: Axes, lines: Sequence[tuple[str, list[tuple[float, float]], str]]) -> None:
    """Lines with their names at their ends; long ones thinned out evenly, the last point kept."""
    _frame(axes, "epoch")
    for _, points, colour in lines:
        if points:
            step = max(1, math.ceil(len(points) / CURVE_POINTS))
            kept = points[::step] if (len(points) - 1) % step == 0 else [*points[::step], points[-1]]
            axes.plot(*zip(*kept, strict=True), color=colour, linewidth=2)
    _key(axes, [(name, colour) for name, points, colour in lines if name and points])


def _frame(axes: Axes, x: str) -> None:
    axes.set_xlabel(x)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=8))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5))
    axes.grid(axis="y")
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)


def _key(axes: Axes, names: Sequence[tuple[str, str]]) -> None:
    """What the colours mean, above the axes."""
    left = 0.0
    for name, colour in names:
        axes.annotate(
            f"● {name}", (left, 1.0), (0, 8), xycoords="axes fraction", textcoords="offset points", color=colour
        )
        left += 0.06 + 0.0245 * len(name)


def _mark(axes: Axes, x: int | None, word: str, *, low: bool = False) -> None:
    """A thin upright line at the value that was kept; its name at the top, or `low` where the curve is high."""
    if x is None:
        return
    axes.axvline(x, color=SOFT, linewidth=1, linestyle=(0, (2, 3)))
    place = blended_transform_factory(axes.transData, axes.transAxes)
    near_end = x > sum(axes.get_xlim()) / 2
    axes.annotate(
        f"{word}: {x}",
        (x, 0.0 if low else 1.0),
        (-5 if near_end else 5, 5 if low else -11),
        xycoords=place,
        textcoords="offset points",
        ha="right" if near_end else "left",
        color=SOFT,
    )


def _range(axes: Axes, figure: Figure, y: float, colour: str) -> None:
    if figure.value is None:
        return
    if figure.low is not None and figure.high is not None:
        axes.plot([figure.low, figure.high], [y, y], color=colour, linewidth=2, alpha=0.45)
    axes.plot([figure.value], [y], color=colour, marker="o", markersize=5, clip_on=False, zorder=3)


def _series(epochs: Sequence[Mapping[str, Any]], names: tuple[str, ...]) -> dict[str, list[tuple[float, float]]]:
    """Name -> points (epoch, value) where the value is known and finite."""
    return {
        name: [
            (float(epoch["epoch"]), float(epoch[name]))
            for epoch in epochs
            if epoch.get(name) is not None and math.isfinite(epoch[name])
        ]
        for name in names
    }


def _said(what: str, points: list[tuple[float, float]]) -> str:
    if not points:
        return f"Validation {what} was not measured"
    (first, before), (last, after) = points[0], points[-1]
    return f"Validation {what} from {before:.3f} in epoch {first:.0f} to {after:.3f} in epoch {last:.0f}"


def _per_cent(share: float, _: object) -> str:
    return f"{100 * share:.4g} %"
