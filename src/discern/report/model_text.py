"""A model in plain text: its layers, its arrays and how it was trained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..fit.checkpoint import Optimizer
from ..nets.facts import ArrayFacts, array_facts
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
        + ("\n" + wrapped(f"holds {s.holds}", width=width) if s.holds else "")
    ]
    if s.layers:
        parts.append(layers_text(s.layers, width=width))
    else:
        parts.append(f"{s.parameters:,} numbers in {words.count(len(s.arrays), 'array')}")
    if weights:
        parts.append(_weights(s, width))
    if optimizer:
        parts.append(_training(s.training, width))
        if s.optimizer is not None:
            parts.append(_optimizer(s.optimizer, width))
    return "\n\n".join(parts)


def card_text(card: Mapping[str, str], *, width: int | None = None) -> str:
    """A model card, field by field; what nobody has said is named."""
    return "\n".join(
        wrapped(f"{asks}: {visible(card[name]) or '(not said yet: --' + name + ')'}", width=width)
        for name, asks in words.CARD.items()
    )


def by(shape: Sequence[int]) -> str:
    """`26 x 26 x 32`."""
    return " x ".join(map(str, shape))


def _weights(s: Summary, width: int | None) -> str:
    return _spread(s.arrays, width)


def _spread(arrays: Sequence[ArrayFacts], width: int | None) -> str:
    """How the numbers of each array are spread."""
    rows = [
        (a.name, by(a.shape), f"{a.mean:.4g}", f"{a.deviation:.4g}", f"{a.low:.4g}", f"{a.high:.4g}") for a in arrays
    ]
    return table(("array", "shape", "mean", "deviation", "smallest", "largest"), rows, width=width)


def _training(training: Mapping[str, Any], width: int | None) -> str:
    """Parameters that the model was made with, and what came of its epochs."""
    if not training:
        return "how it was trained is written in its run, which is not beside this file"
    rows = [
        (name.replace("_", " "), _shown(training.get(name, value)))
        for name, value in training.get("parameters", {}).items()
    ]
    if training.get("best_epoch") is not None:
        rows.append(("epoch kept", _shown(training["best_epoch"])))
    history = training.get("history") or ()
    if history:
        rows.append(("epochs run", str(len(history))))
        rows.append(("last learning rate", _shown(history[-1].get("learning_rate"))))
    return table(("trained with", ""), rows, width=width)


def _optimizer(state: Optimizer, width: int | None) -> str:
    """What moves each array, and for each its gradient's running mean and size (the root of the mean square)."""
    names = sorted(state.first)
    means = array_facts({name: state.first[name] for name in names})
    squares = {name: state.second.get(name, state.first[name] ** 2) for name in names}
    sizes = array_facts({name: np.sqrt(square) for name, square in squares.items()})
    rows = [
        (name, "AdamW" if name in state.second else "Muon", f"{mean.mean:.4g}", f"{size.mean:.4g}")
        for name, mean, size in zip(names, means, sizes, strict=True)
    ]
    head = f"after {words.count(state.steps_taken, 'step')} of the last cycle: what is remembered of the gradient"
    return head + "\n" + table(("array", "moved by", "running mean", "typical size"), rows, width=width)


def _shown(value: object) -> str:
    if value is None:
        return "not set"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return f"{value:.6g}" if isinstance(value, float) else str(value)
