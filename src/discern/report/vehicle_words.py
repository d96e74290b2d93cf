"""A vehicle checked against a register, in sentences and as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import polars as pl

from ..evaluate.vehicle import AGREES, MISMATCH, NEAR, NO_PLATE, NOT_REGISTERED, UNREADABLE, VERDICTS, Plate, Vehicle
from .visible import visible

UNKNOWN_VEHICLE = "unknown"
NEAREST = 3
"""Plates of the register that are told where several are one unsure character away."""


def vehicle_text(one: Vehicle) -> str:
    """The verdict, then what was read and what is unsure."""
    lines = [f"{visible(one.item)}: {verdict_text(one)}"]
    if one.plate is not None and one.verdict != UNREADABLE:
        n = len(one.plate.unsure)
        some = f"{n} of {len(one.plate.characters)} characters {'is' if n == 1 else 'are'} unsure"
        how = some if n else "every character is sure"
        lines.append(f"  plate {visible(one.plate.text)}, {percent(one.plate.probability)} as a whole; {how}")
        lines += [f"  unsure: {line}" for line in unsure_texts(one.plate)]
    return "\n".join(lines)


def verdict_text(one: Vehicle) -> str:
    """What plate, register and photograph say together."""
    strange = "a vehicle like none that the model learned"
    perhaps = "perhaps " if one.seen.probability < 0.5 else ""
    shows = f"{perhaps}{_a(one.seen.labels)} ({percent(one.seen.probability)})" if one.seen.known else strange
    if one.verdict == NO_PLATE or one.plate is None:
        return f"no plate found; the photograph shows {shows}"
    if one.verdict == UNREADABLE:
        return f"what may be a plate cannot be read: most of its characters are unsure; the photograph shows {shows}"
    plate = visible(one.plate.text)
    if one.verdict == NOT_REGISTERED:
        return f"plate {plate} not in the register; the photograph shows {shows}"
    if one.verdict == NEAR:
        listed = [f"{visible(name)}, {_a(labels)}" for name, labels in one.registered[:NEAREST]]
        more = f" and {len(one.registered) - NEAREST:,} more" if len(one.registered) > NEAREST else ""
        away = f"one unsure character away from {'; '.join(listed)}{more}"
        return f"plate {plate} not in the register, but {away}; the photograph shows {shows}"
    has = _a(one.registered[0][1])
    if one.verdict == AGREES:
        return f"the register has {plate} on {has}, and the photograph shows one ({percent(one.seen.probability)})"
    start = f"the register has {plate} on {has}; the photograph shows {shows}"
    if one.verdict == MISMATCH:
        return f"mismatch: {start}: a cloned plate?"
    if not one.seen.known:
        return f"unclear: {start}"
    others = ", ".join(visible(name) for name, _ in one.registered[1:][:NEAREST])
    if others:
        return f"unclear: {start}, which {others} is on, one unsure character away"
    if one.seen.of_registered is None:
        return f"unclear: {start}, but the model never learned what {has} looks like"
    return f"unclear: {start}, or the registered one ({percent(one.seen.of_registered)})"


def unsure_texts(plate: Plate) -> list[str]:
    """For each unsure character its place and what else it may be."""
    found = []
    for place in plate.unsure:
        one = plate.characters[place]
        if one.others and one.others[0][1] > one.probability:
            looks = f"looks like {visible(one.others[0][0])}, but no plate of the register has its kind there"
            found.append(f"character {place + 1}: {visible(one.label)}; it {looks}")
            continue
        others = ", ".join(f"{visible(label)} {percent(chance)}" for label, chance in one.others)
        found.append(
            f"character {place + 1}: {visible(one.label)} {percent(one.probability)}" + f" (or {others})" * bool(others)
        )
    return found


def seen_text(one: Vehicle) -> str:
    """Make and model by the photograph."""
    return _name(one.seen.labels) if one.seen.known else UNKNOWN_VEHICLE


def vehicle_counts(found: Sequence[Vehicle]) -> str:
    """How many photographs got which verdict."""
    counts = Counter(one.verdict for one in found)
    said = ", ".join(f"{counts[name]:,} {name}" for name in VERDICTS if counts[name])
    return f"{len(found):,} photographs: {said}"


def table(found: Sequence[Vehicle]) -> pl.DataFrame:
    """A row a photograph: verdict, plate, vehicle seen, vehicle registered, and the sentence."""
    rows = [
        (
            one.item,
            one.verdict,
            read.text if read else None,
            read.probability if read else None,
            "; ".join(unsure_texts(read)) if read else "",
            seen_text(one),
            one.seen.probability,
            "; ".join(name for name, _ in one.registered),
            "; ".join(_name(labels) for _, labels in one.registered),
            one.seen.of_registered,
            *(one.plate.box if one.plate else (None,) * 4),
            verdict_text(one),
        )
        for one in found
        for read in [None if one.verdict == UNREADABLE else one.plate]
    ]
    texts = dict.fromkeys(("item", "verdict", "plate"), pl.String)
    names = {**texts, "plate_probability": pl.Float64, "unsure": pl.String, "seen": pl.String}
    names |= {"seen_probability": pl.Float64, "registered_plate": pl.String, "registered": pl.String}
    names |= {"registered_probability": pl.Float64}
    names |= dict.fromkeys(("top", "bottom", "left", "right"), pl.Int64) | {"says": pl.String}
    return pl.DataFrame(rows, schema=names, orient="row")


def _name(labels: Sequence[str]) -> str:
    return visible(" ".join(labels))


def _a(labels: Sequence[str]) -> str:
    """`a Brenta Largo`, `an Arvo Mint`."""
    name = _name(labels)
    return f"{'an' if name[:1].lower() in tuple('aeiou') else 'a'} {name}"


def percent(chance: float) -> str:
    """`97 %`; what is not certain never looks so."""
    return "under 1 %" if chance < 0.01 else "over 99 %" if chance > 0.99 else f"{100 * chance:.0f} %"
