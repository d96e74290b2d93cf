"""`discern table fit-line`: a line in closed form and by gradient descent, every step of it kept and drawn."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..core import files
from ..core.events import Listener, note, silent, stage, steps
from ..core.line_options import SIZES, LineOptions
from ..core.options import SEED, raise_all
from ..core.threads import budget
from ..core.views import Record
from ..data.number_columns import Values, ahead, number_pieces, number_table
from ..models import line_cost
from ..models.line_fit import Cost, Drawn, LineFit
from ..models.line_fitting import Fitted, Rows, Steps, fit_rows, fit_stream
from ..report import line_film, line_page
from ..store import outputs

RESULT, TABLE = "line.json", "iterations.csv"
COSTS, COST_TABLE = "cost.json", "cost.csv"
OWN = (RESULT, TABLE, *line_page.BESIDE)
COST_OWN = (COSTS, COST_TABLE, line_page.COST_PAGE)
DIGITS = 12
"""Of the numbers in `iterations.csv`: sums over rows differ beyond these between libraries."""


@dataclass(frozen=True)
class LineRun(Record):
    """A line that was fitted: the result, every step, and the folder it was written to."""

    result: LineFit
    steps: Steps
    folder: Path | None
    drawn: Drawn
    """What its pictures are drawn from."""


def fit_line(
    source: str | Path,
    options: LineOptions,
    *,
    out: str | Path | None = None,
    film: bool = False,
    missing: Sequence[str] = (),
    force: bool = False,
    on_event: Listener = silent,
) -> LineRun:
    """Fit a line to a table's columns, and write the page, its pictures and all steps into the folder `out`.

    With `film` a GIF of the moving line stands beside them. `missing` are marks of missing values beside the usual
    ones; rows with a missing value are left out. Raises OptionError, DataError, OutputError.
    """
    raise_all(
        [*options.problems(), "--film needs -o, a folder to write line.gif into" if film and out is None else None]
    )
    folder = None if out is None else outputs.checked_folder(out, [source], OWN, force=force)
    stage(on_event, "reading")
    if options.stream:
        table = number_pieces(source, options.target, options.columns, missing=missing)
        fitted = fit_stream(table.name, table.columns, _told(table.pieces, on_event), options)
        notes: Sequence[str] = table.notes
    else:
        held = number_table(source, options.target, options.columns, missing=missing, on_event=on_event)
        known = ~np.isnan(held.values).any(axis=1)
        left_out = int((~known).sum())
        values = held.values if not left_out else held.values[known]
        stage(on_event, "fitting")
        fitted = fit_rows(Rows(held.name, held.columns, options.target, values, left_out), options)
        notes = held.notes
    for sentence in notes:
        note(on_event, sentence)
    if folder is not None:
        stage(on_event, "drawing")
        _write(folder, fitted, film=film)
    return LineRun(fitted.fit, fitted.steps, folder, fitted.drawn)


def line_costs(
    sizes: Sequence[tuple[int, int]] = SIZES,
    *,
    seed: int = 0,
    out: str | Path | None = None,
    force: bool = False,
    on_event: Listener = silent,
) -> tuple[Cost, ...]:
    """Measure what both ways cost on made-up tables of `sizes`, rows and columns; with `out`, write page and table.

    Raises OptionError, OutputError.
    """
    raise_all([SEED.problem("--seed", seed)])
    folder = None if out is None else outputs.checked_folder(out, [], COST_OWN, force=force)
    found = []
    for done, size in enumerate(sizes):
        steps(on_event, "tables", done, len(sizes))
        found.append(line_cost.cost(*size, seed=seed))
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        rows = [
            (one.rows, one.columns, name, f.value, f.low, f.high, f.n, f.method)
            for one in found
            for name, f in (("closed form", one.closed), ("descent", one.descent), ("passes", one.passes))
        ]
        header = ("rows", "columns", "what", "value", "low", "high", "n", "method")
        files.write_text(folder / COST_TABLE, files.csv_text(header, rows))
        machine = f"{budget()} of this machine's processors, {platform.machine()}"
        files.write_text(folder / line_page.COST_PAGE, line_page.cost_page(found, machine))
        files.write_json(folder / COSTS, {"schema": 1, "seed": seed, "costs": [one.to_json() for one in found]})
    return tuple(found)


def _told(pieces: Iterator[Values], on_event: Listener) -> Iterator[Values]:
    done = 0
    for piece in ahead(pieces):
        yield piece
        done += len(piece)
        steps(on_event, "rows", done, 0)


def _write(folder: Path, fitted: Fitted, *, film: bool) -> None:
    """Everything but the result, and then the result: a folder without it was not finished."""
    folder.mkdir(parents=True, exist_ok=True)
    for pattern in OWN:
        for old in folder.glob(pattern):
            old.unlink()
    if film:
        files.write_bytes(folder / line_page.FILM, line_film.film(fitted.fit, fitted.drawn))
    for name, content in line_page.beside(fitted.fit, fitted.drawn, film=film).items():
        files.write_text(folder / name, content)
    files.write_text(folder / TABLE, _steps_csv(fitted.fit, fitted.steps))
    files.write_json(folder / RESULT, fitted.fit.to_json())


def _steps_csv(fit: LineFit, kept: Steps) -> str:
    header = ("iteration", "size_of_step", "loss", "intercept", *fit.columns)
    sizes = [None if np.isnan(size) else float(size) for size in kept.size]
    numbers = np.column_stack([kept.loss, kept.parameters])
    rows = (
        (iteration, size, *(float(f"{number:.{DIGITS}g}") for number in line))
        for iteration, size, line in zip(kept.iteration.tolist(), sizes, numbers.tolist(), strict=True)
    )
    return files.csv_text(header, rows)
