"""Saving a forecaster: what it learned, the end of the series, and how far off it was; every part is checked."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...core.errors import ModelFileError
from ...core.forecast_options import BASELINE, MODELS, MOST_AHEAD, NETS, SeriesOptions
from ...core.optional import require
from ...core.views import Record
from ...data.series_step import Step
from ..forecast_panel import Layout
from . import fields

if TYPE_CHECKING:
    from ..forecasters import Forecaster

FORMAT = "discern forecast"
VERSION = 1
refuse_newer = partial(fields.refuse_newer, FORMAT, VERSION)
LONGEST_NAME = 10_000
MOST_NAMES = 10_000
LARGEST = 1e300
KEYS = (
    "format", "version", "model", "cell", "uses_known", "no_less", "start_value", "series", "layout", "step", "begin",
    "places", "coverage",
)  # fmt: skip
LAYOUT = ("horizon", "short", "long", "per_day", "calendar", "known")
OWN = ("history", "missing", "low", "high")
TREES = {"roots": "int32", "feature": "int32", "threshold": "float64", "left": "int32", "right": "int32",
         "missing_left": "uint8", "value": "float64"}  # fmt: skip
WEIGHTS = ("alpha", "beta", "gamma", "phi")
PREFIX = "net."


@dataclass(frozen=True, eq=False)
class SavedForecast(Record):
    """A model that forecasts, with what it needs of the past."""

    model: Forecaster
    series: SeriesOptions
    layout: Layout
    step: Step
    begin: dt.datetime
    """Of the first column of `history`."""
    places: tuple[str, ...]
    history: NDArray[np.float64]
    """`(n_places, n_times)`: the end of the series; NaN where a value is missing."""
    low: NDArray[np.float64]
    """`(n_places, horizon)`: what is to be added for the lower end of an interval, in shares of the level; so is
    `high`."""
    high: NDArray[np.float64]
    coverage: float


def encode(saved: SavedForecast) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """As JSON and arrays."""
    from ..forecast_boosting import Boosting
    from ..forecast_smoothing import Weights

    fitted, layout = saved.model.fitted, saved.layout
    missing = np.isnan(saved.history)
    arrays: dict[str, NDArray[Any]] = {
        "history": np.where(missing, 0.0, saved.history),
        "missing": missing.astype(np.uint8),
        "low": saved.low,
        "high": saved.high,
    }
    cell, start = "", 0.0
    if isinstance(fitted, Boosting):
        start = fitted.start
        arrays |= {name: getattr(fitted, name) for name in TREES}
    elif isinstance(fitted, Weights):
        arrays |= {name: getattr(fitted, name) for name in WEIGHTS}
    elif fitted is not None:
        cell = fitted.cell
        arrays |= {"mean": fitted.mean, "scale": fitted.scale}
        arrays |= {PREFIX + name: array for name, array in fitted.weights.items()}
    record = {
        "format": FORMAT,
        "version": VERSION,
        "model": saved.model.name,
        "cell": cell,
        "uses_known": saved.model.uses_known,
        "no_less": saved.model.no_less,
        "start_value": start,
        "series": saved.series.to_json(),
        "layout": {name: _plain(getattr(layout, name)) for name in LAYOUT},
        "step": saved.step.to_json(),
        "begin": saved.begin.isoformat(),
        "places": list(saved.places),
        "coverage": saved.coverage,
    }
    return record, {name: np.ascontiguousarray(array) for name, array in arrays.items()}


def decode(record: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> SavedForecast:
    """The model. Raises ModelFileError unless every part fits the others; NewerFormat for a later version."""
    refuse_newer(record)
    fields.exact_keys(record, KEYS, "model.json")
    name = record["model"]
    if not isinstance(name, str) or name not in MODELS:
        raise ModelFileError(f"model is {fields.shown(name)}; expected one of {', '.join(MODELS)}")
    places = _texts(record, "places")
    if not places or list(places) != sorted(set(places)):
        raise ModelFileError("places are none, or not in order; expected each once, in order")
    layout = _layout(record, len(places))
    step = _step(record)
    history = fields.array(arrays, "history", "float64", (len(places), None), largest=LARGEST)
    missing = fields.array(arrays, "missing", "uint8", history.shape)
    if missing.max() > 1:
        raise ModelFileError("array 'missing' holds more than 0 and 1")
    spread = [
        fields.array(arrays, end, "float64", (len(places), layout.horizon), largest=LARGEST) for end in ("low", "high")
    ]
    if spread[0].max() > 0 or spread[1].min() < 0:
        raise ModelFileError("an interval does not hold what it belongs to")
    from ...core.options import Interval

    coverage = float(fields.number(record, "coverage", Interval(0.5, 0.99)))
    uses_known, no_less = (fields.boolean(record, key) for key in ("uses_known", "no_less"))
    seen = layout if uses_known else dataclasses.replace(layout, known=())
    from ..forecasters import Forecaster

    model = Forecaster(name, _fitted(name, record, arrays, seen), uses_known, no_less)
    return SavedForecast(
        model, _series(record), layout, step, _begin(record), places,
        np.where(missing == 1, np.nan, history), spread[0], spread[1], coverage,
    )  # fmt: skip


def _fitted(name: str, record: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], layout: Layout) -> Any:
    if name == BASELINE:
        fields.exact_keys(arrays, OWN, "model.safetensors")
        return None
    if name == "smoothing":
        from ..forecast_smoothing import Weights

        fields.exact_keys(arrays, (*OWN, *WEIGHTS), "model.safetensors")
        found = [fields.array(arrays, key, "float64", (layout.n_places,), largest=1.0) for key in WEIGHTS]
        if min(float(one.min()) for one in found) < 0:
            raise ModelFileError("a smoothing weight is below 0; expected 0 to 1")
        return Weights(*found)
    if name == "boosting":
        return _trees(record, arrays, len(layout.names))
    return _net(name, record, arrays, layout)


def _trees(record: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], n_columns: int) -> Any:
    from ...core.options import Interval
    from ..forecast_boosting import Boosting

    fields.exact_keys(arrays, (*OWN, *TREES), "model.safetensors")
    n = len(fields.array(arrays, "feature", "int32", (None,)))
    found = {key: fields.array(arrays, key, kind, (None,) if key == "roots" else (n,), largest=LARGEST)
             for key, kind in TREES.items()}  # fmt: skip
    place = np.arange(n)
    leaf = (found["left"] == place) & (found["right"] == place)
    deeper = (found["left"] > place) & (found["right"] > place)  # a walk only goes on, so it ends
    roots = found["roots"].astype(np.int64)  # differences cannot wrap
    if not (
        roots[0] == 0 and (np.diff(roots) > 0).all() and roots[-1] < n
        and (leaf | deeper).all() and max(found["left"].max(), found["right"].max()) < n
        and found["feature"].min() >= 0 and found["feature"].max() < n_columns and found["missing_left"].max() <= 1
    ):  # fmt: skip
        raise ModelFileError("the nodes are no trees; expected children that come after their parents")
    start = float(fields.number(record, "start_value", Interval(-LARGEST, LARGEST)))
    return Boosting(start, **found)


def _net(name: str, record: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], layout: Layout) -> Any:
    require("torch", needed_for="a recurrent network")
    from ...nets import recurrent
    from .. import forecast_nets

    cell = record["cell"]
    if name not in NETS or cell != name:
        raise ModelFileError(f"cell is {fields.shown(cell)}; expected {name!r}")
    wide = forecast_nets.n_ahead(layout)
    shapes = recurrent.shapes(
        name, forecast_nets.n_round(layout), wide, layout.n_places,
        memory=forecast_nets.MEMORY, width=forecast_nets.WIDTH,
    )  # fmt: skip
    fields.exact_keys(arrays, (*OWN, "mean", "scale", *(PREFIX + key for key in shapes)), "model.safetensors")
    weights = {key: fields.array(arrays, PREFIX + key, "float32", shape, largest=1e6) for key, shape in shapes.items()}
    mean, scale = (fields.array(arrays, key, "float32", (wide,), largest=1e30) for key in ("mean", "scale"))
    if scale.min() <= 0:
        raise ModelFileError("a scale is 0 or below; expected numbers above 0")
    return forecast_nets.Net(name, weights, mean, scale)


def _layout(record: Mapping[str, Any], n_places: int) -> Layout:
    value = _object(record, "layout", LAYOUT)
    numbers = {key: fields.whole(value, key, low, high) for key, low, high in (
        ("horizon", 1, MOST_AHEAD), ("short", 1, 10**6), ("long", 1, 10**7), ("per_day", 0, 86_400))}  # fmt: skip
    return Layout(**numbers, calendar=_texts(value, "calendar"), known=_texts(value, "known"), n_places=n_places)


def _step(record: Mapping[str, Any]) -> Step:
    value = _object(record, "step", ("seconds", "months", "phase"))
    seconds, months = fields.whole(value, "seconds", 0, 10**10), fields.whole(value, "months", 0, 1200)
    if (seconds > 0) == (months > 0):
        raise ModelFileError("a step of seconds and months, or of neither; expected one of them")
    return Step(seconds, months, fields.whole(value, "phase", 0, 10**12))


def _series(record: Mapping[str, Any]) -> SeriesOptions:
    value = _object(record, "series", ("time", "value", "by"))
    if not all(isinstance(one, str) and len(one) <= LONGEST_NAME for one in (value["time"], value["value"])):
        raise ModelFileError("series names no columns; expected texts")
    if value["by"] is not None and not isinstance(value["by"], str):
        raise ModelFileError(f"by is {fields.shown(value['by'])}; expected a text or null")
    return SeriesOptions(value["time"], value["value"], value["by"])


def _begin(record: Mapping[str, Any]) -> dt.datetime:
    try:
        found = dt.datetime.fromisoformat(str(record["begin"]))
    except ValueError:
        found = None
    if found is None or found.tzinfo is not None:
        raise ModelFileError(f"begin is {fields.shown(record['begin'])}; expected a time such as 2024-12-31T14:00:00")
    return found


def _object(record: Mapping[str, Any], name: str, keys: tuple[str, ...]) -> dict[str, Any]:
    value = record[name]
    if not isinstance(value, dict):
        raise ModelFileError(f"{name} is {fields.shown(value)}; expected an object")
    fields.exact_keys(value, keys, name)
    return value


def _texts(record: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = record[name]
    good = isinstance(value, list) and len(value) <= MOST_NAMES
    if not good or not all(isinstance(one, str) and len(one) <= LONGEST_NAME for one in value):
        raise ModelFileError(f"{name} is {fields.shown(value)}; expected a list of texts")
    return tuple(value)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
