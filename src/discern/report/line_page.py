"""A fitted line as one page that needs nothing else: how descent came to it, beside the closed form."""

from __future__ import annotations

from collections.abc import Sequence

from ..core.files import csv_text
from ..models.line_fit import Cost, Drawn, LineFit
from . import line_words, words
from .line_figures import drawings
from .pages import environment

PAGE, COST_PAGE, FILM = "line.html", "cost.html", "line.gif"
BESIDE = (PAGE, FILM, "line-[0-9]*.svg", "loss.svg", "path.svg", "path-units.svg", "rates.svg", "rates.csv")
"""What stands beside the result, the film among it; a panel is named by its iteration."""
SLOPES_SHOWN = 40
"""So many slopes stand in the tables of the page; the CSV has all."""


def beside(fit: LineFit, drawn: Drawn, *, film: bool = False) -> dict[str, str]:
    """File name -> content, of all that shows the result."""
    found = drawings(fit, drawn)
    files = {f"{name}.svg": drawing.svg for name, drawing in found.items()}
    shown = fit.columns[:SLOPES_SHOWN]
    view = {
        "fit": fit,
        "drawings": found,
        "panels": [found[f"line-{kept.iteration:07d}"] for kept in fit.kept],
        "film": FILM if film else None,
        "verdict": line_words.verdict(fit),
        "say": line_words,
        "words": words,
        "shown": shown,
        "scale": list((fit.scale or {}).items())[: SLOPES_SHOWN + 1],
    }
    files[PAGE] = environment().get_template("line.html.j2").render(**view)
    if fit.rates:
        rows = [
            (one.rate, line_words.OUTCOMES[one.outcome], step, loss) for one in fit.rates for step, loss in one.curve
        ]
        files["rates.csv"] = csv_text(("size_of_steps", "outcome", "iteration", "loss"), rows)
    return files


def cost_page(costs: Sequence[Cost], machine: str) -> str:
    """What both ways cost, measured: not the same twice."""
    return (
        environment()
        .get_template("line_cost.html.j2")
        .render(costs=costs, say=line_words, words=words, machine=machine)
    )
