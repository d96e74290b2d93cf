"""Saving groups: how items become numbers, and where the groups lie; what no such model looks like is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from ...core import views
from ...core.cluster_options import METHODS, MOST_GROUPS
from ...core.errors import ModelFileError
from ...core.options import crop_problem
from ...core.records import Column, ColumnKind, InputSpec
from ...images.hog import Plan
from ..bags import Preparation
from ..cluster_features import LARGEST, Features, PictureFeatures, TableFeatures, TextFeatures
from ..clusters import ClusterModel
from . import fields
from .topics import LONGEST_WORD

FORMAT = "discern groups"
VERSION = 1
refuse_newer = partial(fields.refuse_newer, FORMAT, VERSION)
KEYS = ("format", "version", "method", "names", "kind", "features")
KINDS = get_args(ColumnKind)
OF_TABLE = ("centre", "scale", "low", "high", "shift", "slots", "shares")
OF_PICTURES = ("mean", "basis")
OF_TEXTS = ("weights", "basis")
Record = Mapping[str, Any]
Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Saved(views.Record):
    """Groups with what items are compared by, and what people call the groups."""

    model: ClusterModel
    features: Features
    names: tuple[str, ...]
    """Empty where a group has no name."""

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(str(number) for number in range(1, len(self.names) + 1))


def encode(saved: Saved) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """As JSON and arrays."""
    model, found = saved.model, saved.features
    arrays = {"middles": model.middles, "reach": model.reach}
    for name in ("weights", "precisions", "anchors", "anchor_groups"):
        if (value := getattr(model, name)) is not None:
            arrays[name] = value
    own: dict[str, Any]
    names: tuple[str, ...]
    if isinstance(found, TableFeatures):
        own, names = {"columns": [column.to_json() for column in found.columns]}, OF_TABLE
    elif isinstance(found, PictureFeatures):
        own, names = {"input": found.spec.to_json()}, OF_PICTURES
    else:
        own = {"vocabulary": list(found.vocabulary), "stop_words": list(found.preparation.stop_words)}
        names = OF_TEXTS
    arrays |= {f"features.{name}": getattr(found, name) for name in names if getattr(found, name).size}
    record = {
        "format": FORMAT,
        "version": VERSION,
        "method": model.method,
        "names": list(saved.names),
        "kind": found.kind,
        "features": own,
    }
    return record, arrays


def decode(record: Mapping[str, Any], arrays: Arrays) -> Saved:
    """The groups. Raises ModelFileError unless every part fits the others; NewerFormat for a later version."""
    refuse_newer(record)
    fields.exact_keys(record, KEYS, "model.json")
    if record["method"] not in METHODS or not isinstance(record["features"], dict):
        raise ModelFileError(f"method is {fields.shown(record['method'])}; expected one of {', '.join(METHODS)}")
    names = _texts(record, "names")
    if not 1 <= len(names) <= MOST_GROUPS:
        raise ModelFileError(f"{len(names)} groups; expected 1 to {MOST_GROUPS}")
    inner = {name.removeprefix("features."): value for name, value in arrays.items() if name.startswith("features.")}
    outer = {name: value for name, value in arrays.items() if not name.startswith("features.")}
    kinds: dict[str, Callable[[Record, Arrays], tuple[Features, int]]]
    kinds = {"table": _table, "pictures": _pictures, "texts": _of_texts}
    if not isinstance(record["kind"], str) or record["kind"] not in kinds:
        raise ModelFileError(f"kind is {fields.shown(record['kind'])}; expected one of {', '.join(kinds)}")
    found, width = kinds[record["kind"]](record["features"], inner)
    return Saved(_model(record["method"], outer, len(names), width), found, names)


def _model(method: str, arrays: Arrays, n_groups: int, width: int) -> ClusterModel:
    names = {"kmeans": (), "mixture": ("weights", "precisions")}.get(method, ("anchors", "anchor_groups"))
    fields.exact_keys(arrays, ("middles", "reach", *names), "model.safetensors")
    middles = fields.array(arrays, "middles", "float64", (n_groups, width), largest=LARGEST)
    reach = fields.array(arrays, "reach", "float64", (n_groups,), largest=LARGEST)
    if reach.min() < 0:
        raise ModelFileError("a group reaches less than 0 far; expected numbers from 0 up")
    if method == "mixture":
        weights = fields.array(arrays, "weights", "float64", (n_groups,), largest=1.0)
        roots = fields.array(arrays, "precisions", "float64", (n_groups, width, width), largest=LARGEST)
        if weights.min() <= 0 or np.diagonal(roots, axis1=1, axis2=2).min() <= 0:
            raise ModelFileError("a weight or a precision is 0 or below; expected numbers above 0")
        return ClusterModel(method, middles, reach, weights, roots)
    if method == "kmeans":
        return ClusterModel(method, middles, reach)
    anchors = fields.array(arrays, "anchors", "float64", (None, width), largest=LARGEST)
    groups = fields.array(arrays, "anchor_groups", "int64", (len(anchors),))
    if groups.min() < -1 or set(range(n_groups)) - set(groups.tolist()) or groups.max() >= n_groups:
        raise ModelFileError("the anchors do not belong to the groups; expected at least one of each group")
    return ClusterModel(method, middles, reach, None, None, anchors, groups)


def _table(record: Mapping[str, Any], arrays: Arrays) -> tuple[TableFeatures, int]:
    fields.exact_keys(record, ("columns",), "features")
    try:
        columns = tuple(Column.from_json(one) for one in record["columns"])
    except (AttributeError, KeyError, TypeError) as error:
        raise ModelFileError(f"columns is {fields.shown(record['columns'])}; expected a list of columns") from error
    texts = [text for one in columns for text in (one.name, one.form, *one.categories, *one.missing)]
    if not all(isinstance(text, str) for text in texts) or any(one.kind not in KINDS for one in columns):
        raise ModelFileError(f"a column is not described by texts, or is none of {', '.join(KINDS)}")
    categories = any(name in arrays for name in ("slots", "shares"))
    fields.exact_keys(arrays, OF_TABLE if categories else OF_TABLE[:5], "the features of model.safetensors")
    centre, scale, low, high, shift = (
        fields.array(arrays, name, "float64", (len(columns),), largest=LARGEST) for name in OF_TABLE[:5]
    )
    if scale.min() <= 0 or (low > high).any():
        raise ModelFileError("a scale is 0 or below, or a lowest value is above its highest")
    sizes = [len(column.categories) for column in columns if column.kind == "category"]
    if (not categories and sizes) or (categories and (not sizes or min(sizes) < 1)):
        raise ModelFileError("slots do not fit the columns of categories")
    slots, shares = np.zeros(0, np.int64), np.zeros(0)
    width = len(columns) - len(sizes)
    if sizes:
        slots = fields.array(arrays, "slots", "int64", (sum(sizes),))
        shares = fields.array(arrays, "shares", "float64", (None,), largest=1.0)
        parts = np.split(slots, np.cumsum(sizes)[:-1])
        widths = [int(part.max()) + 1 for part in parts]
        sound = all(part.min() >= 0 and len(np.unique(part)) == size for part, size in zip(parts, widths, strict=True))
        if not sound or sum(widths) != len(shares) or shares.min() < 0:
            raise ModelFileError("slots and shares do not fit the columns of categories")
        if any((part * (1 - part)).sum() <= 0 for part in np.split(shares, np.cumsum(widths)[:-1])):
            raise ModelFileError("a column of categories has one value alone; expected shares between 0 and 1")
        width += sum(widths)
    return TableFeatures(columns, centre, scale, low, high, shift, slots, shares), width


def _pictures(record: Mapping[str, Any], arrays: Arrays) -> tuple[PictureFeatures, int]:
    fields.exact_keys(record, ("input",), "features")
    fields.exact_keys(arrays, OF_PICTURES, "the features of model.safetensors")
    try:
        spec = InputSpec.from_json(record["input"])
        height, width, channels = spec.shape
        sound = (
            spec.kind == "pictures"
            and spec.dtype in ("uint8", "float32")
            and channels in (1, 3)
            and not crop_problem(spec.crop, "crop")
            and all(isinstance(flag, bool) for flag in (spec.keep_aspect, spec.binary, spec.symbols))
            and all(isinstance(side, int) and 1 <= side <= 2048 for side in (height, width))
        )
        size = Plan((height, width, channels)).n_features if sound else 0
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ModelFileError(f"input is {fields.shown(record['input'])}; expected the form of pictures") from error
    if not size:
        raise ModelFileError(f"input is {fields.shown(record['input'])}; expected the form of pictures")
    mean = fields.array(arrays, "mean", "float64", (size,), largest=LARGEST)
    basis = fields.array(arrays, "basis", "float64", (size, None), largest=LARGEST)
    return PictureFeatures(spec, mean, basis), basis.shape[1]


def _of_texts(record: Mapping[str, Any], arrays: Arrays) -> tuple[TextFeatures, int]:
    fields.exact_keys(record, ("vocabulary", "stop_words"), "features")
    fields.exact_keys(arrays, OF_TEXTS, "the features of model.safetensors")
    vocabulary, stop = _texts(record, "vocabulary"), _texts(record, "stop_words")
    if not vocabulary or list(vocabulary) != sorted(set(vocabulary)):
        raise ModelFileError("the vocabulary is empty or not in order; expected each word once, in order")
    weights = fields.array(arrays, "weights", "float64", (len(vocabulary),), largest=LARGEST)
    basis = fields.array(arrays, "basis", "float64", (len(vocabulary), None), largest=LARGEST)
    return TextFeatures(vocabulary, Preparation(stop), weights, basis), basis.shape[1]


def _texts(record: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = record[name]
    if not isinstance(value, list) or not all(isinstance(one, str) and len(one) <= LONGEST_WORD for one in value):
        raise ModelFileError(f"{name} is {fields.shown(value)}; expected a list of texts")
    return tuple(value)
