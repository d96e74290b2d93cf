"""Several targets as combinations."""

from __future__ import annotations

import numpy as np

from discern.core.targets import Targets, combine

CARS = Targets({"make": ("Fiat", "Ford", "Ford"), "model": ("Panda", "Fiesta", "Focus")})


def test_a_combination_is_one_label() -> None:
    assert combine([["Ford", "Fiat"], ["Focus", "Panda"]]) == ["Ford / Focus", "Fiat / Panda"]


def test_the_probability_of_a_label_is_the_sum_over_its_combinations() -> None:
    given = np.array([[0.5, 0.3, 0.2], [0.0, 0.0, 1.0]], dtype=np.float32)
    assert CARS.of("make").tolist() == ["Fiat", "Ford"]
    np.testing.assert_allclose(CARS.marginal("make", given), [[0.5, 0.5], [0.0, 1.0]], atol=1e-7)
    np.testing.assert_allclose(CARS.marginal("model", given), [[0.3, 0.2, 0.5], [0.0, 1.0, 0.0]], atol=1e-7)


def test_codes_point_into_the_labels() -> None:
    for name in CARS.names:
        assert tuple(CARS.of(name)[CARS.codes(name)]) == CARS.labels[name]
