"""The plain script for MNIST that many people begin with: one convolution, one pooling, one dense layer."""

from __future__ import annotations

import gzip
import sys
from pathlib import Path

import keras
import numpy as np
from keras import layers

FOLDER = Path(sys.argv[1])
EPOCHS = int(sys.argv[2]) if len(sys.argv) > 2 else 10


def idx(start: str, offset: int) -> np.ndarray:
    (path,) = FOLDER.glob(f"{start}*")
    return np.frombuffer(gzip.decompress(path.read_bytes()), np.uint8, offset=offset)


def main() -> None:
    keras.utils.set_random_seed(0)
    (x, y), (x_test, y_test) = (
        (idx(f"{part}-images", 16).reshape(-1, 28, 28, 1).astype("float32") / 255, idx(f"{part}-labels", 8))
        for part in ("train", "t10k")
    )
    model = keras.Sequential(
        [
            layers.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y, batch_size=32, epochs=EPOCHS, verbose=0)
    print(f"accuracy {model.evaluate(x_test, y_test, verbose=0)[1]:.4f}")


if __name__ == "__main__":
    main()
