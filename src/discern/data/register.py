"""A register of vehicles: what make and model belong to each number plate."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..core.errors import DataError, describe
from ..core.views import Record
from .given import missing_path, refuse_address
from .tables import column, read_table

PLATE = "plate"
ENOUGH = 20
"""Plates of one length, to say what form plates have."""


@dataclass(frozen=True)
class Entry(Record):
    """What the register says of a plate."""

    plate: str
    """As it is written there."""
    labels: tuple[str, ...]
    """What stands in the columns of the register that were asked for, such as make and model."""


@dataclass(frozen=True)
class Register(Record):
    """Entries by their plate without spaces, in capitals."""

    name: str
    columns: tuple[str, ...]
    entries: dict[str, Entry]
    notes: tuple[str, ...] = ()

    def of(self, plate: str) -> Entry | None:
        """The entry of a plate, however it is spaced."""
        return self.entries.get(bare(plate))

    @property
    def forms(self) -> dict[int, str]:
        """For each length of plates with at least ENOUGH entries, what stands at each place: `D` digits alone, `L`
        letters alone, `?` both."""
        by_length: dict[int, list[str]] = {}
        for key in self.entries:
            by_length.setdefault(len(key), []).append(key)
        return {
            n: "".join(_kind(letters) for letters in zip(*keys, strict=True))
            for n, keys in sorted(by_length.items())
            if len(keys) >= ENOUGH
        }

    def near(self, plate: str, places: list[int]) -> tuple[Entry, ...]:
        """Entries whose plate differs in one of these places (from 0, spaces not counted) and nowhere else."""
        wanted = bare(plate)
        found: list[Entry] = []
        if not places:
            return ()
        for key, entry in self.entries.items():
            if len(key) == len(wanted):
                differ = [place for place, (a, b) in enumerate(zip(key, wanted, strict=True)) if a != b]
                if len(differ) == 1 and differ[0] in places:
                    found.append(entry)
        return tuple(found)


def _kind(letters: tuple[str, ...]) -> str:
    return "D" if all(map(str.isdigit, letters)) else "L" if all(map(str.isalpha, letters)) else "?"


def bare(plate: str) -> str:
    """The letters and digits of a plate, in capitals."""
    return "".join(letter for letter in plate if letter.isalnum()).upper()


def read_register(path: str | Path, columns: tuple[str, ...]) -> Register:
    """A table with the columns `plate` and `columns`. Raises DataError for one without them or without plates, and for
    a plate that stands there with different `columns`; the same row twice does no harm."""
    refuse_address(str(path))
    if not Path(path).exists():
        raise missing_path(str(path))
    frame, notes = read_table(path)
    name = Path(path).name
    missing = [one for one in (PLATE, *columns) if one not in frame.columns]
    if missing:
        column(f"{name}, a register with the columns {', '.join((PLATE, *columns))}", frame, missing[0])
    entries: dict[str, Entry] = {}
    for row, (plate, *labels) in enumerate(frame.select(PLATE, *columns).iter_rows(), 1):
        key = bare(str(plate or ""))
        if not key:
            raise DataError(describe(f"{name}, row {row}", found="no plate", expected="one in every row"))
        entry = Entry(str(plate).strip(), tuple(str(label or "").strip() for label in labels))
        other = entries.setdefault(key, entry)
        if other.labels != entry.labels:
            found = f"{entry.plate} is there as {' '.join(other.labels)} and as {' '.join(entry.labels)}"
            raise DataError(describe(f"{name}, row {row}", found=found, expected="one vehicle for each plate"))
    return Register(name, columns, entries, notes)
