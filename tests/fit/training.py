"""A small training that the tests of this room share, also run as a process of its own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from discern.core.events import Listener, silent
from discern.models.convolutional import ConvNet

LAYERS = "conv 8 norm, pool, dropout 0.3, dense 8 norm"
"""Everything that could go wrong on the way back: running statistics, dropout, weights of both forms."""


def data() -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    pictures = np.random.default_rng(0).integers(0, 256, (96, 8, 8, 1)).astype(np.uint8)
    labels = np.arange(len(pictures)) % 3
    pictures[labels == 1, :4] //= 2
    return pictures, labels


def train(
    epochs: int | tuple[int, ...] = 3,
    *,
    checkpoints: Path | None = None,
    keep_epochs: bool = False,
    on_event: Listener = silent,
    class_labels: NDArray[np.int64] | None = None,
    **parameters: Any,
) -> ConvNet:
    parameters = {"layers": LAYERS, "batch_size": 16, "patience": None, **parameters}
    return ConvNet(epochs=epochs, **parameters).fit(
        *data(), checkpoints=checkpoints, keep_epochs=keep_epochs, on_event=on_event, class_labels=class_labels
    )


def result(model: ConvNet) -> bytes:
    """Everything that must be the same, as bytes."""
    arrays = [name.encode() + value.tobytes() for name, value in sorted(model.weights_.items())]
    return b"".join([*arrays, repr((model.history_, model.best_epoch_)).encode()])


if __name__ == "__main__":  # folder, result file, seconds between checkpoints
    import torch

    from discern.fit import loop

    torch.set_num_threads(1)
    loop.CHECKPOINT_SECONDS = float(sys.argv[3])
    Path(sys.argv[2]).write_bytes(result(train(checkpoints=Path(sys.argv[1]))))
