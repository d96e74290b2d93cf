"""Inside a network: what each layer makes of a picture, what it learned to look for, and one step of learning."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ..core.errors import RunError
from ..nets.build import Weights, load_weights, weights_of
from .inside_record import Layer, Lesson, Moment, Pixels, Unit
from .saliency import _walk

MAPS = 16
"""Feature maps of a layer that are shown: those that light up most."""
UNITS, EXAMPLES = 4, 4
"""Of each layer so many units, with so many pictures that make them fire most."""
AT_ONCE = 64
FILMED, FILMED_MAPS = 4, 8
"""Of so many layers so many maps are followed through the epochs."""


def layers_of(
    network: nn.Sequential, picture: Pixels, which: Mapping[str, Sequence[int]] | None = None
) -> tuple[Layer, ...]:
    """What each part of the network makes of a picture `(H, W, C)`, in order; of parts named in `which` these maps."""
    with torch.no_grad():
        seen = _walk(network, _batch([picture]))
    names = [name for name, _ in network.named_children()]
    found = []
    for place, values in seen:
        if names[place].startswith("dropout"):
            continue
        one = values[0]
        if one.ndim == 3:
            strength = one.abs().amax(dim=(1, 2))
            brightest = torch.argsort(strength, descending=True, stable=True)[:MAPS].tolist()
            order = list((which or {}).get(names[place], brightest))
            found.append(Layer(names[place], tuple(one.shape), one[order].numpy(), tuple(order)))
        elif one.ndim == 1:
            found.append(Layer(names[place], tuple(one.shape), one.numpy()[None, None], tuple(range(len(one)))))
    return tuple(found)


def units_of(
    network: nn.Sequential, picture: Pixels, pictures: Sequence[Pixels] | NDArray[np.uint8], items: Sequence[str]
) -> tuple[Unit, ...]:
    """For each layer of convolutions the channels that this picture makes fire most, and which of `pictures` make them
    fire most."""
    names = [name for name, _ in network.named_children()]
    convs = [place for place, name in enumerate(names) if name.endswith("_relu") and name.startswith("conv")]
    with torch.no_grad():
        own = dict(_walk(network, _batch([picture])))
        strengths: dict[int, list[Tensor]] = {place: [] for place in convs}
        for start in range(0, len(pictures), AT_ONCE):
            seen = dict(_walk(network, _batch(pictures[start : start + AT_ONCE])))
            n = len(pictures[start : start + AT_ONCE])
            for place in convs:
                if seen[place].ndim == 4:
                    strengths[place].append(seen[place][:n].amax(dim=(2, 3)))
    found = []
    for place in convs:
        if not strengths[place]:
            continue
        table = torch.cat(strengths[place])
        channels = torch.argsort(own[place][0].amax(dim=(1, 2)), descending=True, stable=True)[:UNITS]
        for channel in channels.tolist():
            best = torch.argsort(table[:, channel], descending=True, stable=True)[:EXAMPLES].tolist()
            found.append(
                Unit(
                    names[place].removesuffix("_relu"), channel, tuple(items[row] for row in best),
                    tuple(float(table[row, channel]) for row in best), tuple(np.asarray(pictures[row]) for row in best),
                )
            )  # fmt: skip
    return tuple(found)


def votes_of(
    network: nn.Sequential, picture: Pixels, classes: Sequence[str]
) -> tuple[tuple[tuple[str, float, float], ...], tuple[tuple[int, float], ...]]:
    """Scores and probabilities of all classes; and what the numbers before the last layer add to the winner's score."""
    head = next(part for name, part in network.named_children() if name == "head")
    with torch.no_grad():
        given: list[Tensor] = []
        hook = head.register_forward_hook(lambda part, values, out: given.append(values[0].detach().clone()))
        scores = network(_batch([picture]))[0]
        hook.remove()
        chances = scores.softmax(dim=0)
    order = torch.argsort(scores, descending=True, stable=True).tolist()
    votes = tuple((str(classes[place]), float(scores[place]), float(chances[place])) for place in order)
    assert isinstance(head, nn.Linear)
    weights = head.weight[order[0]] if len(head.weight) == len(classes) else head.weight[0] * (1 if order[0] else -1)
    adds = (given[0][0] * weights).detach()
    strongest = torch.argsort(adds.abs(), descending=True, stable=True)[:MAPS].tolist()
    return votes, tuple((int(unit), float(adds[unit])) for unit in strongest)


def course_of(
    network: nn.Sequential, picture: Pixels, classes: Sequence[str], epochs: Iterable[tuple[int, float | None, Weights]]
) -> tuple[Moment, ...]:
    """What the network makes of a picture with the weights of several epochs, each with its number and its accuracy;
    the maps are those that its own weights make brightest. The network itself stays as it is.

    Raises RunError for weights of another network.
    """
    which = {layer.name: layer.which for layer in filmed(layers_of(network, picture))}
    own = {name: value.shape for name, value in weights_of(network).items()}
    learner = copy.deepcopy(network)
    found = []
    for epoch, accuracy, weights in epochs:
        if {name: value.shape for name, value in weights.items()} != own:
            raise RunError(f"the weights that were kept of epoch {epoch} are those of another network")
        load_weights(learner, weights)
        layers = tuple(layer for layer in layers_of(learner, picture, which) if layer.name in which)
        votes, _ = votes_of(learner, picture, classes)
        found.append(Moment(epoch, accuracy, layers, tuple((label, chance) for label, _, chance in votes)))
    return tuple(found)


def filmed(layers: Sequence[Layer]) -> tuple[Layer, ...]:
    """Of a network's layers the few that a film shows, from first to last, with their brightest maps: those with places
    whose values have been rectified, or any with places where none has."""
    shown = [layer for layer in layers if len(layer.shape) == 3 and layer.name != "entry"]
    rectified = [one for one in shown if one.name.endswith("_relu") or one.name.startswith("residual")]
    found = rectified or shown
    places = sorted({round(share * (len(found) - 1)) for share in np.linspace(0, 1, FILMED)}) if found else []
    several = (found[place] for place in places)
    return tuple(replace(one, maps=one.maps[:FILMED_MAPS], which=one.which[:FILMED_MAPS]) for one in several)


def lesson_of(network: nn.Sequential, picture: Pixels, label: int, name: str, rate: float = 0.05) -> Lesson:
    """One step of gradient descent on the cross entropy of one picture; the network itself stays as it is."""
    learner = copy.deepcopy(network)
    target = torch.tensor([label])
    loss = nn.functional.cross_entropy(learner(_batch([picture])), target)
    learner.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    first = first_conv(learner)
    before, slope = first.weight.detach().clone(), first.weight.grad
    assert slope is not None
    with torch.no_grad():
        for value in learner.parameters():
            if value.grad is not None:
                value.sub_(value.grad, alpha=rate)
        after = nn.functional.cross_entropy(learner(_batch([picture])), target)
    arrays = [one.detach().numpy()[:8] for one in (before, slope, first.weight)]
    return Lesson(name, rate, float(loss.detach()), float(after), *arrays)


def first_conv(network: nn.Sequential) -> nn.Conv2d:
    """The first layer of convolutions."""
    return next(part for part in network.modules() if isinstance(part, nn.Conv2d))


def has_convolutions(network: nn.Sequential) -> bool:
    return any(isinstance(part, nn.Conv2d) for part in network.modules())


def _batch(pictures: Sequence[Pixels] | NDArray[np.uint8]) -> Tensor:
    return torch.from_numpy(np.stack([np.asarray(one) for one in pictures]).astype(np.float32))
