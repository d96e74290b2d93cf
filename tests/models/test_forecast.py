"""Models of forecasts: rows know nothing of what comes, each model against what is known of it, and saving."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from statsmodels.tsa.holtwinters import ExponentialSmoothing  # type: ignore[import-untyped]

from discern.core.errors import ModelFileError, NewerFormat
from discern.core.forecast_options import MODELS, SeriesOptions
from discern.data.calendar import calendar
from discern.data.series_step import Step
from discern.models import forecast_boosting, forecast_intervals
from discern.models import forecast_smoothing as smoothing
from discern.models.codecs import forecast as codec
from discern.models.forecast_naive import seasonal_naive
from discern.models.forecast_panel import Layout, Panel, usable
from discern.models.forecast_smoothing import Weights, begin, choose_weights, smoothed
from discern.models.forecasters import Forecaster, learn

Floats = NDArray[np.float64]
HOURS = 24 * 7 * 16


def waves(n: int = HOURS, *, noise: float = 0.1, seed: int = 0) -> Floats:
    """Two places with a day and a week, one five times the other."""
    t = np.arange(n)
    plain = 3 + np.sin(t * 2 * np.pi / 24) + (t // 24 % 7 >= 5) * 2.0
    random = np.random.default_rng(seed).normal(size=(2, n)) * noise
    found: Floats = np.array([[10.0], [50.0]]) * (plain + random)
    return found


def panel_of(values: Floats, horizon: int = 24, known: Floats | None = None) -> Panel:
    times = np.datetime64("2024-01-01", "s") + np.arange(values.shape[1] + horizon) * np.timedelta64(3600, "s")
    names, table = calendar(times)
    table_known = np.zeros((len(times), 0), np.float32) if known is None else known.astype(np.float32)
    layout = Layout(horizon, 24, 168, 24, names, ("rain",) if known is not None else (), len(values))
    return Panel(layout, values, table, table_known)


@pytest.mark.parametrize("horizon", [1, 24, 30, 200])
def test_a_row_knows_nothing_from_its_origin_on(horizon: int) -> None:
    values = waves()
    panel = panel_of(values, horizon)
    origins = np.array([HOURS - 300])
    level = usable(panel.levels(origins))
    before = panel.rows(origins, level)
    assert before.shape == (2, 1, horizon, len(panel.layout.names))
    changed = values.copy()
    changed[:, HOURS - 300 :] = 1e6
    other = dataclasses.replace(panel, values=changed)
    assert np.array_equal(other.levels(origins), panel.levels(origins))
    assert np.array_equal(other.rows(origins, level), before, equal_nan=True)
    assert np.array_equal(seasonal_naive(other, origins), seasonal_naive(panel, origins))


def test_rows_hold_what_their_names_say() -> None:
    values = waves()
    panel = panel_of(values)
    origin = HOURS - 48
    level = usable(panel.levels(np.array([origin])))
    row = dict(zip(panel.layout.names, panel.rows(np.array([origin]), level)[1, 0, 5].tolist(), strict=True))
    scaled = values[1] / level[1, 0]
    at = origin + 5
    assert row["round 1 back"] == pytest.approx(scaled[at - 24]) and row["round 3 back"] == pytest.approx(
        scaled[at - 72]
    )
    assert row["long round 2 back"] == pytest.approx(scaled[at - 336])
    assert row["median of 4"] == pytest.approx(np.median(scaled[[at - 168 * k for k in (1, 2, 3, 4)]]))
    assert row["1 steps before the origin"] == pytest.approx(scaled[origin - 1])
    assert row["last round"] == pytest.approx(scaled[origin - 24 : origin].mean())
    assert row["round a long season ago"] == pytest.approx(scaled[origin - 168 : origin - 144].mean())
    assert row["steps ahead"] == 5 and row["place"] == 1 and row["hour"] == at % 24
    assert level[1, 0] == pytest.approx(np.abs(values[1, origin - 8 * 168 : origin]).mean())


def test_beyond_a_season_lags_go_back_far_enough() -> None:
    panel = panel_of(waves(noise=0), 200)
    origin = np.array([HOURS - 200])
    row = panel.rows(origin, np.ones((2, 1)))[0, 0]
    names = panel.layout.names
    assert row[180, names.index("long round 1 back")] == np.float32(panel.values[0, origin[0] + 180 - 336])
    assert row[180, names.index("round 1 back")] == np.float32(panel.values[0, origin[0] + 180 - 192])
    assert np.allclose(seasonal_naive(panel, origin), panel.targets(origin))


def test_missing_values_are_bridged_by_the_season_before() -> None:
    values = waves(noise=0)
    values[0, HOURS - 168 - 48 : HOURS - 168] = np.nan
    panel = panel_of(values)
    found = seasonal_naive(panel, np.array([HOURS - 48]))
    assert np.allclose(found, panel.targets(np.array([HOURS - 48])))


def test_smoothing_equals_statsmodels() -> None:
    values = waves(24 * 40)[:1, :]
    panel = Panel(Layout(24, 24, 24, 24, (), (), 1), values, np.zeros((values.shape[1] + 24, 0), np.float32),
                  np.zeros((values.shape[1] + 24, 0), np.float32))  # fmt: skip
    state = begin(values, 24, 0)
    weights = Weights(*(np.array([value]) for value in (0.3, 0.05, 0.2, 0.9)))
    model = ExponentialSmoothing(
        values[0], trend="add", damped_trend=True, seasonal="add", seasonal_periods=24, initialization_method="known",
        initial_level=state.level[0], initial_trend=0.0, initial_seasonal=state.seasons[0],
    )  # fmt: skip
    given = {"smoothing_level": 0.3, "smoothing_trend": 0.05, "smoothing_seasonal": 0.2, "damping_trend": 0.9}
    theirs = model.fit(**given, optimized=False)
    fitted = [float(state.step(t, values[:, t], weights)[0]) for t in range(values.shape[1])]
    assert np.allclose(fitted, theirs.fittedvalues, atol=1e-9)
    ahead = state.ahead(values.shape[1], 24, weights)[
        0
    ]  # of the last step statsmodels takes the season before the last
    assert np.allclose(ahead[:23], theirs.forecast(23), atol=1e-9)
    assert ahead[23] - ahead[22] == pytest.approx(theirs.season[-1] - theirs.season[-2], abs=0.01)
    ours = smoothed(panel, choose_weights(panel, 24 * 38), np.array([24 * 38, 24 * 39]))
    assert np.abs(ours - panel.targets(np.array([24 * 38, 24 * 39]))).mean() < 0.2 * values.std()


def bare(values: Floats, horizon: int, season: int) -> Panel:
    """A panel of which nothing but the values is known."""
    nothing = np.zeros((values.shape[1] + horizon, 0), np.float32)
    return Panel(Layout(horizon, season, season, 24, (), (), len(values)), values, nothing, nothing)


@pytest.mark.parametrize("season", [1, 24])
@pytest.mark.parametrize("steps", [30, 200, 24 * 40])
def test_each_place_gets_the_weights_that_would_have_erred_least(season: int, steps: int) -> None:
    values = np.concatenate([waves(24 * 40), np.zeros((1, 24 * 40)), np.full((1, 24 * 40), np.nan)])[:, :steps]
    values[0, 20:26], values[1, -6:] = np.nan, np.nan
    panel, end = bare(values, 7, season), steps - 3
    gammas = smoothing.GAMMAS if season > 1 else (0.0,)
    grid = np.array(list(itertools.product(smoothing.ALPHAS, smoothing.BETAS, gammas, smoothing.PHIS)))
    first, weights = smoothing.beginning(panel, end), Weights(*grid.T)
    counted = panel.origins(min(first + min(smoothing.WARM_ROUNDS * season, (end - first) // 2), end - 7), end)
    best = []
    for place in values:
        alike = np.tile(place, (len(grid), 1))
        state, errors, known = begin(alike, season, first), np.zeros(len(grid)), 0
        for t in range(first, end):
            if t in counted:
                errors += np.nansum(np.abs(alike[:, t : t + 7] - state.ahead(t, 7, weights)), axis=1)
                known += int(np.isfinite(place[t : t + 7]).sum())
            state.step(t, alike[:, t], weights)
        best.append(grid[(errors / max(known, 1)).argmin()])
    assert np.array_equal(choose_weights(panel, end).stacked(), np.transpose(best))


def test_choosing_weights_takes_no_memory_for_a_long_past() -> None:
    panel = bare(np.random.default_rng(0).normal(size=(5, 20_000)), 7, 7)
    tracemalloc.start()
    choose_weights(panel, 20_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2 * panel.values.nbytes


def test_smoothing_goes_on_over_missing_values() -> None:
    values = waves(noise=0.02)
    values[:, 1000:1050] = np.nan
    panel = panel_of(values)
    origins = np.array([HOURS - 48, HOURS - 24])
    found = smoothed(panel, choose_weights(panel, HOURS - 48), origins)
    assert np.isfinite(found).all()
    assert np.nanmean(np.abs(found - panel.targets(origins)) / np.nanmean(values, axis=1)[:, None, None]) < 0.05


def test_boosting_answers_as_scikit_learn_with_gaps_too(monkeypatch: pytest.MonkeyPatch) -> None:
    values = waves()
    values[0, 300:420] = np.nan
    panel = panel_of(values)
    learner: list[Any] = []
    real = forecast_boosting._as_nodes

    def keep(found: Any) -> Any:
        learner.append(found)
        return real(found)

    monkeypatch.setattr(forecast_boosting, "_as_nodes", keep)
    model = forecast_boosting.learn(panel, HOURS - 48, seed=0)
    origins = panel.origins(24, HOURS)
    rows = panel.rows(origins, usable(panel.levels(origins))).reshape(-1, len(panel.layout.names))
    assert np.isnan(rows).any()
    assert np.allclose(model.answers(rows), learner[0].predict(rows), atol=1e-9)


@pytest.mark.parametrize("name", [name for name in MODELS if name != "seasonal-naive"])
def test_each_model_beats_the_baseline_where_noise_alone_is_left(name: str) -> None:
    panel = panel_of(waves())
    end = HOURS - 24 * 14
    origins = panel.origins(end, HOURS)
    model = learn(name, panel, end, seed=0)
    actual, naive = panel.targets(origins), seasonal_naive(panel, origins)
    error = np.abs(actual - model.forecast(panel, origins)).mean()
    assert error < 0.96 * np.abs(actual - naive).mean()
    again = learn(name, panel, end, seed=0)
    assert np.array_equal(model.forecast(panel, origins), again.forecast(panel, origins))


@pytest.mark.parametrize("name", ["boosting", "gru"])
def test_what_is_known_ahead_is_used(name: str) -> None:
    rain = np.repeat(np.random.default_rng(1).integers(0, 2, HOURS // 24 + 1), 24)[:, None].astype(float)
    values = waves(noise=0.02) * (1 - 0.5 * rain[:HOURS, 0])
    panel = panel_of(values, known=rain[: HOURS + 24])
    end = HOURS - 24 * 14
    origins = panel.origins(end, HOURS)
    errors = []
    for used in (True, False):
        model = learn(name, panel, end, seed=0, uses_known=used)
        assert model.uses_known is used
        errors.append(np.abs(panel.targets(origins) - model.forecast(panel, origins)).mean())
    assert errors[0] < 0.8 * errors[1]


def test_nothing_below_nought_is_foretold_where_nothing_was() -> None:
    panel = panel_of(waves())
    low = Forecaster("smoothing", Weights(*(np.array([x, x]) for x in (0.9, 0.9, 0.9, 0.98))), False, True)
    values = panel.values.copy()
    values[:, -3:] = 0
    assert low.forecast(dataclasses.replace(panel, values=values), np.array([HOURS])).min() >= 0
    assert learn("seasonal-naive", panel, HOURS, seed=0).no_less
    assert not learn("seasonal-naive", panel_of(waves() - 50), HOURS, seed=0).no_less


def test_a_series_of_noughts_and_one_without_values_do_no_harm() -> None:
    values = np.concatenate([waves()[:1], np.zeros((1, HOURS)), np.full((1, HOURS), np.nan)])
    panel = panel_of(values)
    for name in ("boosting", "smoothing", "gru"):
        found = learn(name, panel, HOURS, seed=0).forecast(panel, np.array([HOURS]))
        assert np.isfinite(found[:2]).all() and np.abs(found[1]).max() < 0.5


def test_intervals_hold_as_many_as_they_should() -> None:
    draw = np.random.default_rng(0)
    held = []
    for _ in range(200):
        residuals = draw.standard_t(3, size=(2, 61, 3))
        low, high = forecast_intervals.bounds(residuals[:, :60], 0.9)
        held.append((residuals[:, 60] >= low) & (residuals[:, 60] <= high))
    assert 0.89 <= np.mean(held) <= 0.95
    few, most = forecast_intervals.bounds(draw.normal(size=(1, 4, 10)), 0.9)
    assert len(np.unique(few)) == 1 and len(np.unique(most)) == 1, "few residuals: those of all steps together"
    assert forecast_intervals.bounds(np.full((1, 4, 2), np.nan), 0.9)[1].tolist() == [[0, 0]]


def test_an_interval_at_an_origin_rests_on_what_was_known_there() -> None:
    draw = np.random.default_rng(0)
    before, during = draw.normal(size=(1, 40, 2)), draw.normal(size=(1, 10, 2))
    low, high = forecast_intervals.rolling(before, during, 0.9)
    changed = during.copy()
    changed[:, 5:] = 100
    other = forecast_intervals.rolling(before, changed, 0.9)
    assert np.array_equal(other[0][:, :6], low[:, :6]) and np.array_equal(other[1][:, :6], high[:, :6])
    assert other[1][:, 9].max() > high[:, 9].max()


def saved_of(name: str) -> codec.SavedForecast:
    panel = panel_of(waves())
    return codec.SavedForecast(
        learn(name, panel, HOURS, seed=0), SeriesOptions("t", "n", "place"), panel.layout, Step(3600, 0, 0),
        dt.datetime(2024, 1, 1), ("a", "b"), np.where(panel.values > 200, np.nan, panel.values),
        np.full((2, 24), -0.1), np.full((2, 24), 0.2), 0.9,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["seasonal-naive", "smoothing", "boosting", "lstm"])
def test_what_is_saved_foretells_the_same(name: str) -> None:
    saved = saved_of(name)
    back = codec.decode(*codec.encode(saved))
    panel = panel_of(saved.history)
    origins = np.array([HOURS])
    assert np.array_equal(back.model.forecast(panel, origins), saved.model.forecast(panel, origins), equal_nan=True)
    assert (back.places, back.step, back.begin, back.layout) == (saved.places, saved.step, saved.begin, saved.layout)
    assert np.array_equal(back.history, saved.history, equal_nan=True)


def _changed(record: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {**record, **more}


DAMAGE: dict[str, Callable[[dict[str, Any], dict[str, Any]], object]] = {
    "another format": lambda r, a: r.update(format="pickle"),
    "an unknown model": lambda r, a: r.update(model="os.system"),
    "no places": lambda r, a: r.update(places=[]),
    "places that are no texts": lambda r, a: r.update(places=[1, 2]),
    "a horizon of a million": lambda r, a: r["layout"].update(horizon=10**6),
    "a step of nothing": lambda r, a: r["step"].update(seconds=0),
    "a date that is none": lambda r, a: r.update(begin="soon"),
    "a coverage of 2": lambda r, a: r.update(coverage=2.0),
    "a key too many": lambda r, a: r.update(path="/etc/passwd"),
    "another name of the time": lambda r, a: r["series"].update(time=7),
    "a history of NaN": lambda r, a: a["history"].__setitem__((0, 0), np.nan),
    "a history that is too short": lambda r, a: a.update(missing=a["missing"][:, 1:]),
    "an interval turned around": lambda r, a: a.update(low=a["low"] + 1),
    "an array too few": lambda r, a: a.pop("value"),
    "no history": lambda r, a: a.pop("history"),
    "no intervals": lambda r, a: a.pop("high"),
    "a child that is its own parent": lambda r, a: a["left"].__setitem__(5, 0),
    "a child outside": lambda r, a: a["right"].__setitem__(0, 10**8),
    "a feature outside": lambda r, a: a["feature"].__setitem__(0, 10**6),
    "leaves of NaN": lambda r, a: a["value"].__setitem__(0, np.nan),
    "a feature that is no list": lambda r, a: a.update(feature=np.int32(0).reshape(())),
    "roots beyond the nodes": lambda r, a: a.update(roots=np.array([0, 10**9], np.int32)),
    "roots that wrap around": lambda r, a: a.update(roots=np.array([0, 2**31 - 1, -(2**31), -9, 7], np.int32)),
    "no version": lambda r, a: r.pop("version"),
    "roots out of order": lambda r, a: a.update(roots=a["roots"][::-1].copy()),
}  # fmt: skip


@pytest.fixture(scope="module")
def boosted() -> tuple[dict[str, Any], dict[str, Any]]:
    return codec.encode(saved_of("boosting"))


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_model_is_refused(name: str, boosted: tuple[dict[str, Any], dict[str, Any]]) -> None:
    record = {key: dict(value) if isinstance(value, dict) else value for key, value in boosted[0].items()}
    arrays = {key: value.copy() for key, value in boosted[1].items()}
    DAMAGE[name](record, arrays)
    with pytest.raises(ModelFileError):
        codec.decode(record, arrays)


def test_a_net_with_weights_of_another_shape_and_a_newer_version_are_refused() -> None:
    record, arrays = codec.encode(saved_of("gru"))
    with pytest.raises(NewerFormat, match="version 2"):
        codec.decode(_changed(record, version=2), arrays)
    with pytest.raises(ModelFileError, match=r"net\.mix\.weight"):
        codec.decode(record, {**arrays, "net.mix.weight": arrays["net.mix.weight"][1:]})
    with pytest.raises(ModelFileError, match="cell"):
        codec.decode(_changed(record, cell="lstm"), arrays)
    with pytest.raises(ModelFileError, match="scale is 0"):
        codec.decode(record, {**arrays, "scale": arrays["scale"] * 0})
