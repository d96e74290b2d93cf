"""Saving models that weigh and add up numbers: the mean, least squares with and without a penalty; in float64."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper

from ...core.errors import ModelFileError
from ...core.options import Interval
from ...core.records import InputSpec
from . import fields, graphs

if TYPE_CHECKING:
    from ..penalised import Lasso, Ridge
    from ..regression import LeastSquares, Mean

    Linear = Mean | LeastSquares | Ridge | Lasso

KINDS = {"Mean": "mean", "LeastSquares": "ols", "Ridge": "ridge", "Lasso": "lasso"}
LARGEST = 1e60
ANY = Interval(-LARGEST, LARGEST)


def encode(model: Linear) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """The fitted model as JSON and arrays."""
    config: dict[str, Any] = {
        "kind": KINDS[type(model).__name__],
        "refit": model.refit_,
        "intercept": float(model.intercept_),
    }
    arrays: dict[str, NDArray[Any]] = {"coef": model.coef_}
    if hasattr(model, "inverse_"):
        config |= {"residual_variance": model.residual_variance_, "dof": model.dof_, "rank": model.rank_}
        arrays["inverse"] = model.inverse_
    if hasattr(model, "alpha_"):
        config["alpha"] = float(model.alpha_)
    return config, arrays


def check(config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, n_classes: int) -> None:
    """Raise ModelFileError unless each feature has a weight."""
    kind = config.get("kind")
    if kind not in KINDS.values():
        raise ModelFileError(f"kind is {fields.shown(kind)}; expected one of {', '.join(KINDS.values())}")
    least = kind == "ols"
    more = ["residual_variance", "dof", "rank"] if least else ["alpha"] if kind != "mean" else []
    fields.exact_keys(config, ["kind", "refit", "intercept", *more], "config")
    fields.boolean(config, "refit")
    fields.number(config, "intercept", ANY)
    fields.exact_keys(arrays, ["coef", "inverse"] if least else ["coef"], "model.safetensors")
    fields.array(arrays, "coef", "float64", (spec.n_values,), largest=LARGEST)
    if "alpha" in more:
        fields.number(config, "alpha", Interval(1e-12, 1e12))
    if least:
        fields.number(config, "residual_variance", Interval(0, LARGEST))
        fields.whole(config, "dof", 0, 2**53)
        fields.whole(config, "rank", 0, spec.n_values + 1)
        fields.array(arrays, "inverse", "float64", (spec.n_values + 1,) * 2, largest=LARGEST)


def decode(
    config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, classes: NDArray[Any]
) -> Linear:
    """The fitted estimator."""
    from ..penalised import Lasso, Penalised, Ridge  # loads scikit-learn, which prediction does without
    from ..regression import LeastSquares, Mean

    model: Linear = {"mean": Mean, "ols": LeastSquares, "ridge": Ridge, "lasso": Lasso}[config["kind"]]()
    model.coef_, model.intercept_, model.refit_ = arrays["coef"], float(config["intercept"]), config["refit"]
    if isinstance(model, LeastSquares):
        model.inverse_, model.residual_variance_ = arrays["inverse"], float(config["residual_variance"])
        model.dof_, model.rank_ = config["dof"], config["rank"]
    if isinstance(model, Penalised):
        model.alpha = model.alpha_ = float(config["alpha"])
    return graphs.fitted_numbers(model, spec)


def graph(
    config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, n_classes: int
) -> onnx.ModelProto:
    """Weigh and add up."""
    nodes = [
        helper.make_node("MatMul", ["x", "coef"], ["weighed"]),
        helper.make_node("Add", ["weighed", "intercept"], ["prediction"]),
    ]
    constants = {"coef": arrays["coef"], "intercept": np.array(float(config["intercept"]))}
    return graphs.numbers(nodes, constants, spec)
