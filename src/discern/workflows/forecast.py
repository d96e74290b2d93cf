"""`discern series forecast`: what comes next, with how far it may be off, from the model that did best so far."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..core import files
from ..core.errors import OutputError
from ..core.events import Listener, note, silent, stage, steps
from ..core.forecast_options import BASELINE, MODELS, NETS, ForecastOptions, SeriesOptions
from ..core.optional import available
from ..core.options import raise_all
from ..core.records import Figure
from ..core.views import Record
from ..data.series import Series, read_series
from ..data.series_known import read_known
from ..data.tables_out import write_table
from ..evaluate.forecast import Accuracy, Outcomes, baseline_error, measure
from ..evaluate.forecast_result import Ahead, Candidate, ForecastResult
from ..models import forecast_intervals
from ..models.codecs.forecast import SavedForecast
from ..models.forecast_naive import seasonal_naive
from ..models.forecast_panel import Layout, Panel, usable
from ..models.forecasters import Forecaster, learn
from ..report import forecast_page
from ..report.forecast_course import Course
from ..store import forecasts as store
from ..store import outputs
from .forecast_plan import Plan, plan_of
from .foretell import dates, foretold, interval

OWN = (store.RESULT, store.MODEL, store.ARRAYS, "forecast.csv", "test.csv", *forecast_page.BESIDE)
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ForecastRun(Record):
    """A forecast that was made: its figures, the model, what is foretold, and the folder that holds them."""

    result: ForecastResult
    saved: SavedForecast
    table: pl.DataFrame
    """`place`, `time`, `forecast`, `low`, `high`: a row for each step ahead."""
    folder: Path
    course: Course
    """The test part in the order of time: what was, and what was foretold."""


def forecast(
    sources: Sequence[str | Path],
    series: SeriesOptions,
    options: ForecastOptions | None = None,
    *,
    out: str | Path,
    known: str | Path | None = None,
    force: bool = False,
    on_event: Listener = silent,
) -> ForecastRun:
    """Choose a model on validation weeks, measure it on the last weeks, foretell what comes, and write it to `out`.

    `known` is a table of what is known ahead, such as the weather. Raises OptionError, DataError, OutputError,
    MissingDependency.
    """
    options = options or ForecastOptions()
    raise_all([*series.problems(), *options.problems()])
    folder = outputs.checked_folder(out, [*sources, *([] if known is None else [known])], OWN, force=force)
    whole = read_series(sources, series, on_event=on_event)
    plan = plan_of(whole, options.horizon)
    read, set_aside = plan.usable(whole)
    notes = list(whole.notes)
    panel = _panel(read, plan, series, known, notes)
    tried = _tried(panel, plan, options, on_event)
    best = min(tried, key=lambda one: one.size)
    if not best.size < next(one.size for one in tried if one.model.name == BASELINE):
        best = next(one for one in tried if one.model.name == BASELINE)
    stage(on_event, f"learning again: {said(best.model)}")
    model = _learned(best.model.name, panel, plan.test, options, best.model.uses_known, on_event)
    stage(on_event, "measuring")
    origins = panel.origins(plan.test, panel.n_times)
    outcomes, residuals = _tested(panel, plan, model, best, origins, options)
    low, high = forecast_intervals.bounds(residuals, options.coverage)
    saved = _saved(read, panel, model, series, low, high, options)
    result = ForecastResult(
        name=read.name, value=series.value, by=series.by, places=read.places, n_rows=read.n_rows, step=str(read.step),
        unit=read.step.unit, horizon=plan.horizon, season=plan.long, first=_time(read, 0),
        last=_time(read, read.n_times - 1), validation=(_time(read, plan.validation), _time(read, plan.test - 1)),
        test=(_time(read, plan.test), _time(read, read.n_times - 1)), n_origins=len(origins),
        candidates=_candidates(tried, best, options), chosen=measure(outcomes, seed=options.seed),
        baseline=_of_baseline(outcomes, options), by_place=_by_place(outcomes, options),
        by_ahead=_by_ahead(outcomes, options), coverage=options.coverage, known=panel.layout.known,
        compared=_compared(panel, plan, model, outcomes, options, on_event), seed=options.seed, set_aside=set_aside,
        notes=tuple(notes),
    )  # fmt: skip
    course = _course(read, outcomes, origins)
    table = foretold(saved, panel, read.places, read)
    _write(folder, result, saved, table, course, read)
    return ForecastRun(result, saved, table, folder, course)


@dataclass(frozen=True, eq=False)
class _Tried:
    """A model on the validation part."""

    model: Forecaster
    outcomes: Outcomes
    residuals: Floats
    """In shares of the level, `(n_places, n_origins, horizon)`."""
    size: float
    """Mean absolute error."""


def _tried(panel: Panel, plan: Plan, options: ForecastOptions, on_event: Listener) -> list[_Tried]:
    """Every candidate on the validation part, from models that learned before it."""
    names = [name for name in MODELS if name in (options.models or MODELS) or name == BASELINE]
    if not options.models and not available("torch"):
        names = [name for name in names if name not in NETS]
        note(on_event, "recurrent networks are left out: torch is not installed")
    origins = panel.origins(plan.validation, plan.test)
    level = usable(panel.levels(origins))
    actual, naive = panel.targets(origins), seasonal_naive(panel, origins)
    error = baseline_error(panel.values, plan.long, plan.validation)
    ways = [(name, used) for name in names for used in ((True, False) if _may_use(name, panel) else (False,))]
    found = []
    for done, (name, used) in enumerate(ways):
        stage(on_event, f"learning: {name}{' with ' + panel.layout.known[0] + ' and the like' if used else ''}")
        model = _learned(name, panel, plan.validation, options, used, on_event)
        outcomes = Outcomes(actual, model.forecast(panel, origins), naive, error)
        distance = actual - outcomes.predicted
        size = float(np.nanmean(np.abs(distance))) if np.isfinite(distance).any() else np.inf
        found.append(_Tried(model, outcomes, distance / level[:, :, None], size))
        steps(on_event, "models", done + 1, len(ways))
    return found


def _may_use(name: str, panel: Panel) -> bool:
    """Whether a model is tried with what is known ahead too: boosting alone, for networks take long."""
    return bool(panel.layout.known) and name == "boosting"


def _learned(
    name: str, panel: Panel, end: int, options: ForecastOptions, uses_known: bool, on_event: Listener
) -> Forecaster:
    def tell(done: int, of: int) -> None:
        steps(on_event, "passes over the past", done, of)

    return learn(name, panel, end, seed=options.seed, uses_known=uses_known, tell=tell)


def _tested(
    panel: Panel, plan: Plan, model: Forecaster, best: _Tried, origins: NDArray[np.int64], options: ForecastOptions
) -> tuple[Outcomes, Floats]:
    """The test part, with intervals from what was known at each origin; and all residuals, for what comes."""
    actual, level = panel.targets(origins), usable(panel.levels(origins))
    predicted = model.forecast(panel, origins)
    residuals = (actual - predicted) / level[:, :, None]
    low, high = forecast_intervals.rolling(best.residuals, residuals, options.coverage)
    low, high = interval(predicted, level, low, high, model.no_less)
    error = baseline_error(panel.values, plan.long, plan.test)
    outcomes = Outcomes(actual, predicted, seasonal_naive(panel, origins), error, low, high)
    return outcomes, np.concatenate([best.residuals, residuals], axis=1)


def _candidates(tried: list[_Tried], best: _Tried, options: ForecastOptions) -> tuple[Candidate, ...]:
    found = []
    for one in sorted(tried, key=lambda one: (one.size, one.model.name, one.model.uses_known)):
        figures = measure(one.outcomes, seed=options.seed)
        found.append(Candidate(one.model.name, one.model.uses_known, figures.mae, figures.ratio, one is best))
    return tuple(found)


def _of_baseline(outcomes: Outcomes, options: ForecastOptions) -> Accuracy:
    plain = dataclasses.replace(outcomes, predicted=outcomes.baseline, low=None, high=None)
    return measure(plain, seed=options.seed)


def _by_place(outcomes: Outcomes, options: ForecastOptions) -> tuple[Accuracy, ...]:
    return tuple(measure(outcomes.of_place(i), seed=options.seed) for i in range(len(outcomes.actual)))


def _by_ahead(outcomes: Outcomes, options: ForecastOptions) -> tuple[Ahead, ...]:
    found = []
    for h in range(outcomes.actual.shape[2]):
        part = outcomes.of_ahead(h)
        ours = measure(part, seed=options.seed)
        found.append(Ahead(h + 1, ours.mae, _of_baseline(part, options).mae))
    return tuple(found)


def _compared(
    panel: Panel, plan: Plan, model: Forecaster, outcomes: Outcomes, options: ForecastOptions, on_event: Listener
) -> Figure | None:
    """The other way of using what is known ahead, on the test part; None where nothing is."""
    if not _may_use(model.name, panel):
        return None
    stage(on_event, f"learning: {model.name} {'without' if model.uses_known else 'with'} what is known ahead")
    other = _learned(model.name, panel, plan.test, options, not model.uses_known, on_event)
    predicted = other.forecast(panel, panel.origins(plan.test, panel.n_times))
    return measure(dataclasses.replace(outcomes, predicted=predicted, low=None, high=None), seed=options.seed).ratio


def said(model: Forecaster) -> str:
    """A model by its name, and what it uses."""
    return model.name + (" with what is known ahead" if model.uses_known else "")


def _panel(series: Series, plan: Plan, options: SeriesOptions, known: str | Path | None, notes: list[str]) -> Panel:
    names, table = dates(series, plan.horizon)
    ahead = np.zeros((len(table), 0), dtype=np.float32)
    known_names: tuple[str, ...] = ()
    if known is not None:
        found = read_known(known, options.times, series.start, series.step, series.n_times, plan.horizon)
        known_names, ahead = found.names, found.values
        notes += found.notes
    layout = Layout(plan.horizon, plan.short, plan.long, series.step.per_day, names, known_names, len(series.places))
    return Panel(layout, series.values, table, ahead)


def _saved(
    series: Series, panel: Panel, model: Forecaster, options: SeriesOptions, low: Floats, high: Floats,
    asked: ForecastOptions,
) -> SavedForecast:  # fmt: skip
    kept = min(series.n_times, max(panel.layout.reach, series.n_times if model.name == "smoothing" else 0))
    first = series.n_times - kept
    begin = series.step.after(series.start, first)
    return SavedForecast(
        model, options, panel.layout, series.step, begin, series.places, series.values[:, first:], low, high,
        asked.coverage,
    )  # fmt: skip


def _course(series: Series, outcomes: Outcomes, origins: NDArray[np.int64]) -> Course:
    """The test part in the order of time."""

    def flat(values: Floats | None) -> Floats:
        return np.zeros((0, 0)) if values is None else values.reshape(len(values), -1)

    first = int(origins[0])
    times = series.times(first, first + outcomes.actual.shape[1] * outcomes.actual.shape[2])
    return Course(
        tuple(series.step.written(time) for time in times), flat(outcomes.actual), flat(outcomes.predicted),
        flat(outcomes.baseline), flat(outcomes.low), flat(outcomes.high),
    )  # fmt: skip


def _time(series: Series, index: int) -> str:
    return series.step.written(series.step.after(series.start, index))


def _write(
    folder: Path, result: ForecastResult, saved: SavedForecast, table: pl.DataFrame, course: Course, series: Series
) -> None:
    """Everything but the result, and then the result: a folder without it was not finished."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in OWN:
        (folder / name).unlink(missing_ok=True)
    store.save(folder, saved)
    write_table(folder / "forecast.csv", table)
    write_table(folder / "test.csv", _test_table(course, series.places))
    for name, content in forecast_page.beside(result, course, table).items():
        files.write_text(folder / name, content)
    store.save_result(folder, result)
    back = store.load(folder)
    if not np.array_equal(back.history, saved.history, equal_nan=True) or back.places != saved.places:
        raise OutputError(f"{folder}: the model does not come back as it was written; is the disk sound?")


def _test_table(course: Course, places: Sequence[str]) -> pl.DataFrame:
    frames = [
        pl.DataFrame(
            {
                "place": [place] * len(course.times),
                "time": list(course.times),
                "value": course.actual[i],
                "forecast": course.predicted[i],
                "low": course.low[i],
                "high": course.high[i],
                "baseline": course.baseline[i],
            }
        )
        for i, place in enumerate(places)
    ]
    numbers = ("value", "forecast", "low", "high", "baseline")
    return pl.concat(frames).with_columns(pl.col(numbers).fill_nan(None).round(4))
