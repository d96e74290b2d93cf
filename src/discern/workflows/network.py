"""A run's network over the columns of a table, as a report draws it."""

from __future__ import annotations

from ..report.network_page import Network
from ..store.bundle import Bundle

MOST_WEIGHTS = 200_000
"""Of a larger network neither picture nor table would say anything."""


def network_of(model: Bundle, target: str) -> Network | None:
    """The network of a fully connected model of a table; None for other models. `target` names a number's answer."""
    if model.model != "mlp" or model.spec.kind != "table" or not model.spec.columns:
        return None
    fitted = model.estimator()
    weights = fitted.inner_.weights_
    if sum(weight.size for weight, _ in weights) > MOST_WEIGHTS:
        return None
    outputs = tuple(map(str, model.classes)) or (target,)
    return Network(weights, tuple(fitted.encoder_.names), outputs)
