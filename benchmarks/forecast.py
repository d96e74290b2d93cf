"""The mean absolute error of `discern series forecast` on footfall against the weekly seasonal-naive's: at most 0.72.

The last 8 weeks of the 8 places in ../shared/data/footfall, 24 hours ahead, a forecast each midnight; the model is
chosen on the 8 weeks before. `--with` tries the weather too; `--models a,b` tries fewer models.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
from pathlib import Path

from common import check, claim, data, machine

from discern.core.forecast_options import ForecastOptions, SeriesOptions, parse_models
from discern.workflows import forecast

MOST = 0.72
SERIES = SeriesOptions("Date+Hour", "InCount", "LocationName")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", default="auto")
    parser.add_argument("--with", dest="known", action="store_true")
    parser.add_argument("--seeds", type=int, default=1)
    asked = parser.parse_args()
    machine()
    claim(f"at most {MOST} of the weekly seasonal-naive's mean absolute error on the last 8 weeks, all places together")
    folder = data("footfall")
    known = folder / "weather.csv" if asked.known else None
    ratios = []
    for seed in range(asked.seeds):
        before = resource.getrusage(resource.RUSAGE_SELF)
        with tempfile.TemporaryDirectory() as place:
            options = ForecastOptions(24, parse_models(asked.models), seed=seed)
            source = folder / "footfall.csv.gz"
            result = forecast([source], SERIES, options, out=Path(place) / "run", known=known).result
        after = resource.getrusage(resource.RUSAGE_SELF)
        seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        for one in result.candidates:
            name = one.name + (" with the weather" if one.uses_known else "")
            print(f"  {name}: {one.ratio} of the baseline's error, on the weeks to choose on", flush=True)
        chosen = result.chosen
        print(f"seed {seed}: {result.model.name}, {chosen.ratio} of the baseline's error on the last 8 weeks")
        print(f"  mean absolute error {chosen.mae}; of the baseline {result.baseline.mae}")
        print(f"  in intervals of {result.coverage:.0%}: {chosen.coverage}; {seconds:.0f} s of processor", flush=True)
        if result.compared is not None:
            way = "without" if result.model.uses_known else "with"
            print(f"  {way} the weather: {result.compared}")
        ratios.append(chosen.ratio.value or 9.9)
    check(max(ratios) <= MOST, f"{max(ratios):.3f} of the baseline's error")


if __name__ == "__main__":
    main()
