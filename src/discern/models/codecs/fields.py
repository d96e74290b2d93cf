"""What every codec checks of a model file before it uses it: exact keys, types, ranges, shapes and finite numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.errors import ModelFileError, NewerFormat
from ...core.options import Interval


def exact_keys(found: Iterable[str], expected: Iterable[str], where: str) -> None:
    """Raise ModelFileError unless `found` holds each of `expected` and nothing else."""
    found, expected = set(found), set(expected)
    if found != expected:
        wrong = sorted(map(repr, expected - found)) or sorted(map(repr, found - expected))
        verb = "lacks" if expected - found else "holds an unknown"
        raise ModelFileError(f"{where} {verb} {', '.join(wrong)[:200]}")


def refuse_newer(form: str, known: int, record: Mapping[str, Any]) -> None:
    """Raise ModelFileError for another format than `form`, NewerFormat for a later version of it than `known`."""
    if record.get("format") != form:
        raise ModelFileError(f"format is {shown(record.get('format'))}; expected {form!r}")
    version = record.get("version")
    if isinstance(version, int) and version > known:
        raise NewerFormat(f"{form} of version {shown(version)}; this program reads up to {known}")
    whole({"version": version}, "version", 1, known)


def number(config: Mapping[str, Any], name: str, limit: Interval) -> float:
    """The number `config[name]`. Raises ModelFileError unless it is one that `limit` allows."""
    value = config[name]
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not (whole or (isinstance(value, float) and not limit.whole)) or _too_long(value):
        raise ModelFileError(f"{name} is {shown(value)}; expected {limit}")
    if limit.problem(name, value):
        raise ModelFileError(f"{name} is {shown(value)}; expected {limit}")
    return value  # type: ignore[no-any-return]


def whole(config: Mapping[str, Any], name: str, low: int, high: int) -> int:
    """The whole number `config[name]`. Raises ModelFileError unless it lies from `low` to `high`."""
    return int(number(config, name, Interval(low, high, whole=True)))


def boolean(config: Mapping[str, Any], name: str) -> bool:
    """The truth value `config[name]`. Raises ModelFileError unless it is true or false."""
    if not isinstance(config[name], bool):
        raise ModelFileError(f"{name} is {shown(config[name])}; expected true or false")
    return bool(config[name])


def array(
    arrays: Mapping[str, NDArray[Any]], name: str, dtype: str, shape: tuple[int | None, ...], *, largest: float = np.inf
) -> NDArray[Any]:
    """The array `name` of one dtype and shape (None: any size).

    Raises ModelFileError when it is not there, has another form, or holds NaN, infinity or a magnitude above `largest`.
    """
    if name not in arrays:
        raise ModelFileError(f"array {name!r} is missing")
    value = arrays[name]
    fits = len(value.shape) == len(shape) and all(
        wanted in (None, size) for size, wanted in zip(value.shape, shape, strict=True)
    )
    if value.dtype != np.dtype(dtype) or not fits:
        wanted = " x ".join("any" if size is None else str(size) for size in shape)
        found = " x ".join(map(str, value.shape))
        raise ModelFileError(f"array {name!r} is {value.dtype} of {found}; expected {dtype} of {wanted}")
    if value.size == 0:
        raise ModelFileError(f"array {name!r} is empty")
    if value.dtype.kind == "f":
        low, high = float(value.min()), float(value.max())  # NaN anywhere makes both NaN, without a copy of the array
        if not (np.isfinite(low) and np.isfinite(high)):
            raise ModelFileError(f"array {name!r} holds NaN or infinity; expected finite numbers")
        if max(-low, high) > largest:
            raise ModelFileError(f"array {name!r} holds {max(-low, high):g} in size; expected at most {largest:g}")
    return value


def shown(value: object) -> str:
    """A value for a message, cut short; a whole number of a million digits is not written out."""
    return "a very long whole number" if _too_long(value) else repr(value)[:80]


def _too_long(value: object) -> bool:
    return isinstance(value, int) and value.bit_length() > 256
