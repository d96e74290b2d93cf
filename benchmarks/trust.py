"""How often claims about trust hold, by simulation: `python benchmarks/trust.py [SIMULATIONS]` (1,000 by default).

Calibration: the interval of the calibration error begins above 0 for probabilities that mean it in at most 5 of 100
cases, and holds the true error in at least 95 of 100, also for items in groups. A temperature makes an overconfident
model's log loss smaller on other items, and changes no answer. Sets of labels hold the true one as often as asked, and
`unknown` gives up no more known items than asked, with the temperature fitted on the very items that set the
thresholds, and for items in groups. Random labels come out as shown to be solvable at most 18 times in 200; see
`trust_labels.py` for more about labels. Minutes; not in `make test`, where smaller versions are.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import trust_labels
from numpy.typing import NDArray

from discern.evaluate.calibration import calibration_error
from discern.evaluate.intervals import wilson
from discern.models import calibrate
from discern.models.features import softmax
from discern.models.known import thresholds

CLASSES, SHARPNESS = 5, 2.0
FITTED, ASKED = 200, 400
COVERAGE, UNKNOWN = 0.95, 0.05
Array = NDArray[np.float64]


def main(simulations: int) -> None:
    began = time.process_time()
    for grouped in (False, True):
        _errors(simulations, grouped)
    for grouped in (False, True):
        _answers(simulations, grouped)
    trust_labels.false_alarms()
    print(f"{time.process_time() - began:.0f} processor seconds")


def _errors(simulations: int, grouped: bool) -> None:
    """False alarms and coverage of the interval of the calibration error, of 300 items."""
    kind = "60 groups of 5 items" if grouped else "300 items"
    for gap in (0.0, 0.05, 0.2):
        alarms, held = 0, 0
        for random in _streams(simulations, "errors", int(100 * gap), grouped):
            best = random.uniform(0.5, 0.95, 300)
            draws = random.random(300)
            units = np.arange(300)
            if grouped:  # all items of a group are right or wrong together
                units = np.repeat(np.arange(60), 5)
                best, draws = np.repeat(best[:60], 5), np.repeat(draws[:60], 5)
            found = calibration_error(best, (draws < best - gap).astype(np.float64), units)
            assert found.low is not None and found.high is not None
            alarms += found.low > 0
            held += found.low <= gap <= found.high
        said = "false alarm" if gap == 0 else "error shown"
        _say(f"calibration error, true {gap:g}, {kind}: {said}", alarms, simulations)
        _say(f"calibration error, true {gap:g}, {kind}: interval holds it", held, simulations)


def _answers(simulations: int, grouped: bool) -> None:
    """What a temperature, sets and `unknown` come to on other items, fitted on 200 (groups: 100 of 5 items)."""
    better, same, held, lost = 0, 0, [], []
    temperatures = []
    n = 500 if grouped else FITTED
    for random in _streams(simulations, "answers", grouped):
        stated, positions, distance, units = _drawn(random, n, grouped)
        fitted = calibrate.temperature(stated, positions)
        temperatures.append(fitted.temperature)
        calibrated = fitted.apply(stated)
        alone = calibrate.one_of_each(units, 0)
        sets = calibrate.sets(calibrated[alone, positions[alone]], COVERAGE)
        limits = thresholds(calibrated[alone].max(axis=1), distance[alone], UNKNOWN)
        assert sets is not None and limits is not None
        new, truth, far, _ = _drawn(random, ASKED, False)
        after = fitted.apply(new)
        better += _loss(after, truth) < _loss(new, truth)
        same += bool((after.argmax(axis=1) == new.argmax(axis=1)).all())
        held.append(sets.of(after)[np.arange(ASKED), truth].mean())
        lost.append(((after.max(axis=1) < limits[0]) | (far > limits[1])).mean())
    kind = "100 groups of 5 items" if grouped else f"{n} items"
    _say(f"temperature fitted on {kind}: log loss smaller on others", better, simulations)
    _say(f"temperature fitted on {kind}: every answer the same", same, simulations)
    print(f"  temperature, true {SHARPNESS:g}: mean {np.mean(temperatures):.3f}, sd {np.std(temperatures):.3f}")
    _mean(f"sets of {COVERAGE:.0%} set by {kind} hold the true label", held)
    _mean(f"unknown {UNKNOWN:.0%} set by {kind} gives up of known items", lost)


def _drawn(random: np.random.Generator, n: int, grouped: bool) -> tuple[Array, NDArray[np.int64], Array, Any]:
    """Probabilities of a model that is too sure, true classes, distances, and units."""
    if grouped:
        base, distances = random.normal(size=(n // 5, CLASSES)), random.chisquare(8, n // 5)
        scores = np.repeat(base, 5, axis=0) * 1.5
        distance, units = np.repeat(distances, 5), np.repeat(np.arange(n // 5), 5)
        draws = np.repeat(random.random((n // 5, 1)), 5, axis=0)
    else:
        scores, distance, units = random.normal(size=(n, CLASSES)) * 1.5, random.chisquare(8, n), np.arange(n)
        draws = random.random((n, 1))
    positions = (draws > softmax(scores).cumsum(axis=1)[:, :-1]).sum(axis=1)
    return softmax(SHARPNESS * scores), positions, distance, units


def _loss(probabilities: Array, positions: NDArray[np.int64]) -> float:
    return float(-np.log(probabilities[np.arange(len(positions)), positions]).mean())


def _streams(simulations: int, *purpose: Any) -> Iterator[np.random.Generator]:
    key = [sum(map(ord, str(part))) for part in purpose]
    return (np.random.default_rng([*key, number]) for number in range(simulations))


def _say(what: str, count: int, of: int) -> None:
    low, high = wilson(count, of)
    print(f"  {what}: {count} of {of} ({100 * low:.1f} to {100 * high:.1f} %)", flush=True)


def _mean(what: str, values: list[float]) -> None:
    error = 1.96 * np.std(values) / len(values) ** 0.5
    print(f"  {what}: {100 * np.mean(values):.2f} % (+- {100 * error:.2f}) over {len(values)} simulations", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
