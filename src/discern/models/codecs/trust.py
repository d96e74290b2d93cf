"""Reading what is saved of calibration and thresholds: what no such record looks like is refused."""

from __future__ import annotations

import itertools
from typing import Any

from ...core.errors import ModelFileError
from ...core.options import Interval
from ..answers import MOST_POINTS, SMALLEST, TEMPERATURES, Calibration, FittedOn, Trust
from . import fields


def read(record: Any) -> Trust:
    """What `Trust.to_json` wrote. Raises ModelFileError."""
    _object(record, "trust", ("fitted_on", "calibration"))
    made = record["calibration"]
    return Trust(_fitted_on(record["fitted_on"]), None if made is None else _calibration(made))


def _fitted_on(record: Any) -> FittedOn:
    _object(record, "fitted_on", ("how", "n_items", "n_units"))
    if record["how"] not in ("kept", "folds"):
        raise ModelFileError(f"how is {fields.shown(record['how'])}; expected kept or folds")
    n_items = fields.whole(record, "n_items", 1, 2**31)
    return FittedOn(record["how"], n_items, fields.whole(record, "n_units", 1, n_items))


def _calibration(record: Any) -> Calibration:
    _object(record, "calibration", ("method", "temperature", "floor", "points"))
    if record["method"] not in ("temperature", "isotonic"):
        raise ModelFileError(f"method is {fields.shown(record['method'])}; expected temperature or isotonic")
    temperature = float(fields.number(record, "temperature", Interval(*TEMPERATURES)))
    floor = float(fields.number(record, "floor", Interval(SMALLEST, 0.1)))
    points = _points(record["points"])
    if (record["method"] == "isotonic") != (len(points) >= 2):
        raise ModelFileError(f"points are {len(points)}; expected two or more for isotonic, none for temperature")
    return Calibration(record["method"], temperature, floor, points)


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
