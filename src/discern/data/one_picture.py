"""What the file of one picture holds, or why it cannot be read. Processes of their own load this and no data frames."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..core.errors import UnreadableItem
from ..core.records import InputSpec
from ..images.decode import picture_for, read_bytes
from ..images.fingerprints import fingerprint


@dataclass(frozen=True)
class Loaded:
    """What the file of a picture holds."""

    shape: tuple[int, int, int]
    mode: str
    sha256: str
    note: str


Facts: TypeAlias = tuple[Loaded, str]
"""What the file holds, and the fingerprint of the pixels that were made of it."""


def load(path: Path, spec: InputSpec, max_megapixels: float) -> NDArray[np.uint8] | str:
    """One picture as the model sees it, or the reason why not."""
    try:
        return picture_for(path, spec, max_megapixels=max_megapixels).pixels
    except UnreadableItem as error:
        return error.reason


def load_with_facts(path: Path, spec: InputSpec, max_megapixels: float) -> tuple[NDArray[np.uint8], Facts] | str:
    """`load`, with what is kept of a picture that is learned from."""
    try:
        content = read_bytes(path, max_megapixels=max_megapixels)
        found = picture_for(content, spec, max_megapixels=max_megapixels)
    except UnreadableItem as error:
        return error.reason
    facts = Loaded(found.shape, found.mode, hashlib.sha256(content).hexdigest(), found.note)
    return found.pixels, (facts, fingerprint(found.pixels))
