"""A small model and its file, made once for the tests of this folder, and ways to take the file apart."""

from __future__ import annotations

import hashlib
import io
import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from discern.models.neighbours import KNeighbors
from discern.store import archive, bundle


def pictures(n: int = 40) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (n, 4, 4, 1), dtype=np.uint8)


@cache
def whole() -> bytes:
    """The bytes of a good model file."""
    labels = np.array(["cat", "dog"])[np.arange(40) % 2]
    with TemporaryDirectory() as folder:
        bundle.save(Path(folder) / "m", KNeighbors(3).fit(pictures(), labels))
        return (Path(folder) / "m").read_bytes()


def members() -> dict[str, bytes]:
    content = whole()
    return {name: bytes(part) for name, part in archive.read(io.BytesIO(content), len(content)).items()}


def packed(manifest: dict[str, Any] | bytes | None = None, content: bytes | None = None) -> bytes:
    """A model file of another manifest (its facts, or its text) or other tensors, with the right checksums."""
    parts = members()
    content = parts[archive.TENSORS] if content is None else content
    facts = json.loads(parts[archive.MANIFEST]) | (manifest if isinstance(manifest, dict) else {})
    facts["members"] = {archive.TENSORS: {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}}
    text = manifest if isinstance(manifest, bytes) else json.dumps(facts).encode()
    return b"".join(archive.write({archive.MANIFEST: text, archive.TENSORS: content}))


def apart() -> tuple[dict[str, Any], bytes]:
    """The header and the data of the tensors."""
    content = members()[archive.TENSORS]
    length = int.from_bytes(content[:8], "little")
    return json.loads(content[8 : 8 + length]), content[8 + length :]


def joined(header: dict[str, Any] | bytes, data: bytes) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data
