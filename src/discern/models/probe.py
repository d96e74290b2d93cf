"""Finding out how pictures may be varied: a short fit, then its accuracy on validation pictures that are varied.

What must not be done shows in the answers: a mirrored digit is taken for another one, a mirrored cat is not.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..core import seeds
from ..core.events import silent
from ..fit import loop, share
from ..fit.precision import Precision
from ..nets.augment import Augment
from ..nets.build import build, load_weights
from ..nets.layers import parse
from ..nets.plan import Shape, Step, plan
from ..nets.transforms import FLIP, NAMES, Augmentation
from .parts import Items

CANDIDATES = Augmentation(0.1, 0.2, 0.1, 0.1, 15, True, 0.3, 0.3, 0.1, 0.4)
"""What is tried; where it does harm, half of it is tried, and then it is left out."""
HARM = 0.15
"""The share of what the probe knows beyond guessing that a variation may cost."""
FEWEST = 40
"""Validation items below which the probe could tell nothing."""
SURE = 2.0
"""Standard errors by which the probe has to be better than guessing before its answers tell anything."""
LEARNED, LOOKED = 4000, 1000
"""Most items that the probe learns from and looks at."""
SIDE = 32
"""What the shorter side is brought near to, so that the probe takes seconds."""
STEPS = 400
"""Steps of learning, about."""
BATCH = 64
LAYERS = "conv 16 5x5 same stride 2 norm, conv 32 same norm, pool, conv 64 same norm, pool, conv 64 same norm, average"
Table = tuple[dict[str, Any], ...]
Pictures = tuple[NDArray[Any], NDArray[np.int64]]


def possible(shape: Shape, held_back: Items | None) -> bool:
    """Whether there is enough to find anything out."""
    return len(shape) == 3 and min(shape[:2]) >= 16 and held_back is not None and len(held_back[1]) >= FEWEST


def find(
    shape: Shape,
    train: Items,
    held_back: Items,
    mean: NDArray[np.float32],
    scale: NDArray[np.float32],
    precision: Precision,
    device: str,
    seed: int,
) -> tuple[Augmentation, Table]:
    """The variations that leave the answers alone, and a row for each that was tried.

    A row holds `variation` (`none` first), `accuracy` on the validation items varied so, `n` and `kept`.
    """
    some, others = _some(train, LEARNED, seed, "learned"), _some(held_back, LOOKED, seed, "looked")
    shape, (learned, looked) = _small(shape, some, others)
    n_classes = int(max(learned[1].max(), looked[1].max())) + 1
    steps = plan(parse(LAYERS), shape, n_classes)
    probe = _Probe(steps, shape, mean, scale, precision, device, seed, learned, looked)
    plain = probe.accuracy(Augmentation())
    guessing = float(np.mean(looked[1] == np.bincount(learned[1]).argmax()))
    lowest = plain - HARM * (plain - guessing)
    n_looked = len(looked[1])
    tells = plain - guessing > SURE * math.sqrt(guessing * (1 - guessing) / n_looked)
    rows: list[dict[str, Any]] = [{"variation": "none", "accuracy": plain, "n": n_looked, "kept": True}]
    kept = Augmentation()
    for name in NAMES:
        if name == "colour" and shape[2] == 1:
            continue
        full = getattr(CANDIDATES, name)
        if not full:
            continue
        for value in (full,) if name == FLIP else (full, full / 2):
            variation = dataclasses.replace(Augmentation(), **{name: value})
            accuracy = probe.accuracy(variation)
            harmless = tells and accuracy >= lowest
            rows.append({"variation": str(variation), "accuracy": accuracy, "n": n_looked, "kept": harmless})
            if harmless:
                kept = dataclasses.replace(kept, **{name: value})
                break
    return kept, tuple(rows)


def said(kept: Augmentation, rows: Table) -> str:
    """The outcome in a sentence."""
    if not kept:
        return "pictures are not varied while learning: a short fit did not show what leaves the answers alone"
    left_out = [row["variation"] for row in rows if not row["kept"]]
    others = f"; not by {', '.join(left_out)}, which changed the answers" if left_out else ""
    return f"pictures are varied while learning by {kept}{others}"


class _Probe:
    """A small network that has learned the classes from pictures as they are."""

    def __init__(
        self,
        steps: tuple[Step, ...],
        shape: Shape,
        mean: NDArray[np.float32],
        scale: NDArray[np.float32],
        precision: Precision,
        device: str,
        seed: int,
        train: Pictures,
        held_back: Pictures,
    ) -> None:
        n_steps = -(-len(train[1]) // BATCH)
        self.settings = loop.Settings(
            cycles=(max(1, round(STEPS / n_steps)),),
            batch_size=BATCH,
            learning_rate=0.01,
            weight_decay=0.01,
            patience=None,
            precision=precision,
            threads=share.worth(3 * BATCH * sum(step.operations for step in steps)),
            seed=seeds.derive(seed, "probe"),
            device=device,
        )
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(seeds.derive(seed, "probe weights"))
            self.network = build(steps, mean, scale)
        learned = loop.Part.of(train[0].reshape(-1, *shape), train[1])
        outcome = loop.fit(self.network, learned, None, self.settings, on_event=silent)
        load_weights(self.network, outcome.weights)
        self.part = loop.Part.of(held_back[0].reshape(-1, *shape), held_back[1])
        self.mean, self.scale = torch.from_numpy(mean), torch.from_numpy(scale)

    def accuracy(self, variation: Augmentation) -> float:
        """The share of the held-back items that are recognised when varied so; all are mirrored, not every other."""
        values: Tensor = self.part.values
        if variation.flip:
            values = values.flip(2).contiguous()
        elif variation:
            draws = torch.Generator().manual_seed(self.settings.seed)
            values = Augment(variation, self.mean, self.scale)(values, draws)
        with share.using(self.settings.threads):
            return loop.look(self.network, loop.Part(values, self.part.targets), self.settings)[1]


def _small(shape: Shape, *parts: Pictures) -> tuple[Shape, list[Pictures]]:
    """Pictures brought near to `SIDE` a side, by means of squares of pixels; the edge that is left is dropped."""
    step = max(1, min(shape[:2]) // SIDE)
    height, width = shape[0] // step, shape[1] // step
    small = []
    for values, targets in parts:
        pictures = values.reshape(-1, *shape)[:, : height * step, : width * step]
        squares = pictures.reshape(-1, height, step, width, step, shape[2])
        small.append((squares.mean(axis=(2, 4), dtype=np.float32).astype(values.dtype), targets))
    return (height, width, shape[2]), small if step > 1 else list(parts)


def _some(items: Items, most: int, seed: int, purpose: str) -> Pictures:
    """At most `most` of the items, drawn by the seed."""
    values, targets = items
    if len(targets) <= most:
        return values[:], targets
    rows = np.sort(seeds.generator(seed, "probe", purpose).permutation(len(targets))[:most])
    return values[rows], targets[rows]
