"""The section of a report about whether more data would help: the learning curve, and what it will likely come to."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, NullFormatter

from ..core.records import Figure
from ..core.saying import COLUMNS, cells, points, share
from ..evaluate.more_data import MoreData
from .drawing import ACCENT, SECOND, Drawing, draw
from .sections import Section

HEADER = ("what", "figure", *COLUMNS)


def sections(found: MoreData) -> tuple[Section, ...]:
    """One section, with a figure where there is a curve."""
    rows = [("learned from", n, *cells(figure)) for n, figure in found.curve.items()]
    for name in ("predicted", "gain", "law"):
        rows += [(name, key, *cells(figure)) for key, figure in getattr(found, name).items()]
    view = {"found": found, "points": points, "ahead": ahead(found)}
    drawings = (drawing(found),) if found.curve else ()
    tables = {"more_data.csv": (HEADER, rows)} if rows else {}
    return (Section("more-data", "More data?", "more_data.html.j2", view, drawings, tables),)


def ahead(found: MoreData) -> list[tuple[str, int, Figure, Figure]]:
    """For each prediction how many times the data, how many items, the figure, and the gain."""
    return [
        (times, int(times) * found.n_learned, figure, found.gain[times]) for times, figure in found.predicted.items()
    ]


def drawing(found: MoreData) -> Drawing:
    """The curve with its intervals, the law through it, and the predictions."""
    measured = [(int(n), figure) for n, figure in found.curve.items()]
    predicted = [(n, figure) for _, n, figure, _ in ahead(found)]
    law = [found.law[name].value or 0.0 for name in "abc"]

    def paint(axes: Axes) -> None:
        axes.set_xscale("log")
        line = np.geomspace(measured[0][0], predicted[-1][0], 60)
        axes.plot(line, 1 - np.clip(law[0] * line ** -law[1] + law[2], 0, 1), color=SECOND, linewidth=1.5, alpha=0.7)
        for some, colour in ((measured, ACCENT), (predicted, SECOND)):
            for n, figure in some:
                axes.plot([n, n], [figure.low or 0.0, figure.high or 0.0], color=colour, linewidth=2, alpha=0.45)
                axes.plot([n], [figure.value or 0.0], color=colour, marker="o", markersize=5)
        axes.set_xticks([n for n, _ in (*measured[::2], *predicted)])
        axes.xaxis.set_major_formatter(FuncFormatter(lambda n, _: f"{n:,.0f}"))
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.yaxis.set_major_formatter(FuncFormatter(lambda right, _: f"{100 * right:.4g} %"))
        axes.set_xlabel("items learned from")
        axes.set_ylabel("right")
        axes.grid(axis="y")
        axes.set_axisbelow(True)

    alt = (
        f"Share answered rightly from {share(measured[0][1])} with {measured[0][0]:,} items to "
        f"{share(measured[-1][1])} with {measured[-1][0]:,}; predicted {share(predicted[-1][1])} with "
        f"{predicted[-1][0]:,}"
    )
    return draw("more_data", "Learning curve, and what a power law makes of it", alt, (460.0, 290.0), paint)


def more_data_text(found: MoreData) -> str:
    """The same for a terminal."""
    lines = [f"would more data help? {found.sentence}", f"by {found.model}, {found.n_repeats} repeats"]
    lines += [f"  learned from {int(n):>9,}  {share(figure)}" for n, figure in found.curve.items()]
    lines += [f"  predicted at {n:>9,}  {share(figure)}" for _, n, figure, _ in ahead(found)]
    return "\n".join([*lines, *found.unanswered])
