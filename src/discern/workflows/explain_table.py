"""`explain` for tables: what matters and how, and the parts of one answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import DataError, OptionError, describe
from ..core.events import Listener, note, stage, steps
from ..core.options import suggest
from ..core.records import Column, Figure
from ..data.dataset import Dataset
from ..data.table_values import stream_values
from ..explain.contributions import Contributions, contributions
from ..explain.figures import Array
from ..explain.permutation import Held
from ..explain.table import Rows, TableExplanation, explain_table
from ..models import catalogue
from ..report import explain_page
from ..store.bundle import Bundle
from ..store.numbers import ShippedNumbers, ship
from ..store.session import Shipped
from . import choose, compare, explain_folder
from .kept import Finished
from .refits import learnable

FEWEST, ENOUGH = 10, 2_000
"""Rows that stand alone, below which none are held back; rows of a validation part that are enough by themselves."""
LONG = 300.0
"""Estimated seconds of fitting on folds above which the validation part alone is asked about."""
STAGES = {
    "importance": "exchanging columns",
    "dependence": "setting columns to other values",
    "coefficients": "fitting lines",
    "bends": "looking for bends",
    "influence": "looking for rows that pull",
}
Predict = Callable[[Array], NDArray[Any]]


def whole(
    run: str | Path, loaded: Bundle, source: str | Path | Dataset | None, folder: Path | None, on_event: Listener
) -> TableExplanation:
    """The model as a whole."""
    opened = explain_folder.open_run(run, source, on_event)
    data, seed = opened.data, opened.folder.options().seed
    predict, classes = predictor(ship(loaded))
    every = learnable(opened)
    twins, way, notes = _twins(opened, every, classes, on_event)
    labels = data.labels
    assert labels is not None  # `finished` has refused data without labels
    rows = Rows(
        data.values[every].astype(np.float64),
        labels[every] if data.task == "regression" else labels[every].astype(str),
        data.units[every],
        tuple(map(str, data.items["item"].gather(every))),
    )
    result = explain_table(
        predict,
        columns_of(loaded, data),
        rows,
        twins,
        run=str(run),
        model=catalogue.entry(loaded.model).title,
        target=loaded.target,
        classes=classes,
        way=way,
        notes=notes,
        seed=seed,
        on_stage=lambda name: stage(on_event, STAGES[name]),
        on_step=lambda done, of: steps(on_event, "columns", done, of),
    )
    if folder is not None:
        stage(on_event, "drawing")
        explain_folder.write(folder, explain_page.beside(result), result.to_json())
    return result


def one(
    run: str | Path,
    loaded: Bundle,
    source: str | Path | Dataset | None,
    item: str,
    folder: Path | None,
    on_event: Listener,
) -> Contributions:
    """One answer, in parts that add up to it."""
    shipped = ship(loaded)
    opened = None
    try:
        opened = explain_folder.open_run(run, None if isinstance(source, (str, Path)) else source, on_event)
    except DataError:
        if source is None or isinstance(source, Dataset):
            raise
    if isinstance(source, (str, Path)) and loaded.spec.columns:
        names, values = _given(source, loaded, on_event)
        columns = loaded.spec.columns
    elif opened is not None:
        names, values = opened.data.items["item"].to_list(), opened.data.values.astype(np.float64)
        columns = columns_of(loaded, opened.data)
    else:
        raise DataError(f"{run}: this run learned from arrays; give them again")
    place = _place_of(item, names)
    background, seed = values, 0
    if opened is not None:
        background = opened.data.values[learnable(opened)].astype(np.float64)
        seed = opened.folder.options().seed
    else:
        note(on_event, f"the data that {run} learned from cannot be read: the rows of {source} stand in for them")
    predict, classes = predictor(shipped)
    row = values[place]
    prediction, answer = _stated(shipped, row, predict, classes, len(background))
    which = classes.index(answer) if classes else 0
    result = contributions(
        (lambda some: predict(some)[:, which]) if classes else predict,
        row,
        columns,
        background,
        item=names[place],
        answer=answer,
        prediction=prediction,
        seed=seed,
    )
    result = replace(result, run=str(run), target=loaded.target)
    if folder is not None:
        explain_folder.write(folder, explain_page.beside_one(result), result.to_json())
    return result


def predictor(shipped: Shipped | ShippedNumbers) -> tuple[Predict, tuple[str, ...]]:
    """Numbers `(n,)`, or probabilities `(n, n_classes)` and the classes."""
    if isinstance(shipped, ShippedNumbers):
        return shipped.predict, ()
    return shipped.predict_proba, tuple(map(str, shipped.classes))


def columns_of(loaded: Bundle, data: Dataset) -> tuple[Column, ...]:
    """The columns that the model looks at; arrays have numbers only."""
    return loaded.spec.columns or tuple(Column(name, "number") for name in data.feature_names)


def _twins(
    opened: Finished, every: NDArray[np.int64], classes: tuple[str, ...], on_event: Listener
) -> tuple[list[Held], str, list[str]]:
    """Models like the run's, each with rows (positions in `every`) that it did not learn from; how, and what to note.

    The run's own model may have learned from the validation part too, once it was chosen. So models are fitted again:
    on folds where rows are few and that is quick, else on the training part for the validation part.
    """
    data, parts, seed = opened.data, opened.parts, opened.folder.options().seed
    name, labels = opened.choice["chosen"], data.labels
    assert labels is not None
    if len(np.unique(data.units[every])) < FEWEST:
        return (
            [],
            "",
            [f"Importance takes {FEWEST} rows that stand alone, so that some can be held back: not measured."],
        )
    folds = len(parts.validation) < ENOUGH and compare.FOLDS * compare.seconds(name, len(every), data) <= LONG
    if not folds and not len(parts.validation):
        return [], "", ["There is no validation part, and the model takes long to fit: importance is not measured."]
    divided = compare.folds(data, every, seed) if folds else ((parts.train, parts.validation),)
    stage(on_event, "fitting again without the rows that are asked about")
    given = choose.winning(opened.choice, opened.folder.options(), data)
    found = []
    for done, (train, held) in enumerate(divided):
        twin = compare.estimator(name, data, **given).fit(data.values[train], labels[train])
        found.append(Held(_answering(twin, classes), np.searchsorted(every, held)))
        steps(on_event, "fits", done + 1, len(divided))
    fits = f"{len(divided)} models like it" if folds else "a model like it"
    which = "each for a part of the rows that it did not learn from" if folds else "for the validation part"
    return found, f"answered by {fits}, {which}", []


def _answering(twin: Any, classes: tuple[str, ...]) -> Predict:
    if not classes:
        return lambda values: np.asarray(twin.predict(values), np.float64)
    places = [classes.index(str(label)) for label in twin.classes_]

    def probabilities(values: Array) -> NDArray[Any]:
        """In the order of all classes: a fold may lack one."""
        found = np.zeros((len(values), len(classes)))
        found[:, places] = twin.predict_proba(values)
        return found

    return probabilities


def _given(source: str | Path, loaded: Bundle, on_event: Listener) -> tuple[list[str], Array]:
    """The names and values of rows that a person gives. Raises DataError."""
    names: list[str] = []
    values = []
    for piece in stream_values(source, loaded.spec):
        for sentence in piece.notes:
            if loaded.target not in sentence:
                note(on_event, sentence)
        names += piece.items.to_list()
        values.append(piece.values)
    if not names:
        raise DataError(describe(str(source), found="no rows"))
    return names, np.concatenate(values)


def _place_of(item: str, names: list[str]) -> int:
    if item in names:
        return names.index(item)
    known = f"items are called {names[0]!r} to {names[-1]!r}"
    raise OptionError(f"--item {item}: there is no such row; {known}{suggest(item, names[:2000])}")


def _stated(
    shipped: Shipped | ShippedNumbers, row: Array, predict: Predict, classes: tuple[str, ...], n: int
) -> tuple[Figure, str]:
    """The answer for a row with its interval, and of classes the label."""
    if isinstance(shipped, ShippedNumbers):
        found = shipped.answer(row[None])
        value = float(found.values[0])
        if found.low is None or found.high is None or shipped.coverage is None:
            return Figure(value, None, None, n, "the model's answer; it states no interval"), ""
        method = f"conformal interval, {100 * shipped.coverage:g} %"
        return Figure(value, float(found.low[0]), float(found.high[0]), n, method), ""
    probabilities = predict(row[None])[0]
    best = int(probabilities.argmax())
    return Figure(float(probabilities[best]), None, None, n, "the probability that the model states"), classes[best]
