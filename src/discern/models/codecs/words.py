"""Saving the models of texts: their terms as one piece of UTF-8, a line a term, and the weights."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from numpy.typing import NDArray

from ...core.errors import DataError, ModelFileError
from ...core.options import Interval
from ...core.records import InputSpec
from ...text.terms import Vocabulary
from ..scorer import BOTH, LOOKS, PRESENCE, Looking, Scorer
from . import fields, graphs

if TYPE_CHECKING:
    from ..words import TextClassifier

LARGEST = 1e30
SETTINGS = {"WordBayes": ("alpha",), "WordLogistic": ("C", "class_weight"), "WordSVM": ("C", "class_weight")}
NUMBERS = {"alpha": Interval(0, 1000, open_low=True), "C": Interval(1e-6, 1e6)}
BETWEEN = "\n"
"""No term holds it: words and what stands between spaces hold no line's end."""


def encode(model: TextClassifier) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """The fitted model as JSON and arrays."""
    kind, looking = type(model).__name__, model.scorer_.looking
    config = {
        "kind": kind,
        "looks": looking.looks,
        "refit": model.refit_,
        **{name: getattr(model, name) for name in SETTINGS[kind]},
    }
    arrays: dict[str, NDArray[Any]] = {
        "words": _bytes(looking.words),
        "idf": looking.idf,
        "weights": model.scorer_.weights,
        "intercept": model.scorer_.intercept,
    }
    return config, arrays | ({"runs": _bytes(looking.runs)} if looking.looks == BOTH else {})


def check(config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, n_classes: int) -> None:
    """Raise ModelFileError unless each class has a weight for each term, and terms are texts in rising order."""
    kind, looks = config.get("kind"), config.get("looks")
    fits = looks in LOOKS and (kind == "WordBayes") == (looks == PRESENCE)
    if not isinstance(kind, str) or kind not in SETTINGS or not fits:
        raise ModelFileError(f"config is of kind {fields.shown(kind)} that looks at {fields.shown(looks)}")
    if spec != InputSpec("texts", (), "text"):
        raise ModelFileError(f"input is {spec}; expected texts")
    fields.exact_keys(config, ["kind", "looks", "refit", *SETTINGS[kind]], "config")
    fields.boolean(config, "refit")
    for name in SETTINGS[kind]:
        if name in NUMBERS:
            fields.number(config, name, NUMBERS[name])
        elif config[name] not in (None, "balanced"):
            raise ModelFileError(f"{name} is {fields.shown(config[name])}; expected balanced or nothing")
    names = ["words", *(["runs"] if looks == BOTH else [])]
    fields.exact_keys(arrays, [*names, "idf", "weights", "intercept"], "model.safetensors")
    n_terms = sum(len(_terms(arrays, name)) for name in names)
    fields.array(arrays, "idf", "float64", (n_terms,), largest=LARGEST)
    fields.array(arrays, "weights", "float32", (n_classes, n_terms), largest=LARGEST)
    fields.array(arrays, "intercept", "float64", (n_classes,), largest=LARGEST)


def decode(
    config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, classes: NDArray[Any]
) -> TextClassifier:
    """The fitted estimator."""
    from .. import words  # loads scikit-learn, which prediction does without

    settings = {name: config[name] for name in SETTINGS[config["kind"]]}
    if config["kind"] != "WordBayes":
        settings["features"] = config["looks"]
    model: TextClassifier = getattr(words, config["kind"])(**settings)
    model.scorer_, model.refit_ = scorer(config, arrays), config["refit"]
    graphs.fitted(model, spec, classes)
    return model


def scorer(config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Scorer:
    """What answers."""
    words = Vocabulary(_terms(arrays, "words"))
    runs = Vocabulary(_terms(arrays, "runs") if config["looks"] == BOTH else ())
    return Scorer(Looking(config["looks"], words, runs, arrays["idf"]), arrays["weights"], arrays["intercept"])


def graph(
    config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, n_classes: int
) -> onnx.ModelProto:
    """Raises DataError: a graph takes numbers, and cutting texts into terms is no part of it."""
    raise DataError("a model of texts has no ONNX graph: cutting texts into words is no part of one; use model.discern")


def _bytes(vocabulary: Vocabulary) -> NDArray[np.uint8]:
    return np.frombuffer(BETWEEN.join(vocabulary.terms).encode(), np.uint8)


def _terms(arrays: Mapping[str, NDArray[Any]], name: str) -> tuple[str, ...]:
    content = fields.array(arrays, name, "uint8", (None,))
    try:
        terms = tuple(content.tobytes().decode().split(BETWEEN))
    except UnicodeDecodeError as error:
        raise ModelFileError(f"array {name!r} holds bytes that are no UTF-8") from error
    if not terms[0] or any(one >= other for one, other in itertools.pairwise(terms)):
        raise ModelFileError(f"array {name!r} holds terms that are not in rising order, each once")
    return terms
