"""`text count`: how frequent a label truly is by area, week or any column, from predictions and a labelled sample."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..core import files
from ..core.errors import DataError, describe
from ..core.events import Listener, silent, stage
from ..core.options import Interval, raise_all, suggest
from ..data.boundaries import names_shown, read_boundaries
from ..data.located import PlaceOptions as PlaceOptions
from ..data.located import locate, placed
from ..data.tables import column, read_table
from ..data.tables_out import FORMATS, write_table
from ..evaluate.counts import RISE, Counts, Reference, with_notes
from ..evaluate.counts import count as counted
from ..store import outputs

JSON = ".json"
AREA, WEEK = "area", "week"
TIMES = ("time", "date", "datetime", "created_at", "timestamp", "day")
"""Columns that `--by week` is made from where there is no column `week`."""
VALUES = 20_000
"""A column with more different values is none to count by."""
PREFIX = "p_"
NOWHERE = PlaceOptions()

Array = NDArray[np.float64]
Whole = NDArray[np.int64]


def count(
    predictions: str | Path,
    labelled: Sequence[str | Path],
    *,
    by: str,
    label: str | None = None,
    probability: str | None = None,
    of: str | None = None,
    truth: str = "label",
    group: str | None = None,
    rise: float = RISE,
    boundaries: str | Path | None = None,
    name: str | None = None,
    places: PlaceOptions = NOWHERE,
    out: str | Path | None = None,
    force: bool = False,
    on_event: Listener = silent,
) -> Counts:
    """The share of a label among `predictions` (a table) by the values of the column `by`.

    `label` is the column of answers, or `probability` that of the label's probability (`p_<label>`); `of` is the label
    (default: that of the probability, or the rarer of two). Each of `labelled` is a run's folder, whose test part is
    taken, or a table with the same column and the true label in the column `truth`. `by="area"` with `boundaries` puts
    rows into areas by their `places`. With `group`, items of a group, such as one author's, count as fewer.
    Raises OptionError, DataError, OutputError.
    """
    score = label if probability is None else probability
    raise_all([
        "name what is counted: --label COLUMN of the answers, or --probability COLUMN, one of both"
        if (label is None) == (probability is None) else None,
        None if labelled else "--labelled is missing; expected a run, or a table of labelled items with their answers",
        Interval(1, 1000, open_low=True).problem("--rise", rise),
        *places.problems(),
        "--name belongs to --boundaries" if name is not None and boundaries is None else None,
        "places belong to --boundaries" if places != NOWHERE and boundaries is None else None,
        f"--boundaries belongs to --by {AREA}" if boundaries is not None and by != AREA else None,
    ])  # fmt: skip
    assert score is not None  # one of both was given
    target = None
    if out is not None:
        inputs = [path for path in (predictions, *labelled, boundaries, places.gazetteer) if path is not None]
        target = outputs.checked("-o", out, inputs=inputs, endings=(*FORMATS, JSON), force=force)
    areas = None if boundaries is None else read_boundaries(boundaries, name)
    stage(on_event, "read the labelled sample")
    notes: list[str]
    sample, notes = _sample(labelled, score, truth, group)
    of = _label(sample["truth"], probability, of)
    reference, said = _reference(sample, probability is not None, of)
    stage(on_event, "read the predictions")
    frame, read = read_table(predictions)
    notes = [*notes, *said, *read]
    cells = column(str(predictions), frame, score)
    scores = _scores(str(predictions), score, cells, probability is not None, of)
    kept = ~np.isnan(scores)
    if not kept.all():
        notes.append(f"{int((~kept).sum()):,} rows without an answer were left out")
        frame, scores = frame.filter(pl.Series(kept)), scores[kept]
    if not len(scores):
        raise DataError(describe(str(predictions), found="no row with an answer"))
    if areas is not None:
        place, told = placed(locate(str(predictions), frame, places), areas)
        names: Sequence[str] = areas.names
        notes += [*areas.notes, *told]
    else:
        place, names = _values(str(predictions), frame, by)
    units = None if group is None else _codes(column(str(predictions), frame, group))
    stage(on_event, f"count {len(scores):,} answers by {by}")
    result = counted(scores, place, names, reference, label=of, by=by, score=score, units=units, rise=rise)
    result = with_notes(result, notes)
    if target is not None:
        _write(target, result)
    return result


def _sample(
    labelled: Sequence[str | Path], score: str, truth: str, group: str | None
) -> tuple[pl.DataFrame, list[str]]:
    """The labelled items of all samples: `truth`, `score`, and `group` where every one of them has it."""
    parts: list[pl.DataFrame] = []
    notes: list[str] = []
    for given in labelled:
        path = Path(given)
        path = path / "predictions.parquet" if path.is_dir() else path
        if Path(given).is_dir() and not path.is_file():
            raise DataError(describe(str(given), found="no predictions.parquet", expected="a finished run, or a table"))
        frame, said = read_table(path)
        notes += said
        wanted = {"truth": column(str(given), frame, truth), "score": column(str(given), frame, score)}
        if group is not None and group in frame.columns:
            wanted["group"] = frame[group]
        elif group is not None:
            notes.append(f"{given} has no column {group!r}: each of its items counts by itself")
            wanted["group"] = pl.Series([f"{given}\0{row}" for row in range(frame.height)])
        parts.append(pl.DataFrame({name: cells.cast(pl.String) for name, cells in wanted.items()}))
    return pl.concat(parts), notes


def _label(truth: pl.Series, probability: str | None, of: str | None) -> str:
    """The label that is counted. Raises DataError where it cannot be told or was not seen."""
    seen = truth.drop_nulls().value_counts(sort=True, name="n")
    known = [str(value) for value in seen[truth.name].to_list()]
    wanted = of
    if wanted is None and probability is not None and probability.startswith(PREFIX):
        wanted = probability.removeprefix(PREFIX)
    if wanted is None and len(known) == 2:
        if seen["n"][0] == seen["n"][1]:
            raise DataError(f"both labels, {names_shown(sorted(known))}, are as frequent; name the one to count: --of")
        wanted = known[1]
    if wanted is None:
        raise DataError(f"the labelled sample has the labels {names_shown(sorted(known))}; name one: --of")
    if wanted not in known:
        raise DataError(
            f"the label {wanted!r} is not in the labelled sample; it has {names_shown(sorted(known))}"
            f"{suggest(wanted, known)}"
        )
    return wanted


def _reference(sample: pl.DataFrame, probabilities: bool, of: str) -> tuple[Reference, list[str]]:
    scores = _scores("the labelled sample", "its answer", sample["score"], probabilities, of)
    whole = ~np.isnan(scores) & sample["truth"].is_not_null().to_numpy()
    has = (sample["truth"] == of).fill_null(False).to_numpy()
    units = _codes(sample["group"]) if "group" in sample.columns else None
    parts = [whole & has, whole & ~has]
    groups = [None if units is None else np.unique(units[part], return_inverse=True)[1] for part in parts]
    left = int((~whole).sum())
    notes = [f"{left:,} labelled items without a label or an answer were left out"] if left else []
    return Reference(scores[parts[0]], scores[parts[1]], groups[0], groups[1]), notes


def _scores(name: str, what: str, cells: pl.Series, probabilities: bool, of: str) -> Array:
    """1 and 0 for answers, or probabilities; NaN where a cell is empty. Raises DataError."""
    text = cells.cast(pl.String).str.strip_chars()
    empty = (text.fill_null("") == "").to_numpy()
    if not probabilities:
        return np.where(empty, np.nan, (text == of).fill_null(False).to_numpy().astype(np.float64))
    number = text.cast(pl.Float64, strict=False).fill_null(float("nan")).to_numpy().copy()
    wrong = ~empty & ~((number >= 0) & (number <= 1))
    if wrong.any():
        sample = names_shown(text.filter(pl.Series(wrong)).head(3).to_list())
        found = f"{int(wrong.sum()):,} of {what} are no probabilities: {sample}"
        raise DataError(describe(name, found=found, expected="numbers from 0 to 1; for words use --label"))
    return np.where(empty, np.nan, number)


def _values(name: str, frame: pl.DataFrame, by: str) -> tuple[Whole, list[str]]:
    """The position of each row's value, -1 where the cell is empty, and the values in order."""
    usual = {known.lower(): known for known in reversed(frame.columns)}
    time = next((usual[known] for known in TIMES if known in usual), None)
    if by == WEEK and by not in frame.columns and time is not None:
        cells = _weeks(name, time, frame[time])
    elif by == AREA and by not in frame.columns:
        raise DataError(describe(name, found=f"no column {AREA!r}", do="name --boundaries, or predict --keep it"))
    else:
        cells = column(name, frame, by)
    cells = cells.cast(pl.String).fill_null("")
    values = sorted(set(cells.unique().to_list()) - {""})
    if len(values) > VALUES:
        raise DataError(describe(name, found=f"{by!r} has {len(values):,} values", expected=f"at most {VALUES:,}"))
    if not values:
        raise DataError(describe(name, found=f"{by!r} is empty in every row", expected="values to count by"))
    table = pl.DataFrame({"value": values, "code": np.arange(len(values))})
    codes = pl.DataFrame({"value": cells}).join(table, on="value", how="left", maintain_order="left")["code"]
    return codes.fill_null(-1).to_numpy().astype(np.int64), values


def _weeks(name: str, time: str, cells: pl.Series) -> pl.Series:
    """The calendar week (ISO 8601) of dates such as 2024-12-31, whatever stands behind them; empty for other cells."""
    dates = cells.cast(pl.String).str.strip_chars().str.head(10).str.to_date("%Y-%m-%d", strict=False)
    if dates.is_null().all():
        sample = next((cell for cell in cells.to_list() if cell), "")
        raise DataError(
            describe(name, found=f"{time!r} holds cells such as {sample[:40]!r}", expected="dates as 2024-12-31")
        )
    return dates.dt.strftime("%G-W%V")


def _codes(cells: pl.Series) -> Whole:
    """Groups numbered from 0; each row without one is a group of its own."""
    text = cells.cast(pl.String).fill_null("")
    own = pl.Series(np.arange(len(text))).cast(pl.String)
    named = pl.select(pl.when(text == "").then("\0" + own).otherwise(text)).to_series()
    return named.rank("dense").to_numpy().astype(np.int64) - 1


def _write(target: Path, result: Counts) -> None:
    if target.suffix.lower() == JSON:
        files.write_json(target, result.to_json())
        return
    rows = [
        {
            result.by: row.name, "n": row.n,
            "share": row.share.value, "low": row.share.low, "high": row.share.high,
            "counted": row.counted.value, "smallest_to_be_seen": row.detectable.value,
            "could_show": row.could_show, "chance": row.p, "hot_spot": row.hot,
        }
        for row in result.rows
    ]  # fmt: skip
    write_table(target, pl.DataFrame(rows, infer_schema_length=None))
