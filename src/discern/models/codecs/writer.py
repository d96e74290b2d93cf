"""Saving a writer: its alphabet as JSON, its weights as arrays; what no writer looks like is refused."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.errors import ModelFileError
from ...data.passages import MOST_CHARACTERS, OTHER
from ..writer import Layer, Writer
from . import fields

FORMAT = "discern writer"
VERSION = 1
refuse_newer = partial(fields.refuse_newer, FORMAT, VERSION)
KEYS = ("format", "version", "alphabet", "depth")
PARTS = ("inner", "recurrent", "bias")
DEEPEST = 8
LARGEST = 1e6
"""Of a weight, so that no sum in a step overflows."""


def encode(writer: Writer) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """As JSON and arrays."""
    record = {"format": FORMAT, "version": VERSION, "alphabet": writer.alphabet, "depth": len(writer.layers)}
    arrays: dict[str, NDArray[Any]] = {"head": writer.head, "head_bias": writer.head_bias}
    for place, layer in enumerate(writer.layers):
        arrays |= {f"{part}_{place}": getattr(layer, part) for part in PARTS}
    return record, arrays


def decode(record: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Writer:
    """The writer. Raises ModelFileError unless every part fits the others; NewerFormat for a later version."""
    refuse_newer(record)
    fields.exact_keys(record, KEYS, "model.json")
    depth = fields.whole(record, "depth", 1, DEEPEST)
    alphabet = record["alphabet"]
    if not isinstance(alphabet, str) or not 3 <= len(alphabet) <= MOST_CHARACTERS + 1 or alphabet[0] != OTHER:
        raise ModelFileError(f"alphabet is {fields.shown(alphabet)}; expected 2 to {MOST_CHARACTERS:,} characters")
    if list(alphabet[1:]) != sorted(set(alphabet[1:]) - {OTHER}) or any("\ud800" <= one < "\ue000" for one in alphabet):
        raise ModelFileError("the alphabet is not in order, or a character stands twice")
    names = [f"{part}_{place}" for place in range(depth) for part in PARTS]
    fields.exact_keys(arrays, ["head", "head_bias", *names], "model.safetensors")
    n = len(alphabet)
    head = fields.array(arrays, "head", "float32", (n, None), largest=LARGEST)
    width = head.shape[1]
    layers = []
    for place in range(depth):
        shapes = ((n if place == 0 else width, 4 * width), (width, 4 * width), (4 * width,))
        found = [
            np.asarray(fields.array(arrays, f"{part}_{place}", "float32", shape, largest=LARGEST))
            for part, shape in zip(PARTS, shapes, strict=True)
        ]
        layers.append(Layer(*found))
    return Writer(alphabet, tuple(layers), head, fields.array(arrays, "head_bias", "float32", (n,), largest=LARGEST))
