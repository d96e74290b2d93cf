"""Learning from rows of a file: the same model as from an array, without the array."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from discern.core.errors import DataError, OptionError, RunError
from discern.core.events import Event
from discern.core.rows import Rows
from discern.models import catalogue, probe
from discern.models.convolutional import ConvNet

RNG = np.random.default_rng(0)
PICTURES = RNG.integers(0, 256, (240, 12, 12, 3), dtype=np.uint8)
LABELS = np.array(["a", "b"])[PICTURES[:, :6].mean(axis=(1, 2, 3)).astype(int) % 2]
ORDER = RNG.permutation(240)
LEARNED, LOOKED = ORDER[:150], ORDER[150:200]
LAYERS = "conv 4 same norm, pool, dropout 0.2, average"


def result(model: ConvNet) -> bytes:
    arrays = [name.encode() + value.tobytes() for name, value in sorted(model.weights_.items())]
    return b"".join([*arrays, repr((model.history_, model.best_epoch_, model.mean_, model.scale_)).encode()])


def fit(
    in_rows: bool, validation: bool = True, checkpoints: Path | None = None, seed: int = 0, **options: Any
) -> ConvNet:
    def part(indices: NDArray[np.int64]) -> Any:
        return (Rows(PICTURES, indices) if in_rows else PICTURES[indices]), LABELS[indices]

    model = ConvNet(LAYERS, epochs=2, batch_size=32, augment="none", random_state=seed)
    given = part(LOOKED) if validation else None
    return model.fit(*part(LEARNED), validation=given, checkpoints=checkpoints, **options)


@pytest.mark.parametrize("options", [{}, {"validation": False}, {"learn_from_all": True}])
def test_rows_give_the_bytes_that_the_array_gives(options: dict[str, Any]) -> None:
    assert result(fit(True, **options)) == result(fit(False, **options))


@pytest.mark.parametrize("before", [True, False])
def test_a_checkpoint_holds_for_both(before: bool, tmp_path: Path) -> None:
    whole = result(fit(True))

    def stop(event: Event) -> None:
        if event.name == "epoch":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(before, checkpoints=tmp_path, on_event=stop)
    told: list[Event] = []
    assert result(fit(not before, checkpoints=tmp_path, on_event=told.append)) == whole
    assert sum(event.name == "epoch" for event in told) == 1
    with pytest.raises(RunError, match="other training data"):
        ConvNet(LAYERS, epochs=2, batch_size=32, augment="none").fit(
            Rows(PICTURES, LEARNED[::-1]), LABELS[LEARNED[::-1]], checkpoints=tmp_path
        )


def test_what_may_be_varied_is_found_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = RNG.integers(0, 256, (120, 48, 48, 3), dtype=np.uint8)
    labels, half = np.arange(120) % 2, np.arange(60)
    monkeypatch.setattr(probe, "STEPS", 2)
    tables = []
    for of in (Rows, lambda values, indices: values[indices]):
        model = ConvNet("conv 2 stride 4, average", epochs=1)
        model.fit(of(pictures, half), labels[half], validation=(of(pictures, half + 60), labels[half + 60]))
        tables.append(model.augment_probe_)
    assert tables[0] and tables[0] == tables[1]


def test_what_does_not_fit_is_refused() -> None:
    rows = Rows(PICTURES, LEARNED)
    with pytest.raises(DataError, match="150 pictures but 149 labels"):
        ConvNet().fit(rows, LABELS[LEARNED[1:]])
    with pytest.raises(DataError, match="this model takes"):
        ConvNet().fit(rows, LABELS[LEARNED], validation=(Rows(PICTURES[:, 1:], LOOKED), LABELS[LOOKED]))
    with pytest.raises(OptionError, match="shape is"):
        ConvNet(shape=(12, 12)).fit(rows, LABELS[LEARNED])


@pytest.mark.parametrize("name", ["knn", "logistic", "conv"])
def test_every_estimator_takes_rows(name: str) -> None:
    few = {"layers": LAYERS, "epochs": 1, "augment": "none"} if name == "conv" else {}
    rows, array = Rows(PICTURES, LEARNED), PICTURES[LEARNED]
    answers = [
        catalogue.estimator(name, **few).fit(X, LABELS[LEARNED]).predict_proba(Rows(PICTURES, LOOKED))
        for X in (rows, array)
    ]
    assert np.array_equal(answers[0], answers[1])


def test_pictures_in_a_file_are_not_copied(tmp_path: Path) -> None:
    n = 3000
    file = tmp_path / "pictures"
    file.write_bytes(RNG.integers(0, 256, n * 48 * 48 * 3, dtype=np.uint8).tobytes())
    values = np.memmap(file, np.uint8, "c", 0, (n, 48, 48, 3))
    order, labels = RNG.permutation(n), np.arange(n) % 2
    model = ConvNet("conv 2 stride 8, average", epochs=1, batch_size=64, augment="none")
    tracemalloc.start()
    try:
        model.fit(
            Rows(values, order[:2500]),
            labels[order[:2500]],
            validation=(Rows(values, order[2500:]), labels[order[2500:]]),
            checkpoints=tmp_path / "checkpoints",
        )
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < values.nbytes / 4
