"""The operating point: its section of the report, with curves of precision and recall and of the cost; and its text."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from ..core.records import Figure
from ..core.saying import percent
from ..evaluate.operating import Operating, OperatingPoints
from .drawing import ACCENT, SECOND, SOFT, Drawing, draw
from .sections import Section
from .slices_page import quoted
from .text import table, wrapped
from .visible import visible

CURVE = (420.0, 270.0)
NAMES = {
    "precision": "Precision: of the alarms, right",
    "recall": "Found: of those that are it",
    "false_alarm_rate": "False alarm: of those that are not",
    "cost": "Cost an item",
    "false_alarms_per_hit": "False alarms per true hit",
}
SHARES = frozenset({"precision", "recall", "false_alarm_rate"})


def sections(record: OperatingPoints) -> tuple[Section, ...]:
    """The section, with both curves."""
    named = [("chosen", record.chosen), ("usual", record.usual), *(("curve", point) for point in record.curve)]
    rows: list[tuple[object, ...]] = [
        (name, point.threshold, figure, one.value, one.low, one.high, one.n, one.method)
        for name, point in named
        if point is not None
        for figure, one in point.figures.items()
    ]
    header = ("row", "threshold", "figure", "value", "low", "high", "n", "method")
    columns = [(name, point) for name, point in (("Chosen", record.chosen), ("At a half", record.usual)) if point]
    view = {
        "record": record,
        "sentences": operating_sentences(record),
        "names": NAMES,
        "columns": columns,
        "value": _value,
        "range": _range,
        "number": number,
    }
    tables = {"operating.csv": (header, rows)} if rows else {}
    return (Section("operating", "Operating point", "operating.html.j2", view, drawings(record), tables),)


def operating_sentences(record: OperatingPoints) -> list[str]:
    """What the stated costs ask for, what that comes to, and how many false alarms come with a hit."""
    label, (miss, alarm) = quoted(record.label), record.costs
    said = [f"{label} is held against all others; a miss costs {number(miss)} and a false alarm {number(alarm)}."]
    if record.reason:
        return [*said, f"Nothing can be computed: {visible(record.reason)}."]
    if record.chosen is not None and record.usual is not None:
        chosen, usual = record.chosen.figures, record.usual.figures
        said.append(
            f"The threshold {record.chosen.threshold:.3g}, chosen on {record.chosen_on}, costs"
            f" {_full('cost', chosen['cost'])} an item on the test part; answering at a half costs"
            f" {_full('cost', usual['cost'])}, never raising an alarm {_value('cost', record.never)},"
            f" always raising one {_value('cost', record.always)}."
        )
        said.append(
            f"There it finds {_full('recall', chosen['recall'])} of what is {label}, and raises a false alarm for"
            f" {_full('false_alarm_rate', chosen['false_alarm_rate'])} of the others."
        )
        said.append(_per_hit(record, record.chosen))
    return [*said, *record.notes]


def operating_text(record: OperatingPoints, *, width: int | None = None) -> str:
    """The sentences and both thresholds, for a terminal."""
    parts = ["\n".join(wrapped(visible(sentence), width=width) for sentence in operating_sentences(record))]
    if record.chosen is not None and record.usual is not None:
        rows = [
            (NAMES[name].partition(":")[0].lower(), _value(name, one), _range(name, one),
             _value(name, record.usual.figures[name]), _range(name, record.usual.figures[name]))
            for name, one in record.chosen.figures.items()
        ]  # fmt: skip
        header = ("", f"at {record.chosen.threshold:.3g}", "95 % range", "at a half", "95 % range")
        parts.append(table(header, rows, width=width))
        ap = record.average_precision
        parts.append(f"average precision: {_value('precision', ap)} ({_range('precision', ap) or ap.method})")
    return "\n\n".join(parts)


def _per_hit(record: OperatingPoints, point: Operating) -> str:
    """How many false alarms come with each true hit, at the prevalence."""
    figure, label = point.figures["false_alarms_per_hit"], quoted(record.label)
    if record.prevalence is None:
        where = f"Where {label} is as frequent as in the test part"
    else:
        where = f"Where {percent(record.prevalence, 1)} of the items are {label}"
    if figure.value is None:
        return f"{where}: {figure.method}."
    if figure.value == 0 and figure.high is not None:
        up_to = f"up to {number(figure.high)} per true hit are not ruled out"
        return f"{where}, none of the alarms would be false by what the test part shows; {up_to}."
    return f"{where}, {_full('false_alarms_per_hit', figure)} false alarms come with each true hit."


def number(value: float) -> str:
    """Three digits that count, without an exponent."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    text = f"{value:.3g}"
    if "e" not in text:
        return text
    return f"{value:.6f}".rstrip("0") if value >= 1e-6 else "under 0.000001"


def _value(name: str, figure: Figure) -> str:
    if figure.value is None:
        return "–"
    return percent(figure.value, figure.n) if name in SHARES else number(figure.value)


def _range(name: str, figure: Figure) -> str:
    if figure.low is None or figure.high is None:
        return ""
    if name not in SHARES:
        return f"{number(figure.low)} to {number(figure.high)}"
    low, high = (percent(bound, figure.n) for bound in (figure.low, figure.high))
    return f"{low.removesuffix(' %')} to {high}"


def _full(name: str, figure: Figure) -> str:
    return f"{_value(name, figure)} ({_range(name, figure)})" if _range(name, figure) else _value(name, figure)


def drawings(record: OperatingPoints) -> tuple[Drawing, ...]:
    """Precision against recall, and the cost of each threshold."""
    return () if record.reason else (_precision_recall(record), _cost(record))


def _precision_recall(record: OperatingPoints) -> Drawing:
    found = [(p.figures["recall"], p.figures["precision"]) for p in record.curve]
    known = [(recall.value, precision) for recall, precision in found if recall.value and precision.value is not None]

    def paint(axes: Axes) -> None:
        xs = [recall for recall, _ in known]
        _band(axes, xs, [precision for _, precision in known])
        if record.chosen is not None:
            _dot(axes, record.chosen.figures["recall"].value, record.chosen.figures["precision"].value)
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1)
        axes.xaxis.set_major_formatter(FuncFormatter(_per_cent))
        axes.yaxis.set_major_formatter(FuncFormatter(_per_cent))
        _frame(axes, "found (recall)", "right when alarmed (precision)")

    at = "" if record.prevalence is None else " at the stated prevalence"
    alt = f"Precision against recall of {quoted(record.label)}{at}; the chosen threshold is marked"
    return draw("precision_recall", "Precision and recall", alt, CURVE, paint)


def _cost(record: OperatingPoints) -> Drawing:
    points = sorted(record.curve, key=lambda point: point.threshold)

    def paint(axes: Axes) -> None:
        known = [figure.value for figure in (record.never, record.always) if figure.value]
        top = 2 * min(known) if known else 1.0  # beyond, doing nothing is better by far
        costs = [point.figures["cost"] for point in points]
        _band(axes, [point.threshold for point in points], costs, steps=True)
        cost = None if record.chosen is None else record.chosen.figures["cost"].value
        if record.chosen is not None and cost is not None and cost <= top:
            _dot(axes, min(record.chosen.threshold, 1.0), cost)
        for figure, name in ((record.never, "never"), (record.always, "always")):
            if figure.value is not None and figure.value < top:
                axes.axhline(figure.value, color=SOFT, linewidth=1, linestyle=(0, (2, 3)))
                axes.annotate(name, (1.0, figure.value), (-2, 3), textcoords="offset points", ha="right", color=SOFT)
        axes.set_xlim(0, 1)
        axes.set_ylim(0, top)
        _frame(axes, "threshold", "cost an item")

    alt = f"Cost an item against the threshold for {quoted(record.label)}; the chosen threshold is marked"
    return draw("cost", "Cost", alt, CURVE, paint)


def _band(axes: Axes, xs: list[float], figures: list[Figure], *, steps: bool = False) -> None:
    """A line with its range; in `steps` where a value holds from the point before up to its own."""
    values = [figure.value or 0.0 for figure in figures]
    low = [v if f.low is None else f.low for v, f in zip(values, figures, strict=True)]
    high = [v if f.high is None else f.high for v, f in zip(values, figures, strict=True)]
    axes.fill_between(xs, low, high, color=ACCENT, alpha=0.14, linewidth=0, step="pre" if steps else None)
    axes.plot(xs, values, color=ACCENT, linewidth=2, drawstyle="steps-pre" if steps else "default")


def _dot(axes: Axes, x: float | None, y: float | None) -> None:
    if x is not None and y is not None:
        axes.plot([x], [y], color=SECOND, marker="o", markersize=7, clip_on=False, zorder=3)


def _frame(axes: Axes, x: str, y: str) -> None:
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.tick_params(axis="x", pad=7)
    axes.grid(axis="y")
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)


def _per_cent(share: float, _: object) -> str:
    return f"{100 * share:.4g} %"
