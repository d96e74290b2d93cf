"""`table what-if`: what a model answers for the rows of a table as they are, and with some columns otherwise."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..core import events
from ..core.errors import DataError, DiscernError, OptionError, describe
from ..core.events import Listener, note, silent, stage
from ..core.records import Column
from ..data.dataset import Dataset
from ..data.table_values import stream_values
from ..data.tables_out import FORMATS, table_writer
from ..explain.contributions import said
from ..explain.figures import Array
from ..explain.what_if import MOST_COMPARED as COMPARED
from ..explain.what_if import Change, Known, Outside, Total, WhatIf, changed, counts, known, parse_changes, sums
from ..store import bundle, outputs
from ..store.bundle import Bundle
from ..store.numbers import ShippedNumbers, ship
from ..store.run_folder import RunFolder, model_path
from ..store.session import Shipped
from .explain_folder import open_run
from .refits import learnable

SAME = 1e-9


@dataclass
class _Tally:
    """What is summed over pieces."""

    n: int = 0
    different: int = 0
    unchanged: int = 0
    odd: int = 0
    compared: int = 0
    far: int = 0
    before: Any = 0.0
    after: Any = 0.0
    spread: Any = 0.0
    outside: dict[int, tuple[int, int]] = field(default_factory=dict)


def what_if(
    run: str | Path,
    source: str | Path,
    changes: Sequence[str],
    *,
    out: str | Path | None = None,
    force: bool = False,
    on_event: Listener = silent,
    on_frame: Callable[[pl.DataFrame], None] | None = None,
) -> WhatIf:
    """Answer for the rows of `source` twice: as they are, and with every one of `changes` made.

    A change is such as `budget=-10%`, `budget=+5`, `budget=120`, `budget==-5` or `region=north`. The rows with both
    answers go to `out`, in pieces, so that memory does not grow with them, or to `on_frame`. That the rows lie within
    the data is judged by the run's own training part, where that can still be read. Raises OptionError (all mistakes at
    once), RunError, DataError, ModelFileError, OutputError.
    """
    loaded = bundle.load(model_path(run))
    columns = loaded.spec.columns
    if not columns:
        found = f"a model of {loaded.spec.kind}" if loaded.spec.kind != "table" else "a model of arrays without names"
        raise DataError(describe(str(run), found=found, expected="one of a table with named columns"))
    if not changes:
        raise OptionError("nothing is changed; expected --set COLUMN=CHANGE, such as " + f"--set {columns[0].name}=...")
    made, problems = parse_changes(changes, columns)
    if problems:
        raise OptionError(problems)
    inputs = [source, run]
    target = None if out is None else outputs.checked("-o", out, inputs=inputs, endings=FORMATS, force=force)
    shipped = ship(loaded)
    data, errors, notes = _training(run, shipped, columns, on_event)
    stage(on_event, "answering twice")
    tally = _Tally()
    with contextlib.ExitStack() as stack:
        writer = None if target is None else stack.enter_context(table_writer(target))
        for table in _pieces(shipped, loaded, str(source), made, data, tally, on_event):
            if writer is not None:
                writer.write(table)
            if on_frame is not None:
                on_frame(table)
        if not tally.n:
            raise DataError(describe(str(source), found="no rows"))
    if tally.compared < tally.n and data is not None:
        notes.append(f"Rows unlike all others were looked for among the first {tally.compared:,}.")
    return WhatIf(
        str(run),
        loaded.task,
        loaded.target,
        tuple(change.said for change in made),
        tally.n,
        tally.different,
        tally.unchanged,
        _totals(shipped, tally, errors),
        tuple(
            Outside(columns[place].name, below, above, float(data.low[place]), float(data.high[place]))
            for place, (below, above) in tally.outside.items()
            if data is not None
        ),
        tally.odd,
        tally.compared,
        tuple(notes),
    )


def _training(
    run: str | Path, shipped: Shipped | ShippedNumbers, columns: Sequence[Column], on_event: Listener
) -> tuple[Known | None, Array | None, list[str]]:
    """The rows that may have been learned from, and recorded errors on others; None and a note where they are gone."""
    if not Path(run).is_dir():
        return (
            None,
            None,
            ["A model file holds no data: whether rows lie outside of what it learned from is not known."],
        )
    tested = _errors(RunFolder(Path(run)), shipped, None)
    try:
        opened = open_run(run, None, on_event)
    except DiscernError as error:
        return None, tested, [f"The training data cannot be read, so rows outside of them are not told ({error})."]
    rows = opened.data.values[learnable(opened)].astype(np.float64)
    seen = known(rows, columns, seed=opened.folder.options().seed)
    return seen, _errors(opened.folder, shipped, opened.data), []


def _errors(folder: RunFolder, shipped: Shipped | ShippedNumbers, data: Dataset | None) -> Array | None:
    """The recorded errors on the test part; of a group the root of its mean square, so that it counts once."""
    if not isinstance(shipped, ShippedNumbers) or not folder.predictions.is_file():
        return None
    table = pl.read_parquet(folder.predictions, columns=["item", "label", "prediction"])
    left = (table["label"] - table["prediction"]).to_numpy()
    if data is None:
        return np.asarray(left, np.float64)
    places = {name: place for place, name in enumerate(data.items["item"])}
    units = np.unique(data.units[[places[name] for name in table["item"]]], return_inverse=True)[1]
    found: Array = np.sqrt(np.bincount(units, left**2) / np.bincount(units))
    return found


def _pieces(
    shipped: Shipped | ShippedNumbers,
    loaded: Bundle,
    source: str,
    changes: Sequence[Change],
    data: Known | None,
    tally: _Tally,
    on_event: Listener,
) -> Iterator[pl.DataFrame]:
    columns = loaded.spec.columns
    for piece in stream_values(source, loaded.spec):
        for sentence in piece.notes:
            if loaded.target not in sentence:
                note(on_event, sentence)
        for item, reason in piece.rejected:
            note(on_event, f"set aside: {item}: {reason}")
        if not len(piece.values):
            continue
        old, new = piece.values, changed(piece.values, changes)
        warnings = _warned(old, new, changes, columns, data, tally)
        tally.unchanged += int(
            (np.isclose(old, new, rtol=1e-12, atol=0) | (np.isnan(old) & np.isnan(new))).all(axis=1).sum()
        )
        table = {"item": piece.items}
        for change in changes:
            column = columns[change.place]
            for name, side in (("before", old), ("after", new)):
                cells = side[:, change.place]
                table[f"{column.name} {name}"] = (
                    pl.Series(cells).fill_nan(None)
                    if column.kind == "number"
                    else pl.Series([said(cell, column) for cell in cells.tolist()])
                )
        table |= _answers(shipped, old, new, tally)
        tally.n += len(old)
        events.steps(on_event, "rows", tally.n, 0)
        yield pl.DataFrame({**table, "warning": warnings})


def _warned(
    old: Array, new: Array, changes: Sequence[Change], columns: Sequence[Column], data: Known | None, tally: _Tally
) -> list[str]:
    """A warning a row, or an empty text; counts go to the tally."""
    if data is None:
        return [""] * len(new)
    found: list[list[str]] = [[] for _ in range(len(new))]
    beyond = np.zeros(len(new), bool)
    for change in changes:
        column = columns[change.place]
        if column.kind == "category":
            continue
        side = data.outside(new, change.place)
        below, above = tally.outside.get(change.place, (0, 0))
        tally.outside[change.place] = below + int((side < 0).sum()), above + int((side > 0).sum())
        low, high = (said(float(bound[change.place]), column) for bound in (data.low, data.high))
        for row in np.flatnonzero(side).tolist():
            found[row].append(f"{column.name} lies outside of {low} to {high}")
        beyond |= side != 0
    tally.far += int(beyond.sum())
    some = slice(0, max(0, COMPARED - tally.compared))
    distance = data.distance(new[some])
    odd = (distance > data.bound) & (distance > data.distance(old[some])) & ~beyond[some]
    tally.compared += len(distance)
    tally.odd += int(odd.sum())
    for row in np.flatnonzero(odd).tolist():
        found[row].append("all together, its values are unlike any row that was learned from")
    return ["; ".join(words) for words in found]


def _answers(shipped: Shipped | ShippedNumbers, old: Array, new: Array, tally: _Tally) -> dict[str, Any]:
    """Both answers as columns; totals go to the tally."""
    if isinstance(shipped, ShippedNumbers):
        one, two = shipped.answer(old), shipped.answer(new)
        found: dict[str, Any] = {}
        for name, side in (("before", one), ("after", two)):
            found[name] = side.values
            found |= {} if side.low is None else {f"{name} low": side.low, f"{name} high": side.high}
        difference = two.values - one.values
        tally.before += math.fsum(one.values)
        tally.after += math.fsum(two.values)
        tally.different += int((np.abs(difference) > SAME * np.maximum(np.abs(one.values), 1e-300)).sum())
        return found | {"difference": difference}
    pair = [shipped.predict_proba(side).astype(np.float64) for side in (old, new)]
    best = [side.argmax(axis=1) for side in pair]
    names: NDArray[Any] = np.asarray(shipped.classes)
    tally.before = tally.before + pair[0].sum(axis=0)
    tally.after = tally.after + pair[1].sum(axis=0)
    tally.spread = tally.spread + np.stack([(side * (1 - side)).sum(axis=0) for side in pair])
    tally.different += int((best[0] != best[1]).sum())
    rows = np.arange(len(old))
    return {
        "before": names[best[0]],
        "before probability": pair[0][rows, best[0]],
        "after": names[best[1]],
        "after probability": pair[1][rows, best[1]],
        "difference": pair[1][rows, best[0]] - pair[0][rows, best[0]],
    }


def _totals(shipped: Shipped | ShippedNumbers, tally: _Tally, errors: Array | None) -> tuple[Total, ...]:
    if isinstance(shipped, ShippedNumbers):
        return (sums(float(tally.before), float(tally.after), tally.n, errors, tally.far),)
    classes = tuple(map(str, shipped.classes))
    return counts(tally.before, tally.after, tally.spread, tally.n, classes, tally.far)
