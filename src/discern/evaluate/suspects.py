"""Labels that are probably wrong: those that answers given without having seen them, and the nearest items, contradict.

Source: C. Northcutt, L. Jiang, I. Chuang, "Confident learning", Journal of Artificial Intelligence Research 70, 2021.
An item is suspect when another class is more probable than its label, each measured by how probable that class usually
is for its own items, and when its nearest items speak for the other class too; either alone names too many. Theirs asks
the other class to be as probable as usual, which misses half of the wrong labels where probabilities are spread wide.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.files import csv_text
from ..core.records import Figure, Finding, checked
from ..core.views import Record
from .refit import Codes, Paired

SCHEMA = 1
NEAREST = 10
"""Items that are asked, of other units."""
COLUMNS = (
    *("item", "label", "correction", "suggested"),
    *("p_label", "p_suggested", "neighbours_label", "neighbours_suggested"),
)
HALF = 0.5
"""Of its usual probability that another class must reach."""
MANY = 0.05


@dataclass(frozen=True)
class Suspect(Record):
    """One item whose label is in doubt."""

    item: str
    label: str
    suggested: str
    p_label: float
    """The probability of its label, from a model that did not learn from it."""
    p_suggested: float
    neighbours_label: int
    """How many of its 10 nearest items have its label."""
    neighbours_suggested: int


@dataclass(frozen=True)
class Suspects(Record):
    """The items whose labels are in doubt, the most doubtful first."""

    model: str
    own: bool
    n_items: int
    share: Figure
    """Of the items looked at, how many are suspect."""
    rows: tuple[Suspect, ...]
    unanswered: tuple[str, ...] = ()

    def findings(self) -> tuple[Finding, ...]:
        """One, when there are any."""
        if not self.rows:
            return ()
        n = len(self.rows)
        return (
            Finding(
                "D505",
                f"{n:,} of {self.n_items:,} labels {'is' if n == 1 else 'are'} contradicted by the items",
                "warning" if n >= MANY * self.n_items else "note",
                tuple(one.item for one in self.rows[:20]),
                n,
                "look at them in suspects.csv, write the right label into its column correction, and train again with "
                "--corrections",
                f"both by {self.model}, which did not learn from them, and by their nearest items",
            ),
        )

    def csv(self) -> str:
        """A sheet to be corrected; an empty correction leaves the label as it is."""
        rows = (
            (
                *(one.item, one.label, "", one.suggested, round(one.p_label, 4), round(one.p_suggested, 4)),
                *(one.neighbours_label, one.neighbours_suggested),
            )
            for one in self.rows
        )
        return csv_text(COLUMNS, rows)

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "model": self.model,
            "own": self.own,
            "n_items": self.n_items,
            "share": self.share.to_json(),
            "rows": [asdict(one) for one in self.rows],
            "unanswered": list(self.unanswered),
            "findings": [finding.to_json() for finding in self.findings()],
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Suspects:
        """Read what `to_json` wrote. Raises DataError."""
        with checked("suspects", record, SCHEMA):
            return cls(
                record["model"],
                record["own"],
                record["n_items"],
                Figure.from_json(record["share"]),
                tuple(Suspect(**one) for one in record["rows"]),
                tuple(record["unanswered"]),
            )


def suspects(
    items: Sequence[str],
    labels: Codes,
    classes: Sequence[str],
    probabilities: NDArray[np.float64],
    votes: NDArray[np.int64],
    units: NDArray[np.int64],
    *,
    model: str,
    own: bool,
    unanswered: tuple[str, ...] = (),
) -> Suspects:
    """Rank the suspects among `items` with `labels` `(n,)`, positions in `classes`.

    `probabilities` `(n, n_classes)` come from models that did not learn from the item; `votes` `(n, n_classes)` count
    its nearest items by class; `units` `(n,)` say which items belong together.
    """
    n = len(labels)
    usual = np.array([_mean(probabilities[labels == code, code]) for code in range(len(classes))])
    every = np.arange(n)
    relative = probabilities / np.maximum(usual, 1e-9)
    other = relative.copy()
    other[every, labels] = -1.0
    suggested = other.argmax(axis=1)
    doubted = other[every, suggested] > np.maximum(relative[every, labels], HALF)
    doubted &= votes[every, suggested] > votes[every, labels]
    lead = probabilities[every, suggested] - probabilities[every, labels]
    lead += (votes[every, suggested] - votes[every, labels]) / np.maximum(votes.sum(axis=1), 1)
    rows = np.flatnonzero(doubted)
    ranked: list[int] = rows[np.argsort(-lead[rows], kind="stable")].tolist()
    found = tuple(
        Suspect(
            items[row],
            classes[int(labels[row])],
            classes[int(suggested[row])],
            float(probabilities[row, labels[row]]),
            float(probabilities[row, suggested[row]]),
            int(votes[row, labels[row]]),
            int(votes[row, suggested[row]]),
        )
        for row in ranked
    )
    return Suspects(model, own, n, Paired(units).share(doubted), found, unanswered)


def votes_of_nearest(
    likeness: NDArray[np.float64], labels: Codes, units: NDArray[np.int64], n_classes: int
) -> NDArray[np.int64]:
    """How many of the nearest items of other units have each class, `(n, n_classes)`, from likenesses `(n, n)`."""
    votes = np.zeros((len(labels), n_classes), np.int64)
    k = min(NEAREST, len(labels) - 1)
    for row, alike in enumerate(likeness):
        others = np.where(units == units[row], -1.0, alike)
        nearest = np.argsort(-others, kind="stable")[:k]
        np.add.at(votes[row], labels[nearest[others[nearest] >= 0]], 1)
    return votes


def _mean(values: NDArray[np.float64]) -> float:
    return float(values.mean()) if len(values) else 1.0
