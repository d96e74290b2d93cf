"""A fitted line in words: numbers, and a sentence for each thing that can happen."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from discern.core.line_options import ALL, LineOptions, kept_iterations, parse_shown
from discern.core.records import Figure
from discern.models.line_fit import Cost, LineFit
from discern.models.line_fitting import Rows, fit_rows
from discern.report import line_words


def fit(slope: float = 1.0, noise: float = 1.0, n: int = 40, **asked: object) -> LineFit:
    draw = np.random.default_rng(0)
    columns = draw.normal(size=(n, 1)) * 10 + 50
    target = slope * columns[:, 0] + noise * draw.normal(size=n)
    rows = Rows("t", ("income",), "crime", np.column_stack([columns, target]))
    return fit_rows(rows, LineOptions("crime", ("income",), **asked)).fit  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"), (1234.5678, "1,235"), (0.0123449, "0.01234"), (-2.5, "−2.5"), (1.5e9, "1.5e+09"), (3e-7, "3e-07"),
        (None, "–"), (float("nan"), "–"), (100.0, "100"), (-1e-9, "−1e-09"),
    ],
)  # fmt: skip
def test_numbers_have_as_many_digits_as_say_something(value: float | None, text: str) -> None:
    assert line_words.number(value) == text


def test_a_slope_is_said_in_a_sentence_with_its_range_and_its_doubt() -> None:
    assert line_words.slope_sentence(fit()).startswith(
        "One more of income goes with 0.9918 more of crime (95 % range of the slope: 0.9467 to"
    )
    assert " less of crime" in line_words.slope_sentence(fit(slope=-1.0))
    found = fit()
    doubtful = dataclasses.replace(found.closed[1], low=-0.5)
    said = line_words.slope_sentence(dataclasses.replace(found, closed=(found.closed[0], doubtful)))
    assert "but that may be chance: the 95 % range of the slope, −0.5 to 1.0" in said
    assert "how sure that is cannot be said" in line_words.slope_sentence(fit(n=2))


def test_what_happened_is_said_for_each_outcome() -> None:
    rested = fit(batch=ALL, iterations=500)
    assert line_words.arrival(rested) == "After 500 steps of descent the line lies on the closed form's."
    assert "% of the way down" in line_words.arrival(fit(batch=ALL, iterations=5))
    away = line_words.arrival(fit(batch=ALL, rate=5.0))
    assert "ran away" in away and "that begins at 2; try --rate 1." in away
    wavers = line_words.arrival(fit(schedule="constant", noise=8.0, iterations=400))
    assert "it will not rest: each step looks at only 1 row" in wavers
    assert line_words.arrival(fit(slope=0.0, noise=0.0)).startswith("Descent had nowhere to go")
    lost = dataclasses.replace(rested, way=Figure(-0.5, None, None, 40, ""), batch=1)
    assert "Try a larger --batch" in line_words.arrival(lost)
    assert "overshoot" in line_words.arrival(dataclasses.replace(lost, rate=9.0))


def test_each_size_of_steps_has_its_sentence() -> None:
    found = fit(batch=ALL, rates=(1e-5, 0.002, 0.5, 1.9999, 3.0), iterations=600)
    said = {one.outcome: line_words.tried(one, found) for one in found.rates}
    assert "so short that after 600 steps only" in said["too small"]
    assert "the rest takes more steps" in said["on its way"]
    assert "the numbers ran away" in said["ran away"] and "lands higher on the other side" in said["ran away"]
    assert said["arrived"].startswith("After 600 steps the loss is the closed form's")
    higher = dataclasses.replace(found.rates[0], way=Figure(-0.2, None, None, 40, ""))
    assert higher.outcome == "higher" and "more would not help" in line_words.tried(higher, found)


def test_where_the_closed_form_loses_is_said() -> None:
    def cost(columns: int, closed: float, descent: float) -> Cost:
        figures = [Figure(value, 0.9 * value, 1.1 * value, 3, "s") for value in (closed, descent)]
        return Cost(1_000, columns, *figures, Figure(2.0, 1.0, 3.0, 3, "passes"))

    costs = [cost(10, 0.001, 0.01), cost(500, 0.4, 0.1), cost(20, 0.01, 0.0102)]
    assert [line_words.quicker(one) for one in costs] == ["closed form", "descent", "alike"]
    said = line_words.where_it_loses(costs)
    assert "loses on 1 of 3 tables (rows × columns: 1,000 × 500)" in said and "takes 4 times as long" in said
    assert line_words.where_it_loses(costs[:1]).startswith("On none")
    never = Figure(None, None, None, 3, "not near")
    assert line_words.quicker(Cost(10, 2, costs[0].closed, never, never)) == "closed form"
    assert "–" in line_words.line_cost_text([Cost(10, 2, costs[0].closed, never, never)])


def test_iterations_are_shown_as_one_two_five_ten() -> None:
    assert kept_iterations(1000) == (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
    assert kept_iterations(1) == (1,) and kept_iterations(7) == (1, 2, 5, 7)
    assert parse_shown("100, 1,10,10") == (1, 10, 100)
