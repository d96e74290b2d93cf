"""`plot`: the figures of reports as Matplotlib axes, to be restyled, put beside others or saved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..core.errors import OptionError, describe
from ..core.options import one_of, raise_all
from ..core.views import Record

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .drawing import Drawing

FIGURES: Mapping[str, tuple[str, ...]] = {
    "evaluate.calibration.Calibrated": ("calibration_page.reliability", "calibration_page.errors"),
    "evaluate.cluster_cards.Clusters": (
        "clusters_figures.plane", "clusters_figures.compass", "clusters_figures.curves",
    ),
    "evaluate.evaluation.Evaluation": ("figures.confusion", "figures.per_class"),
    "evaluate.forecast_result.ForecastResult": ("forecast_course.ahead_drawing",),
    "evaluate.more_data.MoreData": ("more_data_page.drawing",),
    "evaluate.operating.OperatingPoints": ("operating_page.drawings",),
    "evaluate.overfit.Overfit": ("solvable_page.by_size",),
    "evaluate.robustness.Robustness": ("robustness_page.drawings",),
    "evaluate.topic_cards.Topics": ("topics_page.topic_map",),
    "evaluate.topic_comparison.TopicComparison": ("topics_compared.alluvial",),
    "evaluate.writing.Writing": ("write_page.learning_picture",),
    "explain.contributions.Contributions": ("explain_figures.parts",),
    "explain.inside_record.Inside": ("pictured.inside",),
    "explain.picture.PictureExplanation": ("pictured.reasons",),
    "explain.picture.PicturesExplained": ("pictured.whole_reasons",),
    "explain.picture.Reason": ("picture_reasons.curves_of",),
    "explain.table.TableExplanation": ("explain_figures.drawings",),
    "images.filtered.Filtered": ("pictured.stages",),
    "report.record.Training": ("figures.training_drawings",),
    "text.count.Frequencies": ("corpus_figures.frequencies_picture",),
    "text.count.Keyness": ("corpus_figures.keyness_picture",),
    "text.redaction.Redaction": ("redact_page.coverage_drawing", "redact_page.stricter_drawing"),
    "workflows.fit_line.LineRun": ("line_figures.of_run",),
    "workflows.forecast.ForecastRun": ("forecast_page.of_run",),
    "workflows.locate.Located": ("pictured.boxes",),
    "workflows.show.Sheet": ("pictured.pixels",),
    "workflows.show.Shown": ("pictured.pixels",),
}  # fmt: skip
"""Record -> functions of this room that make its figures, the most telling first."""
HELD = ("evaluation", "result", "training", "overfit")
"""Parts of a record that say what it comes to: their figures are its own too."""


def plot(record: Any, what: str | None = None, ax: Axes | None = None) -> Axes:
    """Draw a figure of `record` into `ax`, or into a figure of its own, and return the axes.

    `what` names one of its figures, which its view in a notebook lists; without it the first is drawn. The figures are
    those of the reports. Raises OptionError for a record without figures, and for a name that is none of them.
    """
    found = figures_of(record)
    if not found:
        raise OptionError(
            describe(
                f"plot({type(record).__name__})", found="nothing that is drawn", do="see it as it is, or its parts"
            )
        )
    name = next(iter(found)) if what is None else what
    raise_all([one_of("what", name, tuple(found))])
    return _onto(found[name], ax)


def figures_of(record: Any) -> dict[str, Drawing]:
    """Name -> figure, of all that a record, or a record in it, has; nothing is drawn yet."""
    found: dict[str, Drawing] = {}
    for home in FIGURES.get(key_of(record), ()):
        module, _, name = home.rpartition(".")
        made = getattr(import_module(f"{__package__}.{module}"), name)(record)
        found |= {one.name: one for one in _each(made) if one is not None}
    for part in held_in(record):
        found |= {name: one for name, one in figures_of(part).items() if name not in found}
    return found


def key_of(record: Any) -> str:
    """How the tables of this room call a record: its module and its name."""
    return f"{type(record).__module__.removeprefix('discern.')}.{type(record).__name__}"


def held_in(record: Any) -> list[Record]:
    """The parts of a record that say what it comes to."""
    parts = (getattr(record, name, None) for name in HELD) if isinstance(record, Record) else ()
    return [part for part in parts if isinstance(part, Record)]


def _each(made: Any) -> Iterable[Drawing | None]:
    if isinstance(made, Mapping):
        return made.values()
    return made if isinstance(made, Iterable) else (made,)


def _onto(drawing: Drawing, ax: Axes | None) -> Axes:
    from .drawing import PAPER, styled

    with styled({"figure.facecolor": PAPER}):
        if ax is None:
            from matplotlib import pyplot  # opens no window by itself; a notebook shows what is open at a cell's end

            size = drawing.size[0] / 72, drawing.size[1] / 72
            ax = pyplot.figure(figsize=size, layout="constrained").add_subplot()
        drawing.onto(ax)
    return ax
