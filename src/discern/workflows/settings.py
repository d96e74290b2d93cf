"""The settings that `--search` tries: drawn by the seed, each a few changes to the default.

A network's are written in the language of `nets.layers`; those of the other models stand beside their parameters in
`models.catalogue`.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core import seeds
from ..core.errors import OptionError
from ..data.dataset import Dataset
from ..models import catalogue
from ..nets import transforms
from ..nets.defaults import PHOTOGRAPH, default_layers
from ..nets.layers import Conv, Dense, Dropout, Head, Layer, Pool, Residual, parse, text_of
from ..nets.plan import Shape, plan
from . import compare

NETWORK = "conv"
SIZE, AUGMENT, MORE = "size", "augment", "more"
CHANGED = 1 / 3
"""How likely each part of a setting is to differ from the default: good settings are mostly near it."""
DRAWS = 50
"""Draws for one setting before what can be tried counts as exhausted."""
WIDTHS = (0.5, 0.75, 1.25, 1.5)
DROPOUTS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
EXTRA = Dense(128, norm=True)
RATES = (0.002, 0.03)
"""Peaks of the one-cycle, of which any is as likely by its logarithm; so is any weight decay."""
DECAYS = (0.001, 0.1)
SIZES = (0.75, 1.5)
"""Of the sides of the pictures."""
SMALLEST, STEP = 32, 16
"""Pixels: the shortest side that is tried, and what sides are multiples of."""
GENTLE = "shift 0.1, zoom 0.1, rotate 10"
"""The stronger variation of pictures that are not varied by default."""
STRONGER = 1.5
EDGES_FROM = 24
INSTEAD = ("width", "depth")
"""Of a perceptron: what its `layers` are given instead of."""

Changes = dict[str, Any]
Draw = Callable[[np.random.Generator, Changes], str]
"""Puts its part into what is changed and says so in words; an empty text where nothing fits."""


@dataclass(frozen=True)
class Setting:
    """What is tried."""

    changed: Mapping[str, Any]
    """Parameters of the estimator that differ from the default; `size`: height and width that pictures are read at."""
    words: str

    def parameters(self, found: str) -> dict[str, Any]:
        """The estimator's, where `found` is how the default varies pictures."""
        chosen = {name: value for name, value in self.changed.items() if name != SIZE}
        return chosen | ({AUGMENT: stronger(found)} if chosen.get(AUGMENT) == MORE else {})


DEFAULT = Setting({}, "the default")


def searchable(name: str) -> bool:
    """Whether there is anything to try in the model of this name."""
    return name == NETWORK or bool(catalogue.entry(name).search)


def has_edges(data: Dataset) -> bool:
    """Whether gradient features say something of these items: pictures of 24 pixels a side and more."""
    return data.kind == "pictures" and min(data.input.shape[:2]) >= EDGES_FROM


def draw(name: str, data: Dataset, fixed: Mapping[str, Any], sizes: bool, n: int, seed: int) -> tuple[Setting, ...]:
    """`n` different settings of the model, or as many as there are; the default is the first.

    `fixed` are parameters that stay as they are; `sizes` is whether pictures can be read at another size.
    """
    parts = _network(data, fixed, sizes) if name == NETWORK else _listed(name, data, fixed)
    found = [DEFAULT]
    while parts and len(found) < n:
        for attempt in range(DRAWS):
            setting = _setting(parts, seeds.generator(seed, "search", len(found), attempt))
            if setting.changed and setting not in found and (name != NETWORK or _fits(setting, data)):
                found.append(setting)
                break
        else:
            break
    return tuple(found)


def stronger(found: str) -> str:
    """`found` with every number half as large again, as far as it may be; a gentle one where nothing is varied."""
    varied = transforms.parse(found)
    if not varied:
        return GENTLE
    more = {
        name: min(limit.high, round(STRONGER * getattr(varied, name), 4)) for name, limit in transforms.LIMITS.items()
    }
    return str(dataclasses.replace(varied, **more))


def _setting(parts: tuple[Draw, ...], random: np.random.Generator) -> Setting:
    changed: Changes = {}
    words = [part(random, changed) for part in parts if random.random() < CHANGED]
    return Setting(changed, ", ".join(word for word in words if word))


def _listed(name: str, data: Dataset, fixed: Mapping[str, Any]) -> tuple[Draw, ...]:
    """A draw for each parameter whose values the catalogue lists for such data."""
    made = compare.estimator(name, data, **fixed)
    usual = getattr(made, "estimator", made).get_params()  # of a table's model: of the one behind its encoder
    given = {*fixed, *(INSTEAD if "layers" in fixed else ())}
    listed = {
        parameter: [value for value in values if value != usual[parameter]]
        for parameter, values in compare.way_of(name, data).search.items()
        if parameter not in given and (parameter != "features" or data.kind == "texts" or has_edges(data))
    }

    def one(parameter: str, values: list[Any]) -> Draw:
        def put(random: np.random.Generator, changed: Changes) -> str:
            changed[parameter] = values[random.integers(len(values))]
            return f"{parameter} {changed[parameter]}"

        return put

    return tuple(one(parameter, values) for parameter, values in listed.items() if values)


def _network(data: Dataset, fixed: Mapping[str, Any], sizes: bool) -> tuple[Draw, ...]:
    """The draws for a network: its layers, how fast it learns, how pictures are varied and how large they are."""
    base = parse(default_layers(data.input.shape, len(data.classes)))

    def built(change: Callable[[np.random.Generator, tuple[Layer, ...]], tuple[tuple[Layer, ...], str]]) -> Draw:
        def put(random: np.random.Generator, changed: Changes) -> str:
            layers, words = change(random, parse(changed["layers"]) if "layers" in changed else base)
            if words:
                changed["layers"] = text_of(layers)
            return words

        return put

    def size(random: np.random.Generator, changed: Changes) -> str:
        found = _sizes(data)
        if not found:
            return ""
        height, width = changed[SIZE] = found[random.integers(len(found))]
        return f"pictures of {height}x{width}"

    def augment(random: np.random.Generator, changed: Changes) -> str:
        varied = min(data.input.shape[:2]) >= PHOTOGRAPH and random.random() < 0.5
        changed[AUGMENT] = transforms.NONE if varied else MORE
        return "pictures not varied" if varied else "pictures varied more"

    draws = {
        "layers": tuple(map(built, (_width, _depth, _dense, _dropout))),
        "learning_rate": (_logarithmic("learning_rate", "learning rate", RATES),),
        "weight_decay": (_logarithmic("weight_decay", "weight decay", DECAYS),),
        AUGMENT: (augment,) if data.kind == "pictures" else (),
        SIZE: (size,) if sizes else (),
    }
    return tuple(draw for name, several in draws.items() if name not in fixed for draw in several)


def _logarithmic(parameter: str, words: str, between: tuple[float, float]) -> Draw:
    def put(random: np.random.Generator, changed: Changes) -> str:
        low, high = map(math.log, between)
        changed[parameter] = float(f"{math.exp(random.uniform(low, high)):.2g}")
        return f"{words} {changed[parameter]:g}"

    return put


def _sizes(data: Dataset) -> list[tuple[int, int]]:
    """Heights and widths besides the present one: none smaller than 32 pixels a side or larger than most pictures."""
    height, width = data.input.shape[:2]
    if not {"height", "width"} <= set(data.items.columns):
        return []
    most = (data.items["height"].median(), data.items["width"].median())
    scaled = [tuple(STEP * round(side * share / STEP) for side in (height, width)) for share in SIZES]
    return [
        (down, across)
        for down, across in scaled
        if (down, across) != (height, width)
        and min(down, across) >= SMALLEST
        and all(isinstance(side, int | float) and new <= side for new, side in zip((down, across), most, strict=True))
    ]


def _width(random: np.random.Generator, layers: tuple[Layer, ...]) -> tuple[tuple[Layer, ...], str]:
    share = WIDTHS[random.integers(len(WIDTHS))]
    return widened(layers, share), f"{share:g} times as wide"


def widened(layers: tuple[Layer, ...], share: float) -> tuple[Layer, ...]:
    """The same layers, all of them `share` times as wide; 8 is the least."""

    def scaled(number: int) -> int:
        return max(8, 8 * round(number * share / 8))

    def one(layer: Layer) -> Layer:
        match layer:
            case Conv() | Residual():
                return dataclasses.replace(layer, filters=scaled(layer.filters))
            case Dense():
                return dataclasses.replace(layer, units=scaled(layer.units))
        return layer

    return tuple(map(one, layers))


def _depth(random: np.random.Generator, layers: tuple[Layer, ...]) -> tuple[tuple[Layer, ...], str]:
    """One stage fewer, with the pooling before it, or one more of the same kind as the last."""
    stages = [place for place, layer in enumerate(layers) if isinstance(layer, Conv | Residual | Dense)]
    if not stages:
        return layers, ""
    last = stages[-1]
    if random.random() < 0.5:
        again = layers[last]
        again = dataclasses.replace(again, stride=1) if isinstance(again, Residual) else again
        again = dataclasses.replace(again, stride=1, same=True) if isinstance(again, Conv) else again
        return (*layers[: last + 1], again, *layers[last + 1 :]), "one stage more"
    if len(stages) < 2:
        return layers, ""
    first = last - 1 if isinstance(layers[last - 1], Pool) else last
    return (*layers[:first], *layers[last + 1 :]), "one stage fewer"


def _dense(random: np.random.Generator, layers: tuple[Layer, ...]) -> tuple[tuple[Layer, ...], str]:
    """A dense layer more, after the last layer that has shapes of its own."""
    place = 1 + max(
        (at for at, layer in enumerate(layers) if not isinstance(layer, Dropout | Head)),
        default=-1,
    )
    return (*layers[:place], EXTRA, *layers[place:]), f"dense {EXTRA.units} more"


def _dropout(random: np.random.Generator, layers: tuple[Layer, ...]) -> tuple[tuple[Layer, ...], str]:
    """Another share for the last dropout, or one before the head."""
    present = [layer.share for layer in layers if isinstance(layer, Dropout)][-1:] or [0.0]
    others = [share for share in DROPOUTS if share != present[0]]
    share = others[random.integers(len(others))]
    kept = tuple(layer for layer in layers if not isinstance(layer, Dropout | Head))
    return (*kept, *((Dropout(share),) if share else ())), f"dropout {share:g}" if share else "no dropout"


def _fits(setting: Setting, data: Dataset) -> bool:
    shape: Shape = data.input.shape
    if SIZE in setting.changed:
        shape = (*setting.changed[SIZE], shape[2])
    if "layers" not in setting.changed:
        return True
    try:
        plan(parse(setting.changed["layers"]), shape, len(data.classes))
    except OptionError:
        return False
    return True
