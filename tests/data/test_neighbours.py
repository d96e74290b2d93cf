"""Near-duplicates: what was re-saved, shrunk, cut or brightened is found; what merely looks alike is not."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageEnhance

from discern.core.options import SplitOptions
from discern.data.neighbours import NOMINATED, _nominated, largest_group, near_duplicates
from discern.data.read import read
from discern.data.splits import split
from discern.images.alignment import agreement, aligned, normalised, thumbnails

Pixels = NDArray[np.uint8]
SIDE = 64


def scene(seed: int, size: tuple[int, int] = (200, 160)) -> Image.Image:
    """A made-up photograph: soft ground, some shapes, noise."""
    random = np.random.default_rng(seed)
    ground = Image.fromarray(random.integers(0, 256, (4, 5, 3), dtype=np.uint8)).resize(size, Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(ground)
    for _ in range(14):
        x, y = random.integers(0, size[0]), random.integers(0, size[1])
        w, h = random.integers(8, 60, 2)
        colour = tuple(random.integers(0, 256, 3).tolist())
        (draw.ellipse if random.random() < 0.5 else draw.rectangle)((x, y, x + w, y + h), fill=colour)
    noise = random.normal(0, 5, (size[1], size[0], 3))
    return Image.fromarray(np.clip(np.asarray(ground) + noise, 0, 255).astype(np.uint8))


def seen(image: Image.Image) -> Pixels:
    return np.asarray(image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BILINEAR))


def saved_again(image: Image.Image) -> Image.Image:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=35)
    return Image.open(out)


def cut(image: Image.Image) -> Image.Image:
    width, height = image.size
    return image.crop((int(0.04 * width), 0, width, int(0.97 * height)))


CHANGES = {
    "re-encoded": saved_again,
    "half the size": lambda image: image.resize((100, 80)),
    "cut": cut,
    "brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.15),
    "less contrast": lambda image: ImageEnhance.Contrast(image).enhance(0.7),
    "grey": lambda image: image.convert("L"),
    "all at once": lambda image: saved_again(cut(ImageEnhance.Brightness(image).enhance(1.1)).resize((120, 110))),
}
SCENES = [scene(seed) for seed in range(60)]


@pytest.mark.parametrize("change", CHANGES)
def test_changed_copies_are_found(change: str) -> None:
    copies = [seen(CHANGES[change](image)) for image in SCENES[:20]]
    found = near_duplicates(np.stack([*map(seen, SCENES), *copies]))
    assert [rows.tolist() for rows in found.groups] == [[row, row + 60] for row in range(20)]
    assert found.applies and not found.lookalikes


def test_different_scenes_are_no_duplicates() -> None:
    assert near_duplicates(np.stack([seen(image) for image in SCENES])).groups == ()
    composition = [scene(100) for _ in range(2)]
    ImageDraw.Draw(composition[1]).rectangle((60, 50, 140, 110), fill=(250, 250, 250))
    assert near_duplicates(np.stack([seen(image) for image in [*SCENES, *composition]])).groups == ()


def test_strokes_look_alike_and_are_left_alone() -> None:
    """Digits of one kind: close to each other as a whole, and still written anew each time."""
    random = np.random.default_rng(0)
    strokes = []
    for _ in range(400):
        image = Image.new("L", (112, 112))
        x, lean = 56 + random.normal(0, 3), random.normal(0, 8)
        line = (x + lean, 20 + random.normal(0, 3), x - lean, 92 + random.normal(0, 3))
        ImageDraw.Draw(image).line(line, fill=255, width=int(random.integers(7, 12)))
        strokes.append(np.asarray(image.resize((28, 28), Image.Resampling.BOX))[..., None])
    pixels = np.stack(strokes)
    found = near_duplicates(np.concatenate([pixels, pixels[:1]]))
    assert sum(400 in rows for rows in found.groups) == 1
    assert sum(map(len, found.groups)) <= 8  # of 400: drawn with the same numbers, but for a hair


def test_a_chain_of_many_is_reported_and_not_kept_together() -> None:
    frames = [np.clip(seen(SCENES[0]) + np.int64(shift), 0, 255).astype(np.uint8) for shift in range(-7, 8)]
    found = near_duplicates(np.stack([*frames, *map(seen, SCENES[1:])]))
    assert found.groups == ()
    assert [rows.tolist() for rows in found.lookalikes] == [list(range(15))]
    assert len(set(found.codes(74).tolist())) == 74
    assert (largest_group(20), largest_group(3000), largest_group(70_000)) == (10, 30, 50)


def test_what_has_too_few_pixels_or_none_is_not_judged() -> None:
    for values in (np.zeros((4, 8, 8, 1), np.uint8), np.zeros((4, 3), np.float32), np.zeros((0, 3), np.float32)):
        assert not near_duplicates(values).applies
    flat = near_duplicates(np.zeros((5, 32, 32, 3), np.uint8))
    assert flat.applies and flat.groups == ()  # flat pictures show nothing that could agree
    assert near_duplicates(np.zeros((0, 32, 32, 3), np.uint8)).groups == ()


@pytest.mark.parametrize("threshold", [NOMINATED, 0.5, 0.992])
def test_no_close_pair_is_missed(threshold: float) -> None:
    """The grid on the principal axes against every pair."""
    random = np.random.default_rng(1)
    base = random.normal(size=(60, 64))
    rows = normalised((10 * (np.repeat(base, 10, axis=0) + random.normal(0, 0.3, (600, 64)))).astype(np.float32))
    first, second = _nominated(rows, threshold)
    expected = np.argwhere(np.triu(rows @ rows.T >= threshold, 1))
    assert np.array_equal(np.stack([first, second], axis=1), expected)


def test_the_alignment_finds_a_known_cut() -> None:
    whole = np.stack([np.asarray(image.convert("L").resize((320, 320)))[..., None] for image in SCENES[:20]])
    a, b = thumbnails(whole, 32), thumbnails(whole[:, 16:, :304], 32)
    before, after = agreement(a, b), agreement(a, *aligned(a, b))
    assert before[1].mean() < 0.6 < 0.8 < after[1].min()
    assert after[0].min() > 0.97


def test_grey_means_are_means() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (3, 20, 12, 1), dtype=np.uint8)
    assert thumbnails(pixels, 4) == pytest.approx(pixels.reshape(3, 4, 5, 4, 3).mean(axis=(2, 4)), rel=1e-5)
    assert thumbnails(pixels[:, :18, :11], 4).mean() == pytest.approx(pixels[:, :18, :11].mean(), rel=1e-4)


def test_near_duplicates_stay_in_one_part(tmp_path: Path) -> None:
    for row, image in enumerate(SCENES):
        folder = tmp_path / ("even", "odd")[row % 2]
        folder.mkdir(exist_ok=True)
        image.save(folder / f"{row:03}.png")
        saved_again(image).save(folder / f"again {row:03}.jpg", quality=60)
    data = read(tmp_path)
    assert int(data.units.max()) + 1 == 60
    parts = split(data, SplitOptions())

    assert parts.table.group_by("unit").n_unique()["part"].to_list() == [1] * 60
    assert "almost the same" in parts.method
