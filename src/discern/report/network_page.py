"""The section of a report that draws a network of a table with its weights."""

from __future__ import annotations

from dataclasses import dataclass

from .network_picture import INPUTS, UNITS, Weights, network_picture
from .sections import Section


@dataclass(frozen=True)
class Network:
    """A fully connected network over the columns of a table."""

    weights: Weights
    inputs: tuple[str, ...]
    """What goes in, by name: a category is one input a value."""
    outputs: tuple[str, ...]
    """What comes out: the target, or the classes."""

    @property
    def hidden(self) -> tuple[int, ...]:
        """Units of the hidden layers."""
        return tuple(weight.shape[1] for weight, _ in self.weights[:-1])


def sections(network: Network) -> tuple[Section, ...]:
    """One section, with its picture and the weights as a table."""
    drawing = network_picture(network.weights, network.inputs, network.outputs)
    rows: list[tuple[object, ...]] = [
        (layer, _name(network, layer - 1, i), _name(network, layer, j), float(weight[i, j]))
        for layer, (weight, _) in enumerate(network.weights, start=1)
        for i in range(weight.shape[0])
        for j in range(weight.shape[1])
    ]
    rows += [
        (layer, "bias", _name(network, layer, j), float(bias[j]))
        for layer, (_, bias) in enumerate(network.weights, start=1)
        for j in range(len(bias))
    ]
    large = max((*network.hidden, 0)) > UNITS or len(network.inputs) > INPUTS
    view = {"network": network, "drawing": drawing, "large": large}
    tables = {"network.csv": (("layer", "from", "to", "weight"), rows)}
    return (Section("network", "The network", "network.html.j2", view, drawings=(drawing,), tables=tables),)


def _name(network: Network, layer: int, unit: int) -> str:
    """What a unit is called: the inputs are layer 0."""
    if layer == 0:
        return network.inputs[unit]
    return network.outputs[unit] if layer == len(network.weights) else f"unit {unit + 1} of layer {layer}"
