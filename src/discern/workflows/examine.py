"""`evaluate --leak-price` and its like: questions to a finished run that are answered by refitting its model.

What is refitted learns from the training and the validation part alone; the test part stays closed. Each answer is kept
beside the run and shown in its report, which is written anew.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from ..core import events
from ..core.errors import OptionError
from ..core.events import Listener, silent
from ..core.options import one_of, raise_all
from ..data.dataset import Dataset
from ..evaluate import quick
from ..evaluate.leak_price import LeakPrice
from ..evaluate.more_data import MoreData, more_data, sizes
from ..evaluate.overfit import Overfit, overfit
from ..evaluate.refit import Learner, chunks, folds, held_of
from ..evaluate.solvable import Recorded, Solvable, solvable
from ..evaluate.suspects import Suspects, suspects, votes_of_nearest
from ..store import bundle
from ..store.run_folder import SUSPECTS, RunFolder
from . import leaks
from .again import finished, keep
from .kept import Finished
from .reading import read_with
from .refits import LONG, Chosen, chosen, codes, learnable, own, plain_values, quick_one, seconds
from .sizes import compared

REPEATS, FEW_REPEATS = 5, 3
"""Of a learning curve; fewer from 2,000 items on."""


def examine(
    run: str | Path, asked: Sequence[str], source: str | Path | Dataset | None = None, *, on_event: Listener = silent
) -> dict[str, Any]:
    """Answer the questions `asked` (names of `QUESTIONS`) about a finished run; `{name: record}` in that order.

    `source` is where the run's data lie now, or they themselves where the run learned from arrays. Raises OptionError,
    RunError (no finished run, another process at work), DataError (the data have changed), OutputError (labels were put
    right in the list of suspects that would be written anew).
    """
    raise_all([one_of("question", name, list(QUESTIONS)) for name in asked])
    if not asked:
        raise OptionError(f"nothing was asked; expected one of {', '.join(QUESTIONS)}")
    data = source
    if isinstance(data, (str, Path)):
        data = read_with(data, RunFolder(Path(run)).reading(), on_event=on_event)
    opened = finished(run, data, on_event)
    if opened.data.task == "regression":
        raise OptionError(f"{run}: this run learned a number; {', '.join(asked)} asks about classes")
    if "suspects" in asked:
        opened.folder.refuse_filled()
    found = {name: QUESTIONS[name](opened, on_event) for name in asked}
    sheets = {SUSPECTS: found["suspects"].csv()} if "suspects" in found else {}
    keep(opened, found, sheets)
    return found


def _leak_price(run: Finished, on_event: Listener) -> LeakPrice:
    events.stage(on_event, "refitting the model under each split")
    number = 2 + (run.data.groups is not None)
    found = chosen(run, lambda n: [n - n // leaks.n_folds(n)] * leaks.n_folds(n) * number, on_event)
    result = leaks.scored(run.data, found, run.folder.options().seed)
    return leaks.completed(result, run.folder, run.data, run.parts, found.rows)


def _solvable(run: Finished, on_event: Listener) -> Solvable:
    events.stage(on_event, "exchanging labels between groups")
    seed = run.folder.options().seed
    found = quick_one(run.data, learnable(run), seed)
    units = run.data.units[found.rows]
    result = solvable(found.learner, found.labels, units, recorded=_recorded(run), seed=seed)
    return dataclasses.replace(result, overfit=_gap(run, on_event))


def _gap(run: Finished, on_event: Listener) -> Overfit | None:
    """How the run's own model does on what it learned from, and on other items; and others of its kind."""
    found: Chosen = chosen(run, lambda n: [n - n // leaks.n_folds(n)] * leaks.n_folds(n), on_event)
    numbers = sum(array.size for array in bundle.load(run.folder.model).arrays.values()) if found.own else 0
    n_folds = leaks.n_folds(len(found.rows))
    gap = overfit(
        found.learner,
        found.labels,
        run.data.units[found.rows],
        own=found.own,
        n_numbers=int(numbers),
        n_folds=n_folds,
        seed=run.folder.options().seed,
    )
    return gap and compared(run, found, gap, n_folds, on_event)


def _recorded(run: Finished) -> Recorded | None:
    """The recorded answers to those test items that share nothing with what was learned from."""
    recorded = pl.read_parquet(run.folder.predictions, columns=["item", "label", "prediction"])
    places = {name: place for place, name in enumerate(run.data.items["item"])}
    rows = np.array([places[name] for name in recorded["item"]], dtype=np.int64)
    apart = ~np.isin(run.data.units[rows], run.data.units[learnable(run)])
    if not apart.any():
        return None
    classes = np.unique([*run.data.classes, *recorded["prediction"]])
    labels, answers = (np.searchsorted(classes, recorded[name].to_numpy()[apart]) for name in ("label", "prediction"))
    return Recorded(labels.astype(np.int64), answers.astype(np.int64), run.data.units[rows[apart]])


def _more_data(run: Finished, on_event: Listener) -> MoreData:
    events.stage(on_event, "learning from growing parts of the data")
    repeats = FEW_REPEATS if len(learnable(run)) >= leaks.FEW else REPEATS
    found = chosen(run, lambda n: sizes(n) * repeats, on_event, most=len(learnable(run)))
    units, seed = run.data.units[found.rows], run.folder.options().seed
    return more_data(found.learner, found.labels, units, own=found.own, n_repeats=repeats, seed=seed)


def _suspects(run: Finished, on_event: Listener) -> Suspects:
    events.stage(on_event, "looking for labels that the items contradict")
    rows, seed = learnable(run), run.folder.options().seed
    labels, units, n_classes = codes(run.data, rows), run.data.units[rows], len(run.data.classes)
    number = leaks.n_folds(len(rows))
    said: tuple[str, ...] = ()
    if len(np.unique(units)) < number or np.bincount(units).max() > quick.MOST // 2:
        units = np.arange(len(rows))
        said = ("The items are few large groups: each item was looked at by itself, and its own group spoke for it.",)
    cost = [len(rows) - len(rows) // number] * number
    is_own = sum(seconds(run, count) for count in cost) <= LONG
    probabilities = np.zeros((len(rows), n_classes))
    learner: Learner | None = None
    if is_own:
        parts = folds(units, labels, number, seed=seed, purpose="suspects")
        learner = own(run, rows, number, on_event)
        probabilities[held_of(parts)] = learner.probabilities(labels, parts)
    votes = np.zeros((len(rows), n_classes), np.int64)
    for some in chunks(units, quick.MOST, seed=seed):
        near = quick.Quick(plain_values(run.data, rows[some]), n_classes)
        votes[some] = votes_of_nearest(near.likeness, labels[some], units[some], n_classes)
        if not is_own:
            learner, parts = near, folds(units[some], labels[some], number, seed=seed, purpose="suspects")
            probabilities[some[held_of(parts)]] = near.probabilities(labels[some], parts)
    names = run.data.items["item"].gather(rows).to_list()
    title = quick.TITLE if learner is None else learner.title
    return suspects(
        names, labels, run.data.classes, probabilities, votes, units, model=title, own=is_own, unanswered=said
    )


QUESTIONS: dict[str, Callable[[Finished, Listener], Any]] = {
    "leak_price": _leak_price,
    "solvable": _solvable,
    "more_data": _more_data,
    "suspects": _suspects,
}
