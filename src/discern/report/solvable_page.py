"""The section of a report about whether the problem is solvable with these data."""

from __future__ import annotations

import textwrap

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from ..core.saying import COLUMNS, bare, cells, points, share
from ..evaluate.overfit import FIGURES, Overfit
from ..evaluate.solvable import NOT_SHOWN, SHOWN, Solvable
from .drawing import ACCENT, RULE, SECOND, Drawing, draw
from .sections import Section

CURVE = (560.0, 300.0)
TICK = 10
"""Letters of a line below the curve."""

HEADER = ("what", "figure", *COLUMNS)


def sections(found: Solvable) -> tuple[Section, ...]:
    """One section: the verdict, the tests by exchanged labels, the learning curve, the gap of overfitting."""
    view = {"found": found, "sentence": verdict_sentence(found), "points": points}
    tables = {"solvable.csv": (HEADER, _rows(found))} if found.trials else {}
    drawings = (by_size(found.overfit),) if found.overfit is not None and found.overfit.sizes else ()
    return (Section("solvable", "Is it solvable?", "solvable.html.j2", view, drawings, tables),)


def verdict_sentence(found: Solvable) -> str:
    """The verdict in a sentence."""
    if found.verdict == SHOWN:
        return "Shown: the labels can be told from the items, better than chance would."
    if found.verdict == NOT_SHOWN:
        return "Not shown: exchanged labels are told as well as the true ones."
    return "Too little data: whether the labels can be told from the items could not be shown either way."


def by_size(found: Overfit) -> Drawing:
    """What was learned from and other items, against the size of the model."""
    places = range(len(found.sizes))

    def paint(axes: Axes) -> None:
        axes.axvline(found.own_size, color=RULE, linewidth=10, zorder=0)
        for name, colour, words in (("seen", SECOND, "learned from"), ("unseen", ACCENT, "other items")):
            figures = [getattr(size, name) for size in found.sizes]
            values = [figure.value or 0.0 for figure in figures]
            low = [value if one.low is None else one.low for value, one in zip(values, figures, strict=True)]
            high = [value if one.high is None else one.high for value, one in zip(values, figures, strict=True)]
            axes.fill_between(places, low, high, color=colour, alpha=0.14, linewidth=0)
            axes.plot(places, values, color=colour, linewidth=2, marker="o", markersize=5, label=words, clip_on=False)
        axes.set_xticks(places, [textwrap.fill(size.words, TICK) for size in found.sizes])
        axes.yaxis.set_major_formatter(FuncFormatter(lambda right, _: f"{100 * right:.4g} %"))
        axes.set_xlabel(f"{found.axis}; the model itself is shaded")
        axes.set_ylabel("right")
        axes.legend(frameon=False, loc="lower right")
        axes.grid(axis="y")
        axes.set_axisbelow(True)

    first, last = found.sizes[0], found.sizes[-1]
    alt = (
        f"Share answered rightly of what was learned from and of other items: {bare(first.seen)} and "
        f"{bare(first.unseen)} with {first.words}, {bare(last.seen)} and {bare(last.unseen)} with {last.words}"
    )
    return draw("validation_curve", "What it learned from and other items, by the size of the model", alt, CURVE, paint)


def solvable_text(found: Solvable) -> str:
    """The same for a terminal."""
    lines = [f"is the problem solvable with these data? {verdict_sentence(found)}", found.reason]
    for trial in found.trials:
        lines += [
            trial.what,
            f"  found of each class    {share(trial.score)}",
            f"  with exchanged labels  {share(trial.chance)}",
            f"  p                      {trial.p_value.value or 0:.3f}, {trial.p_value.n:,} exchanged labellings",
        ]
    lines += [found.exchanged] if found.exchanged else []
    lines += [f"  learned from {n:>6} items  {share(figure)}" for n, figure in found.curve.items()]
    if found.overfit is not None:
        lines.append(
            f"on what was learned from against other items ({found.overfit.model}): {points(found.overfit.gap)}"
        )
        lines += [f"  {size.words:<20} {share(size.seen)} against {share(size.unseen)}" for size in found.overfit.sizes]
        lines += [found.overfit.sentence] if found.overfit.sizes else []
    lines += [f"{one.severity.upper()}  {one.code}  {one.title}; {one.what_to_do}" for one in found.findings()]
    return "\n".join([*lines, *found.unanswered])


def _rows(found: Solvable) -> list[tuple[object, ...]]:
    names = ("score", "chance", "p_value")
    rows = [(trial.what, name, *cells(getattr(trial, name))) for trial in found.trials for name in names]
    rows += [(f"learned from {n} items", "score", *cells(figure)) for n, figure in found.curve.items()]
    if found.overfit is not None:
        rows += [(found.overfit.model, name, *cells(getattr(found.overfit, name))) for name in FIGURES]
        for size in found.overfit.sizes:
            rows += [(size.words, name, *cells(getattr(size, name))) for name in FIGURES]
            rows += [] if size.better is None else [(size.words, "above the model itself", *cells(size.better))]
    return rows
