"""Everything that a report shows, as one frozen record: whoever fills it decides the facts, the page renders them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..core.records import Column, Figure, Findings
from ..core.views import Record
from ..evaluate.evaluation import Evaluation
from ..evaluate.recorded import Measured
from ..store.card import Card

PARTS = ("train", "validation", "test")
PICTURES_SHOWN = 12
"""At most so many of the surest mistakes, and as many of the least sure answers."""


@dataclass(frozen=True)
class Picture:
    """One item of the test part worth looking at, a picture, a text or a row.

    `pixels` is uint8 `(H, W, C)`, or None when there is no picture.
    """

    item: str
    pixels: NDArray[np.uint8] | None
    truth: str
    prediction: str
    probability: float
    """What the model gave to its answer."""
    kind: Literal["mistake", "unsure"]
    text: str | None = None
    """Where the item is one."""


@dataclass(frozen=True, eq=False)
class Answered:
    """Tested items of a model that answers with numbers, `(n,)` each."""

    items: tuple[str, ...]
    """Empty where a report names no items."""
    truth: NDArray[np.float64]
    answers: NDArray[np.float64]
    low: NDArray[np.float64] | None = None
    high: NDArray[np.float64] | None = None
    without: str = ""
    """Why there are no intervals."""


@dataclass(frozen=True)
class Candidate:
    """One model that was compared on the validation part."""

    model: str
    title: str
    figures: Mapping[str, Figure]
    chosen: bool = False
    note: str = ""


@dataclass(frozen=True)
class Setting:
    """One setting of the model that was tried, in the last round that it came to."""

    number: int
    """0 is the default."""
    words: str
    epochs: int | None
    figures: Mapping[str, Figure]
    chosen: bool = False


@dataclass(frozen=True)
class Training(Record):
    """What learning left behind; empty where the model has no such thing."""

    epochs: tuple[Mapping[str, Any], ...] = ()
    """`epoch`, `train_loss`, `validation_loss`, `validation_accuracy`, `learning_rate` each."""
    best_epoch: int | None = None
    k_curve: tuple[Mapping[str, Any], ...] = ()
    """`k`, `errors`, `n` and `error` (a figure as JSON) each: the validation error for each number of neighbours."""
    k: int | None = None
    layers: tuple[Mapping[str, Any], ...] = ()
    """`name`, `layer`, `shape`, `parameters`, `operations` each."""
    layers_text: str = ""
    """The network in the language of `--layers`."""
    loss: str = ""
    """What a network of classes made small: one of `core.options.LOSSES`."""

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> Training:
        """From what `training.json` says; the layers are the model's to tell."""
        return cls(
            epochs=tuple(facts.get("history", ())),
            best_epoch=facts.get("best_epoch"),
            k_curve=tuple(facts.get("k_curve", ())),
            k=facts.get("n_neighbors"),
            layers_text=facts.get("layers", ""),
            loss=facts.get("loss", ""),
        )


@dataclass(frozen=True)
class RunReport:
    """Everything that the page shows."""

    title: str
    """What the data are called."""
    model: str
    """The chosen model in words, such as `k nearest neighbours`."""
    command: str
    """The command that repeats the run."""
    data: Mapping[str, Any]
    """Plain facts about the data in the order to show them: words -> text or number."""
    findings: Findings
    split_method: str
    """In sentences: how the items were divided."""
    split_counts: Mapping[str, Mapping[str, int]]
    """Label -> part (`train`, `validation`, `test`) -> items."""
    evaluation: Measured
    candidates: tuple[Candidate, ...] = ()
    compared_on: Mapping[str, int] | None = None
    """How many items each candidate learned from (`train`) and was measured on (`validation`); of how many `folds`."""
    settings: tuple[Setting, ...] = ()
    """Those that were tried, the best first."""
    gain: Figure | None = None
    """By how much the kept setting passed the default."""
    training: Training = field(default_factory=Training)
    gallery: tuple[Picture, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    """Library -> version, the program's own first."""
    notes: tuple[str, ...] = ()
    earlier_looks: int = 0
    """Other configurations that were measured on this test part before."""
    kept: Mapping[str, Any] = field(default_factory=dict)
    """Results of later examinations that are kept beside the run, by name; see `sections`."""

    columns: tuple[Column, ...] = ()
    """Of a table: what was learned from."""
    aside: Mapping[str, str] = field(default_factory=dict)
    """Of a table: columns that were set aside, and why."""
    answers: Answered | None = None
    """Where the answer is a number: the tested items."""

    card: Card = field(default_factory=Card)
    """What people say of the model."""
    holds: str = ""
    """What of the items that it learned from can be seen in the model file."""

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts that hold items."""
        return tuple(part for part in PARTS if any(counts.get(part) for counts in self.split_counts.values()))


def pick_pictures(
    items: list[str],
    values: NDArray[Any] | None,
    truth: NDArray[Any],
    probabilities: NDArray[np.floating],
    classes: NDArray[Any],
    *,
    shown: int = PICTURES_SHOWN,
) -> tuple[Picture, ...]:
    """The surest mistakes, surest first, then the answers with the least lead over the second, mistakes left out.

    `values` is uint8 `(n, H, W, C)`, texts `(n,)` or None; all others go item by item. Equals keep the order of items.
    """
    names = [str(name) for name in classes]
    best = probabilities.argmax(axis=1)
    answers = np.array(names)[best]
    top = probabilities[np.arange(len(best)), best]
    ordered = np.sort(probabilities, axis=1)
    lead = ordered[:, -1] - ordered[:, -2] if ordered.shape[1] > 1 else ordered[:, -1]
    wrong = np.flatnonzero(answers != truth.astype(str))
    right = np.flatnonzero(answers == truth.astype(str))
    mistakes = wrong[np.argsort(-top[wrong], kind="stable")][:shown]
    unsure = right[np.argsort(lead[right], kind="stable")][:shown]

    def picture(i: int, kind: Literal["mistake", "unsure"]) -> Picture:
        text = str(values[i]) if values is not None and values.ndim == 1 else None
        pixels = None if values is None or text is not None else np.ascontiguousarray(values[i])
        return Picture(items[i], pixels, str(truth[i]), str(answers[i]), float(top[i]), kind, text)

    unsure = unsure[top[unsure] < 1.0]
    return (*(picture(int(i), "mistake") for i in mistakes), *(picture(int(i), "unsure") for i in unsure))


def of_classes(report: RunReport) -> Evaluation:
    """The evaluation of a report about classes. Raises TypeError for one about a number."""
    if not isinstance(report.evaluation, Evaluation):
        raise TypeError("this report is about a number; see number_page")
    return report.evaluation
