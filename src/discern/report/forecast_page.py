"""A forecast as one page that needs nothing else, with its tables and pictures beside it."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from ..core.files import csv_text
from ..core.records import Figure
from ..evaluate.forecast import Accuracy
from ..evaluate.forecast_result import ForecastResult
from . import forecast_said, words
from .drawing import Drawing
from .forecast_course import Coming, Course, ahead_drawing, place_drawing
from .pages import environment

MOST_DRAWN = 12
"""Places that are drawn; the tables hold all."""
PAGE, AHEAD, PLACES, MODELS = "forecast.html", "ahead.csv", "places.csv", "models.csv"
BESIDE = (PAGE, AHEAD, PLACES, MODELS, "ahead.svg", *(f"place_{i + 1}.svg" for i in range(MOST_DRAWN)))
"""What `beside` may make."""
FIGURE = ("value", "low", "high", "n", "method")


def beside(result: ForecastResult, course: Course, table: pl.DataFrame) -> dict[str, str]:
    """File name -> content, of all that shows the result; `table` is what is foretold, place by place."""
    places = _places(result, course, table)
    ahead = ahead_drawing(result)
    found = {PAGE: page(result, places, ahead)}
    found |= {f"{one.name}.svg": one.svg for one in (*places, *([ahead] if ahead else []))}
    rows = [(one.steps, *_cells(one.mae), *_cells(one.baseline)[:3]) for one in result.by_ahead]
    header = (f"{result.unit}s_ahead", *FIGURE, "baseline", "baseline_low", "baseline_high")
    found[AHEAD] = csv_text(header, rows)
    named = [("all", result.chosen), *zip(result.places, result.by_place, strict=True)]
    found[PLACES] = csv_text(("place", "figure", *FIGURE), [row for name, one in named for row in _of(name, one)])
    models = [
        (
            one.name,
            "yes" if one.uses_known else "no",
            "yes" if one.chosen else "no",
            figure,
            *_cells(getattr(one, figure)),
        )
        for one in result.candidates
        for figure in ("mae", "ratio")
    ]
    found[MODELS] = csv_text(("model", "uses_known", "chosen", "figure", *FIGURE), models)
    return found


def page(result: ForecastResult, places: list[Drawing], ahead: Drawing | None) -> str:
    """The whole page, its figures in it."""
    view: dict[str, Any] = {
        "result": result,
        "verdict": forecast_said.verdict(result),
        "places": places,
        "ahead": ahead,
        "say": forecast_said,
        "words": words,
        "scale": _scale(result),
        "drawn": MOST_DRAWN,
    }
    return environment().get_template("forecast.html.j2").render(**view)


def of_run(run: Any) -> list[Drawing]:
    """Each place of a forecast that was just made: the end of the test part, and what comes."""
    return _places(run.result, run.course, run.table)


def _places(result: ForecastResult, course: Course, table: pl.DataFrame) -> list[Drawing]:
    return [
        place_drawing(result, course, i, _coming(table, place)) for i, place in enumerate(result.places[:MOST_DRAWN])
    ]


def _coming(table: pl.DataFrame, place: str) -> Coming:
    own = table.filter(pl.col("place") == place)
    columns = [own[name].cast(pl.Float64).fill_null(np.nan).to_numpy() for name in ("forecast", "low", "high")]
    return Coming(tuple(own["time"].to_list()), *columns)


def _scale(result: ForecastResult) -> dict[str, Any]:
    """Where the ratio and the coverage lie on their lines, as CSS lengths."""
    ratio, held = result.chosen.ratio, result.chosen.coverage
    most = max(1.2, 1.1 * (ratio.high or ratio.value or 1.0))
    return {
        "ratio": _at(ratio, most),
        "one": f"{100 / most:.2f}%",
        "most": f"{most:.1f}",
        "held": None if held is None else _at(held, 1.0),
        "wanted": f"{100 * result.coverage:.2f}%",
    }


def _at(figure: Figure, most: float) -> dict[str, str] | None:
    if figure.value is None:
        return None
    low, high = (figure.value if end is None else end for end in (figure.low, figure.high))
    share = [100 * end / most for end in (figure.value, low, high)]
    return {"value": f"{share[0]:.2f}%", "low": f"{share[1]:.2f}%", "width": f"{share[2] - share[1]:.2f}%"}


def _cells(figure: Figure) -> tuple[object, ...]:
    return tuple(getattr(figure, name) for name in FIGURE)


def _of(name: str, accuracy: Accuracy) -> list[tuple[object, ...]]:
    figures = {key: getattr(accuracy, key) for key in ("mae", "rmse", "mase", "ratio", "coverage")}
    return [(name, key, *_cells(figure)) for key, figure in figures.items() if figure is not None]
