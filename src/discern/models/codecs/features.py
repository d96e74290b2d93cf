"""The part of a graph that turns items into the numbers which a model looks at, as `models.features` does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper

from ...core.errors import ModelFileError
from ...core.options import FEATURES
from ...core.records import InputSpec
from ...images import hog
from . import fields

LARGEST = 1e60
"""Of means and scales; the least scale is its inverse."""


def check(config: Mapping[str, Any], spec: InputSpec) -> int:
    """How many numbers the model looks at. Raises ModelFileError for features that there are not."""
    if config["features"] not in FEATURES:
        raise ModelFileError(f"features is {fields.shown(config['features'])}; expected one of {', '.join(FEATURES)}")
    if config["features"] == "pixels":
        return spec.n_values
    if spec.kind != "pictures":
        raise ModelFileError(f"features is 'hog'; the model takes {spec}, which has none")
    return hog.Plan(_shape(spec)).n_features


def nodes(features: str, spec: InputSpec) -> tuple[list[NodeProto], dict[str, NDArray[Any]]]:
    """From `x` to `features`, float64 `(n, n_features)`, with the constants that this takes."""
    if features == "hog":
        return _hog(spec)
    made = [
        helper.make_node("Reshape", ["x", "flat_shape"], ["flat"]),
        helper.make_node("Cast", ["flat"], ["features"], to=TensorProto.DOUBLE),
    ]
    return made, {"flat_shape": np.array([-1, spec.n_values])}


def batch(features: str, spec: InputSpec) -> int | None:
    """How many items to ask for at a time, where the features need much memory."""
    if features == "pixels":
        return None
    return max(1, hog.PIXELS_A_STEP // (spec.shape[0] * spec.shape[1]))


def _shape(spec: InputSpec) -> tuple[int, int, int]:
    height, width, channels = spec.shape
    return height, width, channels


def _hog(spec: InputSpec) -> tuple[list[NodeProto], dict[str, NDArray[Any]]]:
    """`images.hog`, step by step."""
    plan = hog.Plan(_shape(spec))
    height, width, channels = plan.shape
    (rows, columns), cell = plan.cells, plan.cell
    down, across = hog.directions()
    constants: dict[str, NDArray[Any]] = {
        "last_axis": np.array([-1]),
        "hog_down": down,
        "hog_across": across,
        "hog_cells": np.array([-1, rows, cell, columns, cell, hog.DIRECTIONS]),
        "hog_within": np.array([2, 4]),
        "hog_floor": np.array(hog.floor(np.dtype(spec.dtype), channels) * cell**4),
        "hog_tiny": np.array(1e-6),
        "hog_clip": np.array(hog.CLIP),
        "hog_grid": np.array(hog.GRID),
        "flat_shape": np.array([-1, plan.n_features]),
    }
    made = [
        helper.make_node("Cast", ["x"], ["hog_wide"], to=TensorProto.DOUBLE),
        helper.make_node("ReduceSum", ["hog_wide", "last_axis"], ["hog_grey"], keepdims=0),
    ]
    for name, axis, size in (("down", 1, height), ("across", 2, width)):
        made += _difference(name, axis, size, constants)
    top, left = plan.corner
    for name in ("down", "across"):
        made += _cut(f"hog_d{name}", f"hog_i{name}", (top, left), (rows * cell, columns * cell), constants)
        made += [
            helper.make_node("Unsqueeze", [f"hog_i{name}", "last_axis"], [f"hog_u{name}"]),
            helper.make_node("Mul", [f"hog_u{name}", f"hog_{name}"], [f"hog_p{name}"]),
            helper.make_node("Mul", [f"hog_u{name}", f"hog_u{name}"], [f"hog_s{name}"]),
        ]
    made += [
        helper.make_node("Add", ["hog_pdown", "hog_pacross"], ["hog_signed"]),
        helper.make_node("Abs", ["hog_signed"], ["hog_along"]),
        helper.make_node("ReduceMax", ["hog_along", "last_axis"], ["hog_most"], keepdims=1),
        helper.make_node("Equal", ["hog_along", "hog_most"], ["hog_is"]),
        helper.make_node("Cast", ["hog_is"], ["hog_one"], to=TensorProto.DOUBLE),
        helper.make_node("Add", ["hog_sdown", "hog_sacross"], ["hog_square"]),
        helper.make_node("Sqrt", ["hog_square"], ["hog_length"]),
        helper.make_node("Mul", ["hog_one", "hog_length"], ["hog_lengths"]),
        helper.make_node("Reshape", ["hog_lengths", "hog_cells"], ["hog_by_cell"]),
        helper.make_node("ReduceSum", ["hog_by_cell", "hog_within"], ["hog_sums"], keepdims=0),
    ]
    parts = []
    for i in range(plan.block[0]):
        for j in range(plan.block[1]):
            parts.append(f"hog_block{i}{j}")
            made += _cut("hog_sums", parts[-1], (i, j), plan.blocks, constants)
    made.append(helper.make_node("Concat", parts, ["hog_blocks"], axis=3))
    made += _evened("hog_blocks", "hog_even", "hog_floor")
    made.append(helper.make_node("Min", ["hog_even", "hog_clip"], ["hog_clipped"]))
    made += _evened("hog_clipped", "hog_again", "hog_tiny")
    made += [
        helper.make_node("Mul", ["hog_again", "hog_grid"], ["hog_gridded"]),
        helper.make_node("Round", ["hog_gridded"], ["hog_rounded"]),
        helper.make_node("Div", ["hog_rounded", "hog_grid"], ["hog_result"]),
        helper.make_node("Reshape", ["hog_result", "flat_shape"], ["features"]),
    ]
    return made, constants


def _difference(name: str, axis: int, size: int, constants: dict[str, NDArray[Any]]) -> list[NodeProto]:
    """The differences of the two neighbours along `axis`, 0 at the border: a product with a matrix, as exact."""
    matrix = np.zeros((size, size))
    inner = np.arange(1, size - 1)
    matrix[inner, inner + 1], matrix[inner, inner - 1] = 1, -1
    constants[f"hog_m{name}"] = matrix if axis == 1 else matrix.T
    pair = [f"hog_m{name}", "hog_grey"] if axis == 1 else ["hog_grey", f"hog_m{name}"]
    return [helper.make_node("MatMul", pair, [f"hog_d{name}"])]


def _cut(
    source: str, result: str, corner: tuple[int, int], size: tuple[int, int], constants: dict[str, NDArray[Any]]
) -> list[NodeProto]:
    """A rectangle of axes 1 and 2."""
    constants[f"{result}_from"] = np.array(corner)
    constants[f"{result}_to"] = np.array([corner[0] + size[0], corner[1] + size[1]])
    constants["hog_plane"] = np.array([1, 2])
    return [helper.make_node("Slice", [source, f"{result}_from", f"{result}_to", "hog_plane"], [result])]


def _evened(source: str, result: str, floor: str) -> list[NodeProto]:
    """Divided by the root of the sum of squares along the last axis and of the floor."""
    return [
        helper.make_node("Mul", [source, source], [f"{result}_squares"]),
        helper.make_node("ReduceSum", [f"{result}_squares", "last_axis"], [f"{result}_sum"], keepdims=1),
        helper.make_node("Add", [f"{result}_sum", floor], [f"{result}_more"]),
        helper.make_node("Sqrt", [f"{result}_more"], [f"{result}_root"]),
        helper.make_node("Div", [source, f"{result}_root"], [result]),
    ]


def check_standard(arrays: Mapping[str, NDArray[Any]], n_features: int) -> None:
    """Raise ModelFileError unless each feature has a mean, and a scale above 0."""
    fields.array(arrays, "mean", "float64", (n_features,), largest=LARGEST)
    scale = fields.array(arrays, "scale", "float64", (n_features,), largest=LARGEST)
    if scale.min() < 1 / LARGEST:
        raise ModelFileError(f"array 'scale' holds {scale.min():g}; expected numbers from {1 / LARGEST:g}")


def scaled(
    features: str, spec: InputSpec, arrays: Mapping[str, NDArray[Any]]
) -> tuple[list[NodeProto], dict[str, NDArray[Any]]]:
    """From `x` to `scaled`: the features, less their mean, divided by their scale."""
    made, constants = nodes(features, spec)
    made += [
        helper.make_node("Sub", ["features", "mean"], ["centred"]),
        helper.make_node("Div", ["centred", "scale"], ["scaled"]),
    ]
    return made, {**constants, "mean": arrays["mean"], "scale": arrays["scale"]}
