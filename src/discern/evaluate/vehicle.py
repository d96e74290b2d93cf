"""A vehicle in a photograph against a register: the plate as it was read, what the register says, what is seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from ..core.views import Record
from .reading import MOSTLY, UNKNOWN, ReadCharacter, Reading

LENGTHS = range(4, 11)
"""Characters that a plate has."""
OTHERS = 2
DOUBT = 0.05
"""Below this probability the vehicle in the photograph is not called the one of the register."""

FORM_DOUBT = 0.02
"""Chance that is left for none of the likely labels where the likeliest have not the form of a plate."""

AGREES, MISMATCH, UNCLEAR, NEAR = "agrees", "mismatch", "unclear", "near"
NOT_REGISTERED, UNREADABLE, NO_PLATE = "not registered", "unreadable", "no plate"
VERDICTS = (AGREES, MISMATCH, UNCLEAR, NEAR, NOT_REGISTERED, UNREADABLE, NO_PLATE)


@dataclass(frozen=True)
class Plate(Record):
    """A number plate as it was read."""

    text: str
    characters: tuple[ReadCharacter, ...]
    """Probabilities are means over the ways in which the plate was shown to the model."""
    box: tuple[int, int, int, int]
    """Of its marks in the photograph: top, bottom, left, right, ends exclusive."""

    @property
    def probability(self) -> float:
        """That every character is right, if they are wrong independently of one another."""
        return float(np.prod([one.probability for one in self.characters]))

    @property
    def unsure(self) -> tuple[int, ...]:
        """Places of unsure characters, from 0, spaces not counted."""
        return tuple(place for place, one in enumerate(self.characters) if not one.sure)


@dataclass(frozen=True)
class Seen(Record):
    """What the photograph shows, by the model of makes and models."""

    columns: tuple[str, ...]
    """Such as make and model."""
    labels: tuple[str, ...]
    """The likeliest combination."""
    probability: float
    of_registered: float | None
    """The probability of what the register says; None without an entry, or where the model never learned that."""
    known: bool = True
    """False where the model answers `unknown`: the vehicle is like none that it learned."""


@dataclass(frozen=True)
class Vehicle(Record):
    """One photograph: plate, vehicle, register, and how they fit together."""

    item: str
    plate: Plate | None
    seen: Seen
    registered: tuple[tuple[str, tuple[str, ...]], ...]
    """Plates of the register and what they belong to: the one that was read, those one unsure character away, or both
    where the latter fit what the photograph shows."""
    verdict: str
    """One of VERDICTS."""

    def to_json(self) -> dict[str, Any]:
        return {"schema": 1, **asdict(self)}


def agreed(
    readings: Sequence[Reading], box: tuple[int, int, int, int], sure: float, forms: Mapping[int, str] | None = None
) -> Plate | None:
    """One plate from readings of the same plate; None where they show no plate.

    The readings with the most frequent number of characters (of equals the one that occurs first) are put together: the
    probability of a label at a place is its mean over all readings, which is 0 for those of another length, so that
    disagreement on where a character ends makes all of them unsure. `forms` says for a number of characters where
    digits (`D`) and letters (`L`) stand: a 0 that looks like an O is read as 0 where no plate has a letter. Hyphens and
    other marks are no characters of a plate.
    """
    readings = [_letters_and_digits(one) for one in readings]
    counts = Counter(len(one.characters) for one in readings)
    n = max(counts, key=lambda length: counts[length], default=0)
    if n not in LENGTHS:
        return None
    alike = [one for one in readings if len(one.characters) == n]
    characters = []
    for place in range(n):
        chances: dict[str, float] = {}
        for reading in alike:
            one = reading.characters[place]
            told = dict(one.others) if one.label == UNKNOWN else {one.label: one.probability, **dict(one.others)}
            for label, chance in told.items():
                chances[label] = chances.get(label, 0.0) + chance / len(readings)
        of_kind = _of_kind(chances, (forms or {}).get(n, "?" * n)[place])
        label, chance = _likeliest(of_kind)[0]
        others = tuple(pair for pair in _likeliest(chances) if pair[0] != label)[:OTHERS]
        characters.append(ReadCharacter(label, chance, chance >= sure, others, 0, alike[0].characters[place].box))
    gaps = {place for place, letter in enumerate(_places(alike[0].text)) if letter}
    text = "".join((" " if place in gaps else "") + one.label for place, one in enumerate(characters))
    return Plate(text, tuple(characters), box)


def _letters_and_digits(reading: Reading) -> Reading:
    """Without hyphens, which are gaps as spaces are."""
    kept = tuple(one for one in reading.characters if one.label == UNKNOWN or one.label.isalnum())
    text = "".join(letter if letter == UNKNOWN or letter.isalnum() else " " for letter in reading.text)
    return replace(reading, characters=kept, text=text)


def _likeliest(chances: dict[str, float]) -> list[tuple[str, float]]:
    return sorted(chances.items(), key=lambda pair: (-pair[1], pair[0]))


def _of_kind(chances: dict[str, float], kind: str) -> dict[str, float]:
    """Chances given that a digit or a letter stands there; where they speak for the other kind almost alone, what is
    left stays unsure. All of them where none is of the kind."""
    if kind == "?":
        return chances
    kept = {label: chance for label, chance in chances.items() if label.isdigit() == (kind == "D")}
    total = sum(kept.values()) + FORM_DOUBT * (len(kept) < len(chances))
    return {label: chance * sum(chances.values()) / total for label, chance in kept.items()} if kept else chances


def verdict(
    plate: Plate | None, exact: bool, near: bool, fitting: bool, seen: Seen, registered: tuple[str, ...] | None
) -> str:
    """How plate, register and vehicle fit together.

    `exact` says whether the plate is in the register, as belonging to `registered`; `near` whether others there are one
    unsure character away, `fitting` whether one of these belongs to what is seen.
    """
    if plate is None:
        return NO_PLATE
    if not exact:
        unread = len(plate.unsure) > MOSTLY * len(plate.characters)
        return NEAR if near else UNREADABLE if unread else NOT_REGISTERED
    if not seen.known:
        return UNCLEAR
    if seen.labels == registered:
        return AGREES
    doubted = seen.of_registered is not None and seen.of_registered < DOUBT
    return MISMATCH if doubted and not fitting else UNCLEAR


def _places(text: str) -> list[bool]:
    """For each character of a text, whether a space stands before it."""
    found: list[bool] = []
    space = False
    for letter in text:
        if letter in " \n":
            space = True
        else:
            found.append(space and bool(found))
            space = False
    return found
