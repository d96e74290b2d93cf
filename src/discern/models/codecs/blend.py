"""Saving a blend: the line on bent columns, the boosted trees, and how much each counts for.

Arrays that begin with `line.` and `trees.` are those of the two models, as their own codecs name them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import NodeProto, helper, numpy_helper

from ...core.errors import ModelFileError
from ...core.options import Interval
from ...core.records import InputSpec
from ..table_encoding import LARGEST, MOST_RAW, coded
from . import boosting, fields, graphs, linear_numbers
from .tabular import TableCodec

if TYPE_CHECKING:
    from ..blend import Blend

LINE, TREES = "line.", "trees."
BEYOND = 2.0
"""As in `models.blend`."""
ANY = Interval(-LARGEST, LARGEST)
SEED = Interval(0, 2**31 - 1, whole=True)
KEYS = ("refit", "root", "lowest", "highest", "share", "random_state", "categories", "line", "trees")
LINE_CODEC = TableCodec(linear_numbers)


def encode(model: Blend) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """The fitted model as JSON and arrays."""
    line, of_line = LINE_CODEC.encode(model.line_)
    trees, of_trees = boosting.encode(model.trees_)
    config = {
        "refit": model.refit_,
        "root": model.root_,
        "lowest": model.lowest_,
        "highest": model.highest_,
        "share": model.share_,
        "random_state": int(model.random_state),
        "categories": [len(column.categories) for column in model.line_.encoder_.columns],
        "line": line,
        "trees": trees,
    }
    arrays = {LINE + name: value for name, value in of_line.items()}
    return config, {**arrays, **{TREES + name: value for name, value in of_trees.items()}, "bends": model.bends_}


def check(config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, n_classes: int) -> None:
    """Raise ModelFileError unless both models fit the columns."""
    fields.exact_keys(config, KEYS, "config")
    for name in ("refit", "root"):
        fields.boolean(config, name)
    for name in ("lowest", "highest"):
        fields.number(config, name, ANY)
    if config["lowest"] > config["highest"]:
        raise ModelFileError("lowest is above highest")
    fields.number(config, "share", Interval(0, 1))
    fields.number(config, "random_state", SEED)
    for name in ("line", "trees"):
        if not isinstance(config[name], dict):
            raise ModelFileError(f"{name} is {fields.shown(config[name])}; expected an object")
    counts = config["categories"]
    if not isinstance(counts, list) or len(counts) != spec.n_values:
        raise ModelFileError(f"categories is {fields.shown(counts)}; expected a count for each column")
    for count in counts:
        fields.number({"categories": count}, "categories", Interval(0, MOST_RAW + 1, whole=True))
    own = [name for name in arrays if not name.startswith((LINE, TREES))]
    fields.exact_keys(own, ["bends"], "model.safetensors")
    if fields.array(arrays, "bends", "float64", (spec.n_values,), largest=LARGEST).min() < 0:
        raise ModelFileError("array 'bends' holds a number below 0")
    LINE_CODEC.check(config["line"], _part(arrays, LINE), _line_spec(counts), 0)
    boosting.check(config["trees"], _part(arrays, TREES), spec, 0)


def decode(
    config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, classes: NDArray[Any]
) -> Blend:
    """The fitted estimator."""
    from ..blend import Blend  # loads scikit-learn, which prediction does without

    trees: Any = boosting.decode(config["trees"], _part(arrays, TREES), spec, classes)
    model = Blend(trees.n_rounds_, random_state=config["random_state"])
    model.trees_ = trees
    line: Any = LINE_CODEC.decode(config["line"], _part(arrays, LINE), _line_spec(config["categories"]), classes)
    model.line_, model.bends_ = line, arrays["bends"]
    model.refit_, model.root_ = config["refit"], config["root"]
    model.lowest_, model.highest_ = float(config["lowest"]), float(config["highest"])
    model.share_ = float(config["share"])
    return graphs.fitted_numbers(model, spec)


def graph(
    config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, n_classes: int
) -> onnx.ModelProto:
    """Both graphs side by side, the line's behind the bends, and their weighted mean."""
    at = arrays["bends"]
    constants: dict[str, NDArray[Any]] = {
        "zero": np.array(0.0),
        "one": np.array(1.0),
        "bent": at > 0,
        "medians": np.where(at > 0, at, 1.0),
        "lowest": np.array(float(config["lowest"])),
        "top": np.array(math.sqrt(BEYOND * (config["highest"] - config["lowest"]))),
        "share": np.array(float(config["share"])),
        "rest": np.array(1.0 - config["share"]),
    }
    made = helper.make_node
    nodes = [
        made("Less", ["x", "zero"], ["below"]),
        made("Where", ["below", "zero", "x"], ["held"]),
        made("Div", ["held", "medians"], ["times"]),
        made("Add", ["times", "one"], ["more"]),
        made("Log", ["more"], ["logs"]),
        made("Where", ["bent", "logs", "x"], ["line.x"]),
    ]
    line = LINE_CODEC.graph(config["line"], _part(arrays, LINE), _line_spec(config["categories"]), 0)
    trees = boosting.graph(config["trees"], _part(arrays, TREES), spec, 0)
    for prefix, built, given in ((LINE, line, "line.x"), (TREES, trees, "x")):
        more, others = _renamed(built, prefix, given)
        nodes += more
        constants |= others
    answer = "line.prediction"
    if config["root"]:
        nodes += [
            made("Clip", [answer, "zero", "top"], ["root"]),
            made("Mul", ["root", "root"], ["square"]),
            made("Add", ["square", "lowest"], ["line.answer"]),
        ]
        answer = "line.answer"
    nodes += [
        made("Mul", [answer, "share"], ["of line"]),
        made("Mul", ["trees.prediction", "rest"], ["of trees"]),
        made("Add", ["of line", "of trees"], ["prediction"]),
    ]
    opsets = {opset.domain: opset.version for opset in trees.opset_import if opset.domain}
    batch = next((int(pair.value) for pair in trees.metadata_props if pair.key == "batch"), None)
    return graphs.numbers(nodes, constants, spec, batch=batch, more_opsets=opsets)


def _part(arrays: Mapping[str, NDArray[Any]], prefix: str) -> dict[str, NDArray[Any]]:
    return {name.removeprefix(prefix): value for name, value in arrays.items() if name.startswith(prefix)}


def _line_spec(counts: list[int]) -> InputSpec:
    """What the line takes: the same columns, with so many codes each (0: a number)."""
    return InputSpec("table", (len(counts),), "float64", columns=coded(counts))


def _renamed(built: onnx.ModelProto, prefix: str, given: str) -> tuple[list[NodeProto], dict[str, NDArray[Any]]]:
    """The nodes and constants of a graph with a prefix before each name, reading from `given`."""
    nodes = list(built.graph.node)
    for node in nodes:
        for names in (node.input, node.output):
            names[:] = [given if name == "x" else prefix + name if name else name for name in names]
    return nodes, {prefix + part.name: numpy_helper.to_array(part) for part in built.graph.initializer}
