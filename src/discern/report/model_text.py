"""A model in plain text: its layers, its arrays and how it was trained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..nets.plan import LayerFacts
from ..store.summary import Summary
from . import words
from .text import table, wrapped
from .visible import visible


def layers_text(layers: Sequence[LayerFacts], *, width: int | None = None) -> str:
    """Each layer with what it gives, its parameters and its operations for one item, and the sums."""
    rows = [(facts.layer, by(facts.shape), f"{facts.parameters:,}", f"{facts.operations:,}") for facts in layers]
    parameters, operations = sum(f.parameters for f in layers), sum(f.operations for f in layers)
    rows.append(("together", "", f"{parameters:,}", f"{operations:,}"))
    return table(("layer", "gives", "parameters", "operations"), rows, width=width)


def summary_text(summary: Summary, *, weights: bool = False, optimizer: bool = False, width: int | None = None) -> str:
    """A model: what it is, what it takes, its layers; on request how its numbers are spread and how it was trained."""
    s = summary
    names = ", ".join(visible(label) for label in s.classes)
    parts = [
        wrapped(f"{s.title} ({s.model})", width=width)
        + "\n"
        + wrapped(f"takes {s.takes}", width=width)
        + "\n"
        + wrapped(f"tells apart {words.count(len(s.classes), 'class', 'classes')}: {names}", width=width)
    ]
    if s.layers:
        parts.append(layers_text(s.layers, width=width))
    else:
        parts.append(f"{s.parameters:,} numbers in {words.count(len(s.arrays), 'array')}")
    if weights:
        parts.append(_weights(s, width))
    if optimizer:
        parts.append(_training(s.training, width))
    return "\n\n".join(parts)


def by(shape: Sequence[int]) -> str:
    """`26 x 26 x 32`."""
    return " x ".join(map(str, shape))


def _weights(s: Summary, width: int | None) -> str:
    rows = [
        (a.name, by(a.shape), f"{a.mean:.4g}", f"{a.deviation:.4g}", f"{a.smallest:.4g}", f"{a.largest:.4g}")
        for a in s.arrays
    ]
    return table(("array", "shape", "mean", "deviation", "smallest", "largest"), rows, width=width)


def _training(training: Mapping[str, Any], width: int | None) -> str:
    """Parameters that the model was made with, and what came of its epochs."""
    if not training:
        return "how it was trained is written in its run, which is not beside this file"
    rows = [(name.replace("_", " "), _shown(value)) for name, value in training.get("parameters", {}).items()]
    rows += [
        (word, _shown(training[name]))
        for name, word in (("precision", "precision used"), ("n_neighbors", "k used"), ("best_epoch", "epoch kept"))
        if training.get(name) is not None
    ]
    history = training.get("history") or ()
    if history:
        rows.append(("epochs run", str(len(history))))
        rows.append(("last learning rate", _shown(history[-1].get("learning_rate"))))
    return table(("trained with", ""), rows, width=width)


def _shown(value: object) -> str:
    if value is None:
        return "chosen by the program"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return f"{value:.6g}" if isinstance(value, float) else str(value)
