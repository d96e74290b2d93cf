"""What a model file is made of: layers where there are any, arrays, and how it was trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..core.records import InputSpec
from ..core.views import Record
from ..fit.checkpoint import Optimizer
from ..models import catalogue
from ..nets.facts import ArrayFacts, array_facts
from ..nets.layers import parse
from ..nets.plan import LayerFacts, describe
from .bundle import Bundle


@dataclass(frozen=True)
class Summary(Record):
    """A model: what it is, what it takes and answers, its layers (networks only) and its arrays."""

    model: str
    title: str
    takes: InputSpec
    classes: tuple[str, ...]
    layers: tuple[LayerFacts, ...]
    arrays: tuple[ArrayFacts, ...]
    holds: str = ""
    """What of the items that it learned from can be seen in it; empty where nothing can."""
    training: Mapping[str, Any] = field(default_factory=dict)
    """How it was trained, as its run recorded it; empty for a model file that stands alone."""
    optimizer: Optimizer | None = None
    """What the optimizer remembers, where the run's checkpoint is still there."""

    @property
    def parameters(self) -> int:
        """Numbers that learning set (networks), else numbers that the model holds."""
        if self.layers:
            return sum(layer.parameters for layer in self.layers)
        return sum(array.count for array in self.arrays)

    @property
    def operations(self) -> int:
        """Multiplications and additions for one item; 0 where there are no layers."""
        return sum(layer.operations for layer in self.layers)


def summarise(bundle: Bundle, training: Mapping[str, Any], optimizer: Optimizer | None) -> Summary:
    """Describe a loaded model; `training` and `optimizer` are what its run left behind, or nothing."""
    return Summary(
        bundle.model,
        catalogue.entry(bundle.model).title,
        bundle.spec,
        tuple(map(str, bundle.classes)),
        layers_of(bundle),
        array_facts(dict(sorted(bundle.arrays.items()))),
        bundle.holds,
        training,
        optimizer,
    )


def layers_of(bundle: Bundle) -> tuple[LayerFacts, ...]:
    """The layers of a network; none for other models."""
    if "layers" not in bundle.config:
        return ()
    return describe(parse(bundle.config["layers"]), tuple(bundle.config["shape"]), len(bundle.classes))
