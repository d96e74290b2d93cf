"""Vehicles checked against a register, as a page: each photograph with its plate framed, what was read and is said."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Sequence

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray
from PIL import Image

from ..evaluate.reading import ReadCharacter
from ..evaluate.vehicle import AGREES, MISMATCH, NEAR, NO_PLATE, NOT_REGISTERED, UNCLEAR, UNREADABLE, Plate, Vehicle
from .pages import environment
from .vehicle_words import percent, seen_text, vehicle_counts, verdict_text
from .visible import visible

SHOWN = 200
"""Photographs on a page; where there are more, those that a person should look at first."""
FIRST = (MISMATCH, UNCLEAR, NEAR, NOT_REGISTERED, UNREADABLE, NO_PLATE, AGREES)
PHOTO, PLATE = (560, 420), (420, 110)
"""Most pixels of a photograph and of a plate, across and down."""
MARGIN = 0.35
"""Of the plate's height, around its marks."""
QUALITY = 85

Pixels = NDArray[np.uint8]


def page(found: Sequence[Vehicle], pixels: Callable[[int], Pixels]) -> str:
    """The whole page, which needs nothing else; `pixels` gives the photograph `(H, W[, C])` of a place in `found`."""
    order = sorted(range(len(found)), key=lambda place: (FIRST.index(found[place].verdict), place))[:SHOWN]
    view = {
        "shown": [_view(found[place], pixels(place)) for place in order],
        "counts": vehicle_counts(found) if len(found) > 1 else "",
        "left_out": len(found) - len(order),
    }
    return environment().get_template("vehicle.html.j2").render(**view)


def _view(one: Vehicle, pixels: Pixels) -> dict[str, object]:
    image = Image.fromarray(pixels.reshape(pixels.shape[:2]) if pixels.shape[2:] == (1,) else pixels).convert("RGB")
    plate = one.plate
    return {
        "one": one,
        "says": _sentence(one),
        "photo": _photo(image, plate),
        "plate": None if plate is None else _plate(image, plate),
        "read": None if plate is None or one.verdict == UNREADABLE else plate,
        "characters": [] if plate is None else [_character(each) for each in plate.characters],
        "registered": [(name, " ".join(labels)) for name, labels in one.registered],
        "seen": seen_text(one),
        "chance": percent(one.seen.probability) if one.seen.known else "",
    }


def _sentence(one: Vehicle) -> str:
    """What is said, without the verdict, which stands above it."""
    said = verdict_text(one).removeprefix(f"{one.verdict}: ")
    return said[0].upper() + said[1:] + ("" if said.endswith("?") else ".")


def _character(one: ReadCharacter) -> tuple[str, str, bool, str]:
    """Label, probability, whether it is sure, and what else it may be."""
    label = visible(one.label)
    if one.sure:
        return label, percent(one.probability), True, ""
    if one.others and one.others[0][1] > one.probability:  # the form of the register spoke against what it looks like
        return label, f"looks like {visible(one.others[0][0])}", False, ""
    others = ", ".join(f"{visible(other)} {percent(chance)}" for other, chance in one.others)
    return label, percent(one.probability), False, others


def _photo(image: Image.Image, plate: Plate | None) -> Markup:
    """The photograph with a frame around the plate."""
    wide, high = image.size
    frame = Markup("")
    if plate is not None:
        top, bottom, left, right = plate.box
        space = MARGIN * (bottom - top)
        sides = (left - space, top - space, right - left + 2 * space, bottom - top + 2 * space)
        frame = Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="3"/>').format(*sides)
    opening = Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="The photograph{}">').format(
        wide, high, ", its plate framed" if plate else ""
    )
    picture = Markup('<image href="{}" width="{}" height="{}"/>').format(_data(image, PHOTO), wide, high)
    return opening + picture + frame + Markup("</svg>")


def _plate(image: Image.Image, plate: Plate) -> Markup:
    """The plate alone, with a little around it."""
    top, bottom, left, right = plate.box
    space = round(MARGIN * (bottom - top))
    sides = (
        max(0, left - space),
        max(0, top - space),
        min(image.width, right + space),
        min(image.height, bottom + space),
    )
    close = _data(image.crop(sides), PLATE, larger=True)
    return Markup('<img alt="The plate, as it stands in the photograph" src="{}">').format(close)


def _data(image: Image.Image, most: tuple[int, int], larger: bool = False) -> str:
    """A picture as the address of itself, at most of this size."""
    share = min(most[0] / image.width, most[1] / image.height)
    if share < 1 or larger:
        size = max(1, round(image.width * share)), max(1, round(image.height * share))
        image = image.resize(size, Image.Resampling.LANCZOS)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY)
    return f"data:image/jpeg;base64,{base64.b64encode(out.getvalue()).decode()}"
