"""Saving the majority baseline: one array, the share of each class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper

from ...core.errors import ModelFileError
from ...core.records import InputSpec
from ...text.terms import Vocabulary
from ..scorer import PRESENCE, Looking, Scorer
from . import fields, graphs

if TYPE_CHECKING:
    from ..majority import Majority


def encode(model: Majority) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """The fitted model as JSON and arrays."""
    return {"refit": bool(model.refit_)}, {"prior": model.prior_}


def check(config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, n_classes: int) -> None:
    """Raise ModelFileError unless the shares are probabilities of `n_classes` classes."""
    fields.exact_keys(config, ["refit"], "config")
    fields.boolean(config, "refit")
    fields.exact_keys(arrays, ["prior"], "model.safetensors")
    prior = fields.array(arrays, "prior", "float64", (n_classes,), largest=1)
    if prior.min() < 0 or abs(prior.sum() - 1) > 1e-9:
        raise ModelFileError("array 'prior' does not hold shares that sum to 1")


def decode(
    config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, classes: NDArray[Any]
) -> Majority:
    """The fitted estimator."""
    from ..majority import Majority  # loads scikit-learn, which prediction does without

    model = Majority()
    model.prior_, model.refit_ = arrays["prior"], config["refit"]
    return graphs.fitted(model, spec, classes)


def scorer(config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Scorer:
    """The shares, whatever the text: a model without terms."""
    prior = arrays["prior"]
    nothing = Looking(PRESENCE, Vocabulary(()), Vocabulary(()), np.zeros(0))
    return Scorer(nothing, np.zeros((len(prior), 0), np.float32), np.log(np.maximum(prior, 1e-300)))


def graph(
    config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, n_classes: int
) -> onnx.ModelProto:
    """The shares, once for each item."""
    nodes = [
        helper.make_node("Shape", ["x"], ["n"], start=0, end=1),
        helper.make_node("Concat", ["n", "one"], ["shape"], axis=0),
        helper.make_node("Expand", ["prior", "shape"], ["probabilities"]),
    ]
    constants = {"prior": arrays["prior"].astype(np.float32)[None], "one": np.array([1])}
    return graphs.model(nodes, constants, spec, n_classes)
