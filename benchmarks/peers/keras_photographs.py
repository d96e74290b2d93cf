"""The plain script for two folders of photographs: two convolutions of 32, a dense layer of 128, 64 pixels."""

from __future__ import annotations

import sys
from pathlib import Path

import keras
from keras import layers
from keras.src.legacy.preprocessing.image import ImageDataGenerator

FOLDER = Path(sys.argv[1])
STEPS = int(sys.argv[2]) if len(sys.argv) > 2 else 8000
BATCH = 32
AN_EPOCH = 250


def main() -> None:
    keras.utils.set_random_seed(0)
    varied = ImageDataGenerator(rescale=1 / 255, shear_range=0.2, zoom_range=0.2, horizontal_flip=True)
    plain = ImageDataGenerator(rescale=1 / 255)
    reading = {"target_size": (64, 64), "batch_size": BATCH, "class_mode": "binary"}
    train = varied.flow_from_directory(FOLDER / "train", **reading)
    test = plain.flow_from_directory(FOLDER / "test", **reading, shuffle=False)
    model = keras.Sequential(
        [
            layers.Input((64, 64, 3)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    model.fit(train, epochs=STEPS // AN_EPOCH, verbose=0)
    print(f"accuracy {model.evaluate(test, verbose=0)[1]:.4f}")


if __name__ == "__main__":
    main()
