"""The model card: what people say of a model, carried in its file. What was measured stands in the run's records.

Mitchell et al. 2019, "Model cards for model reporting".
"""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..core import files
from ..core.errors import ModelFileError
from ..core.views import Record
from . import archive, bundle, strict

LONGEST = 4000
"""Letters of a field."""


@dataclass(frozen=True)
class Card(Record):
    """What a person has written; a field that nobody has filled is empty."""

    purpose: str = ""
    """What the model is for."""
    data: str = ""
    """Where the data come from, and by what right they are used."""
    limits: str = ""
    """What it must not be used for, and where it fails."""
    owner: str = ""
    """Who answers for it."""
    review: str = ""
    """When a person has to look at an answer before it counts."""

    @property
    def missing(self) -> tuple[str, ...]:
        """Fields that nobody has filled."""
        return tuple(name for name, text in self.to_json().items() if not text)

    def problems(self) -> list[str | None]:
        return [
            f"--{name} has {len(text):,} letters; expected at most {LONGEST:,}" if len(text) > LONGEST else None
            for name, text in self.to_json().items()
        ]

    def to_json(self) -> dict[str, str]:
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Card:
        """The card of a manifest; one that says nothing of a field leaves it empty. Raises ModelFileError."""
        given = {field.name: record[field.name] for field in dataclasses.fields(cls) if field.name in record}
        wrong = [name for name, text in given.items() if not isinstance(text, str) or len(text) > LONGEST]
        if wrong:
            raise ModelFileError(f"{wrong[0]} in the card is no text of at most {LONGEST:,} letters")
        return cls(**given)


def read(path: Path) -> Card:
    """The card of a model file. Raises ModelFileError."""
    return Card.from_json(bundle.load(path).manifest["card"])


def write(path: Path, card: Card) -> None:
    """Put `card` into a model file; all else in it stays, byte for byte. Raises ModelFileError, OutputError."""
    content = path.read_bytes()
    bundle.load(content)
    members = archive.read(io.BytesIO(content), len(content))
    manifest = strict.parse(members[archive.MANIFEST], archive.MANIFEST) | {"card": card.to_json()}
    new: dict[str, bytes | bytearray] = {
        archive.MANIFEST: files.to_json(manifest).encode("utf-8"),
        archive.TENSORS: members[archive.TENSORS],
    }
    whole = b"".join(archive.write(new))
    bundle.load(whole)
    files.write_bytes(path, whole)
