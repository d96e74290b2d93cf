"""Dates as periods."""

from __future__ import annotations

import polars as pl
import pytest

from discern.core.errors import DataError
from discern.data.periods import periods


@pytest.mark.parametrize(
    ("cells", "step", "order"),
    [
        (["2024-03-01", "2024-03-02", "2024-03-04"], "day", ("2024-03-01", "2024-03-02", "2024-03-04")),
        (["01/03/2024", "25/03/2024", "25/06/2024"], "week", ("2024-02-26", "2024-03-25", "2024-06-24")),
        (["2024-03-01T10:00:00Z", "2025-06-02 11:00"], "month", ("2024-03", "2025-06")),
        (["2020-01-05", "2024-12-31"], "quarter", ("2020 Q1", "2024 Q4")),
        (["2004-01-05", "2024-12-31"], "year", ("2004", "2024")),
        (["1999", "2001"], "year", ("1999", "2001")),
        (["2024-01", "2024-02"], "month", ("2024-01", "2024-02")),
        (["01-Nov-16", "03-Nov-16"], None, None),
    ],
)
def test_the_finest_step_that_is_not_too_fine(
    cells: list[str], step: str | None, order: tuple[str, ...] | None
) -> None:
    if step is None:
        with pytest.raises(DataError, match="expected dates"):
            periods("when", pl.Series(cells))
        return
    found = periods("when", pl.Series(cells))
    assert (found.step, found.order) == (step, order)


def test_cells_without_a_date_have_no_period() -> None:
    found = periods("when", pl.Series(["2024-03-01", "", None, " 2024-03-02 "]))
    assert found.values == ("2024-03-01", "", "", "2024-03-02") and found.n_without == 2


@pytest.mark.parametrize(
    ("cells", "match"),
    [
        (["01/02/2024", "03/04/2024"], "cannot be told apart"),
        (["soon", "late"], "cells such as 'soon'"),
        (["", None], "0 dates"),
        (["2024-03-01", "soon"], "expected dates"),
    ],
)
def test_what_is_no_date_is_refused(cells: list[str | None], match: str) -> None:
    with pytest.raises(DataError, match=match):
        periods("when", pl.Series(cells, dtype=pl.String))
