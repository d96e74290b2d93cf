"""Why a picture gets its answer, and where a model looks: text, pages and pictures."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray
from PIL import Image

from ..core.records import Figure
from ..explain.picture import TITLES, ClassReasons, PictureExplanation, PicturesExplained, Reason
from .drawing import ACCENT, BAD, SOFT, Drawing, draw
from .filter_page import png
from .pages import environment
from .visible import visible

LARGE = 336
"""Pixels across of a picture with its map."""
DIM = 0.35
"""What is left of a picture's light where nothing speaks for the answer."""


def beside_one(result: PictureExplanation) -> dict[str, str]:
    """File name -> content, of all that shows why one picture gets its answer."""
    curves = {one.name: curves_of(one) for one in result.reasons}
    view = {
        "result": result,
        "said": one_text(result).split("\n"),
        "picture": inline(larger(coloured(result.pixels)), f"the picture {result.item}"),
        "reasons": [
            (one, TITLES[one.name], _map(result, one), curves[one.name], checks(one)) for one in result.reasons
        ],
        "nearest": [
            (near, inline(larger(coloured(near.pixels), 140), f"the picture {near.item}")) for near in result.nearest
        ],
        "percent": _percent,
    }
    page = environment().get_template("picture_reasons.html.j2").render(**view)
    return {"explain.html": page} | {f"{name}.svg": drawn.svg for name, drawn in curves.items()}


def _map(result: PictureExplanation, one: Reason) -> Markup:
    alt = f"the picture, marked where {TITLES[one.name]} finds reasons: {where(one.relevance)}"
    return inline(larger(marked(result.pixels, one.relevance)), alt)


def beside_whole(result: PicturesExplained) -> dict[str, str]:
    """The same for where a model looks, class by class."""
    rows = []
    for one in result.classes:
        told = (f"a picture of {one.label}", f"the same, marked where the model looks: {where(spread(one))}")
        both = (coloured(one.example), marked(one.example, spread(one)))
        shown = [inline(larger(each, 180), alt) for each, alt in zip(both, told, strict=True)]
        rows.append((one, *shown, warned(one)))
    view = {"result": result, "said": whole_text(result).split("\n"), "rows": rows, "title": TITLES[result.way]}
    return {"explain.html": environment().get_template("pictures_reasons.html.j2").render(**view)}


def one_text(result: PictureExplanation) -> str:
    """Why one picture gets its answer, in words."""
    lines = [f"{visible(result.item)}: {visible(result.answer)}, {_percent(result.probability)}"]
    if result.others:
        others = ", ".join(f"{visible(label)} {_percent(chance)}" for label, chance in result.others)
        lines.append(f"next likeliest: {others}")
    lines += [f"{TITLES[one.name]}: {where(one.relevance)}; {checks(one)}" for one in result.reasons]
    if result.nearest:
        near = ", ".join(f"{visible(one.item)} ({visible(one.label)}, {one.similarity:.2f})" for one in result.nearest)
        lines.append(f"most like it, of what was learned from: {near}")
    return "\n".join([*lines, *result.notes])


def whole_text(result: PicturesExplained) -> str:
    """Where a model looks, in words: warnings first."""
    lines = []
    for one in result.classes:
        lines += [f"{visible(one.label)}: {told}" for told in warned(one)]
    if not lines:
        lines.append("no class has its reasons in an edge, a banner or a corner of the pictures")
    lines.append(f"asked by {TITLES[result.way]}, over {sum(one.n for one in result.classes):,} pictures")
    return "\n".join([*lines, *result.notes])


def warned(one: ClassReasons) -> list[str]:
    """What is odd about where a class's reasons lie, sentence by sentence."""
    return [
        f"{_percent(place.share.value or 0)} of its reasons lie in {place.name}, {_percent(place.area)} of the "
        f"picture ({_percent(place.share.low or 0)} to {_percent(place.share.high or 0)} over {one.n} pictures)"
        for place in one.warnings
    ]


def where(relevance: NDArray[np.float64]) -> str:
    """Where most of a map lies, in words."""
    high, wide = relevance.shape
    positive = np.maximum(0.0, relevance)
    total = positive.sum()
    if total <= 0:
        return "nothing speaks for the answer"
    row = float((positive.sum(axis=1) * (np.arange(high) + 0.5)).sum() / total / high)
    column = float((positive.sum(axis=0) * (np.arange(wide) + 0.5)).sum() / total / wide)
    vertical = "upper" if row < 0.4 else "lower" if row > 0.6 else "middle"
    horizontal = "left" if column < 0.4 else "right" if column > 0.6 else "middle"
    if vertical == horizontal == "middle":
        return "mostly around the middle"
    return "mostly " + " ".join(dict.fromkeys([vertical, horizontal]))


def checks(one: Reason) -> str:
    """Whether a map can be trusted."""
    faithful = one.faithful
    gone = _beside_chance(faithful.deleted, faithful.deleted_by_chance)
    alone = _beside_chance(faithful.inserted, faithful.inserted_by_chance)
    verdict = "true to the model" if faithful.holds else "not shown to find what counts better than chance"
    said = (
        f"{verdict}: the answer's mean probability is {gone} while what it marks is taken away, "
        f"{alone} while it alone is shown"
    )
    if one.sane is None:
        return said
    value = one.scrambled.value if one.scrambled is not None else 0
    if one.sane:
        return f"{said}; another map when nothing was learned (correlation {value:.2f})"
    return f"{said}; much the same map when nothing was learned (correlation {value:.2f}), so do not rely on it"


def _beside_chance(own: Figure, chance: Figure) -> str:
    """`57.1 % (by chance 60.2 to 71.4 %)`."""
    own_share, low, high = (f"{100 * (value or 0):.1f}" for value in (own.value, chance.low, chance.high))
    return f"{own_share} % (by chance {low} to {high} %)"


def curves_of(one: Reason) -> Drawing:
    """The answer while what is marked is taken away, and while it alone is shown."""
    shares = np.linspace(0, 100, len(one.faithful.deletion))

    def paint(axes: Any) -> None:
        axes.plot(shares, one.faithful.deletion, color=BAD, label="taken away")
        axes.plot(shares, one.faithful.insertion, color=ACCENT, label="shown alone")
        axes.set_ylim(-0.02, 1.02)
        axes.set_xlabel("% of the picture, most marked first", color=SOFT)
        axes.set_ylabel("probability of the answer", color=SOFT)
        axes.legend(frameon=False)

    alt = "Probability of the answer while the most marked places are taken away, and while they alone are shown"
    return draw(f"curve-{one.name}", "What counts", alt, (400, 240), paint)


def marked(pixels: NDArray[np.uint8], relevance: NDArray[np.float64]) -> NDArray[np.uint8]:
    """A picture `(H, W, 3)`: bright and orange where something speaks for the answer, dim where not, blue where it
    speaks against it."""
    size = (pixels.shape[1], pixels.shape[0])
    most = max(float(np.abs(relevance).max()), 1e-12)
    scaled = Image.fromarray((relevance / most).astype(np.float32)).resize(size, Image.Resampling.BILINEAR)
    strength = np.asarray(scaled)[:, :, None]
    grey = coloured(pixels).astype(np.float64).mean(axis=2, keepdims=True)
    base = np.repeat(grey, 3, axis=2) * DIM + 40
    warm, cold = np.array([255.0, 150.0, 30.0]), np.array([60.0, 120.0, 255.0])
    found = base + np.maximum(0, strength) * (0.45 * warm + 0.6 * grey - 0.4 * base)
    found += np.maximum(0, -strength) * (0.6 * cold - 0.2 * base)
    pictured: NDArray[np.uint8] = found.clip(0, 255).astype(np.uint8)
    return pictured


def spread(one: ClassReasons) -> NDArray[np.float64]:
    """A class's mean map, to be laid over one of its pictures."""
    return one.mean / max(float(one.mean.max()), 1e-12)


def coloured(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture as `(H, W, 3)`."""
    return pixels if pixels.shape[2] == 3 else np.repeat(pixels, 3, axis=2)


def grey(values: NDArray[np.float32], size: int = 1) -> NDArray[np.uint8]:
    """A feature map as a picture: its smallest value black, its largest white."""
    low, high = float(values.min()), float(values.max())
    pixels = np.rint(255 * (values - low) / ((high - low) or 1.0)).astype(np.uint8)
    return larger(pixels[:, :, None], size)


def larger(pixels: NDArray[np.uint8], size: int = LARGE) -> NDArray[np.uint8]:
    """A small picture shown larger, each pixel a square."""
    times = max(1, size // max(pixels.shape[:2]))
    return np.repeat(np.repeat(pixels, times, axis=0), times, axis=1)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share <= 0.995 else f"{100 * share:.1f} %"


def inline(pixels: NDArray[np.uint8], alt: str) -> Markup:
    """A picture inside a page, and what it shows in words."""
    data = base64.b64encode(png(pixels)).decode()
    return Markup('<img alt="{}" src="data:image/png;base64,{}">').format(visible(alt), data)
