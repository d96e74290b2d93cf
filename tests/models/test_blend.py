"""The blend of a line and trees: what each part sees, how much it counts for, and that it answers at least as well."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import r2_score

from discern.core.errors import ModelFileError, OptionError
from discern.core.records import Column, InputSpec
from discern.models import blend, catalogue
from discern.models.blend import Blend
from discern.models.boosting import BoostedNumbers
from discern.models.codecs import blend as codec
from discern.models.table_encoding import MOST_RAW
from discern.models.tabular import TableRegressor

Array = NDArray[np.float64]
N = 400


def skewed(n: int = N, seed: int = 0) -> tuple[Array, Array]:
    """A target whose root is a line in the logarithms of skewed columns, as counts and rates often are."""
    rng = np.random.default_rng(seed)
    values = np.exp(rng.normal(size=(n, 6)))
    height = np.log1p(values[:, 0]) + 0.7 * np.log1p(values[:, 1]) + 0.2 * rng.normal(size=n)
    return values, 100 * np.maximum(height, 0) ** 2


def stepped(n: int = N, seed: int = 0) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(n, 4))
    target = np.where((values[:, 0] > 0) ^ (values[:, 1] > 0), 5.0, -5.0) + 0.3 * rng.normal(size=n)
    return values, target


def straight(n: int = N, seed: int = 0) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(n, 8))
    return values, values @ np.arange(8.0) + 0.5 * rng.normal(size=n)


def test_columns_with_a_long_tail_are_bent_and_others_are_not() -> None:
    rng = np.random.default_rng(0)
    rows = np.column_stack([np.exp(rng.normal(size=N)), rng.normal(size=N), -np.exp(rng.normal(size=N)), np.arange(N)])
    at = blend.bends(rows, np.array([False, False, False, False]))
    assert at[0] == np.median(rows[:, 0]) and (at[1:] == 0).all()
    assert (blend.bends(rows, np.array([True, False, False, False])) == 0).all()
    bent = blend.bend(rows, at)
    np.testing.assert_allclose(bent[:, 0], np.log1p(rows[:, 0] / at[0]))
    assert (bent[:, 1:] == rows[:, 1:]).all()
    assert blend.bend(np.array([[-3.0, 1, 1, 1], [np.nan, 1, 1, 1]]), at)[:, 0].tolist()[0] == 0.0


def test_the_root_is_learned_where_it_answers_better() -> None:
    values, target = skewed()
    model = Blend(30).fit(values, target)
    assert model.root_ and model.share_ > 0.5
    values, target = straight()
    model = Blend(30).fit(values, target)
    assert not model.root_


def test_a_fold_without_the_lowest_target_counts_the_root_from_it_too() -> None:
    """All but the lowest lie far above it, and the root is a line without noise: no answer by folds is far off."""
    root = 30 + np.random.default_rng(0).exponential(20, N)
    root[7] = 0.0
    model = Blend(5).fit(root[:, None] - 50, root**2)
    assert model.root_ and model.share_ > 0.99


def test_each_part_counts_for_what_it_is_worth() -> None:
    lines, steps = Blend(60).fit(*straight()), Blend(60).fit(*stepped())
    assert lines.share_ > 0.9
    assert steps.share_ < 0.1
    assert 0 <= steps.share_ <= lines.share_ <= 1


@pytest.mark.parametrize("make", [skewed, stepped, straight])
def test_it_answers_as_well_as_the_better_of_the_two(make: Callable[..., tuple[Array, Array]]) -> None:
    values, target = make(seed=1)
    more, truth = make(seed=2)
    scores = {
        name: catalogue.estimator(name, task="regression", columns=()).fit(values, target).score(more, truth)
        for name in ("ridge", "boosting", "blend")
    }
    assert scores["blend"] >= max(scores["ridge"], scores["boosting"]) - 0.01


def test_it_does_not_depend_on_the_unit_of_the_target() -> None:
    values, target = skewed()
    columns = tuple(Column(f"c{i}", "number") for i in range(6))
    one = TableRegressor(Blend(30), columns).fit(values, target)
    other = TableRegressor(Blend(30), columns).fit(values, 5 * target - 1000)
    np.testing.assert_allclose(other.predict(values), 5 * one.predict(values) - 1000, rtol=1e-6)


def test_far_rows_are_answered_within_twice_the_range() -> None:
    values, target = skewed()
    model = Blend(30).fit(values, target)
    assert model.root_
    assert model.predict(np.full((1, 6), 1e50))[0] <= 2 * target.max()


def test_gaps_and_unseen_categories() -> None:
    rng = np.random.default_rng(3)
    values = np.column_stack([rng.normal(size=N), rng.integers(0, 3, N)])
    target = values[:, 0] + np.array([0.0, 5.0, -5.0])[values[:, 1].astype(int)]
    values[::7, 0] = np.nan
    columns = (Column("a", "number"), Column("b", "category", ("x", "y", "z", "never")))
    model = catalogue.estimator("blend", task="regression", columns=columns, n_rounds=40).fit(values, target)
    assert r2_score(target, model.predict(values)) > 0.9
    assert np.isfinite(model.predict(np.array([[0.0, 3.0], [np.nan, np.nan], [1e9, 0.0]]))).all()


def test_validation_rows_are_learned_from_too() -> None:
    values, target = straight()
    whole = Blend(30).fit(values, target)
    divided = Blend(30).fit(values[:300], target[:300], validation=(values[300:], target[300:]))
    assert divided.refit_ and not whole.refit_
    assert (divided.predict(values) == whole.predict(values)).all()


def test_many_rows_are_divided_once(monkeypatch: pytest.MonkeyPatch) -> None:
    values, target = straight()
    grown: list[int] = []
    grow = BoostedNumbers.fit

    def counted(self: BoostedNumbers, X: Array, y: Array, **more: object) -> BoostedNumbers:
        grown.append(len(X))
        return grow(self, X, y, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(BoostedNumbers, "fit", counted)
    Blend(5).fit(values, target)
    assert grown == [400, 320, 320, 320, 320, 320]
    monkeypatch.setattr(blend, "TOO_MANY", 400)
    grown.clear()
    model = Blend(5).fit(values, target)
    assert grown == [400, 320] and model.share_ > 0.9


def test_few_rows_and_a_constant() -> None:
    assert Blend(3).fit([[1.0]], [2.0]).predict([[5.0]]).tolist() == [2.0]
    assert Blend(3).fit([[1.0], [2.0], [3.0]], [4.0, 4.0, 4.0]).predict([[9.0]]).tolist() == [4.0]


def test_a_wrong_number_of_rounds_is_said() -> None:
    with pytest.raises(OptionError, match="n_rounds"):
        Blend(0).fit([[1.0], [2.0]], [1.0, 2.0])


def test_categories_that_a_file_merely_claims_take_no_memory() -> None:
    config, arrays = codec.encode(Blend(5).fit(*stepped(60)))
    n = 3000
    config, arrays = {**config, "categories": [MOST_RAW + 1] * n}, {**arrays, "bends": np.zeros(n)}
    tracemalloc.start()
    with pytest.raises(ModelFileError, match="the encoder lacks 'slots'"):
        codec.check(config, arrays, InputSpec("table", (n,), "float64"), 0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4_000_000
