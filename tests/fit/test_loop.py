"""The rungs of the ladder, the schedule and the precision."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.metrics import log_loss

from discern.core.errors import OptionError
from discern.core.events import Event
from discern.fit import loop, precision, share
from discern.fit.schedule import START, WARM_UP, one_cycle
from discern.models.convolutional import ConvNet
from fit.training import data, result, train


def test_one_cycle_goes_up_to_the_peak_and_down_to_nothing() -> None:
    rates = np.array([one_cycle(step, 1000, 0.01) for step in range(1000)])
    top = int(rates.argmax())
    assert abs(top / 1000 - WARM_UP) < 0.002
    assert rates[top] == pytest.approx(0.01, rel=1e-2)
    assert rates[0] == pytest.approx(0.01 * START, rel=0.05)
    assert rates[-1] < 1e-7
    assert (np.diff(rates[: top + 1]) > 0).all() and (np.diff(rates[top:]) < 0).all()
    assert one_cycle(0, 1, 0.01) > 0


@pytest.mark.parametrize("n_items", [1, 7, 16, 17, 96])
def test_an_epoch_visits_each_item_once_in_even_batches(n_items: int, monkeypatch: pytest.MonkeyPatch) -> None:
    pictures, labels = data()
    pictures = np.broadcast_to(np.arange(n_items, dtype=np.uint8)[:, None, None, None], (n_items, 4, 4, 1))
    orders: list[list[int]] = [[]]
    sizes: list[int] = []

    def watched(state: loop.State, values: torch.Tensor, *rest: object) -> torch.Tensor:
        orders[-1] += values[:, 0, 0, 0].tolist()
        sizes.append(len(values))
        return torch.zeros(())

    monkeypatch.setattr(loop, "train_step", watched)
    told = lambda event: orders.append([]) if event.name == "epoch" else None  # noqa: E731
    nothing = (pictures[:0], labels[:0])
    ConvNet("flatten", epochs=2, batch_size=16).fit(pictures, labels[:n_items], validation=nothing, on_event=told)
    assert sorted(orders[0]) == sorted(orders[1]) == list(range(n_items))
    assert n_items < 16 or orders[0] != orders[1]
    assert max(sizes) <= 16 and max(sizes) - min(sizes) <= 1


def test_validation_figures_are_those_of_scikit_learn() -> None:
    pictures, labels = data()
    model = train(2, precision="float32")
    model.fit(pictures, labels, validation=(pictures[:50], labels[:50]))
    probabilities = model.predict_proba(pictures[:50])
    best = model.history_[model.best_epoch_ - 1]
    assert best["validation_loss"] == pytest.approx(log_loss(labels[:50], probabilities, labels=[0, 1, 2]), abs=1e-5)
    assert best["validation_accuracy"] == np.mean(probabilities.argmax(axis=1) == labels[:50])


def test_the_weights_of_the_best_epoch_are_kept_and_a_cycle_ends_early() -> None:
    notes: list[Event] = []
    model = train(30, patience=2, learning_rate=0.05, on_event=notes.append)
    losses = [epoch["validation_loss"] for epoch in model.history_]
    assert model.best_epoch_ == int(np.argmin(losses)) + 1
    assert model.epochs_ == len(losses) == model.best_epoch_ + 2 < 30
    assert [event.facts["text"] for event in notes if event.name == "note"] == [
        f"stopped after epoch {len(losses)} of 30: validation got no better"
    ]


def test_progress_is_told() -> None:
    events: list[Event] = []
    model = train(2, on_event=events.append)
    epochs = [dict(event.facts) for event in events if event.name == "epoch"]
    assert tuple(epochs) == model.history_
    assert set(epochs[0]) == {"epoch", "of", "train_loss", "validation_loss", "validation_accuracy", "learning_rate"}
    told = [event.facts for event in events if event.name == "steps"]
    assert told[-1] == {"what": "epoch 2", "done": 6, "of": 6}


def test_training_that_diverges_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "train_step", lambda *_: torch.tensor(float("nan")))
    with pytest.raises(OptionError, match=r"diverged in epoch 1 .* learning_rate is .*, try a tenth of it"):
        train(2)


def test_the_same_bytes_twice_whatever_was_drawn_before() -> None:
    torch.manual_seed(1)
    first = train(2)
    torch.manual_seed(2)
    before = torch.get_rng_state()
    second = train(2)
    assert result(first) == result(second)
    assert torch.equal(before, torch.get_rng_state())
    assert result(first) != result(train(2, random_state=1))


def test_bfloat16_is_used_where_the_processor_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for has in (True, False):
        monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda has=has: has, raising=False)
        monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: False, raising=False)
        assert precision.resolve("auto") == ("bfloat16" if has else "float32")
        assert precision.resolve("float32") == "float32"


@pytest.mark.parametrize("chosen", ["bfloat16", "float32"])
def test_both_precisions_train(chosen: str) -> None:
    seen: list[torch.dtype] = []
    network = torch.nn.Linear(2, 2)
    with precision.computing(chosen):  # type: ignore[arg-type]
        seen.append(network(torch.zeros(1, 2)).dtype)
    assert seen == [getattr(torch, chosen)]
    model = train(6, precision=chosen)
    assert model.precision_ == chosen
    assert all(value.dtype == np.float32 for value in model.weights_.values())
    assert model.history_[-1]["train_loss"] < model.history_[0]["train_loss"]
    assert train(6, precision=chosen).score(*data()) > 0.5


def test_small_work_is_done_by_one_thread() -> None:
    with share.using(2):
        assert share.worth(share.SMALL - 1) == 1
        assert share.worth(share.SMALL) == 2
        with pytest.raises(KeyError), share.using(1):
            assert torch.get_num_threads() == 1
            raise KeyError
        assert torch.get_num_threads() == 2
        two = result(train(2))
    assert two == result(train(2))
