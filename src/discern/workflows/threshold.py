"""The operating point of a model: at which threshold it should answer with one label, for stated costs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..core.asked import InspectOptions
from ..core.errors import DataError, OptionError
from ..core.options import suggest
from ..core.rows import Rows
from ..data.dataset import Dataset
from ..evaluate.operating import Items, OperatingPoints, best_threshold, by_costs, measured
from ..store import bundle
from ..store.session import Shipped
from . import choose, trusting
from .kept import Finished

EQUAL = (1.0, 1.0)
SHOWN = 10


def label_of(classes: NDArray[np.str_], data: Dataset, test: NDArray[np.int64], of: str | None) -> str:
    """The label that is alarmed about: as asked, or the rarer of two. Raises OptionError."""
    known = [str(name) for name in classes]
    if of is not None:
        if of not in known:
            more = f" and {len(known) - SHOWN:,} more" if len(known) > SHOWN else ""
            there = ", ".join(known[:SHOWN]) + more
            raise OptionError(f"--of {of}: no such label; there is {there}{suggest(of, known)}")
        return of
    if len(known) != 2:
        raise OptionError(f"--of: there are {len(known):,} labels; say which one is held against all others")
    labels = data.labels
    counts = {name: 0 if labels is None else int((labels[test] == name).sum()) for name in known}
    return min(known, key=lambda name: (counts[name], -known.index(name)))


def examined(
    shipped: Shipped,
    data: Dataset,
    test: NDArray[np.int64],
    probabilities: NDArray[np.float32],
    run: Finished | None,
    options: InspectOptions,
) -> OperatingPoints:
    """Choose the threshold on validation items that learning never saw and measure it on `test`.

    Where there are none, the threshold is the one that the costs alone give.
    """
    label = label_of(shipped.classes, data, test, options.of)
    column = int(np.flatnonzero(shipped.classes == label)[0])
    costs = options.costs or EQUAL
    labels = data.labels
    if labels is None:
        raise DataError(f"{data.name}: the items have no labels")
    rows, said = _to_choose_on(shipped, run)
    notes: tuple[str, ...] = ()
    if len(rows) and 0 < (labels[rows] == label).sum() < len(rows):
        blocks = Rows(data.values, rows).blocks(shipped.batch)
        scores = np.concatenate([shipped.predict_proba(block)[:, column] for block in blocks]).astype(np.float64)
        threshold = best_threshold(scores, labels[rows] == label, costs, options.prevalence)
        chosen_on = f"{len(rows):,} {said}"
    else:
        why = f"no {said} of both {label!r} and others" if len(rows) else f"no {said}"
        learned = labels if run is None else labels[run.parts.train]
        threshold = by_costs(costs, options.prevalence, float((learned == label).mean()))
        chosen_on = "the costs alone"
        notes = (f"There are {why}; the threshold is the best one if the stated probabilities are true.",)
    items = Items(probabilities[:, column].astype(np.float64), labels[test] == label, data.units[test])
    return measured(items, label, threshold, chosen_on, costs=costs, prevalence=options.prevalence, notes=notes)


def _to_choose_on(shipped: Shipped, run: Finished | None) -> tuple[NDArray[np.int64], str]:
    """Validation items that learning never saw, and what they are called; also where there are none.

    A model that learned from the validation part too, once it was chosen, left out what was set aside for calibration.
    """
    nothing = np.empty(0, dtype=np.int64)
    if run is None:
        return nothing, "validation items beside these data"
    options = run.folder.options()
    config = bundle.load(run.folder.model).config
    refit = config.get("model", config).get("refit", False)  # of a table: of the model behind its encoder
    if not refit and not choose.learns_to_the_end(run.choice["chosen"], run.parts, options):
        return run.parts.validation, "validation items"
    if shipped.trust is None or shipped.trust.fitted_on.how != "kept":
        return nothing, "validation items that it did not learn from"
    aside = trusting.divide(run.data, run.parts, options).aside
    return aside, "validation items that neither learned nor chose the model"
