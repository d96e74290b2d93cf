"""What is known of groups: a card each (what makes it different, its items), a map, how their number came about."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from ..core.records import Column, Figure, as_json
from ..core.views import Record
from ..models.bags import Bag
from ..models.cluster_features import TableFeatures
from .chance import newcombe
from .clusters import Tried, jaccard
from .intervals import wilson
from .matching import mean_of

SCHEMA = 1
Array = NDArray[np.float64]
Labels = NDArray[np.int64]
EXAMPLES = 3
WORDS = 40
"""Words of a group of texts that are kept."""
ARROWS, SHORTEST, SAME_WAY = 7, 0.25, 0.97
"""Of the map: how many loadings are drawn, the shortest against the longest, the cosine from which on two are one."""
SHARE_METHOD = "share of the items; Wilson"
DIFFERENCE_METHOD = (
    "difference to all other items in standard deviations of all items, outlying values pulled in; Welch's t"
)
MEAN_METHOD = "mean over items; Student's t over items"
STABILITY_METHOD = (
    "Jaccard index with the nearest group of groups found in halves of the items; Student's t over halves"
)
SPREAD_METHOD = "share of the variance of all features"


@dataclass(frozen=True)
class Trait(Record):
    """A column, a value of it, or a word, in a group against all other items."""

    column: str
    value: str
    """The category; empty for a number or a date."""
    kind: str
    """`number`, `date`, `category` or `word`."""
    difference: Figure
    here: Figure
    elsewhere: Figure

    @property
    def title(self) -> str:
        return f"{self.column}: {self.value}" if self.kind == "category" else self.column

    @property
    def clear(self) -> bool:
        """Whether the interval of the difference leaves 0 out."""
        low, high = self.difference.low, self.difference.high
        return low is not None and high is not None and (low > 0 or high < 0)


@dataclass(frozen=True)
class Example(Record):
    """An item of a group."""

    item: str
    called: str
    """What the data call it, from a column that is no feature; empty where there is none."""
    text: str = ""
    """The beginning of a text."""
    picture: str = ""
    """A small picture as a data address."""
    next: str = ""
    """The group that is almost as near."""


@dataclass(frozen=True)
class Card(Record):
    """One group."""

    id: str
    name: str
    """What a person calls it; empty until someone does."""
    n_items: int
    share: Figure
    stability: Figure
    traits: tuple[Trait, ...]
    typical: tuple[Example, ...]
    border: tuple[Example, ...]

    @property
    def title(self) -> str:
        return self.name or f"group {self.id}"


@dataclass(frozen=True)
class Plane(Record):
    """The two directions in which the items differ most (principal components), and some items on them."""

    points: tuple[tuple[float, float, int], ...]
    """Across, up, and the place of the card; -1 for no group."""
    arrows: tuple[tuple[str, float, float], ...]
    """How the features lie on the plane: the longest loadings."""
    across: Figure
    up: Figure


@dataclass(frozen=True)
class Clusters(Record):
    """The result of `discern table clusters`."""

    name: str
    kind: str
    n_items: int
    n_silent: int
    """Items with nothing to compare: all cells missing, no word that counts."""
    n_apart: int
    """Items in no group, of a method that leaves some out."""
    method: str
    asked: int | None
    """The number of groups that was asked for."""
    seed: int
    shown: bool
    p: Figure
    n_looked: int
    """Items that the number of groups was chosen by."""
    tried: tuple[Tried, ...]
    cards: tuple[Card, ...]
    plane: Plane
    columns: tuple[str, ...]
    logarithms: tuple[str, ...]
    """Columns that were compared by their logarithms."""
    aside: tuple[tuple[str, str], ...]
    """Columns that were not compared, with the reason."""
    n_missing: int
    """Cells that were missing in the columns compared."""
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {"schema": SCHEMA, **as_json(self)}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Clusters:
        """Raises KeyError, TypeError, ValueError or AttributeError for what is no such record."""
        fields = {name: value for name, value in record.items() if name != "schema"}
        plane = fields["plane"]
        own: dict[str, Any] = {
            "p": Figure.from_json(fields["p"]),
            "tried": tuple(Tried(**_figures(one)) for one in fields["tried"]),
            "cards": tuple(_card(card) for card in fields["cards"]),
            "plane": Plane(
                tuple((float(x), float(y), int(group)) for x, y, group in plane["points"]),
                tuple((str(name), float(x), float(y)) for name, x, y in plane["arrows"]),
                Figure.from_json(plane["across"]),
                Figure.from_json(plane["up"]),
            ),
            "aside": tuple((str(name), str(reason)) for name, reason in fields["aside"]),
        }
        texts = {name: tuple(fields[name]) for name in ("columns", "logarithms", "notes")}
        return cls(**{**fields, **own, **texts})


def share_of(n: int, of: int) -> Figure:
    """The share of items, with its interval."""
    low, high = wilson(n, of)
    return Figure(n / of, low, high, of, SHARE_METHOD)


def table_traits(found: TableFeatures, values: Array, inside: NDArray[np.bool_]) -> tuple[Trait, ...]:
    """What makes rows `inside` `(n,)` different from all others, the largest differences first."""
    scaled = found.scaled(values)
    traits = []
    for place, column in enumerate(found.columns):
        cells, known = values[:, place], ~np.isnan(values[:, place])
        here, there = inside & known, ~inside & known
        if column.kind == "category":
            traits += [_category(column, code, cells, here, there) for code in range(len(column.categories))]
            continue
        figures = (mean_of(cells[rows], MEAN_METHOD, low=-math.inf, high=math.inf) for rows in (here, there))
        difference = apart(scaled[here, place], scaled[there, place])
        traits.append(Trait(column.name, "", column.kind, difference, *figures))
    return _by_size(traits)


def word_traits(bag: Bag, inside: NDArray[np.bool_]) -> tuple[Trait, ...]:
    """The words that more of the texts `inside` hold than of the others, the most telling first."""
    rows, places, _ = bag.counts()
    size = len(bag.vocabulary)
    here = np.bincount(places[inside[rows]], minlength=size)
    there = np.bincount(places[~inside[rows]], minlength=size)
    n_here, n_there = int(inside.sum()), int((~inside).sum())
    if not n_here or not n_there:
        return ()
    both = (here + there) / (n_here + n_there)
    differences = (here / n_here - there / n_there) / np.sqrt(np.maximum(both * (1 - both), 1e-12))
    order = np.argsort(-differences, kind="stable")[:WORDS]
    return tuple(
        Trait(bag.vocabulary[i], "", "word", _difference_of_shares(int(here[i]), n_here, int(there[i]), n_there),
              share_of(int(here[i]), n_here), share_of(int(there[i]), n_there))
        for i in order.tolist() if here[i]
    )  # fmt: skip


def apart(here: Array, there: Array) -> Figure:
    """The difference of two means of standardised values, with Welch's interval."""
    n, m = len(here), len(there)
    if min(n, m) < 2:
        return Figure(None, None, None, n + m, f"{DIFFERENCE_METHOD}; too few items")
    value = float(here.mean() - there.mean())
    a, b = float(here.var(ddof=1)) / n, float(there.var(ddof=1)) / m
    if a + b == 0:
        return Figure(value, value, value, n + m, DIFFERENCE_METHOD)
    freedom = (a + b) ** 2 / (a * a / (n - 1) + b * b / (m - 1))
    half = float(student.ppf(0.975, freedom)) * math.sqrt(a + b)
    return Figure(value, value - half, value + half, n + m, DIFFERENCE_METHOD)


def found_again(labels: Labels, halves: Sequence[Labels], group: int) -> Figure:
    """How much of a group comes again in groups that were found in halves of the items."""
    values = np.array([jaccard(labels, other, group) for other in halves])
    return mean_of(values, STABILITY_METHOD)


def plane(features: Array, loadings: Array, names: Sequence[str], labels: Labels, shown: Labels) -> Plane:
    """The plane of items `(n, n_features)`; `loadings` `(n_features, n_names)` says what the features are made of.

    Only the items at the places `shown` are kept.
    """
    away = features - features.mean(axis=0)
    covariance = away.T @ away / max(1, len(away) - 1)
    values, vectors = np.linalg.eigh(covariance)
    axes = np.zeros((len(values), 2))
    kept = min(2, len(values))
    axes[:, :kept] = vectors[:, ::-1][:, :kept]
    axes *= np.where(axes[np.abs(axes).argmax(axis=0), [0, 1]] < 0, -1.0, 1.0)
    whole = max(float(np.trace(covariance)), 1e-300)
    spread = [float(values[-1 - i]) / whole if i < kept else 0.0 for i in range(2)]
    points = away[shown] @ axes
    arrows = (axes * np.sqrt(np.maximum([spread[0] * whole, spread[1] * whole], 0.0))).T @ loadings
    return Plane(
        tuple(
            (round(float(x), 3), round(float(y), 3), int(labels[i])) for (x, y), i in zip(points, shown, strict=True)
        ),
        tuple(
            (
                _together([names[i] for i in same]),
                round(float(arrows[0, same[0]]), 4),
                round(float(arrows[1, same[0]]), 4),
            )
            for same in _telling(arrows)
        ),
        *(Figure(share, None, None, len(features), SPREAD_METHOD) for share in spread),
    )


def _telling(arrows: Array) -> list[list[int]]:
    """The longest of some arrows `(2, n)`, each with those that point the same way."""
    lengths = np.hypot(*arrows)
    kept: list[list[int]] = []
    for i in np.argsort(-lengths, kind="stable").tolist():
        if lengths[i] == 0 or lengths[i] < SHORTEST * lengths.max(initial=0.0):
            break
        alike = [arrows[:, i] @ arrows[:, j[0]] / (lengths[i] * lengths[j[0]]) for j in kept]
        if max(alike, default=-1.0) >= SAME_WAY:
            kept[int(np.argmax(alike))].append(i)
        elif len(kept) < ARROWS:
            kept.append([i])
    return kept


def _together(names: Sequence[str]) -> str:
    more = f" +{len(names) - 2}" if len(names) > 2 else ""
    return ", ".join(names[:2]) + more


def _category(column: Column, code: int, cells: Array, here: NDArray[np.bool_], there: NDArray[np.bool_]) -> Trait:
    n, m = int(here.sum()), int(there.sum())
    a, b = int((cells[here] == code).sum()), int((cells[there] == code).sum())
    nothing = Figure(None, None, None, 0, "no item")
    return Trait(
        column.name, column.categories[code], "category", _difference_of_shares(a, n, b, m),
        share_of(a, n) if n else nothing, share_of(b, m) if m else nothing,
    )  # fmt: skip


def _difference_of_shares(a: int, n: int, b: int, m: int) -> Figure:
    """In standard deviations of a 0 or 1; the interval is Newcombe's, from Wilson's for each share."""
    method = "difference of the shares in standard deviations of all items; Newcombe"
    both = (a + b) / max(1, n + m)
    if not n or not m or both in (0.0, 1.0):
        return Figure(None, None, None, n + m, f"{method}; all the same")
    unit, (low, high) = math.sqrt(both * (1 - both)), newcombe(a, n, b, m)
    return Figure((a / n - b / m) / unit, low / unit, high / unit, n + m, method)


def _by_size(traits: Sequence[Trait]) -> tuple[Trait, ...]:
    return tuple(sorted(traits, key=lambda one: -abs(one.difference.value or 0.0)))


def _figures(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: Figure.from_json(value) if isinstance(value, dict) else value for name, value in record.items()}


def _card(record: Mapping[str, Any]) -> Card:
    fields = _figures(record)
    fields["traits"] = tuple(Trait(**_figures(one)) for one in fields["traits"])
    for name in ("typical", "border"):
        fields[name] = tuple(Example(**one) for one in fields[name])
    return Card(**fields)
