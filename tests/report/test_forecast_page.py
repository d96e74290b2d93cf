"""What the page and the screen say of a forecast."""

from __future__ import annotations

import csv
import dataclasses
import io
import json

import pytest

from discern.core import files
from discern.core.records import Figure
from discern.evaluate.forecast_result import Candidate, ForecastResult
from discern.report import forecast_page, forecast_said
from report.forecast_builders import EVIL, forecast


def said(result: ForecastResult) -> str:
    return " ".join(forecast_said.verdict(result))


def test_the_record_comes_back_from_json() -> None:
    result, _, _ = forecast(known=True)
    assert ForecastResult.from_json(json.loads(files.to_json(result.to_json()))) == result


def test_the_verdict_names_model_figure_range_and_baseline() -> None:
    result, _, _ = forecast()
    ratio = result.chosen.ratio
    text = said(result)
    assert (
        f"makes {ratio.value:.2f} (95 % range {ratio.low:.2f} to {ratio.high:.2f}) of the error of the baseline" in text
    )
    assert "the same hour of the week before" in text
    assert "the best recurrent network, gru, makes" in text
    assert "Intervals made to hold 90 % of the values held" in text


def test_a_range_that_reaches_one_is_no_proof() -> None:
    result, _, _ = forecast()
    weak = dataclasses.replace(result.chosen, ratio=Figure(0.95, 0.8, 1.1, 100, "blocks"))
    assert "That it is better than the baseline is not shown" in said(dataclasses.replace(result, chosen=weak))
    assert "not shown" not in said(result)


def test_nets_that_do_not_beat_the_baseline_are_said_so() -> None:
    result, _, _ = forecast()
    bad = Figure(1.2, 1.1, 1.3, 100, "blocks")
    candidates = tuple(
        Candidate(one.name, one.uses_known, one.mae, bad if one.name == "gru" else one.ratio, one.chosen)
        for one in result.candidates
    )
    text = said(dataclasses.replace(result, candidates=candidates))
    assert "No recurrent network beats the baseline" in text and "1.20" in text


def test_where_the_baseline_is_given_it_is_said() -> None:
    assert "No model beats the baseline" in said(forecast(chosen="seasonal-naive")[0])


def test_intervals_that_held_too_few_are_said_so() -> None:
    result, _, _ = forecast()
    few = dataclasses.replace(result.chosen, coverage=Figure(0.7, 0.65, 0.75, 100, "blocks"))
    assert "70 % (65.0 to 75.0 %): fewer than promised" in said(dataclasses.replace(result, chosen=few))


def test_what_is_known_ahead_is_an_assumption() -> None:
    text = said(forecast(known=True)[0])
    assert (
        "takes rain, wind of the times to come as known" in text and "without it the figure is 0.81 (95 % range" in text
    )


@pytest.mark.parametrize("horizon", [1, 24])
def test_tables_hold_the_figures(horizon: int) -> None:
    result, course, coming = forecast(horizon=horizon)
    found = forecast_page.beside(result, course, coming)
    assert set(found) <= set(forecast_page.BESIDE)
    places = list(csv.DictReader(io.StringIO(found["places.csv"])))
    assert float(places[0]["value"]) == result.chosen.mae.value and len(places) == 15
    ahead = list(csv.DictReader(io.StringIO(found["ahead.csv"])))
    assert len(ahead) == horizon and float(ahead[0]["value"]) == result.by_ahead[0].mae.value
    assert ("ahead.svg" in found) == (horizon > 1)
    assert forecast_page.beside(result, course, coming) == found


def test_names_are_data() -> None:
    result, course, coming = forecast(evil=EVIL, known=True)
    page = forecast_page.beside(result, course, coming)["forecast.html"]
    assert "<script>" not in page and "\u202e" not in page and "⟨U+202E⟩" in page
    text = forecast_said.forecast_text(result) + forecast_said.forecast_table(coming)
    assert "\u202e" not in text
