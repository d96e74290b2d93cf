"""Recurrent networks as forecasters: the rounds before an origin are read one by one, all places together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..core.seeds import derive
from ..fit.adam import Adam
from ..nets.recurrent import Recurrent, weights_of, with_weights
from .forecast_panel import PAST_ROUNDS as ROUNDS
from .forecast_panel import Layout, Panel, usable

MEMORY, WIDTH = 48, 48
EPOCHS, BATCH, RATE = 6, 256, 4e-3
SMALL_BATCH, FEWEST_STEPS, MOST_EPOCHS = 64, 120, 40
"""With few windows batches are smaller and epochs more: so many steps of the optimiser, where epochs suffice. More
steps learn few windows by heart."""
MOST_VALUES = 4_000_000
"""Values that are foretold in one epoch: the newest windows where there are more."""
LARGEST = 8.0
"""Inputs are cut at so many standard deviations."""
MEDIAN = "median of 4"
FEAST = 10
SIZES = {"hour": 24.0, "weekday": 7.0, "month": 12.0, "day of the year": 366.0, "days from Easter": 20.0,
         "days from Christmas": 70.0}  # fmt: skip
"""What numbers of the calendar are divided by where they stand beside a round."""
Floats = NDArray[np.float64]
Small = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Net:
    """A fitted network, and how its inputs are scaled."""

    cell: str
    weights: dict[str, Small]
    mean: Small
    """Of each number known of a step ahead, `(n_ahead,)`; so is `scale`."""
    scale: Small


def learn(
    cell: str, panel: Panel, end: int, *, seed: int, tell: Callable[[int, int], None] = lambda done, of: None
) -> Net:
    """A network from all windows that end before step `end`; absolute errors count, of places by their level."""
    torch.manual_seed(derive(seed, "network", cell) % 2**31)
    layout = panel.layout
    first = min(layout.short * ROUNDS, max(layout.short, (end - layout.horizon) // 3))
    origins = panel.origins(first, end)[-max(1, MOST_VALUES // (layout.n_places * layout.horizon)) :]
    level = usable(panel.levels(origins))
    rows = panel.rows(origins, level)
    target = (panel.targets(origins) / level[:, :, None]).astype(np.float32)
    expected = _expected(panel, rows)
    place, origin = np.nonzero(np.isfinite(target).any(axis=2) & np.isfinite(level))
    plain = _ahead(layout, rows[place[:: max(1, len(place) // 2000)], origin[:: max(1, len(place) // 2000)]])
    mean, scale = _mean_and_scale(plain)
    past = _past(panel, origins, level)
    weight = np.where(np.isfinite(level), level, 0.0).astype(np.float32)
    weight /= weight[place, origin].mean()
    net = Recurrent(cell, past.shape[-1], len(mean), layout.n_places, memory=MEMORY, width=WIDTH)
    size = min(BATCH, max(SMALL_BATCH, len(place) // 8))
    batches = -(-len(place) // size)
    epochs = min(MOST_EPOCHS, max(EPOCHS, -(-FEWEST_STEPS // batches)))
    optimizer = Adam(list(net.parameters()), RATE, epochs * batches)
    order = np.random.default_rng(derive(seed, "windows", cell))
    for epoch in range(epochs):
        for chosen in _batches(order.permutation(len(place)), size):
            p, o = place[chosen], origin[chosen]
            ahead = _scaled(_ahead(layout, rows[p, o]), mean, scale)
            added = net(torch.from_numpy(past[p, o]), torch.from_numpy(ahead), torch.from_numpy(p))
            goal = target[p, o] - expected[p, o]
            known = np.isfinite(goal)
            share = torch.from_numpy(weight[p, o][:, None] * known)
            distance = (added - torch.from_numpy(np.where(known, goal, 0).astype(np.float32))).abs()
            loss = (distance * share).sum() / share.sum().clamp(min=1e-9)
            net.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
        tell(epoch + 1, epochs)
    return Net(cell, weights_of(net), mean, scale)


def forecast(model: Net, panel: Panel, origins: NDArray[np.int64]) -> Floats:
    """`(n_places, n_origins, horizon)`; NaN for a place without a value before an origin."""
    layout = panel.layout
    level = usable(panel.levels(origins))
    rows = panel.rows(origins, level)
    past = _past(panel, origins, level)
    net = with_weights(
        model.cell, model.weights, n_round=past.shape[-1], n_ahead=len(model.mean), n_places=layout.n_places
    )
    found = _expected(panel, rows).astype(np.float64)
    with torch.inference_mode():
        for i in range(layout.n_places):
            ahead = _scaled(_ahead(layout, rows[i]), model.mean, model.scale)
            places = torch.full((len(origins),), i, dtype=torch.int64)
            found[i] += net(torch.from_numpy(past[i]), torch.from_numpy(ahead), places).numpy()
    return found * level[:, :, None]


def n_round(layout: Layout) -> int:
    """Numbers of a round of the past: its values, the share that is known, and the calendar at its begin."""
    return layout.short + 1 + len(layout.calendar)


def n_ahead(layout: Layout) -> int:
    """Numbers known of a step ahead."""
    return int(_ahead(layout, np.zeros((1, len(layout.names)), dtype=np.float32)).shape[-1])


def _batches(order: NDArray[np.int64], size: int) -> Iterator[NDArray[np.int64]]:
    for begin in range(0, len(order), size):
        yield np.sort(order[begin : begin + size])


def _expected(panel: Panel, rows: Small) -> Small:
    """What the network corrects: the median of the last seasons, or the level where none is known."""
    found = rows[..., panel.layout.names.index(MEDIAN)]
    return np.where(np.isfinite(found), found, 1.0).astype(np.float32)


def _past(panel: Panel, origins: NDArray[np.int64], level: Floats) -> Small:
    """Rounds before each origin, oldest first, `(n_places, n_origins, n_rounds, n_round)`; what is missing is 0."""
    short = panel.layout.short
    at = origins[:, None, None] + short * np.arange(-ROUNDS, 0)[None, :, None] + np.arange(short)
    inside = at >= 0
    values = np.where(inside, panel.values[:, np.where(inside, at, 0)], np.nan) / level[:, :, None, None]
    known = np.isfinite(values)
    begins = np.maximum(at[:, :, 0], 0)
    dates = panel.calendar[begins] / np.array([SIZES.get(name, 1.0) for name in panel.layout.calendar])
    shown = np.broadcast_to(dates, (*values.shape[:3], dates.shape[-1]))
    whole = np.concatenate([np.where(known, values, 0.0), known.mean(axis=-1, keepdims=True), shown], axis=-1)
    return _cut(whole)


def _ahead(layout: Layout, rows: Small) -> Small:
    """Rows with times as places on a circle and feasts day by day: a network bends only a little at a time."""
    columns = []
    for i, name in enumerate(layout.names):
        value = rows[..., i]
        if name == "hour":
            columns += _round(value, 24, 3)
        elif name == "day of the year":
            columns += _round(value, 365.25, 3)
        elif name == "month":
            columns += _round(value, 12, 1)
        elif name == "weekday":
            columns += [value == day for day in range(7)]
        elif name in ("days from Easter", "days from Christmas"):
            columns += [value == day for day in range(-FEAST, FEAST)]
        elif name != "place":
            columns.append(np.where(np.isfinite(value), value, 0.0))
    return np.stack(columns, axis=-1).astype(np.float32)


def _round(value: Small, length: float, harmonics: int) -> list[Small]:
    angle = value * np.float32(2 * np.pi / length)
    return [wave(angle * k) for k in range(1, harmonics + 1) for wave in (np.sin, np.cos)]


def _mean_and_scale(values: Small) -> tuple[Small, Small]:
    flat = values.reshape(-1, values.shape[-1]).astype(np.float64)
    spread = flat.std(axis=0)
    return flat.mean(axis=0).astype(np.float32), np.where(spread > 1e-6, spread, 1.0).astype(np.float32)


def _scaled(values: Small, mean: Small, scale: Small) -> Small:
    return _cut((values - mean) / scale)


def _cut(values: NDArray[Any]) -> Small:
    found: Small = np.clip(values, -LARGEST, LARGEST).astype(np.float32)
    return found
