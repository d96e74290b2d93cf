"""The sections of a report about stated probabilities: what they are worth, sets of labels, and `unknown`."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from ..core.records import Figure
from ..core.saying import COLUMNS, cells, points, share
from ..evaluate.calibration import Calibrated
from . import words
from .drawing import ACCENT, SOFT, Drawing, draw
from .sections import Section
from .visible import shorten, visible

CURVE = (420.0, 300.0)
NAMED = 6
"""Classes in a sentence; the table holds all."""
METHODS = {
    "temperature": "a temperature (one number)",
    "isotonic": "an isotonic curve",
    "temperature+best": "a temperature (one number) and a curve for the most probable label",
    "isotonic+best": "an isotonic curve and another for the most probable label",
}
APART = "What it states and how often it is right lie"
FITTED = {
    "kept": "a part of the validation items that neither learned nor chose the model",
    "folds": "answers by models that learned from the other folds",
}


def sections(record: Calibrated) -> tuple[Section, ...]:
    """One section, with the diagram of reliability and the curve of coverage against error."""
    rows = [(name, *cells(figure)) for name, figure in (*record.figures.items(), *record.answers.items())]
    rows += [(f"right where {one.stated:.4f} is stated", *cells(one.right)) for one in record.bins]
    rows += [(f"wrong of the surest {kept:g}", *cells(figure)) for kept, figure in record.curve]
    rows += [(f"sets that hold {label}", *cells(figure)) for label, figure in record.covered.items()]
    view = {"record": record, "sentences": sentences(record), "share": share}
    drawings = (reliability(record), errors(record))
    tables = {"calibration.csv": (("figure", *COLUMNS), rows)}
    title = "What its probabilities are worth"
    return (Section("calibration", title, "calibration.html.j2", view, drawings, tables),)


def sentences(record: Calibrated) -> list[str]:
    """What was done to the probabilities, and what came of it."""
    error = record.figures["error"]
    said = []
    if record.method != "none":
        fitted = f"{METHODS[record.method]}, fitted on {record.n_fitted:,} items: {FITTED[record.how]}"
        said.append(f"The probabilities are calibrated by {fitted}.")
        before, after = record.figures["log_loss_before"], record.figures["log_loss"]
        said.append(f"Log loss {_number(before)} before, {_number(after)} after; the answers themselves stay the same.")
    else:
        said.append("The probabilities are as the model states them: they were not calibrated.")
    if record.reason:
        said.append(f"Not fitted: {record.reason}.")
    if error.low is not None and error.low > 0:
        said.append(f"{APART} {points(error)} apart on average: more than chance explains.")
    elif error.value is not None:
        said.append(f"{APART} {points(error)} apart on average, no more than chance brings on so many items.")
    answers = record.answers
    if "covered" in answers:
        wanted = f"{100 * record.asked['coverage']:g} %"
        size = _number(answers["set_size"], 2)
        said.append(
            f"Its sets of labels were to hold the true one in {wanted} of cases: they do in "
            f"{share(answers['covered'])}; a set has {size} labels on average, and a single one in "
            f"{share(answers['single'])} of cases."
        )
    if record.below:
        named = ", ".join(f"“{shorten(visible(label), 40)}”" for label in record.below[:NAMED])
        more = f" and {len(record.below) - NAMED:,} more" if len(record.below) > NAMED else ""
        said.append(
            f"That is a promise about all items together. Of {named}{more} the sets hold the true label less often "
            "than was asked for, by more than chance explains."
        )
    if "given_up" in answers:
        wanted, given_up = f"{100 * record.asked['unknown']:g} %", share(answers["given_up"])
        said.append(
            f"It may answer unknown, at the price of about {wanted} of the items of its own classes: here it gives up "
            f"{given_up} of them, and is wrong in {share(answers['wrong_of_answered'])} of the rest."
        )
    return said


def reliability(record: Calibrated) -> Drawing:
    """Stated probability against the share that is right."""

    def paint(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color=SOFT, linewidth=1, linestyle=(0, (2, 3)))
        for one in record.bins:
            if one.right.value is None:
                continue
            if one.right.low is not None and one.right.high is not None:
                axes.plot([one.stated] * 2, [one.right.low, one.right.high], color=ACCENT, linewidth=2, alpha=0.45)
            axes.plot([one.stated], [one.right.value], color=ACCENT, marker="o", markersize=5, clip_on=False)
        lowest = min([one.stated for one in record.bins] + [one.right.low or 0.0 for one in record.bins])
        axes.set_xlim(max(0.0, lowest - 0.05), 1.0)
        axes.set_ylim(max(0.0, lowest - 0.05), 1.0)
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(FuncFormatter(_tick))
        axes.set_xlabel("stated probability")
        axes.set_ylabel("share answered rightly")
        axes.grid(axis="y")

    alt = f"Stated probability against the share answered rightly, in {words.count(len(record.bins), 'bin')}"
    return draw("reliability", "Stated and found", alt, CURVE, paint)


def errors(record: Calibrated) -> Drawing:
    """Of the surest answers, how many are wrong."""
    shares = [kept for kept, _ in record.curve]
    figures = [figure for _, figure in record.curve]
    values = [figure.value or 0.0 for figure in figures]
    low = [value if figure.low is None else figure.low for value, figure in zip(values, figures, strict=True)]
    high = [value if figure.high is None else figure.high for value, figure in zip(values, figures, strict=True)]

    def paint(axes: Axes) -> None:
        axes.fill_between(shares, low, high, color=ACCENT, alpha=0.14, linewidth=0)
        axes.plot(shares, values, color=ACCENT, linewidth=2, marker="o", markersize=4)
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(FuncFormatter(_tick))
        axes.set_ylim(bottom=0)
        axes.set_xlabel("answered, the surest first")
        axes.set_ylabel("wrong, of those answered")
        axes.grid(axis="y")

    alt = f"Wrong answers among the surest, from {100 * values[-1]:.1f} % of half to {100 * values[0]:.1f} % of all"
    return draw("coverage_error", "Fewer answers, fewer errors", alt, CURVE, paint)


def _number(figure: Figure, decimals: int = 3) -> str:
    if figure.value is None:
        return f"not computed ({figure.method})"
    if figure.low is None or figure.high is None:
        return f"{figure.value:.{decimals}f}"
    return f"{figure.value:.{decimals}f} ({figure.low:.{decimals}f} to {figure.high:.{decimals}f})"


def _tick(value: float, _: object) -> str:
    return f"{100 * value:.4g} %"
