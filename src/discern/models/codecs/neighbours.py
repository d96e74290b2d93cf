"""Saving k nearest neighbours: the items themselves, their classes, and how many neighbours vote."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper

from ...core.errors import ModelFileError
from ...core.records import InputSpec
from . import fields, graphs

if TYPE_CHECKING:
    from ..neighbours import KNeighbors

LARGEST_CENTRE = 1e39
EXPONENTS = 1000
INT32_FEATURES = 16_384
"""Bytes are at most 255, so up to 16,512 features `|t|^2 - 2 q.t` fits 32 bits."""
SCORES_A_BATCH = 2**22


def encode(model: KNeighbors) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """The fitted model as JSON and arrays."""
    config: dict[str, Any] = {"n_neighbors": int(model.n_neighbors_), "refit": bool(model.refit_)}
    arrays: dict[str, NDArray[Any]] = {"items": model.items_, "positions": model.positions_}
    if model.frame_ is not None:
        arrays["centre"], config["grid_exponent"] = model.frame_
    return config, arrays


def check(config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, n_classes: int) -> None:
    """Raise ModelFileError unless the items fit `spec`, each has one of `n_classes` classes, and k of them exist."""
    exact = spec.dtype == "uint8"
    fields.exact_keys(config, ["n_neighbors", "refit"] + ([] if exact else ["grid_exponent"]), "config")
    fields.exact_keys(arrays, ["items", "positions"] + ([] if exact else ["centre"]), "model.safetensors")
    fields.boolean(config, "refit")
    items = fields.array(arrays, "items", spec.dtype, (None, spec.n_values))
    positions = fields.array(arrays, "positions", "int64", (len(items),))
    if positions.min() < 0 or positions.max() >= n_classes:
        raise ModelFileError(f"array 'positions' names a class outside 0 to {n_classes - 1}")
    fields.whole(config, "n_neighbors", 1, len(items))
    if not exact:
        fields.whole(config, "grid_exponent", -EXPONENTS, EXPONENTS)
        fields.array(arrays, "centre", "float64", (spec.n_values,), largest=LARGEST_CENTRE)


def decode(
    config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, classes: NDArray[Any]
) -> KNeighbors:
    """The fitted estimator."""
    from ..neighbours import KNeighbors  # loads scikit-learn, which prediction does without

    model = KNeighbors(config["n_neighbors"])
    model.items_, model.positions_ = arrays["items"], arrays["positions"]
    model.frame_ = (arrays["centre"], config["grid_exponent"]) if "centre" in arrays else None
    model.n_neighbors_, model.k_curve_, model.refit_ = config["n_neighbors"], (), config["refit"]
    return graphs.fitted(model, spec, classes)


def graph(
    config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, n_classes: int
) -> onnx.ModelProto:
    """Distances to all items, the nearest k (of equals the lower index), and the share of each class among them."""
    items, k = arrays["items"], config["n_neighbors"]
    constants: dict[str, NDArray[Any]] = {
        "flat_shape": np.array([-1, spec.n_values]),
        "k": np.array([k]),
        "positions": arrays["positions"],
        "n_classes": np.array(n_classes),
        "off_on": np.array([0, 1], np.float32),
        "votes_axis": np.array([1]),
        "k_float": np.array(k, np.float32),
    }
    nodes = [helper.make_node("Reshape", ["x", "flat_shape"], ["flat"])]
    if spec.dtype == "uint8":
        distances, more = _byte_scores(items)
    else:
        distances, more = float_scores(items, arrays["centre"], config["grid_exponent"])
    nodes += [
        *distances,
        helper.make_node("TopK", ["scores", "k"], ["smallest", "nearest"], axis=1, largest=0, sorted=1),
        helper.make_node("Gather", ["positions", "nearest"], ["voted"]),
        helper.make_node("OneHot", ["voted", "n_classes", "off_on"], ["votes"], axis=-1),
        helper.make_node("ReduceSum", ["votes", "votes_axis"], ["counts"], keepdims=0),
        helper.make_node("Div", ["counts", "k_float"], ["probabilities"]),
    ]
    batch = max(1, min(256, SCORES_A_BATCH // max(len(items), k * n_classes)))
    return graphs.model(nodes, {**constants, **more}, spec, n_classes, batch=batch)


def _byte_scores(items: NDArray[Any]) -> tuple[list[NodeProto], dict[str, NDArray[Any]]]:
    """Exact `|t|^2 - 2 q.t` of bytes. Both sides are unsigned, as ONNX Runtime's signed kernels saturate on some
    processors; more than 16,384 features are added up in 64 bits, block by block."""
    n_features = items.shape[1]
    wide = n_features > INT32_FEATURES
    kind = np.int64 if wide else np.int32
    constants: dict[str, NDArray[Any]] = {"norms": _squares(items).astype(kind), "two": np.asarray(2, kind)}
    starts = range(0, n_features, INT32_FEATURES)
    nodes = []
    for number, start in enumerate(starts):
        constants[f"items{number}"] = items[:, start : start + INT32_FEATURES].T
        if wide:
            constants[f"from{number}"] = np.array([start])
            constants[f"to{number}"] = np.array([min(start + INT32_FEATURES, n_features)])
            part = [f"from{number}", f"to{number}", "votes_axis"]
            nodes.append(helper.make_node("Slice", ["flat", *part], [f"flat{number}"]))
        nodes.append(
            helper.make_node("MatMulInteger", [f"flat{number}" if wide else "flat", f"items{number}"], [f"p{number}"])
        )
        if wide:
            nodes.append(helper.make_node("Cast", [f"p{number}"], [f"w{number}"], to=TensorProto.INT64))
    if wide:
        nodes.append(helper.make_node("Add", ["w0", "w1"], ["s1"]))
        nodes += [
            helper.make_node("Add", [f"s{number - 1}", f"w{number}"], [f"s{number}"])
            for number in range(2, len(starts))
        ]
    products = f"s{len(starts) - 1}" if wide else "p0"
    nodes += [
        helper.make_node("Mul", [products, "two"], ["twice"]),
        helper.make_node("Sub", ["norms", "twice"], ["scores"]),
    ]
    return nodes, constants


def _squares(items: NDArray[Any]) -> NDArray[np.int64]:
    """`|t|^2` of each item, a few thousand items at a time."""
    blocks = (items[start : start + 4096].astype(np.float64) for start in range(0, len(items), 4096))
    return np.concatenate([np.einsum("ij,ij->i", block, block).astype(np.int64) for block in blocks])


def float_scores(
    items: NDArray[Any], centre: NDArray[Any], exponent: int
) -> tuple[list[NodeProto], dict[str, NDArray[Any]]]:
    """`|t|^2 - 2 q.t` about the centre, in float64, rounded to the grid."""
    centred = np.subtract(items, centre, dtype=np.float64)
    constants = {
        "items": centred.T,
        "norms": np.einsum("ij,ij->i", centred, centred),
        "centre": centre,
        "two": np.array(2.0),
        "grid": np.array(2.0**exponent),
    }
    nodes = [
        helper.make_node("Cast", ["flat"], ["wide"], to=TensorProto.DOUBLE),
        helper.make_node("Sub", ["wide", "centre"], ["centred"]),
        helper.make_node("MatMul", ["centred", "items"], ["products"]),
        helper.make_node("Mul", ["products", "two"], ["twice"]),
        helper.make_node("Sub", ["norms", "twice"], ["fine"]),
        helper.make_node("Mul", ["fine", "grid"], ["gridded"]),
        helper.make_node("Round", ["gridded"], ["scores"]),
    ]
    return nodes, constants
