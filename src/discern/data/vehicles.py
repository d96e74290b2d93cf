"""A made-up set of photographs of vehicles: drawn, not photographed, with what makes real ones hard.

Each vehicle stands before one background, in one colour, with its own plate and a dealer's banner, and is seen from 16
angles: photographs of one vehicle are far more alike than two vehicles of one model.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ..core.files import csv_text, write_text
from ..core.options import PICTURE_SIDE, SEED, Interval, raise_all
from ..core.seeds import generator
from .samples import written_whole
from .scenery import BACKGROUNDS, Colour, scene

ANGLES = 16
MOST = 65_536
"""Vehicles, at most."""
SIZE = (160, 240)
"""Height and width of a photograph."""
FINER = 2
"""Pictures are drawn so many times larger and then shrunk, for smooth edges."""
CLONED, UNREGISTERED = 0.08, 0.08
"""Shares of the vehicles that carry another's plate, and that are not in the register."""
BANNER = 0.1
"""Share of the height, at the bottom, that the dealer's banner takes."""

Point = tuple[float, float, float]


@dataclass(frozen=True)
class Shape:
    """A body in metres: side views as polygons of (along, up), the front at the left."""

    body: tuple[tuple[float, float], ...]
    cabin: tuple[tuple[float, float], ...]
    wheel: float
    windows: int


_SALOON = Shape(
    ((-2.3, 0.3), (-2.35, 0.75), (-1.1, 0.95), (1.4, 0.95), (2.3, 0.9), (2.35, 0.3)),
    ((-1.1, 0.95), (-0.5, 1.42), (0.9, 1.42), (1.5, 0.95)),
    0.33,
    2,
)
_HATCH = Shape(
    ((-1.8, 0.3), (-1.85, 0.75), (-1.0, 0.98), (1.75, 0.98), (1.8, 0.3)),
    ((-1.05, 0.98), (-0.45, 1.52), (1.3, 1.5), (1.72, 0.98)),
    0.31,
    2,
)
_ESTATE = Shape(
    ((-2.3, 0.32), (-2.35, 0.78), (-1.1, 0.97), (2.3, 0.97), (2.35, 0.32)),
    ((-1.15, 0.97), (-0.55, 1.5), (1.95, 1.5), (2.28, 0.97)),
    0.34,
    3,
)
_VAN = Shape(
    ((-2.2, 0.35), (-2.25, 1.0), (-1.7, 1.15), (2.25, 1.15), (2.25, 0.35)),
    ((-1.75, 1.15), (-1.2, 2.0), (2.2, 2.0), (2.25, 1.15)),
    0.34,
    1,
)
_PICKUP = Shape(
    ((-2.5, 0.45), (-2.55, 1.0), (-1.2, 1.15), (2.55, 1.1), (2.55, 0.45)),
    ((-1.2, 1.15), (-0.65, 1.72), (0.45, 1.72), (0.6, 1.15)),
    0.42,
    1,
)
_COUPE = Shape(
    ((-2.2, 0.25), (-2.3, 0.6), (-0.9, 0.82), (1.9, 0.85), (2.2, 0.8), (2.2, 0.25)),
    ((-0.9, 0.82), (0.0, 1.22), (0.7, 1.22), (1.9, 0.84)),
    0.36,
    1,
)
MAKES: dict[str, tuple[Colour, int, dict[str, Shape]]] = {
    "Arvo": ((205, 205, 210), 5, {"Mint": _HATCH, "Sorrel": _SALOON, "Tansy": _ESTATE}),
    "Brenta": ((25, 25, 28), 8, {"Largo": _VAN, "Presto": _COUPE, "Andante": _SALOON}),
    "Corvid": ((190, 40, 35), 3, {"Rook": _PICKUP, "Jay": _HATCH, "Raven": _COUPE}),
    "Dalen": ((40, 70, 150), 6, {"Fell": _ESTATE, "Tarn": _VAN, "Crag": _PICKUP}),
}
"""For each make the colour of its sills and bumpers, the spokes of its wheels, and its models."""

PAINTS: tuple[Colour, ...] = (
    (200, 200, 195), (60, 62, 66), (150, 30, 30), (35, 60, 120), (225, 225, 228), (110, 120, 105), (190, 150, 60),
)  # fmt: skip
DEALERS = ("Blue Gate Motors", "Old Mill Cars", "Station Road Autos")
GLASS: Colour = (45, 55, 65)
WIDTH = 1.75


def write_vehicles(
    folder: Path, n: int = 120, *, seed: int = 0, size: tuple[int, int] = SIZE, force: bool = False
) -> int:
    """Draw `n` vehicles: `photos/VEHICLE_ANGLE.jpg`, 16 a vehicle, and `metadata.csv`; returns how many photographs.

    `register.csv` says what each plate was given to; a few vehicles are not in it, and a few carry the plate of another
    (`plates.csv`: id, plate, carried as own, cloned or unregistered). Makes and models come in turn, so that each is
    there about as often as any other. The same seed gives the same vehicles, and more of them begin with the same ones.
    With `force` a folder may hold other files already: those of the same name are replaced.
    Raises OptionError, OutputError.
    """
    sides = [PICTURE_SIDE.problem("--size", side) for side in size]
    raise_all([Interval(1, MOST, whole=True).problem("--n", n), SEED.problem("--seed", seed), *sides])
    written_whole(folder, lambda staging: _photographs(staging, n, seed, size), force=force)
    return n * ANGLES


def _photographs(folder: Path, n: int, seed: int, size: tuple[int, int]) -> None:
    (folder / "photos").mkdir()
    kinds = [(make, model) for make, (_, _, models) in MAKES.items() for model in models]
    rows, carried, register = [], [], _Register()
    for index in range(n):
        rng = generator(seed, "vehicle", index)
        vehicle = f"{int(rng.integers(16**8)):08x}{index:04x}"  # the end makes it the only one
        # makes in turn first, then models, so that a small set has all makes
        make, model = kinds[(index % 4) * 3 + (index // 4) % 3]
        rows.append((vehicle, int(rng.integers(2008, 2024)), make, model))
        look = _Look.drawn_from(rng, make, model, size)
        plate, how = register.given(look.plate, (make, model, rows[-1][1]), generator(seed, "register", index))
        look = replace(look, plate=plate)
        carried.append((vehicle, plate, how))
        for angle in range(ANGLES):
            path = folder / "photos" / f"{vehicle}_{angle + 1:02d}.jpg"
            photograph(look, 360 * angle / ANGLES, rng, size).save(path, quality=90)
    write_text(folder / "metadata.csv", csv_text(("id", "year", "make", "model"), rows))
    write_text(folder / "plates.csv", csv_text(("id", "plate", "carried"), carried))
    listed = [(plate, *entry) for plate, entry in sorted(register.entries.items())]
    write_text(folder / "register.csv", csv_text(("plate", "make", "model", "year"), listed))


class _Register:
    """Which plate each vehicle carries, and what the register says of it; those drawn before are never changed."""

    def __init__(self) -> None:
        self.entries: dict[str, tuple[str, str, int]] = {}

    def given(self, own: str, entry: tuple[str, str, int], rng: np.random.Generator) -> tuple[str, str]:
        """The plate that a vehicle carries and how: its own, another's (cloned), or its own, unregistered."""
        chance = rng.random()
        others = [plate for plate, other in self.entries.items() if other[:2] != entry[:2]]
        if chance < CLONED and others:
            return others[int(rng.integers(len(others)))], "cloned"
        if chance > 1 - UNREGISTERED or own in self.entries:
            return own, "unregistered" if own not in self.entries else "cloned"
        self.entries[own] = entry
        return own, "own"


@dataclass(frozen=True)
class _Look:
    """What all photographs of one vehicle share."""

    shape: Shape
    trim: Colour
    spokes: int
    paint: Colour
    plate: str
    dealer: str
    scene: Image.Image
    elevation: float

    @classmethod
    def drawn_from(cls, rng: np.random.Generator, make: str, model: str, size: tuple[int, int]) -> _Look:
        trim, spokes, models = MAKES[make]
        letters = "".join(rng.choice(list("ABCDEFGHJKLMNPRSTUVWXYZ"), 3))
        return cls(
            models[model],
            trim,
            spokes,
            PAINTS[rng.integers(len(PAINTS))],
            f"{letters} {rng.integers(100, 1000)}",
            DEALERS[rng.integers(len(DEALERS))],
            scene(BACKGROUNDS[rng.integers(len(BACKGROUNDS))], rng, size[0] * FINER, size[1] * FINER),
            math.radians(rng.uniform(9, 16)),
        )


def photograph(look: _Look, degrees: float, rng: np.random.Generator, size: tuple[int, int]) -> Image.Image:
    """One picture; small turns, shifts, light and noise differ from one to the next."""
    height, width = size[0] * FINER, size[1] * FINER
    image = look.scene.copy()
    scale = width / 6.6 * rng.uniform(0.94, 1.06)
    place = (width * rng.uniform(0.47, 0.53), height * rng.uniform(0.74, 0.8))
    view = _View(math.radians(degrees + rng.uniform(-4, 4)), look.elevation, scale, place)
    _vehicle(image, look, view)
    image = image.resize((size[1], size[0]), Image.Resampling.BOX)
    noisy = np.asarray(image) * rng.uniform(0.85, 1.12) + rng.normal(0, 5, (*size, 3))
    image = Image.fromarray(noisy.clip(0, 255).astype(np.uint8))
    _banner(image, look.dealer)
    return image


@dataclass(frozen=True)
class _View:
    """A camera far away that looks down a little: parallel lines stay parallel."""

    turn: float
    elevation: float
    scale: float
    place: tuple[float, float]

    def turned(self, point: Point) -> Point:
        x, y, z = point
        return (
            x * math.cos(self.turn) - y * math.sin(self.turn),
            x * math.sin(self.turn) + y * math.cos(self.turn),
            z,
        )

    def seen(self, point: Point) -> tuple[float, float]:
        across, away, up = self.turned(point)
        high = up * math.cos(self.elevation) + away * math.sin(self.elevation)
        return self.place[0] + across * self.scale, self.place[1] - high * self.scale

    def facing(self, normal: Point) -> float:
        """How much a face looks at the camera: 1 straight, below 0 not at all."""
        _, away, up = self.turned(normal)
        return up * math.sin(self.elevation) - away * math.cos(self.elevation)

    def light(self, normal: Point) -> float:
        """The sun stands above, at the left, behind the camera."""
        across, away, up = self.turned(normal)
        return 0.6 + 0.4 * max(0.0, 0.75 * up - 0.35 * across - 0.45 * away)


def _vehicle(image: Image.Image, look: _Look, view: _View) -> None:
    draw = ImageDraw.Draw(image)
    shadow = [(x * 1.06, y * 1.25, 0.0) for x, y in ((-2.3, -0.8), (2.3, -0.8), (2.3, 0.8), (-2.3, 0.8))]
    draw.polygon([view.seen(point) for point in shadow], fill=(30, 30, 32))
    shape, paint = look.shape, look.paint
    for side in (1, -1):
        if view.facing((0, side, 0)) <= 0:
            _wheels(draw, look, view, side)  # those beyond the body stand lower and show below it
    _solid(draw, view, shape.body, WIDTH, paint)
    _solid(draw, view, shape.cabin, WIDTH - 0.2, paint)
    for side in (1, -1):
        if view.facing((0, side, 0)) > 0:
            _side(draw, look, view, side)
            _wheels(draw, look, view, side)
    for end in (0, -1):
        _end(image, look, view, end)


def _solid(
    draw: ImageDraw.ImageDraw, view: _View, profile: Sequence[tuple[float, float]], width: float, paint: Colour
) -> None:
    """A side view pulled across the width; it is convex, so the faces that look this way never hide one another."""
    half = width / 2
    for (x0, z0), (x1, z1) in zip(profile, (*profile[1:], profile[0]), strict=True):
        length = math.hypot(x1 - x0, z1 - z0)
        normal = ((z0 - z1) / length, 0.0, (x1 - x0) / length)
        if view.facing(normal) > 0:
            corners = ((x0, -half, z0), (x1, -half, z1), (x1, half, z1), (x0, half, z0))
            draw.polygon([view.seen(corner) for corner in corners], fill=_lit(paint, view.light(normal)))
    for side in (1.0, -1.0):
        if view.facing((0.0, side, 0.0)) > 0:
            points = [view.seen((x, side * half, z)) for x, z in profile]
            draw.polygon(points, fill=_lit(paint, view.light((0.0, side, 0.0))))


def _side(draw: ImageDraw.ImageDraw, look: _Look, view: _View, side: int) -> None:
    """Windows, and the sill in the colour of the make."""
    half = side * (WIDTH - 0.2) / 2
    (x0, z0), (x1, z1), (x2, _), (x3, _) = look.shape.cabin
    low, high = z0 + 0.08, z1 - 0.1
    for window in range(look.shape.windows):
        near, far = (window + 0.08) / look.shape.windows, (window + 0.92) / look.shape.windows
        corners = [
            (x0 + 0.15 + (x3 - x0 - 0.3) * near, low),
            (x1 + (x2 - x1) * near, high),
            (x1 + (x2 - x1) * far, high),
            (x0 + 0.15 + (x3 - x0 - 0.3) * far, low),
        ]
        draw.polygon([view.seen((x, half, z)) for x, z in corners], fill=GLASS)
    base = look.shape.body[0][1]
    first, last = look.shape.body[0][0], look.shape.body[-1][0]
    sill = ((first, base), (first, base + 0.18), (last, base + 0.18), (last, base))
    draw.polygon([view.seen((x, side * WIDTH / 2, z)) for x, z in sill], fill=look.trim)


def _wheels(draw: ImageDraw.ImageDraw, look: _Look, view: _View, side: int) -> None:
    radius = look.shape.wheel
    first, last = look.shape.body[0][0], look.shape.body[-1][0]
    for x in (first + 0.75, last - 0.75):
        for size, colour in ((radius, (22, 22, 24)), (radius * 0.62, (150, 152, 155))):
            circle = [
                view.seen((x + size * math.cos(t), side * WIDTH / 2, radius + size * math.sin(t)))
                for t in np.linspace(0, 2 * math.pi, 24, endpoint=False)
            ]
            draw.polygon(circle, fill=colour)
        middle = view.seen((x, side * WIDTH / 2, radius))
        for spoke in range(look.spokes):
            t = 2 * math.pi * spoke / look.spokes
            rim = (x + radius * 0.6 * math.cos(t), side * WIDTH / 2, radius + radius * 0.6 * math.sin(t))
            draw.line([middle, view.seen(rim)], fill=(60, 62, 64), width=FINER)


def _end(image: Image.Image, look: _Look, view: _View, end: int) -> None:
    """Front (0) or rear (-1): bumper, lights, screen and plate."""
    sign = -1.0 if end == 0 else 1.0
    facing = view.facing((sign, 0.0, 0.0))
    if facing <= 0.05:
        return
    draw = ImageDraw.Draw(image)
    x, base = look.shape.body[end]
    x += sign * 0.06

    def patch(y0: float, y1: float, z0: float, z1: float, fill: Colour) -> None:
        draw.polygon([view.seen((x, y, z)) for y, z in ((y0, z0), (y1, z0), (y1, z1), (y0, z1))], fill=fill)

    patch(-WIDTH / 2, WIDTH / 2, base, base + 0.18, look.trim)
    lamp: Colour = (250, 245, 215) if end == 0 else (170, 25, 25)
    for side in (-1, 1):
        patch(side * 0.5, side * 0.82, base + 0.25, base + 0.4, lamp)
    (low_x, low_z), (high_x, high_z) = look.shape.cabin[:2] if end == 0 else look.shape.cabin[:1:-1]
    half = (WIDTH - 0.2) / 2 - 0.1
    screen = [
        (low_x + (high_x - low_x) * t + sign * 0.01, y, low_z + (high_z - low_z) * t)
        for t, y in ((0.12, -half), (0.12, half), (0.85, half), (0.85, -half))
    ]
    draw.polygon([view.seen(point) for point in screen], fill=GLASS)
    if facing > 0.35:
        _plate(image, look.plate, [view.seen((x, y, base + z)) for y, z in ((-0.3, 0.36), (0.3, 0.2))])


def _plate(image: Image.Image, text: str, corners: Sequence[tuple[float, float]]) -> None:
    (x0, y0), (x1, y1) = corners
    left, top = round(min(x0, x1)), round(min(y0, y1))
    width, height = max(4, round(abs(x1 - x0))), max(3, round(abs(y1 - y0)))
    plate = Image.new("RGB", (120, 32), (238, 236, 220))
    ImageDraw.Draw(plate).text((60, 16), text, fill=(10, 10, 10), font=ImageFont.load_default(24), anchor="mm")
    image.paste(plate.resize((width, height), Image.Resampling.BOX), (left, top))


def _banner(image: Image.Image, dealer: str) -> None:
    width, height = image.size
    band = max(3, round(height * BANNER))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, height - band, width, height), fill=(20, 60, 110))
    font = ImageFont.load_default(max(6, round(band * 0.65)))
    draw.text((width / 2, height - band / 2), dealer, fill="white", font=font, anchor="mm")


def _lit(paint: Colour, light: float) -> Colour:
    red, green, blue = (min(255, round(value * light)) for value in paint)
    return red, green, blue
