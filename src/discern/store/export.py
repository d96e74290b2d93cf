"""A model as an ONNX file for other programs: raw values in, probabilities or a number out, classes in its metadata."""

from __future__ import annotations

import json
from pathlib import Path

import onnx
from onnx import helper

from .. import __version__
from ..core import files
from ..models.codecs import graphs
from .bundle import Bundle


def missing(bundle: Bundle) -> dict[str, float]:
    """What the model answers with that a graph does not hold, and the shares that were asked for."""
    trust = bundle.trust
    found = {}
    if trust is not None and trust.sets is not None:
        found["coverage"] = trust.sets.coverage
    if trust is not None and trust.unknown is not None:
        found["unknown"] = trust.unknown.given_up
    if trust is not None and trust.interval is not None:
        found["interval"] = trust.interval.coverage
    return found


def to_onnx(bundle: Bundle, path: Path) -> None:
    """Write the model as one self-contained ONNX file; the same bundle gives the same bytes.

    Input `x` takes raw values (`input` in the metadata says which: a picture's bytes, height x width x channels);
    output `probabilities`, calibrated where the model is, has a column for each of `classes` in the metadata (a JSON
    list). A model that answers with numbers gives `prediction` instead, float64, one an item, and has no classes.
    Of a table with columns `x` is float64: NaN where a value is missing, and of a category its place among the
    `categories` of its column. Raises OutputError.
    """
    graph, beside = bundle.graph(), missing(bundle)
    if bundle.trust is not None and bundle.trust.calibration is not None:
        graph = graphs.calibrated(graph, bundle.trust.calibration)
    helper.set_model_props(
        graph,
        {pair.key: pair.value for pair in graph.metadata_props}
        | {
            "classes": json.dumps([str(label) for label in bundle.classes], ensure_ascii=False),
            "input": json.dumps(bundle.spec.to_json()),
            "target": str(bundle.manifest["target"]),
            "program": __version__,
            **({} if not beside else {"not_in_graph": json.dumps(beside)}),
        },
    )
    onnx.checker.check_model(graph, full_check=True)
    files.write_bytes(Path(path), graph.SerializeToString(deterministic=True))
