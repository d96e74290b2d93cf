"""Reading what is saved of calibration and thresholds: what no such record looks like is refused."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from ...core.errors import ModelFileError
from ...core.options import SHARE, Interval
from ..answers import MOST_POINTS, PREFIX, SMALLEST, TEMPERATURES, Calibration, FittedOn, Sets, Trust
from ..known import ARRAYS, SMALLEST_SCALE, Near, Unknown
from ..number_interval import NumberInterval
from ..subspaces import ARRAYS as OWN_ARRAYS
from ..subspaces import Subspaces
from . import fields

LARGEST = 1e30
"""Of a number in the arrays: distances made of them stay finite."""
LARGEST_INTERVAL = 1e100
"""Of a radius, a prediction and a spread: their products stay finite."""


def read(record: Any, arrays: Mapping[str, NDArray[Any]]) -> Trust:
    """What `Trust.to_json` and `Trust.arrays` wrote. Raises ModelFileError."""
    of_numbers = ("interval",) if isinstance(record, dict) and "interval" in record else ()
    _object(record, "trust", ("fitted_on", "calibration", "sets", "unknown", *of_numbers))
    calibration, sets, unknown = record["calibration"], record["sets"], record["unknown"]
    names = OWN_ARRAYS if PREFIX + "own_axes" in arrays else ARRAYS
    fields.exact_keys(arrays, [PREFIX + name for name in names] if unknown is not None else [], "arrays of trust")
    return Trust(
        _fitted_on(record["fitted_on"]),
        None if calibration is None else _calibration(calibration),
        None if sets is None else _sets(sets),
        None if unknown is None else _unknown(unknown, arrays),
        _interval(record["interval"]) if of_numbers else None,
    )


def _fitted_on(record: Any) -> FittedOn:
    _object(record, "fitted_on", ("how", "n_items", "n_units"))
    if record["how"] not in ("kept", "folds"):
        raise ModelFileError(f"how is {fields.shown(record['how'])}; expected kept or folds")
    n_items = fields.whole(record, "n_items", 1, 2**31)
    return FittedOn(record["how"], n_items, fields.whole(record, "n_units", 1, n_items))


def _calibration(record: Any) -> Calibration:
    best = ("best",) if isinstance(record, dict) and "best" in record else ()  # bundles of before know none
    _object(record, "calibration", ("method", "temperature", "floor", "points", *best))
    if record["method"] not in ("temperature", "isotonic"):
        raise ModelFileError(f"method is {fields.shown(record['method'])}; expected temperature or isotonic")
    temperature = float(fields.number(record, "temperature", Interval(*TEMPERATURES)))
    floor = float(fields.number(record, "floor", Interval(SMALLEST, 0.1)))
    points = _points(record["points"])
    if (record["method"] == "isotonic") != (len(points) >= 2):
        raise ModelFileError(f"points are {len(points)}; expected two or more for isotonic, none for temperature")
    top = _points(record["best"]) if best else ()
    if best and len(top) < 2:
        raise ModelFileError(f"best holds {len(top)} points; expected two or more")
    return Calibration(record["method"], temperature, floor, points, top)


def _interval(record: Any) -> NumberInterval:
    curve = ("points",) if isinstance(record, dict) and "points" in record else ()
    _object(record, "interval", ("coverage", "radius", "n_items", *curve))
    coverage = float(fields.number(record, "coverage", SHARE))
    radius = float(fields.number(record, "radius", Interval(0, LARGEST_INTERVAL)))
    n_items = fields.whole(record, "n_items", 1, 2**31)
    pairs = record.get("points", [])
    whole = isinstance(pairs, list) and all(isinstance(pair, list) and len(pair) == 2 for pair in pairs)
    if not whole or len(pairs) > MOST_POINTS or (curve and not pairs):
        raise ModelFileError(f"points are {fields.shown(pairs)}; expected up to {MOST_POINTS} pairs of numbers")
    anywhere, spread = Interval(-LARGEST_INTERVAL, LARGEST_INTERVAL), Interval(0, LARGEST_INTERVAL)
    points = [
        (float(fields.number({"at": x}, "at", anywhere)), float(fields.number({"spread": y}, "spread", spread)))
        for x, y in pairs
    ]
    if any(later[0] <= earlier[0] for earlier, later in itertools.pairwise(points)):
        raise ModelFileError("points of the interval do not rise")
    return NumberInterval(coverage, radius, n_items, tuple(points))


def _sets(record: Any) -> Sets:
    _object(record, "sets", ("coverage", "least"))
    coverage = float(fields.number(record, "coverage", SHARE))
    return Sets(coverage, float(fields.number(record, "least", Interval(0, 1))))


def _unknown(record: Any, arrays: Mapping[str, NDArray[Any]]) -> Unknown:
    _object(record, "unknown", ("given_up", "least", "farthest", "left_over"))
    given_up = float(fields.number(record, "given_up", SHARE))
    least = float(fields.number(record, "least", Interval(0, 1)))
    farthest = float(fields.number(record, "farthest", Interval(0, 1e30)))
    left_over = float(fields.number(record, "left_over", Interval(0, 1e30)))
    if 0 < left_over < 1e-9:
        raise ModelFileError(f"left_over is {left_over:g}; expected 0, or 1e-9 and more")
    if PREFIX + "own_axes" in arrays:
        return Unknown(given_up, least, farthest, _subspaces(arrays, left_over))
    axes = fields.array(arrays, PREFIX + "axes", "float32", (None, None), largest=1.001)
    shapes = {"centre": (axes.shape[1],), "scale": (axes.shape[1],), "whitening": (len(axes),) * 2}
    found = {
        name: fields.array(arrays, PREFIX + name, "float32", shape, largest=LARGEST) for name, shape in shapes.items()
    }
    if found["scale"].min() < SMALLEST_SCALE:
        raise ModelFileError(f"array '{PREFIX}scale' holds a number below {SMALLEST_SCALE:g}")
    means = fields.array(arrays, PREFIX + "means", "float32", (None, len(axes)), largest=LARGEST)
    near = Near(found["centre"], found["scale"], axes, found["whitening"], means, left_over)
    return Unknown(given_up, least, farthest, near)


def _subspaces(arrays: Mapping[str, NDArray[Any]], left_over: float) -> Subspaces:
    axes = fields.array(arrays, PREFIX + "own_axes", "float32", (None, None, None), largest=1.001)
    n_classes, n_axes, n_features = axes.shape
    shapes = {
        "centre": (n_features,),
        "scale": (n_features,),
        "own_means": (n_classes, n_features),
        "own_spread": (n_classes, n_axes),
    }
    found = {
        name: fields.array(arrays, PREFIX + name, "float32", shape, largest=LARGEST) for name, shape in shapes.items()
    }
    if found["scale"].min() < SMALLEST_SCALE:
        raise ModelFileError(f"array '{PREFIX}scale' holds a number below {SMALLEST_SCALE:g}")
    if not 0 < left_over <= 1.001 * float(found["own_spread"].min()):
        raise ModelFileError(f"array '{PREFIX}own_spread' holds a number below left_over, {left_over:g}")
    return Subspaces(found["centre"], found["scale"], found["own_means"], axes, found["own_spread"], left_over)


def _points(points: Any) -> tuple[tuple[float, float], ...]:
    pairs = isinstance(points, list) and all(isinstance(point, list) and len(point) == 2 for point in points)
    if not pairs or len(points) > MOST_POINTS:
        raise ModelFileError(f"points are {fields.shown(points)}; expected up to {MOST_POINTS} pairs of numbers")
    share = Interval(0, 1)
    found = [tuple(float(fields.number({"point": number}, "point", share)) for number in point) for point in points]
    for (x, y), (next_x, next_y) in itertools.pairwise(found):
        if next_x <= x or next_y < y:
            raise ModelFileError("points do not rise")
    return tuple((x, y) for x, y in found)


def _object(record: Any, name: str, keys: tuple[str, ...]) -> None:
    if not isinstance(record, dict):
        raise ModelFileError(f"{name} is {fields.shown(record)}; expected an object")
    fields.exact_keys(record, keys, name)
