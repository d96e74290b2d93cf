"""Saving a model of a table: how the table is looked at, and the model of plain numbers behind it.

The config is `{"encoder", "model"}` and for a regression `"target"`; `model` and the arrays without `encoder.` are
those of the inner codec, which sees the encoded numbers as its input.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper

from ...core.errors import ModelFileError
from ...core.options import Interval
from ...core.records import InputSpec
from ..table_encoding import FARTHEST, FORMS, LARGEST, MOST_CATEGORIES, MOST_RAW, TableEncoder, numbered
from . import fields, graphs

if TYPE_CHECKING:
    from ..tabular import TableClassifier, TableRegressor
    from ..ways import Codec

PREFIX = "encoder."
ANY = Interval(-LARGEST, LARGEST)
WIDEST = 2**20
"""Numbers that a row may become."""
SMALLEST = 1e-300


class TableCodec:
    """The codec of a table model around `inner`, the codec of the model behind the encoder."""

    def __init__(self, inner: Codec) -> None:
        self.inner = inner

    def encode(self, model: TableClassifier | TableRegressor) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        """The fitted model as JSON and arrays."""
        inner, arrays = self.inner.encode(model.inner_)
        encoder = model.encoder_
        config: dict[str, Any] = {"encoder": {"form": encoder.form}, "model": inner}
        if hasattr(model, "target_mean_"):
            config["target"] = {"mean": model.target_mean_, "scale": model.target_scale_}
        own = {name: getattr(encoder, name) for name in ("fill", "mean", "scale")}
        own["flagged"] = encoder.flagged.astype(np.uint8)
        if len(encoder.slots):
            own["slots"] = encoder.slots
        return config, {**arrays, **{PREFIX + name: value for name, value in own.items()}}

    def check(
        self, config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, n_classes: int
    ) -> None:
        """Raise ModelFileError unless the encoder fits the columns and the model the encoded numbers."""
        number = n_classes == 0
        fields.exact_keys(config, ["encoder", "model", "target"] if number else ["encoder", "model"], "config")
        for name in config:
            if not isinstance(config[name], dict):
                raise ModelFileError(f"{name} is {fields.shown(config[name])}; expected an object")
        if number:
            fields.exact_keys(config["target"], ["mean", "scale"], "target")
            fields.number(config["target"], "mean", ANY)
            fields.number(config["target"], "scale", Interval(SMALLEST, LARGEST))
        encoder = _encoder(config, arrays, spec)
        own = {name: value for name, value in arrays.items() if not name.startswith(PREFIX)}
        self.inner.check(config["model"], own, _inner_spec(encoder, n_classes), n_classes)

    def decode(
        self,
        config: Mapping[str, Any],
        arrays: Mapping[str, NDArray[Any]],
        spec: InputSpec,
        classes: NDArray[Any],
    ) -> TableClassifier | TableRegressor:
        """The fitted estimator."""
        from ..tabular import TableClassifier, TableRegressor  # loads scikit-learn

        encoder = _encoder(config, arrays, spec)
        inner = self.inner.decode(config["model"], arrays, _inner_spec(encoder, len(classes)), classes)
        model = (TableClassifier if len(classes) else TableRegressor)(inner, spec.columns)
        model.encoder_, model.inner_ = encoder, inner
        model.input_, model.n_features_in_ = spec.plain, spec.n_values
        if isinstance(model, TableRegressor):
            model.target_mean_ = float(config["target"]["mean"])
            model.target_scale_ = float(config["target"]["scale"])
        return model

    def graph(
        self, config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, n_classes: int
    ) -> onnx.ModelProto:
        """Encode in float64, then the inner graph; of a regression back to the unit of the target."""
        encoder = _encoder(config, arrays, spec)
        inner_spec = _inner_spec(encoder, n_classes)
        inner = self.inner.graph(config["model"], arrays, inner_spec, n_classes)
        kind = TensorProto.DOUBLE if inner_spec.dtype == "float64" else TensorProto.FLOAT
        nodes, constants = encoding(encoder)
        nodes.append(helper.make_node("Cast", [PREFIX + "all"], [PREFIX + "out"], to=kind))
        renamed = {"x": PREFIX + "out"} | ({} if n_classes else {"prediction": "target.scaled"})
        for node in inner.graph.node:
            node.input[:] = [renamed.get(name, name) for name in node.input]
            node.output[:] = [renamed.get(name, name) for name in node.output]
            nodes.append(node)
        constants |= {part.name: numpy_helper.to_array(part) for part in inner.graph.initializer}
        more = {opset.domain: opset.version for opset in inner.opset_import if opset.domain}
        batch = next((int(pair.value) for pair in inner.metadata_props if pair.key == "batch"), None)
        if n_classes:
            return graphs.model(nodes, constants, spec, n_classes, batch=batch, more_opsets=more)
        constants |= {f"target.{name}": np.array(float(config["target"][name])) for name in ("mean", "scale")}
        nodes += [
            helper.make_node("Mul", ["target.scaled", "target.scale"], ["target.spread"]),
            helper.make_node("Add", ["target.spread", "target.mean"], ["prediction"]),
        ]
        return graphs.numbers(nodes, constants, spec, batch=batch, more_opsets=more)


def encoding(encoder: TableEncoder) -> tuple[list[NodeProto], dict[str, NDArray[Any]]]:
    """From `x`, `(n, n_columns)`, to `encoder.all`, float64, step by step as `TableEncoder.transform` does it."""

    def made(operator: str, inputs: list[str], output: str, **how: Any) -> NodeProto:
        # An operator's own constants and `x` go by their names; all that is computed here has the prefix.
        return helper.make_node(operator, [i if i == "x" else PREFIX + i for i in inputs], [PREFIX + output], **how)

    nodes = [made("Cast", ["x"], "wide", to=TensorProto.DOUBLE)]
    constants: dict[str, NDArray[Any]] = {}
    parts: list[str] = []
    raw = encoder.form == "raw"
    is_category = np.array([column.kind == "category" for column in encoder.columns])
    numbers = np.flatnonzero(~is_category)
    if raw and not any(len(slots) > MOST_RAW for _, slots, _ in encoder.of_categories()):
        return [*nodes, made("Identity", ["wide"], "all")], constants
    if raw:
        for i in range(len(encoder.columns)):
            constants[f"at{i}"] = np.array([i])
            nodes.append(made("Gather", ["wide", f"at{i}"], f"column{i}", axis=1))
            parts.append(f"column{i}")
    elif len(numbers):
        constants |= {"numbers": numbers, "flagged": numbers[encoder.flagged[numbers]]}
        constants |= {name: getattr(encoder, name)[numbers] for name in ("fill", "mean", "scale")}
        constants |= {"low": np.array(-FARTHEST), "high": np.array(FARTHEST)}
        nodes += [
            made("Gather", ["wide", "numbers"], "given", axis=1),
            made("IsNaN", ["given"], "gaps"),
            made("Where", ["gaps", "fill", "given"], "filled"),
            made("Sub", ["filled", "mean"], "centred"),
            made("Div", ["centred", "scale"], "scaled"),
            made("Clip", ["scaled", "low", "high"], "clipped"),
        ]
        parts.append("clipped")
        if len(constants["flagged"]):
            nodes += [
                made("Gather", ["wide", "flagged"], "maybe", axis=1),
                made("IsNaN", ["maybe"], "missing"),
                made("Cast", ["missing"], "flags", to=TensorProto.DOUBLE),
            ]
            parts.append("flags")
        else:
            del constants["flagged"]
    for i, slots, width in encoder.of_categories():
        if (raw and len(slots) <= MOST_RAW) or (not raw and width == 0):
            continue
        if raw:
            table = np.append(slots.astype(np.float64), np.nan)[:, None]
        else:
            table = np.zeros((len(slots) + 1, width))
            places = encoder.lookup(slots, width, bool(encoder.flagged[i]))
            known = np.flatnonzero(places >= 0)
            table[known, places[known]] = 1.0
        constants |= {f"at{i}": np.array([i]), f"table{i}": table, f"last{i}": np.array(float(len(slots)))}
        constants |= {"zero": np.array(0.0), f"flat{i}": np.array([-1])}
        nodes += [
            made("Gather", ["wide", f"at{i}"], f"own{i}", axis=1),
            made("Reshape", [f"own{i}", f"flat{i}"], f"code{i}"),
            made("IsNaN", [f"code{i}"], f"gap{i}"),
            made("Where", [f"gap{i}", f"last{i}", f"code{i}"], f"full{i}"),
            made("Clip", [f"full{i}", "zero", f"last{i}"], f"held{i}"),
            made("Cast", [f"held{i}"], f"place{i}", to=TensorProto.INT64),
            made("Gather", [f"table{i}", f"place{i}"], f"marks{i}", axis=0),
        ]
        if raw:
            parts[i] = f"marks{i}"
        else:
            parts.append(f"marks{i}")
    nodes.append(made("Concat", parts, "all", axis=1))
    return nodes, {PREFIX + name: value for name, value in constants.items()}


def _inner_spec(encoder: TableEncoder, n_classes: int) -> InputSpec:
    """What the inner model takes: classifiers work on float32 but for boosting, which takes values as they are."""
    dtype = "float32" if n_classes and encoder.form != "raw" else "float64"
    return InputSpec("table", (encoder.n_features,), dtype)  # type: ignore[arg-type]


def _encoder(config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec) -> TableEncoder:
    """The encoder in a file. Raises ModelFileError unless it fits the columns."""
    fields.exact_keys(config["encoder"], ["form"], "encoder")
    form = config["encoder"]["form"]
    if form not in FORMS:
        raise ModelFileError(f"form is {fields.shown(form)}; expected one of {', '.join(FORMS)}")
    if spec.kind != "table":
        raise ModelFileError(f"the model takes a table; the file says {spec}")
    if spec.n_values > WIDEST:
        raise ModelFileError(f"the model takes {spec.n_values} columns; expected up to {WIDEST}")
    n_slots = sum(len(column.categories) for column in spec.columns)
    names = ["fill", "mean", "scale", "flagged", *(["slots"] if n_slots else [])]
    own = {name.removeprefix(PREFIX): value for name, value in arrays.items() if name.startswith(PREFIX)}
    fields.exact_keys(own, names, "the encoder")
    for name in ("fill", "mean", "scale"):
        fields.array(own, name, "float64", (spec.n_values,), largest=10 * LARGEST)
    if own["scale"].min() < SMALLEST:
        raise ModelFileError(f"array 'scale' holds {own['scale'].min():g}; expected numbers from {SMALLEST:g}")
    if fields.array(own, "flagged", "uint8", (spec.n_values,)).max() > 1:
        raise ModelFileError("array 'flagged' holds a number above 1")
    slots = fields.array(own, "slots", "int64", (n_slots,)) if n_slots else np.zeros(0, np.int64)
    if n_slots and not -1 <= slots.min() <= slots.max() <= (MOST_RAW if form == "raw" else MOST_CATEGORIES):
        raise ModelFileError("array 'slots' names a place that there is not")
    if form == "raw" and n_slots and slots.min() < 0:
        raise ModelFileError("array 'slots' leaves out a category")
    flagged = own["flagged"].astype(bool)
    columns = spec.columns or numbered(spec.n_values)  # as many as the arrays are long, so the file paid for them
    encoder = TableEncoder(columns, form, own["fill"], own["mean"], own["scale"], flagged, slots)
    if not 1 <= encoder.n_features <= WIDEST:
        raise ModelFileError(f"a row becomes {encoder.n_features} numbers; expected 1 to {WIDEST}")
    return encoder
