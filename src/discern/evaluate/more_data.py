"""Would more data help? A learning curve over growing parts, a power law fitted to it, and the figure at 2 and 10 times
the data, with an interval.

The law is `error(n) = a n^-b + c` with c from 0 up. Sources: C. Cortes et al., "Learning curves: asymptotic values and
rate of convergence", NIPS 1993; J. Hestness et al., "Deep learning scaling is predictable, empirically", 2017.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.records import Figure, Finding, checked
from ..core.saying import points
from ..core.seeds import generator
from ..core.views import Record
from .refit import Codes, Learner, Rows

SCHEMA = 1
SHARES = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1.0)
TIMES = (2, 10)
HELD = 0.2
"""The share of the units that is asked, and not learned from, in each repeat."""
FEWEST_UNITS = 20
FEWEST_LEARNED = 8
"""Items of the smallest part of the curve."""
RESAMPLES = 400
EXPONENTS = np.arange(0.02, 1.5, 0.02)
FLOORS = np.concatenate([[0.0], 1 - np.geomspace(1.0, 0.02, 16)[1:]])
"""Values of c that are tried, as shares of the lowest error of the curve."""
WORTH = 0.01

Array = NDArray[np.float64]


@dataclass(frozen=True)
class MoreData(Record):
    """What the share answered rightly would come to with more data."""

    model: str
    own: bool
    n_items: int
    n_learned: int
    """Items that the last point of the curve learned from."""
    n_repeats: int
    curve: Mapping[str, Figure] = field(default_factory=dict)
    """Items learned from (as text) -> the share answered rightly."""
    predicted: Mapping[str, Figure] = field(default_factory=dict)
    """`2`, `10`: with so many times `n_learned` items."""
    gain: Mapping[str, Figure] = field(default_factory=dict)
    """By how much each lies above the last point of the curve."""
    law: Mapping[str, Figure] = field(default_factory=dict)
    """`a`, `b`, `c` of `error(n) = a n^-b + c`."""
    unanswered: tuple[str, ...] = ()

    @property
    def would_help(self) -> bool:
        """Whether twice the data would likely bring a point and more."""
        gain = self.gain.get(str(TIMES[0]))
        return gain is not None and (gain.low or 0.0) > 0 and (gain.value or 0.0) >= WORTH

    @property
    def sentence(self) -> str:
        """Whether more data would help."""
        gain = self.gain.get(str(TIMES[0]))
        if gain is None or gain.value is None or gain.low is None or gain.high is None:
            return "Whether more data would help cannot be said."
        if self.would_help:
            return f"Yes: twice the data would likely bring {points(gain)}."
        if gain.high < WORTH:
            return f"Hardly: twice the data would bring {points(gain)}, less than one point."
        return f"Perhaps: twice the data would bring {points(gain)}, which the curve does not settle."

    def findings(self) -> tuple[Finding, ...]:
        return ()

    def to_json(self) -> dict[str, Any]:
        groups = ("curve", "predicted", "gain", "law")
        return {
            "schema": SCHEMA,
            **{name: getattr(self, name) for name in ("model", "own", "n_items", "n_learned", "n_repeats")},
            **{name: {key: one.to_json() for key, one in getattr(self, name).items()} for name in groups},
            "sentence": self.sentence,
            "unanswered": list(self.unanswered),
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> MoreData:
        """Read what `to_json` wrote. Raises DataError."""
        with checked("more data", record, SCHEMA):
            curve, predicted, gain, law = (
                {key: Figure.from_json(figure) for key, figure in record[name].items()}
                for name in ("curve", "predicted", "gain", "law")
            )
            return cls(
                **{name: record[name] for name in ("model", "own", "n_items", "n_learned", "n_repeats")},
                curve=curve,
                predicted=predicted,
                gain=gain,
                law=law,
                unanswered=tuple(record["unanswered"]),
            )


def sizes(n: int) -> list[int]:
    """About how many items each point of the curve learns from, of `n` items in all."""
    return [round(share * (1 - HELD) * n) for share in SHARES]


def more_data(
    learner: Learner,
    labels: Codes,
    units: NDArray[np.int64],
    *,
    own: bool,
    n_repeats: int,
    times: Sequence[int] = TIMES,
    seed: int = 0,
) -> MoreData:
    """Draw the curve for items with `labels` `(n,)` (positions of classes) in `units` `(n,)`, and go on with it.

    In each repeat a fifth of the units is asked, and growing parts of the others, each holding the one before, are
    learned from. What cannot be computed is said.
    """
    about = (learner.title, own, len(labels))
    n_units = len(np.unique(units))
    if n_units < FEWEST_UNITS:
        said = f"Too few groups (or items) that do not belong together: {n_units}; a curve takes {FEWEST_UNITS}."
        return MoreData(*about, 0, 0, unanswered=(said,))
    parts = [_parts(units, generator(seed, "curve", repeat)) for repeat in range(n_repeats)]
    used = [at for at in range(len(SHARES)) if min(len(part[at][0]) for part in parts) >= FEWEST_LEARNED]
    if len(used) < 3:
        return MoreData(*about, 0, n_repeats, unanswered=("There are too few items for three points of a curve.",))
    wrong = np.zeros((n_repeats, len(used), len(labels)))
    asked = np.zeros((n_repeats, len(labels)))
    for repeat, part in enumerate(parts):
        held = part[-1][1]
        asked[repeat, held] = 1
        answers = learner.answers(labels[None], [part[at] for at in used])[0].reshape(len(used), len(held))
        wrong[repeat][:, held] = answers != labels[held]
    learned = np.array([np.mean([len(part[at][0]) for part in parts]) for at in used])
    return _extrapolated(about, learned, wrong, asked, units, times, seed)


def _parts(units: NDArray[np.int64], draws: np.random.Generator) -> list[tuple[Rows, Rows]]:
    """Rows to learn from and to answer, for each share; the answered rows are the same."""
    unit = np.unique(units, return_inverse=True)[1]
    place = draws.permutation(int(unit.max()) + 1)
    order = np.argsort(place[unit], kind="stable")
    n_held = max(1, round(HELD * len(place)))
    held = np.flatnonzero(place[unit] >= len(place) - n_held)
    left = order[: len(order) - len(held)]
    borders = np.flatnonzero(np.diff(unit[left], append=-1)) + 1  # where a unit ends
    found = []
    for share in SHARES:
        end = borders[min(len(borders) - 1, int(np.searchsorted(borders, share * len(left))))]
        found.append((np.sort(left[:end]), held))
    return found


def _extrapolated(
    about: tuple[str, bool, int],
    learned: Array,
    wrong: Array,
    asked: Array,
    units: NDArray[np.int64],
    times: Sequence[int],
    seed: int,
) -> MoreData:
    """The record, from mistakes `(n_repeats, n_sizes, n)` and which items were asked `(n_repeats, n)`."""
    unit = np.unique(units, return_inverse=True)[1]
    n_repeats, n_units = len(wrong), int(unit.max()) + 1
    by_unit = np.stack([[np.bincount(unit, one, n_units) for one in repeat] for repeat in wrong])
    of_unit = np.stack([np.bincount(unit, one, n_units) for one in asked])
    draws = generator(seed, "extrapolate")
    weights = draws.multinomial(n_units, np.full(n_units, 1 / n_units), size=RESAMPLES).astype(np.float64)
    taken = draws.integers(0, n_repeats, (RESAMPLES, n_repeats))
    sums = np.einsum("du,rsu->drs", weights, by_unit)[np.arange(RESAMPLES)[:, None], taken].sum(axis=1)
    counts = np.einsum("du,ru->dr", weights, of_unit)[np.arange(RESAMPLES)[:, None], taken].sum(axis=1)
    n_asked = float(asked.sum())
    errors = wrong.sum(axis=(0, 2)) / n_asked
    again = (sums + 0.5) / (counts + 1)[:, None]
    method = f"bootstrap over {n_units:,} {'items' if n_units == len(units) else 'groups'} and {n_repeats} repeats"
    n = int((asked.sum(axis=0) > 0).sum())
    law, laws = fit((errors + 0.5 / (n_asked + 1))[None], learned)[0], _spread_of_laws(again, learned)
    curve = {str(round(size)): _figure(1 - errors[at], 1 - again[:, at], n, method) for at, size in enumerate(learned)}
    last = learned[-1]
    noise = draws.standard_normal(laws.shape[:2])
    predicted, gain = {}, {}
    for often in times:
        further, value = _error(laws, often * last), float(_error(law[None], often * last)[0])
        own_noise = noise * np.sqrt(np.maximum(further * (1 - further), 0) / n)  # of the items it would be measured on
        reached = np.clip(1 - further - own_noise, 0, 1)
        how = f"power law through {len(learned)} sizes, {method}, with the spread of {n:,} items to be measured on"
        predicted[str(often)] = _figure(1 - value, reached, n, how)
        gain[str(often)] = _figure(errors[-1] - value, again[:, -1] - further, n, f"power law, {method}")
    fitted = {name: _figure(law[at], laws[:, :, at], n, method) for at, name in enumerate("abc")}
    return MoreData(*about, round(last), n_repeats, curve, predicted, gain, fitted)


def fit(errors: Array, learned: Array, *, floors: Array = FLOORS) -> Array:
    """`(a, b, c)` of the power law for each row of `errors` `(n_rows, n_sizes)`, `(n_rows, 3)`.

    Least squares of the logarithms over a grid of b and c, the larger sizes counting more: for what comes after them
    the small ones say little.
    """
    found = np.empty((len(errors), 3))
    best = np.full(len(errors), np.inf)
    weight = np.sqrt(learned) / np.sqrt(learned).sum()
    x = np.log(learned)
    for floor in floors:
        c = floor * errors.min(axis=1)
        y = np.log(np.maximum(errors - c[:, None], 1e-9))
        for b in EXPONENTS:
            level = (y + b * x) @ weight
            apart = np.square(y - level[:, None] + b * x) @ weight
            # in units of the error itself, so that a floor close to the curve does not win by large logarithms
            apart = apart * np.square((errors - c[:, None]) @ weight / (errors @ weight))
            better = apart < best
            best = np.where(better, apart, best)
            found[better] = np.stack([np.exp(level), np.full(len(errors), b), c], axis=1)[better]
    return found


def _spread_of_laws(again: Array, learned: Array) -> Array:
    """Laws fitted to the resampled curves in ways that the points alone cannot tell apart, `(n_ways, n_resamples, 3)`:
    through all sizes, with a floor and without, and through the last three and the last two, for no curve is a power
    law all along.
    """
    ways = [fit(again, learned)]
    ways += [fit(again[:, -last:], learned[-last:], floors=FLOORS[:1]) for last in (len(learned), 3, 2)]
    return np.stack(ways)


def _error(laws: Array, n: float) -> Array:
    found: Array = np.clip(laws[..., 0] * n ** -laws[..., 1] + laws[..., 2], 0, 1)
    return found


def _figure(value: float, draws: Array, n: int, method: str) -> Figure:
    """The range of 95 % of the draws; of several rows of them (ways to fit), what holds the range of each."""
    low, high = np.percentile(draws, [2.5, 97.5], axis=-1)
    return Figure(float(value), float(min(np.min(low), value)), float(max(np.max(high), value)), n, method)
