"""Figures of groups: the items on a plane, how columns lie on it, and how the number of groups came about."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.axes import Axes

from ..core.records import Figure
from ..evaluate.cluster_cards import Clusters
from . import words
from .clusters_said import share
from .drawing import ACCENT, INK, RULE, SECOND, SOFT, Drawing, draw, label
from .topics_palette import hue
from .visible import visible

MAP, SIDE = (560.0, 440.0), (270.0, 270.0)
CURVE = (360.0, 250.0)


def plane(result: Clusters) -> Drawing:
    """Items on the two directions in which they differ most."""
    points = result.plane.points
    left, right = _between([x for x, _, _ in points])
    low, high = _between([y for _, y, _ in points])

    def paint(axes: Axes) -> None:
        for place in range(-1, len(result.cards)):
            own = [(x, y) for x, y, group in points if group == place]
            if not own:
                continue
            colour = RULE if place < 0 and result.cards else SOFT if place < 0 else hue(place)
            axes.scatter([x for x, _ in own], [y for _, y in own], s=24, color=colour, alpha=0.6, linewidths=0)
        for place, card in enumerate(result.cards):
            own = [(x, y) for x, y, group in points if group == place]
            if own:
                x, y = (sorted(values)[len(values) // 2] for values in zip(*own, strict=True))
                axes.annotate(
                    card.id if not card.name else f"{card.id} {label(card.name, 20)}", (x, y), ha="center", va="center",
                    fontsize=14, fontweight="bold", color=INK,
                )  # fmt: skip
        axes.set_xlim(left - 0.06 * (right - left), right + 0.06 * (right - left))
        axes.set_ylim(low - 0.06 * (high - low), high + 0.06 * (high - low))
        axes.set_xlabel(f"first direction: {share(result.plane.across)} of the spread")
        axes.set_ylabel(f"second: {share(result.plane.up)}")
        axes.set_xticks([])
        axes.set_yticks([])

    alt = f"{words.count(len(points), 'item')} on a plane, coloured by group" if result.cards else "items on a plane"
    return draw("plane", "Items on the plane in which they differ most", alt, MAP, paint)


def compass(result: Clusters) -> Drawing:
    """Which way the columns, or words, grow on the plane."""
    arrows = result.plane.arrows
    longest = max((math.hypot(x, y) for _, x, y in arrows), default=1.0) or 1.0

    def paint(axes: Axes) -> None:
        placed: list[float] = []
        for name, x, y in arrows:
            x, y = x / longest, y / longest
            axes.annotate("", (x, y), (0, 0), arrowprops={"arrowstyle": "-|>", "color": ACCENT, "linewidth": 1.6})
            reach = math.hypot(x, y) or 1.0
            at = y * (1 + 0.1 / reach)
            while any(abs(at - other) < 0.15 for other in placed):
                at += 0.05 if y >= 0 else -0.05
            placed.append(at)
            axes.annotate(
                label(name, 24), (x * (1 + 0.06 / reach), at), ha="center", va="bottom" if y >= 0 else "top",
                fontsize=12, color=INK,
            )  # fmt: skip
        axes.axhline(0, color=RULE, linewidth=0.8, zorder=0)
        axes.axvline(0, color=RULE, linewidth=0.8, zorder=0)
        axes.set_xlim(-1.5, 1.5)
        axes.set_ylim(min([-1.3, *(at - 0.15 for at in placed)]), max([1.3, *(at + 0.15 for at in placed)]))
        axes.set_xticks([])
        axes.set_yticks([])
        axes.spines[:].set_visible(False)

    alt = "arrows: " + ", ".join(visible(name) for name, _, _ in arrows)
    return draw("compass", "Which way they grow", alt, SIDE, paint)


def curves(result: Clusters) -> list[Drawing]:
    """Silhouette and stability by the number of groups, over what clouds without groups give."""
    if len(result.tried) < 2:
        return []
    own = (("silhouette", "Silhouette", [one.silhouette for one in result.tried],
            [one.silhouette_by_chance for one in result.tried]),
           ("stability", "Stability", [one.stability for one in result.tried],
            [one.stability_by_chance for one in result.tried]))  # fmt: skip
    return [_curve(result, *one) for one in own]


def _curve(result: Clusters, name: str, title: str, ours: Sequence[Figure], chance: Sequence[Figure]) -> Drawing:
    numbers = [one.n_groups for one in result.tried]
    picked = next(place for place, one in enumerate(result.tried) if one.chosen)

    def paint(axes: Axes) -> None:
        low, high = ([getattr(one, bound) or 0.0 for one in chance] for bound in ("low", "high"))
        axes.fill_between(numbers, low, high, color=SECOND, alpha=0.22, linewidth=0)
        axes.plot(numbers, [one.value or 0.0 for one in chance], color=SECOND, linewidth=1.4)
        axes.plot(numbers, [one.value or 0.0 for one in ours], color=ACCENT, linewidth=2.2, marker="o", markersize=5)
        if result.cards:
            axes.scatter([numbers[picked]], [ours[picked].value or 0.0], s=130, facecolors="none", edgecolors=ACCENT)
        values = [*(one.value or 0.0 for one in ours), *low, *high]
        axes.set_ylim(min(0.0, min(values)) - 0.03, max(1.0, max(values)) + 0.05)
        axes.set_xticks(numbers)
        axes.set_xlabel("groups")
        axes.set_ylabel(title.lower())

    alt = f"{title} of 2 and more groups, above a band of what clouds without groups give"
    return draw(name, title, alt, CURVE, paint)


def _between(values: Sequence[float]) -> tuple[float, float]:
    """The ends of some values; never a single point."""
    low, high = min(values), max(values)
    return (low, high) if high > low else (low - 1.0, low + 1.0)
