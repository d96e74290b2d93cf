"""Learning to foretell characters: what goes on from a checkpoint ends in the same bytes, and memory reaches far."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from discern.core.errors import RunError
from discern.core.events import Event, silent
from discern.data.passages import codes, passages
from discern.evaluate.writing import baseline_order, held_back_bits
from discern.fit import writing
from discern.models.writer import from_weights

PLAN = writing.Plan(32, 1, 0.0, 8, 32, 3, 0.01, 0.01, 0, "float32")


def far_text(n: int) -> str:
    """Lines whose first letter decides the last, nine letters later; what stands between says nothing."""
    random = np.random.default_rng(0)
    lines = []
    for _ in range(n):
        first = random.choice(list("AB"))
        lines.append(first + "".join(random.choice(list("xy"), 8)) + {"A": "!", "B": "?"}[first] + "\n")
    return "".join(lines)


class Stopped(Exception):
    pass


def learn(found, plan: writing.Plan, folder: Path | None = None, on_event=silent) -> writing.Learned:
    train = codes("".join(found.train), found.alphabet)
    held = [codes(one, found.alphabet) for one in found.validation]
    return writing.fit(train, held, len(found.alphabet), plan, checkpoints=folder, on_event=on_event)


def test_a_training_that_was_stopped_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    found = passages(far_text(500))
    whole = learn(found, PLAN)

    def stop(event: Event) -> None:
        if event.name == "note" and "epoch 2" in event.facts["text"]:
            raise Stopped

    with pytest.raises(Stopped):
        learn(found, PLAN, tmp_path, on_event=stop)  # before the checkpoint of the second epoch
    assert (tmp_path / "last.safetensors").exists()
    again = learn(found, PLAN, tmp_path)
    assert again.history == whole.history
    for name, value in whole.weights.items():
        np.testing.assert_array_equal(again.weights[name], value)
    with pytest.raises(RunError, match="seed was 0, is 1"):
        learn(found, replace(PLAN, seed=1), tmp_path)
    begun = writing.with_epochs(replace(PLAN, epochs=99), np.zeros(10, np.int64), 3, 1.0, tmp_path)
    assert begun.epochs == PLAN.epochs, "the time that is left does not change how long a begun training is"


def test_memory_reaches_further_back_than_counting() -> None:
    found = passages(far_text(3000))
    plan = replace(PLAN, epochs=12, learning_rate=0.02)
    learned = learn(found, plan)
    writer = from_weights(found.alphabet, learned.weights)
    ours, theirs, saved = held_back_bits(writer, found, baseline_order(found), 0)
    # of 11 characters 9 are a toss of two, one is decided by the first, one ends the line: 9 bits in 11 at best
    assert ours.value == pytest.approx(9 / 11, abs=0.03)
    assert theirs.value > 10 / 11 - 0.03, "counting cannot look back so far"
    assert saved.low is not None and saved.low > 0.03
    assert learned.best_epoch == 1 + int(np.argmin([one["validation_bits"] for one in learned.history]))


def test_time_becomes_epochs() -> None:
    found = passages(far_text(500))
    train = codes("".join(found.train), found.alphabet)
    short, long = (writing.with_epochs(PLAN, train, 8, seconds, None).epochs for seconds in (0.001, 3600))
    assert short == 1 < long
