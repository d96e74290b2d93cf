"""`--search N`: try N settings of a model on what it may look at, and keep the best; the test part stays closed.

Random settings (Bergstra & Bengio 2012) by successive halving (Jamieson & Talwalkar 2016; Li et al. 2018): all are
trained briefly, the better half for longer, and so on. The default goes through every round, so that what is kept is
never worse than it on validation. Epochs are counted, never the clock; each row is kept as soon as it is measured, and
a search that was stopped goes on after the last.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core import events
from ..core.errors import DataError
from ..core.events import Event, Listener, silent
from ..core.options import TrainOptions
from ..core.records import Figure
from ..data.dataset import Dataset
from ..data.read import read
from ..data.splits import Split
from ..models import catalogue
from . import choose, compare, settings
from .compare import Entrant
from .settings import DEFAULT, Setting

SHARES = (1 / 8, 1 / 4, 1 / 2)
"""Of the whole training of a network, round by round; what is left of the settings is halved between rounds."""
KEPT = ("accuracy", "balanced_accuracy", "log_loss")
"""The figures that the table of settings keeps."""
Choice = dict[str, Any]
Row = dict[str, Any]
Keep = Callable[[Choice], None]


def search(
    data: Dataset, parts: Split, options: TrainOptions, choice: Choice, *, keep: Keep, on_event: Listener
) -> Choice:
    """Try `options.search` settings of the chosen model, or of the best that has any; the choice with what was found.

    `choice` is what `choose.choose` returned, or what `keep` was last given: its `search.rows` are not measured again.
    Added are `parameters`, `size` (height and width, where another one won) and `search`: `{"model", "title",
    "compared_on", "rows": [{"round", "epochs", "setting", "words", "changed", "figures"}], "setting", "gain"}`, where
    `gain` is the figure by which the kept setting passes the default on the same items.
    """
    assert options.search is not None  # `stages.compared` asks only then
    begun = _begun(choice)
    if begun is None or not len(parts.validation):
        why = "no items to choose by" if begun is not None else "this model finds its settings by itself"
        events.note(on_event, f"no settings are tried: {why}")
        return choice
    model, base = begun
    fixed = {**choose.parameters(model, options, data), **base}
    tried = settings.draw(model, data, fixed, _resizable(data), options.search, options.seed)
    comparison = compare.plan(data, parts, (Entrant(model),), options, choosy=False)
    trial = _Trial(data, options, comparison, model, {name: fixed[name] for name in fixed if name != "budget"})
    rows: list[Row] = list(choice.get("search", {}).get("rows", ()))
    rounds = _rounds(model, data, options, comparison.n_learned)
    title = catalogue.entry(model).title
    if len(tried) < options.search:
        events.note(on_event, f"{title}: there are only {len(tried)} settings to try")
    if model == compare.NETWORK and data.kind == "pictures" and not _resizable(data):
        events.note(on_event, "picture sizes are not tried: that takes a folder of pictures and no --size")
    left = list(range(len(tried)))
    for number, epochs in enumerate(rounds):
        events.note(on_event, f"round {number + 1} of {len(rounds)}: {len(left)} settings{_for(epochs)}")
        for index in left:
            row = next((row for row in rows if (row["round"], row["setting"]) == (number, index)), None)
            if row is None:
                row = trial.row(tried[index], epochs, _found(rows), on_event)
                row |= {"round": number, "setting": index}
                rows.append(row)
                keep({**choice, "search": {"model": model, "parameters": base, "rows": rows}})
            right = row["figures"]["accuracy"]["value"]
            on_event(Event("candidate", {"model": row["words"], "validation_accuracy": right}))
        ranked = sorted((row for row in rows if row["round"] == number), key=_rank)
        others = [row["setting"] for row in ranked if row["setting"] != 0]
        left = sorted([0, *others[: math.ceil(len(others) / 2)]])
    best = ranked[0]
    default = next(row for row in ranked if row["setting"] == 0)
    gain = trial.gain(best["wrong"], default["wrong"], len(tried) - 1)
    record = {
        "model": model,
        "title": title,
        "compared_on": comparison.to_json(),
        "rows": [{key: value for key, value in row.items() if key not in ("wrong", "augment")} for row in rows],
        "setting": best["setting"],
        "gain": gain.to_json(),
    }
    rival = None if model == choice["chosen"] else _rival(trial, choice, options)
    if rival is not None and _rank({"figures": rival}) < _rank(best):
        events.note(on_event, f"kept: {catalogue.entry(choice['chosen']).title}, which no setting of {title} passes")
        return {**choice, "search": record}
    events.note(on_event, _sentence(best, gain, len(tried)))
    winner = tried[best["setting"]]
    found = {**choice, "chosen": model, "parameters": {**base, **winner.parameters(_found(rows))}, "search": record}
    size = winner.changed.get(settings.SIZE)
    return found if size is None else {**found, "size": list(size)}


def finished(choice: Mapping[str, Any]) -> bool:
    """Whether the settings of this choice were all tried."""
    return "gain" in choice.get("search", {})


def resized(data: Dataset, choice: Mapping[str, Any], on_event: Listener) -> Dataset:
    """The data at the size that was found, or as they are."""
    size = choice.get("size")
    return data if size is None else _at(data, tuple(size), on_event)


@dataclass
class _Trial:
    """What every setting is measured with."""

    data: Dataset
    options: TrainOptions
    comparison: compare.Comparison
    model: str
    fixed: Mapping[str, Any]
    _sizes: dict[tuple[int, int], Dataset] = field(default_factory=dict)
    _baseline: NDArray[np.float64] | None = None

    def row(self, setting: Setting, epochs: int | None, found: str, on_event: Listener) -> Row:
        """A row of the table of settings: `words`, `changed`, `epochs`, `figures`, and what the search itself needs:
        the places of wrong answers, and for the default how it varied pictures."""
        given = {**self.fixed, **setting.parameters(found)}
        if epochs is not None:
            given["epochs"] = (epochs,)
            if found and "augment" not in given:
                given["augment"] = found  # finding it out again would only take time
        answers = compare.answers(
            self.comparison,
            self._data(setting, on_event),
            lambda: compare.estimator(self.model, self.data, **given),
            on_event=choose.quiet(on_event),
        )
        row = self._measured(answers.probabilities) | {
            "epochs": epochs,
            "words": setting.words,
            "changed": {name: list(v) if isinstance(v, tuple) else v for name, v in setting.changed.items()},
        }
        return row | ({"augment": found or getattr(answers.fitted, "augment_", "")} if setting == DEFAULT else {})

    def measured(self, model: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Figures of another model on the same items."""
        figures: dict[str, Any] = self._measured(self._answered(model, given))["figures"]
        return figures

    def gain(self, wrong: list[int], default: list[int], others: int) -> Figure:
        """How much larger the share of right answers is than the default's on the same items.

        The spread is that of the differences of the units; the level is that of as many comparisons as there were.
        """
        held = self.comparison.answered
        differences = np.zeros(len(held))
        differences[default] += 1
        differences[wrong] -= 1
        _, unit = np.unique(self.data.units[held], return_inverse=True)
        sums, n = np.bincount(unit, differences), len(held)
        mean = float(differences.sum()) / n
        spread = math.sqrt(len(sums) * float(sums.var(ddof=1))) / n if len(sums) > 1 else 0.0
        z = NormalDist().inv_cdf(1 - 0.025 / max(1, others))
        method = f"differences on the same items, normal approximation, Bonferroni for {max(1, others)}"
        return Figure(mean, mean - z * spread, mean + z * spread, n, method)

    def _measured(self, probabilities: NDArray[np.float64]) -> Row:
        if self._baseline is None:
            self._baseline = self._answered("majority", {})
        figures = compare.figures(self.comparison, self.data, probabilities, self._baseline)
        labels = self.data.labels
        assert labels is not None  # `choose` has refused data without labels
        given = np.asarray(self.data.classes)[probabilities.argmax(axis=1)]
        return {
            "figures": {name: figures[name].to_json() for name in KEPT if name in figures},
            "wrong": np.flatnonzero(given != labels[self.comparison.answered]).tolist(),
        }

    def _answered(self, model: str, given: Mapping[str, Any]) -> NDArray[np.float64]:
        make = partial(compare.estimator, model, self.data, **given)
        return compare.answers(self.comparison, self.data, make).probabilities

    def _data(self, setting: Setting, on_event: Listener) -> Dataset:
        size = setting.changed.get(settings.SIZE)
        if size is None:
            return self.data
        if size not in self._sizes:
            self._sizes[size] = _at(self.data, size, on_event)
        return self._sizes[size]


def _begun(choice: Mapping[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """The model whose settings are tried, and what it is given besides what was asked for."""
    if "search" in choice:
        return choice["search"]["model"], choice["search"]["parameters"]
    if settings.searchable(choice["chosen"]):
        return choice["chosen"], choice["parameters"]
    for row in choose.ranking(choice["candidates"]):
        if settings.searchable(row["model"]):
            return row["model"], row["parameters"]
    return None


def _rounds(model: str, data: Dataset, options: TrainOptions, n: int) -> list[int | None]:
    """Epochs of each round; None for a model that has no use for a short training: one round."""
    if model != compare.NETWORK:
        return [None]
    whole = compare.epochs(data, options, n)
    return sorted({max(1, round(whole * share)) for share in SHARES})  # type: ignore[return-value]


def _for(epochs: int | None) -> str:
    return "" if epochs is None else f" for {epochs} epoch{'s' if epochs > 1 else ''} each"


def _found(rows: list[Row]) -> str:
    """How the default varied pictures, once it has been measured."""
    return next((row["augment"] for row in rows if row["setting"] == 0), "")


def _rank(row: Mapping[str, Any]) -> tuple[float, float, int]:
    figures = row["figures"]
    return -figures["accuracy"]["value"], figures["log_loss"]["value"] or 0.0, row.get("setting", -1)


def _rival(trial: _Trial, choice: Mapping[str, Any], options: TrainOptions) -> dict[str, Any]:
    """The model that won the comparison, on the items of the search."""
    return trial.measured(choice["chosen"], choose.winning(choice, options, trial.data))


def _sentence(best: Row, gain: Figure, n: int) -> str:
    others = f"{n - 1} other{'s' if n > 2 else ''}"
    if best["setting"] == 0:
        return f"kept: the default; of {others} none did better"
    assert gain.value is not None and gain.low is not None  # counted just now
    by = (
        f"{100 * gain.value:.1f} points over the default"
        if gain.value
        else "as many right as the default, less log loss"
    )
    shown = "" if gain.low > 0 else "; within chance: no difference shown"
    return f"kept: {best['words']}: {by} on {gain.n:,} items{shown}"


def _resizable(data: Dataset) -> bool:
    """Whether pictures can be read again at another size: from a folder, unless the size or the groups were given."""
    source = data.source
    grouped = "group" in data.items.columns and source.options.group_from is None
    return (
        source.reader == "folder" and source.path is not None and source.options.pictures.size is None and not grouped
    )


def _at(data: Dataset, size: tuple[int, int], on_event: Listener = silent) -> Dataset:
    """The same items at another size. Raises DataError when they are no longer the same."""
    source = data.source
    assert source.path is not None  # `_resizable` has seen to it
    found = read(
        source.path,
        spec=dataclasses.replace(data.input, shape=(*size, data.input.shape[2])),
        labels=source.options.labels,
        id=source.options.id,
        label=source.options.label,
        group_from=source.options.group_from,
        max_bad=source.options.max_bad,
        max_megapixels=source.options.max_megapixels,
        corrections=source.options.corrections,
        on_event=choose.quiet(on_event),
    )
    if found.fingerprint != data.fingerprint:
        raise DataError(f"{source.path}: the pictures have changed since they were read; run it again")
    return dataclasses.replace(found, source=source)
