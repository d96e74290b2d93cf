"""Dates in a column of texts as periods: years, quarters, months, weeks or days, whichever show a course best."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from ..core.errors import DataError, describe

FORMATS = (
    ("%Y-%m-%d", r"\d{4}-\d{1,2}-\d{1,2}"),
    ("%Y/%m/%d", r"\d{4}/\d{1,2}/\d{1,2}"),
    ("%d.%m.%Y", r"\d{1,2}\.\d{1,2}\.\d{4}"),
    ("%d/%m/%Y", r"\d{1,2}/\d{1,2}/\d{4}"),
    ("%m/%d/%Y", r"\d{1,2}/\d{1,2}/\d{4}"),
    ("%d-%b-%Y", r"\d{1,2}-\p{L}{3}-\d{4}"),
    ("%d %B %Y", r"\d{1,2} \p{L}{3,} \d{4}"),
    ("%Y%m%d", r"\d{8}"),
    ("%Y-%m", r"\d{4}-\d{2}"),
    ("%Y", r"\d{4}"),
)
"""How the beginning of a cell may write its date, and its form; a time of day may follow."""
ALONE = ("%Y%m%d", "%Y-%m", "%Y")
"""Forms that nothing may follow."""
DAY_FIRST, MONTH_FIRST = "%d/%m/%Y", "%m/%d/%Y"
MOST_BAD = 0.05
STEPS = (("day", "1d", 1), ("week", "1w", 7), ("month", "1mo", 30.4), ("quarter", "1q", 91.3), ("year", "1y", 365.2))
MOST = 30
"""Periods of the finest step that gives no more than so many."""


@dataclass(frozen=True)
class Periods:
    """A period for each text."""

    step: str
    values: tuple[str, ...]
    """`(n,)`: such as `2024-03`; empty where the cell holds no date."""
    order: tuple[str, ...]
    """Every period from the first to the last that has a text."""
    n_without: int


def periods(name: str, cells: pl.Series) -> Periods:
    """The periods of a column of dates. Raises DataError when it holds none, or when day and month cannot be told."""
    dates, best = _dates(name, cells.cast(pl.String).str.strip_chars())
    known = dates.drop_nulls()
    if len(known) < (1 - MOST_BAD) * max(1, int((cells.fill_null("") != "").sum())) or known.is_empty():
        sample = next((cell for cell in cells.to_list() if cell), "")
        raise DataError(
            describe(f"column {name!r}", found=f"{len(known):,} dates, and cells such as {sample[:40]!r}",
                     expected="dates", do="write them as 2024-12-31")
        )  # fmt: skip
    span = (known.max() - known.min()).days  # type: ignore[operator, union-attr]
    step, every, _ = next((one for one in STEPS if span / one[2] <= MOST), STEPS[-1])
    if best == "%Y" or (best == "%Y-%m" and step in ("day", "week")):
        step, every = ("year", "1y") if best == "%Y" else ("month", "1mo")
    starts = dates.dt.truncate(every)
    names = _names(starts, step)
    order = sorted(set(zip(starts.drop_nulls().to_list(), names.drop_nulls().to_list(), strict=True)))
    return Periods(
        step, tuple(names.fill_null("").to_list()), tuple(label for _, label in order), len(cells) - len(known)
    )


def _dates(name: str, cells: pl.Series) -> tuple[pl.Series, str]:
    """The dates by the one format that reads most cells, and the format."""
    found = {form: _read(cells, form, pattern) for form, pattern in FORMATS}
    best = min(found, key=lambda form: found[form].null_count())
    if best in (DAY_FIRST, MONTH_FIRST):
        day, month = found[DAY_FIRST], found[MONTH_FIRST]
        if day.null_count() == month.null_count() and not day.equals(month, null_equal=True):
            raise DataError(
                describe(f"column {name!r}", found="dates in which day and month cannot be told apart",
                         do="write them as 2024-12-31")
            )  # fmt: skip
    return found[best], best


def _read(cells: pl.Series, form: str, pattern: str) -> pl.Series:
    """Dates where the cell begins with one, else null."""
    text = cells.str.extract(rf"^({pattern}){'$' if form in ALONE else r'(?:[^0-9]|$)'}", 1)
    for part in ("%m", "%d") if form in ("%Y-%m", "%Y") else ():
        if part not in form:
            text, form = text + "-01", f"{form}-{part}"
    return text.str.to_titlecase().str.to_date(form, strict=False)


def _names(starts: pl.Series, step: str) -> pl.Series:
    if step == "quarter":
        return starts.dt.year().cast(pl.String) + " Q" + starts.dt.quarter().cast(pl.String)
    return starts.dt.strftime({"year": "%Y", "month": "%Y-%m"}.get(step, "%Y-%m-%d"))
