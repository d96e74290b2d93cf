"""A line both ways, against NumPy, statsmodels and scikit-learn."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import numpy as np
import pytest
import statsmodels.api as sm
from sklearn.linear_model import SGDRegressor

from discern.core.errors import DataError, OptionError
from discern.core.line_options import ALL, LineOptions
from discern.models.line import (
    Moments,
    Scale,
    Surface,
    closed_form,
    descend,
    largest_step,
    step_sizes,
)
from discern.models.line_cost import cost, made_up
from discern.models.line_fitting import Fitted, Rows, fit_rows, fit_stream

MANY_STEPS = LineOptions("y", iterations=1_000_000)
NAMES = ("deprivation", "young_men", "budget")


def areas(n: int = 200, *, seed: int = 0) -> np.ndarray:
    """Three columns of very different units, the third far from 0, and a target that two of them move."""
    draw = np.random.default_rng(seed)
    columns = draw.normal(size=(n, 3)) * [8, 0.02, 90] + [30, 0.14, 9000]
    target = 20 + 1.4 * columns[:, 0] - 200 * columns[:, 1] + draw.normal(size=n) * 6
    return np.column_stack([columns, target])


def fitted(values: np.ndarray, **asked: object) -> Fitted:
    names = NAMES[: values.shape[1] - 1]
    return fit_rows(Rows("areas", names, "crime", values), LineOptions("crime", names, **asked))  # type: ignore[arg-type]


def parameters(found: Fitted) -> list[float | None]:
    return [figure.value for figure in found.fit.closed]


def test_the_closed_form_is_least_squares_with_the_intervals_of_statsmodels() -> None:
    values = areas()
    fit = fitted(values, iterations=5).fit
    design = sm.add_constant(values[:, :-1])
    theirs = sm.OLS(values[:, -1], design).fit()
    assert [figure.value for figure in fit.closed] == pytest.approx(theirs.params, rel=1e-9)
    plain = np.linalg.lstsq(design, values[:, -1], rcond=None)[0]
    assert [figure.value for figure in fit.closed] == pytest.approx(plain, rel=1e-7)
    assert [(figure.low, figure.high) for figure in fit.closed] == [
        pytest.approx(tuple(pair), rel=1e-7) for pair in theirs.conf_int()
    ]
    assert fit.explained.value == pytest.approx(theirs.rsquared, rel=1e-9)
    assert fit.closed_loss.value == pytest.approx(theirs.ssr / len(values), rel=1e-9)


def test_sums_piece_by_piece_give_the_same_closed_form() -> None:
    values = areas()
    whole = closed_form(Scale.of(values).scaled(values), Scale.of(values))
    found = Moments.of(values[:1])
    for start, end in ((1, 3), (3, 120), (120, 200)):
        found = found.plus(Moments.of(values[start:end]))
    line = found.closed_form()
    np.testing.assert_allclose(line.parameters, whole.parameters, rtol=1e-8)
    np.testing.assert_allclose(line.errors, whole.errors, rtol=1e-8)
    assert line.loss == pytest.approx(whole.loss, rel=1e-9)


def test_scales_are_undone_exactly() -> None:
    values = areas()
    scale = Scale.of(values)
    scaled = np.array([[0.3, -1.2, 0.5, 2.0], [0.0, 0.0, 0.0, 0.0]])
    np.testing.assert_allclose(scale.done(scale.undone(scaled)), scaled, atol=1e-9)
    line = scale.undone(scaled)[0]
    foretold = line[0] + values[:, :-1] @ line[1:]
    rows = scale.scaled(values)
    np.testing.assert_allclose((foretold - scale.mean[-1]) / scale.spread[-1], rows[:, :-1] @ scaled[0], atol=1e-9)
    assert scale.undone(scaled)[1].tolist() == pytest.approx([values[:, -1].mean(), 0, 0, 0])


def test_the_surface_knows_the_loss_of_every_line() -> None:
    values = areas(60)
    scale = Scale.of(values)
    rows = scale.scaled(values)
    surface = Surface.of(rows, closed_form(rows, scale), scale)
    for scaled in np.random.default_rng(1).normal(size=(5, 4)):
        line = scale.undone(scaled)
        errors = line[0] + values[:, :-1] @ line[1:] - values[:, -1]
        assert float(surface.loss(scaled)) == pytest.approx(float(np.mean(errors**2)), rel=1e-9)


def test_a_step_goes_against_the_gradient_of_its_rows() -> None:
    values = areas(40)
    scale = Scale.of(values)
    rows = scale.scaled(values)
    surface = Surface.of(rows, closed_form(rows, scale), scale)
    path = descend(rows, surface, step_sizes(0.1, 3, falling=False), 40, seed=0)
    now = np.zeros(4)
    for place in path.scaled[1:]:
        now = now - 0.1 * (rows[:, :-1] @ now - rows[:, -1]) @ rows[:, :-1] / 40
        np.testing.assert_allclose(place, now, atol=1e-12)


def test_every_row_is_looked_at_once_a_pass() -> None:
    values = areas(12)
    scale = Scale.of(values)
    rows = scale.scaled(values)
    surface = Surface.of(rows, closed_form(rows, scale), scale)
    path = descend(rows, surface, np.full(12, 1e-9), 1, seed=3)
    whole = (rows[:, :-1] * rows[:, -1:]).sum(axis=0) * 1e-9  # so short that every gradient is that of the start
    np.testing.assert_allclose(path.scaled[-1], whole, rtol=1e-6, atol=1e-15)


def test_descent_with_all_rows_comes_to_rest_on_the_closed_form() -> None:
    found = fitted(areas(), batch=ALL, iterations=3000)
    last = [figure.value for figure in found.fit.kept[-1].parameters]
    assert last == pytest.approx(parameters(found), rel=1e-6)
    assert found.fit.way.value == pytest.approx(1, abs=1e-9)
    losses = found.steps.loss
    assert (np.diff(losses) <= 1e-9).all() and losses[0] == pytest.approx(found.fit.first_loss.value)


def test_stochastic_descent_comes_as_near_as_scikit_learns() -> None:
    values = areas(400)
    found = fitted(values, iterations=4000)
    scale = Scale.of(values)
    rows = scale.scaled(values)
    theirs = SGDRegressor(
        alpha=0, learning_rate="invscaling", eta0=0.05, power_t=0.6, max_iter=10, tol=None, random_state=0
    )
    theirs.fit(rows[:, 1:-1], rows[:, -1])
    line = scale.undone(np.concatenate([theirs.intercept_, theirs.coef_]))
    loss = float(np.mean((line[0] + values[:, :-1] @ line[1:] - values[:, -1]) ** 2))
    assert found.fit.kept[-1].loss.value is not None and found.fit.closed_loss.value is not None
    assert found.fit.kept[-1].loss.value - found.fit.closed_loss.value < max(0.02 * found.fit.closed_loss.value, 2 * (
        loss - found.fit.closed_loss.value
    ))  # fmt: skip


@pytest.mark.parametrize("batch", [1, 10, 200])
def test_steps_above_the_largest_move_away_on_average(batch: int) -> None:
    """The mean over many first steps of the squared distance from the bottom, where no noise is."""
    values = areas()
    scale = Scale.of(values)
    rows = scale.scaled(values)
    rows[:, -1] = 0.0  # the bottom is 0 for every row: the bound is on what steps do to a distance
    surface = Surface.of(rows, closed_form(rows, scale), scale)
    largest = largest_step(rows, surface, batch)
    draw = np.random.default_rng(5)

    def grows(size: float) -> bool:
        """Whether a start can be found from which steps move away."""
        noisy = np.zeros((4, 4))
        for _ in range(400 if batch < 200 else 1):
            chosen = rows[draw.integers(200, size=batch), :-1] if batch < 200 else rows[:, :-1]
            step = np.eye(4) - size * chosen.T @ chosen / batch
            noisy += step.T @ step
        return bool(np.linalg.eigvalsh(noisy / (400 if batch < 200 else 1))[-1] > 1)

    assert not grows(0.7 * largest) and grows(1.3 * largest)


def test_steps_too_large_run_away_and_are_stopped_without_a_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit = fitted(areas(), batch=ALL, rate=1000.0).fit
    assert fit.ran_away and fit.iterations < 30
    assert all(figure.value is not None and np.isfinite(figure.value) for figure in fit.kept[-1].parameters)
    assert [one.outcome for one in fit.rates if one.given] == ["ran away"]


@pytest.mark.parametrize("batch", [1, ALL])
def test_sizes_that_are_compared_go_from_too_small_to_too_large(batch: int) -> None:
    fit = fitted(areas(), batch=batch, iterations=400).fit
    outcomes = [one.outcome for one in fit.rates]
    assert outcomes[-1] in ("ran away", "higher") and "arrived" in outcomes
    assert fit.rates[0].way.value is not None and fit.rates[0].way.value < 0.6
    assert [one.rate for one in fit.rates] == sorted(one.rate for one in fit.rates)
    assert sum(one.given for one in fit.rates) == 1


def test_falling_steps_come_to_rest_where_constant_ones_waver() -> None:
    values = areas()
    calm = fitted(values, schedule="falling", rate=0.1, iterations=3000).steps.loss[-500:]
    restless = fitted(values, schedule="constant", rate=0.1, iterations=3000).steps.loss[-500:]
    assert np.ptp(calm) < 0.1 * np.ptp(restless)


def test_the_same_seed_gives_the_same_steps_and_another_does_not() -> None:
    one, same, other = (fitted(areas(), iterations=50, seed=seed).steps.parameters for seed in (0, 0, 1))
    assert (one == same).all() and not (one == other).all()


def test_columns_that_tell_the_same_are_said_and_cost_no_sense() -> None:
    values = areas(50)
    values[:, 1] = 3 * values[:, 0] + 1
    found = fitted(values, iterations=2000, batch=ALL)
    assert found.fit.alike and all(figure.low is None for figure in found.fit.closed)
    plain = np.linalg.lstsq(sm.add_constant(values[:, [0, 2]]), values[:, -1], rcond=None)[1]
    assert found.fit.closed_loss.value == pytest.approx(plain[0] / 50, rel=1e-9)
    assert found.fit.way.value == pytest.approx(1, abs=1e-6)


def test_a_constant_column_is_left_out_and_two_rows_are_the_least() -> None:
    values = areas(30)
    values[:, 1] = 7
    fit = fitted(values, iterations=5).fit
    assert fit.constant == ("young_men",) and fit.columns == ("deprivation", "budget")
    with pytest.raises(DataError, match="1 whole row; expected at least 2"):
        fitted(values[:1])
    with pytest.raises(DataError, match="the same number in every row"):
        fitted(np.ones((5, 3)))
    huge = areas(5)
    huge[2, 0] = 1e200
    with pytest.raises(DataError, match="1e\\+200 in the column 'deprivation'"):
        fitted(huge)
    with pytest.raises(OptionError, match="too many to keep; expected at most 625,000"):
        fit_rows(Rows("t", tuple(map(str, range(31))), "y", areas(40)[:, :1] ** np.arange(1, 33)), MANY_STEPS)


def test_more_columns_than_can_be_worked_on_are_refused() -> None:
    wide = np.random.default_rng(0).normal(size=(3, 1_002))
    rows = Rows("wide", tuple(map(str, range(1_001))), "y", wide)
    with pytest.raises(DataError, match="1,001 columns of numbers; expected at most 1,000; name some --with"):
        fit_rows(rows, LineOptions("y"))
    with pytest.raises(DataError, match="at most 1,000"):
        fit_stream("wide", rows.columns, iter([wide]), LineOptions("y", stream=True))


def test_fewer_rows_than_columns_is_said() -> None:
    fit = fitted(areas(3), iterations=20).fit
    assert fit.closed_loss.value == pytest.approx(0, abs=1e-9)
    assert any("says nothing of other rows" in note for note in fit.notes)
    assert all(figure.low is None for figure in fit.closed)


def test_a_target_that_never_varies_has_nowhere_to_go() -> None:
    for n, same in ((30, 4.0), (30_000, 0.1)):
        values = areas(n)
        values[:, -1] = same
        streamed = fit_stream("big", NAMES, in_pieces(values, 20_000), LineOptions("crime", stream=True)).fit
        for fit in (fitted(values, iterations=20).fit, streamed):
            assert fit.explained.value is None and fit.way.value is None
            assert [figure.value for figure in fit.closed] == pytest.approx([same, 0, 0, 0], abs=1e-9)


def in_pieces(values: np.ndarray, size: int) -> Iterator[np.ndarray]:
    yield from (values[start : start + size] for start in range(0, len(values), size))


def test_a_stream_gives_both_lines_without_keeping_rows() -> None:
    values = areas(30_000)
    values[5, 1] = values[9, -1] = np.nan
    found = fit_stream("big", NAMES, in_pieces(values, 4_000), LineOptions("crime", stream=True))
    known = values[~np.isnan(values).any(axis=1)]
    plain = np.linalg.lstsq(sm.add_constant(known[:, :-1]), known[:, -1], rcond=None)[0]
    assert parameters(found) == pytest.approx(plain, rel=1e-7)
    assert found.fit.n_rows == 29_998 and found.fit.n_left_out == 2
    assert found.fit.way.value is not None and found.fit.way.value > 0.999
    last = [figure.value for figure in found.fit.kept[-1].parameters]
    loss = float(np.mean((last[0] + known[:, :-1] @ last[1:] - known[:, -1]) ** 2))  # type: ignore[operator]
    assert found.fit.kept[-1].loss.value == pytest.approx(loss, rel=1e-9)


def test_a_stream_whose_scales_drift_does_not_lose_its_line() -> None:
    """The second half lies elsewhere: scales move, the line must not jump with them."""
    values = areas(20_000)
    values[10_000:, 0] += 300
    values[10_000:, -1] += 1.4 * 300
    found = fit_stream("big", NAMES, in_pieces(values, 1_000), LineOptions("crime", stream=True))
    assert found.fit.way.value is not None and found.fit.way.value > 0.99


@pytest.mark.parametrize("same", [7.0, 0.1, 1e9 / 3])
def test_a_stream_leaves_a_constant_column_out_and_keeps_the_intervals_of_the_others(same: float) -> None:
    """A mean of many 0.1 is not 0.1 to the last digit, and what is left by that must not count as a column."""
    values = areas(30_000)
    others, values[:, 1] = np.delete(values, 1, axis=1), same
    found = fit_stream("big", NAMES, in_pieces(values, 10_000), LineOptions("crime", stream=True))
    without = fit_stream("big", NAMES[::2], in_pieces(others, 10_000), LineOptions("crime", stream=True))
    assert found.fit.constant == ("young_men",) and found.fit.columns == ("deprivation", "budget")
    assert not found.fit.alike and found.fit.closed[1].low is not None
    assert parameters(found) == pytest.approx(parameters(without), rel=1e-9)
    np.testing.assert_allclose(found.steps.parameters, without.steps.parameters, rtol=1e-6)
    np.testing.assert_allclose(found.steps.loss, without.steps.loss, rtol=1e-9)
    assert found.drawn.points.shape[1] == 3 and found.drawn.path[-1][1].shape == (3,)


def test_what_a_column_that_varies_by_rounding_alone_was_given_is_the_intercepts() -> None:
    values = areas(3_000)
    values[:, 2] = 1e9 + 1e-7 * (np.arange(3_000) % 2)
    found = fit_stream("big", NAMES, in_pieces(values, 1_000), LineOptions("crime", stream=True))
    assert found.fit.constant == ("budget",)
    last = found.steps.parameters[-1]
    loss = float(np.mean((last[0] + values[:, :2] @ last[1:] - values[:, -1]) ** 2))
    assert found.steps.loss[-1] == pytest.approx(loss, rel=1e-6)


def test_a_stream_of_nothing_but_constant_columns_is_refused() -> None:
    values = areas(300)
    values[:, :-1] = 0.1
    with pytest.raises(DataError, match="the same number in every row"):
        fit_stream("big", NAMES, in_pieces(values, 100), LineOptions("crime", stream=True))


def test_a_stream_that_runs_away_keeps_the_last_line_and_the_closed_form() -> None:
    values = areas(20_000)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit = fit_stream("big", NAMES, in_pieces(values, 500), LineOptions("crime", stream=True, rate=500.0)).fit
    assert fit.ran_away
    plain = np.linalg.lstsq(sm.add_constant(values[:, :-1]), values[:, -1], rcond=None)[0]
    assert [figure.value for figure in fit.closed] == pytest.approx(plain, rel=1e-7)
    with pytest.raises(DataError, match="no two whole rows"):
        fit_stream("big", NAMES, in_pieces(values[:1], 1), LineOptions("crime", stream=True))


def test_costs_are_figures_of_both_ways_on_the_same_table() -> None:
    found = cost(2_000, 20, seed=0)
    assert all(f.value is not None and f.low is not None and f.low <= f.value for f in (found.closed, found.descent))
    assert found.closed.n == 3 and found.passes.value is not None and 0 < found.passes.value < 50
    table = made_up(4_000, 5, seed=0)
    assert np.var(table[:, -1]) == pytest.approx(2, rel=0.7)
