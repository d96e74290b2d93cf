"""Which models of numbers are compared: the blend always, the others by what they cost."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from discern.core.options import TrainOptions
from discern.data.read import read
from discern.data.splits import Split
from discern.workflows import choose, compare


@pytest.mark.parametrize(("n", "n_columns"), [(60, 3), (600, 120), (3000, 10)])
def test_the_blend_is_always_among_them(n: int, n_columns: int) -> None:
    rng = np.random.default_rng(0)
    frame = pl.DataFrame(rng.normal(size=(n, n_columns)).round(6), schema=[f"c{i}" for i in range(n_columns)])
    data = read(frame.with_columns(worth=pl.Series(rng.normal(size=n))), target="worth")
    parts = Split(pl.DataFrame({"part": np.where(np.arange(n) % 5 == 0, "validation", "train").tolist()}), "by fives")
    entrants = choose.entrants(data, TrainOptions())
    plan = compare.plan(data, parts, entrants, TrainOptions(), choosy=True)
    kept = [entrant.model for entrant in plan.entrants]
    assert "blend" in kept and "boosting" in kept and len(kept) >= 6
    assert len(kept) + len(plan.left_out) == len(entrants)
