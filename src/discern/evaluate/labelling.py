"""How far labelling has come: how well a model does on a random sample of the pool, what the last labels brought."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from ..core.records import Figure
from ..core.views import Record
from .intervals import wilson
from .refit import Codes, Learner, Paired, Parts, folds

SCHEMA = 1
SHARES = (1 / 8, 1 / 4, 1 / 2, 1.0)
"""Of the labels given, in their order: what the points of the curve learn from."""
N_FOLDS = 5
FEWEST_RANDOM = 40
"""With fewer items drawn at random nothing is said of what more labels bring."""
FEWEST_LEARNED = 8
WORTH = 0.03
"""Labelling is over when the last half of the labels brought less than this, for sure."""
STRENGTH = 30.0
"""Inverse strength of the penalty, as scikit-learn's `C`, for features of length 1."""

Rows = NDArray[np.int64]
Verdict = Literal["too early", "go on", "not settled", "enough"]


@dataclass(frozen=True)
class Labelling(Record):
    """What the labels given so far have come to."""

    pool: str
    model: str
    """In words: what learns from the labels to choose the next."""
    n_pool: int
    n_looked: int
    """Items of the pool that are looked at; fewer than all where it is large."""
    n_known: int
    """Items that had labels from the start."""
    n_given: int
    """Labels given to items of the pool."""
    n_open: int
    """Items of the sheet that wait for a label."""
    n_skipped: int
    counts: Mapping[str, int]
    """Labels given, by class."""
    curve: Mapping[str, Figure] = field(default_factory=dict)
    """Labels learned from (as text) -> the share answered rightly of items drawn at random from the pool."""
    gain: Figure | None = None
    """What the last half of the labels brought to that share."""
    n_random: int = 0

    @property
    def verdict(self) -> Verdict:
        """Whether more labels are worth giving."""
        if self.gain is None or self.gain.low is None or self.n_random < FEWEST_RANDOM:
            return "too early"
        if self.gain.low > 0:
            return "go on"
        return "enough" if (self.gain.high or 0.0) < WORTH else "not settled"

    @property
    def sentence(self) -> str:
        """Whether more labels are worth giving, in words."""
        if self.verdict == "too early" or self.gain is None:
            return (
                f"It is too early to say what more labels bring: {self.n_random} of the labels are of items drawn at "
                f"random, and it takes {FEWEST_RANDOM}."
            )
        points = [100 * (number or 0.0) for number in (self.gain.value, self.gain.low, self.gain.high)]
        brought = f"the last half of the labels brought {points[0]:+.1f} points ({points[1]:+.1f} to {points[2]:+.1f})"
        if self.verdict == "go on":
            return f"More labels help: {brought}."
        if self.verdict == "not settled":
            return f"Whether more labels help is not settled: {brought}."
        return f"No gain is shown any more: {brought}; as many labels again will hardly bring more."

    def to_json(self) -> dict[str, Any]:
        names = ("pool", "model", "n_pool", "n_looked", "n_known", "n_given", "n_open", "n_skipped", "n_random")
        return {
            "schema": SCHEMA,
            **{name: getattr(self, name) for name in names},
            "counts": dict(self.counts),
            "curve": {n: figure.to_json() for n, figure in self.curve.items()},
            "gain": None if self.gain is None else self.gain.to_json(),
            "verdict": self.verdict,
            "sentence": self.sentence,
        }


class Linear:
    """Logistic regression on features that are the same for every fit: what chooses the next items."""

    title = "logistic regression, quick"

    def __init__(self, features: NDArray[np.float32] | sparse.csr_array, n_classes: int) -> None:
        """`features` `(n, d)`, rows of length 1 or so."""
        self.features, self.n_classes = features, n_classes

    def answers(self, labels: Codes, parts: Parts) -> Codes:
        return np.stack([self.probabilities(one, parts).argmax(axis=1) for one in labels]).astype(np.int64)

    def probabilities(self, labels: Codes, parts: Parts) -> NDArray[np.float64]:
        return np.concatenate([self._part(labels, train, held) for train, held in parts])

    def _part(self, labels: Codes, train: Rows, held: Rows) -> NDArray[np.float64]:
        columns = np.zeros((len(held), self.n_classes))
        known = np.unique(labels[train])
        if len(known) < 2:  # nothing can be learned from one class, or from none
            columns[:, known if len(known) else slice(None)] = 1 / max(1, len(known) or self.n_classes)
            return columns
        model = LogisticRegression(C=STRENGTH, max_iter=200, tol=1e-3)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # close to the optimum is enough to choose by
            model.fit(self.features[train], labels[train])
        columns[:, model.classes_] = model.predict_proba(self.features[held])
        return columns


def progress(
    learner: Learner, labels: Codes, given: Sequence[int], known: Rows, drawn: Rows, units: Rows, *, seed: int
) -> tuple[dict[str, Figure], Figure | None]:
    """The curve over growing parts of the labels, and what the last half of them brought.

    Rows are those of the learner's items, all of which have labels `(n,)` (positions of classes): `known` had them from
    the start, `given` got them in this order, and `drawn` are those of `given` that a random sample of the pool holds.
    These alone are asked, in folds of whole `units` `(n,)`, each by a model that learned from none of its unit.
    """
    points = sorted({round(share * len(given)) for share in SHARES})
    points = [n for n in points if n + len(known) >= FEWEST_LEARNED]
    if len(points) < 2 or len(drawn) < FEWEST_LEARNED:
        return {}, None
    asked = [drawn[held] for _, held in folds(units[drawn], labels[drawn], N_FOLDS, seed=seed, purpose="labelling")]
    order = np.concatenate([known, np.asarray(given, np.int64)])
    right = np.zeros((len(points), len(labels)))
    for held in asked:
        apart = order[~np.isin(units[order], units[held])]
        place = np.full(len(labels), -1)
        place[order] = np.arange(len(order))
        parts = [(apart[place[apart] < len(known) + n], held) for n in points]
        if any(len(train) == 0 for train, _ in parts):
            return {}, None
        answers = learner.answers(labels[None], parts)[0].reshape(len(points), len(held))
        right[:, held] = answers == labels[held]
    every = np.concatenate(asked)
    paired = Paired(units[every], seed=seed)
    curve = {str(len(known) + n): paired.share(right[at, every]) for at, n in enumerate(points)}
    half = max(at for at, n in enumerate(points) if n <= max(points) / 2 or at == 0)
    return curve, _difference(paired, right[-1, every], right[half, every])


def _difference(paired: Paired, now: NDArray[Any], before: NDArray[Any]) -> Figure:
    """The mean of `now - before`; where every item is the same in both, as far apart as Wilson's interval allows."""
    found = paired.difference(now, before)
    if found.low is not None or np.any(now != before):
        return found
    _, high = wilson(0, len(now))
    return Figure(0.0, -high, high, len(now), "no item differs; Wilson 95 % of one that would")
