"""Means and deviations against NumPy's."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from discern.nets import scaling

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    "values",
    [RNG.integers(0, 256, (40, 9, 7, 3), dtype=np.uint8), RNG.normal(1e4, 3, (50, 4)).astype(np.float32)],
    ids=["bytes", "floats"],
)
def test_mean_and_deviation_of_each_channel(values: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scaling, "COUNTED", 100)
    mean, scale = scaling.mean_and_scale(values)
    flat = values.reshape(-1, values.shape[-1]).astype(np.float64)
    assert_allclose(mean, flat.mean(axis=0), rtol=1e-6)
    assert_allclose(scale, flat.std(axis=0), rtol=1e-5)
    assert mean.dtype == scale.dtype == np.float32


def test_the_deviation_of_a_constant_is_one() -> None:
    for values in (np.full((5, 3, 3, 2), 77, dtype=np.uint8), np.full((5, 2), 0.1)):
        assert scaling.mean_and_scale(values)[1].tolist() == [1.0, 1.0]
