"""Models of numbers beside statsmodels and scikit-learn, and what each of them chooses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm  # type: ignore[import-untyped]
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor, RandomForestRegressor
from sklearn.linear_model import Lasso as SkLasso
from sklearn.linear_model import Ridge as SkRidge
from sklearn.neighbors import KNeighborsRegressor
from sklearn.svm import SVR
from sklearn.tree import DecisionTreeRegressor

from discern.core.errors import DataError, OptionError
from discern.core.events import Event
from discern.core.records import Column
from discern.models import catalogue, regression
from discern.models.boosting import MANY_ROWS, BoostedClasses, BoostedNumbers
from discern.models.kernel_numbers import WITHIN, KernelNumbers
from discern.models.neighbour_numbers import NeighborNumbers
from discern.models.penalised import Lasso, Ridge
from discern.models.perceptron_numbers import PerceptronNumbers
from discern.models.regression import LeastSquares, Mean
from discern.models.tree_numbers import ForestNumbers, RegressionTree


def numbers(n: int = 400, n_features: int = 6, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Rows and a number: two straight columns, one bent, two of which the second copies the first with noise."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, n_features))
    X[:, 4] = X[:, 3] + 0.1 * rng.normal(size=n)
    y = 2 * X[:, 0] - X[:, 1] + np.sin(2 * X[:, 2]) + 0.5 * X[:, 3] + rng.normal(size=n)
    return X, (y - y.mean()) / y.std()


def gappy(n: int = 2000) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A table with gaps and two categories of 40 and 3; which columns are categories; a number."""
    rng = np.random.default_rng(3)
    X = np.column_stack([rng.normal(size=n), rng.integers(0, 40, n), rng.normal(size=n), rng.integers(0, 3, n)])
    y = 3 * X[:, 0] + rng.normal(size=40)[X[:, 1].astype(int)] + X[:, 2] * X[:, 3] + rng.normal(size=n)
    X[::7, 0], X[::11, 1] = np.nan, np.nan
    return X, np.array([False, True, False, True]), y


def test_least_squares_is_that_of_statsmodels() -> None:
    X, y = numbers()
    model, oracle = LeastSquares().fit(X, y), sm.OLS(y, sm.add_constant(X)).fit()
    np.testing.assert_allclose([model.intercept_, *model.coef_], oracle.params, rtol=1e-10, atol=1e-12)
    errors = np.sqrt(model.residual_variance_ * np.diag(model.inverse_))
    np.testing.assert_allclose(errors, oracle.bse, rtol=1e-10)
    assert model.dof_ == oracle.df_resid and model.rank_ == 7
    np.testing.assert_allclose(model.predict(X), oracle.fittedvalues, rtol=0, atol=1e-12)


def test_least_squares_with_columns_that_are_sums_and_in_several_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    X, y = numbers()
    X = np.column_stack([X, X[:, 0] + X[:, 1], np.zeros(len(X))])
    model = LeastSquares().fit(X, y)
    assert model.rank_ == 7 and model.dof_ == 393
    np.testing.assert_allclose(model.predict(X), sm.OLS(y, sm.add_constant(X[:, :6])).fit().fittedvalues, atol=1e-10)
    monkeypatch.setattr(regression, "ROWS_A_STEP", 50)
    np.testing.assert_allclose(LeastSquares().fit(X, y).coef_, model.coef_, rtol=0, atol=1e-12)


def test_least_squares_keeps_what_squares_would_lose() -> None:
    """Longley's data: normal equations lose half of the digits, and certified values are known (NIST, StRD)."""
    data = sm.datasets.longley.load_pandas()
    model = catalogue.estimator("ols", task="regression").fit(data.exog.to_numpy(), data.endog.to_numpy())
    scale = model.target_scale_ / model.encoder_.scale
    certified = [15.0618722713733, -0.0358191792925910, -2.02022980381683, -1.03322686717359, -0.0511041056535807]
    np.testing.assert_allclose(model.inner_.coef_ * scale, [*certified, 1829.15146461355], rtol=1e-8)


@pytest.mark.parametrize("alpha", [0.001, 0.1, 3.0])
def test_penalties_are_those_of_scikit_learn(alpha: float) -> None:
    X, y = numbers()
    ours, oracle = Ridge(alpha).fit(X, y), SkRidge(alpha * len(X)).fit(X, y)
    np.testing.assert_allclose([ours.intercept_, *ours.coef_], [oracle.intercept_, *oracle.coef_], atol=1e-12)
    ours_too, oracle_too = Lasso(alpha).fit(X, y), SkLasso(alpha, tol=1e-10, max_iter=100_000).fit(X, y)
    np.testing.assert_allclose(ours_too.coef_, oracle_too.coef_, atol=2e-3)
    assert (ours_too.coef_ == 0).sum() >= (oracle_too.coef_ == 0).sum()


@pytest.mark.parametrize("kind", [Ridge, Lasso])
def test_a_penalty_is_chosen_by_rows_that_were_not_learned_from(kind: type[Ridge | Lasso]) -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(80, 60))
    y = X[:, 0] + rng.normal(size=80)
    asked = rng.normal(size=(2000, 60))
    chosen = kind().fit(X[:60], y[:60], validation=(X[60:], y[60:]))
    by_folds = kind().fit(X, y)
    weak = kind(kind.strengths[0]).fit(X, y)
    truth = asked[:, 0]
    errors = [float(np.square(model.predict(asked) - truth).mean()) for model in (chosen, by_folds, weak)]
    assert max(errors[:2]) < 0.6 * errors[2] and chosen.refit_ and not by_folds.refit_
    assert {chosen.alpha_, by_folds.alpha_} <= set(kind.strengths)


def test_a_tree_and_a_forest_are_those_of_scikit_learn() -> None:
    X, y = (part.astype(np.float32).astype(np.float64) for part in numbers())
    asked = numbers(seed=1)[0]
    tree = RegressionTree(6, min_samples_leaf=4).fit(X, y)
    oracle = DecisionTreeRegressor(max_depth=6, min_samples_leaf=4, random_state=0).fit(X, y)
    np.testing.assert_allclose(tree.predict(asked), oracle.predict(asked), atol=1e-6)
    forest = ForestNumbers(10, max_features=1.0, min_samples_leaf=1).fit(X, y)
    other = RandomForestRegressor(10, max_depth=20, random_state=0).fit(X, y)
    np.testing.assert_allclose(forest.predict(asked), other.predict(asked), atol=1e-6)


def test_a_tree_chooses_how_many_rows_an_answer_rests_on() -> None:
    X, _ = numbers()
    noise = np.random.default_rng(5).normal(size=400)
    assert RegressionTree().fit(X, noise).min_samples_leaf_ >= 50
    assert RegressionTree().fit(X, np.sign(X[:, 0]) * 3 + np.sign(X[:, 1])).min_samples_leaf_ <= 5


def test_neighbours_are_those_of_scikit_learn_and_their_number_is_chosen() -> None:
    X, y = numbers()
    X = X.astype(np.float32).astype(np.float64)
    ours = NeighborNumbers(7).fit(X, y)
    np.testing.assert_allclose(ours.predict(X), KNeighborsRegressor(7).fit(X, y).predict(X), atol=1e-12)
    noise = np.random.default_rng(5).normal(size=400)
    assert NeighborNumbers().fit(X, noise).n_neighbors_ >= 20
    assert (
        NeighborNumbers().fit(X[:, :1], 10 * X[:, 0], validation=(X[:50, :1] + 0.001, 10 * X[:50, 0])).n_neighbors_ <= 3
    )


def test_support_vectors_are_those_of_scikit_learn() -> None:
    X, y = numbers()
    X = X.astype(np.float32).astype(np.float64)
    ours = KernelNumbers(1.0, width=0.3).fit(X, y)
    oracle = SVR(C=1.0, gamma=0.3 / 6, epsilon=WITHIN).fit(X, y)
    np.testing.assert_allclose(ours.predict(X), oracle.predict(X), atol=1e-9)
    assert KernelNumbers().fit(X, y).score(X, y) > 0.5


def test_boosting_takes_gaps_and_categories_as_scikit_learn_does() -> None:
    X, categorical, y = gappy()
    asked = X.copy()
    asked[:50, 1], asked[50:100, 3], asked[100:150, 2] = 45, np.nan, np.nan
    how = {"early_stopping": False, "categorical_features": categorical, "random_state": 0}
    ours = BoostedNumbers(20, shrinkage=0.1).fit(X, y, categorical=categorical)
    oracle = HistGradientBoostingRegressor(max_iter=20, **how).fit(X, y)
    np.testing.assert_allclose(ours.predict(asked), oracle.predict(asked), atol=1e-5)
    assert len(ours.trees_.sets) > 5
    for labels in (np.digitize(y, [-2, 2]).astype(str), np.where(y > 0, "a", "b")):
        classes = BoostedClasses(10, shrinkage=0.1).fit(X, labels, categorical=categorical)
        other = HistGradientBoostingClassifier(max_iter=10, **how).fit(X, labels)
        np.testing.assert_allclose(classes.predict_proba(asked), other.predict_proba(asked), atol=1e-6)


def test_boosting_adds_as_many_rounds_as_the_validation_rows_ask_for() -> None:
    X, categorical, y = gappy()
    noise = np.random.default_rng(0).normal(size=len(y))
    events: list[Event] = []
    few = BoostedNumbers().fit(X, noise, categorical=categorical, on_event=events.append)
    more = BoostedNumbers().fit(X[:1500], y[:1500], validation=(X[1500:], y[1500:]), categorical=categorical)
    assert few.n_rounds_ < 15 < more.n_rounds_ and more.refit_
    assert len(more.trees_.roots) == more.n_rounds_ and "rounds" in str(events[0])


def test_boosting_of_many_rows_takes_few_large_steps_and_learns_once(monkeypatch: pytest.MonkeyPatch) -> None:
    X, categorical, y = gappy()
    monkeypatch.setattr("discern.models.boosting.MANY_ROWS", 1000)
    assert MANY_ROWS == 100_000
    many = BoostedNumbers().fit(X[:1500], y[:1500], validation=(X[1500:], y[1500:]), categorical=categorical)
    assert many.n_rounds_ <= 30 and not many.refit_ and many.score(X, y) > 0.8


def test_a_perceptron_keeps_the_pass_with_the_least_validation_error() -> None:
    X, y = numbers(600)
    model = PerceptronNumbers(16, epochs=60, learning_rate=0.01).fit(X[:400], y[:400], validation=(X[400:], y[400:]))
    losses = [passed["validation_loss"] for passed in model.history_]
    assert model.best_epoch_ == 1 + int(np.argmin(losses))
    assert min(losses) == pytest.approx(float(np.square(model.predict(X[400:]) - y[400:]).mean()), rel=1e-5)
    assert model.score(X[400:], y[400:]) > 0.5


@pytest.mark.parametrize("name", [name for name, e in catalogue.ENTRIES.items() if "regression" in e.tasks])
def test_the_unit_of_the_target_does_not_matter(name: str) -> None:
    X, y = numbers(200)
    X = X[:, :3]  # of columns that part the rows alike, rounding would choose one
    few: dict[str, dict[str, Any]] = {"boosting": {"n_rounds": 5}, "mlp": {"epochs": 5}, "forest": {"n_trees": 5}}
    made = few.get(name, {"min_samples_leaf": 20} if name == "tree" else {})
    one = catalogue.estimator(name, task="regression", **made).fit(X, y)
    other = catalogue.estimator(name, task="regression", **made).fit(X, 1e6 + 1e4 * y)
    scaled = (other.predict(X) - 1e6) / 1e4
    assert np.abs(scaled - one.predict(X)).max() < {"blend": 0.05, "svm": 3e-3}.get(name, 1e-4)


@pytest.mark.parametrize("name", [name for name, e in catalogue.ENTRIES.items() if "regression" in e.tasks])
def test_few_rows_and_a_target_of_one_value_are_learned(name: str) -> None:
    X, _ = numbers(30)
    found = catalogue.estimator(name, task="regression").fit(X, np.full(30, 7.0)).predict(X)
    assert found == pytest.approx(7.0, abs=0.02 if name == "mlp" else 1e-6)
    X, y = numbers(5)
    assert np.isfinite(catalogue.estimator(name, task="regression").fit(X, y).predict(X)).all()


def test_what_cannot_be_learned_is_said() -> None:
    X, y = numbers(20)
    with pytest.raises(DataError, match="holds gaps"):
        catalogue.estimator("ols", task="regression").fit(X, np.where(y > 0, np.nan, y))
    with pytest.raises(DataError, match=r"numbers above 1e\+60"):
        catalogue.estimator("ols", task="regression").fit(X, y * 1e70)
    with pytest.raises(DataError, match="found 6 columns of values; expected 1"):
        catalogue.estimator("ols", task="regression", columns=(Column("a", "number"),)).fit(X, y)
    with pytest.raises(DataError, match="20 rows but 19 labels"):
        catalogue.estimator("ols", task="regression").fit(X, y[1:])
    with pytest.raises(OptionError, match="alpha is -1"):
        catalogue.estimator("ridge", task="regression", alpha=-1).fit(X, y)
    assert Mean().fit(X, y).predict(X) == pytest.approx(y.mean())
