"""One decoder: whatever holds a picture, and through whichever door it comes, the model sees the same numbers."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from discern.core.errors import UnreadableItem
from discern.core.records import InputSpec
from discern.data.items import expand, load_batches
from discern.data.pictures import load_one
from discern.data.read import read

RNG = np.random.default_rng(0)
COLOUR = RNG.integers(0, 256, (30, 44, 3), dtype=np.uint8)
GREY = RNG.integers(0, 256, (30, 44), dtype=np.uint8)
SPECS = [
    InputSpec("pictures", (16, 12, 3), "uint8"),
    InputSpec("pictures", (16, 12, 1), "uint8", (0.1, 0, 0, 0.2), keep_aspect=True),
    InputSpec("pictures", (16, 12, 1), "uint8", binary=True),
]


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def turned(kind: str, orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(Image.fromarray(COLOUR), kind, exif=exif)


def palette(**options: object) -> bytes:
    return encoded(Image.fromarray(COLOUR).quantize(16), "PNG", **options)


def animated(kind: str) -> bytes:
    frames = [Image.fromarray(np.roll(COLOUR, shift, 0)) for shift in range(3)]
    return encoded(frames[0], kind, save_all=True, append_images=frames[1:])


def with_alpha(mode: str) -> bytes:
    return encoded(Image.fromarray(RNG.integers(0, 256, (30, 44, len(mode)), dtype=np.uint8), mode), "PNG")


PICTURES: dict[str, Callable[[], bytes]] = {
    **{f"JPEG lying {n}": lambda n=n: turned("JPEG", n) for n in range(1, 9)},
    **{f"PNG lying {n}": lambda n=n: turned("PNG", n) for n in range(1, 9)},
    "TIFF lying 6": lambda: turned("TIFF", 6),
    "WEBP lying 8": lambda: turned("WEBP", 8),
    "CMYK": lambda: encoded(Image.fromarray(COLOUR).convert("CMYK"), "JPEG"),
    "CMYK TIFF": lambda: encoded(Image.fromarray(COLOUR).convert("CMYK"), "TIFF"),
    "16 bits": lambda: encoded(Image.fromarray(RNG.integers(0, 65536, (30, 44), dtype=np.uint16)), "PNG"),
    "16 bits TIFF": lambda: encoded(Image.fromarray(RNG.integers(0, 65536, (30, 44), dtype=np.uint16)), "TIFF"),
    "palette": palette,
    "palette, one colour clear": lambda: palette(transparency=3),
    "grey": lambda: encoded(Image.fromarray(GREY), "PNG"),
    "black and white": lambda: encoded(Image.fromarray(GREY > 99), "PNG"),
    "LA": lambda: with_alpha("LA"),
    "RGBA": lambda: with_alpha("RGBA"),
    "GIF of frames": lambda: animated("GIF"),
    "WEBP of frames": lambda: animated("WEBP"),
    "PNG of frames": lambda: animated("PNG"),
    "TIFF of pages": lambda: animated("TIFF"),
}


def as_array(content: bytes) -> np.ndarray:
    """What a person gets who opens a picture upright with Pillow and turns it into an array."""
    with Image.open(io.BytesIO(content)) as image:
        upright = ImageOps.exif_transpose(image)
        if upright.mode in ("LA", "PA", "RGBA") or "transparency" in upright.info:
            return np.asarray(upright.convert("RGBA"))
        if upright.mode in ("CMYK", "P"):
            return np.asarray(upright.convert("RGB"))
        return np.asarray(upright)


@pytest.mark.parametrize("name", PICTURES)
def test_every_door_gives_the_same_pixels(name: str, tmp_path: Path) -> None:
    content = PICTURES[name]()
    path = tmp_path / "photos" / "a" / "picture"  # without an ending the format is found by the contents
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    for spec in SPECS:
        expected = load_one(path, spec)
        assert expected.shape == spec.shape and expected.dtype == np.uint8 and expected.std() > 0
        with Image.open(io.BytesIO(content)) as untouched, Image.open(path) as loaded, Image.open(path) as copied:
            loaded.load()
            doors = {
                "text": load_one(str(path), spec),
                "bytes": load_one(content, spec),
                "Pillow": load_one(untouched, spec),
                "Pillow, loaded": load_one(loaded, spec),
                "Pillow, a copy": load_one(copied.copy(), spec),
                "array": load_one(as_array(content), spec),
                "training": read(tmp_path / "photos", spec=spec).values[0],
                "prediction": next(load_batches(expand([str(path)]), spec))[1][0],
            }
            assert untouched.fp is not None and untouched.tell() == 0  # left as it was
        for door, found in doors.items():
            np.testing.assert_array_equal(found, expected, err_msg=f"{name}, {door}")


def test_a_large_jpeg_from_pixels_that_are_read_already_differs_by_little() -> None:
    smooth = Image.fromarray(COLOUR[:9, :12]).resize((640, 480), Image.Resampling.BICUBIC)
    content = encoded(smooth, "JPEG", quality=95)
    from_file = load_one(content, SPECS[0])
    with Image.open(io.BytesIO(content)) as unread:
        np.testing.assert_array_equal(load_one(unread, SPECS[0]), from_file)
    difference = np.abs(load_one(as_array(content), SPECS[0]).astype(int) - from_file)
    assert difference.max() <= 8 and difference.mean() < 1


def test_a_picture_that_stands_at_another_frame_is_its_first() -> None:
    content = animated("GIF")
    with Image.open(io.BytesIO(content)) as image:
        image.seek(2)
        np.testing.assert_array_equal(load_one(image, SPECS[0]), load_one(content, SPECS[0]))
        assert image.tell() == 2


def test_true_and_false_are_white_and_black() -> None:
    mask = np.eye(16, dtype=bool)[:, :12]
    found = load_one(mask, InputSpec("pictures", (16, 12, 1), "uint8"))
    np.testing.assert_array_equal(found[:, :, 0], mask * 255)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (np.zeros((4, 4, 2), np.uint8), "shape (4, 4, 2)"),
        (np.zeros((0, 4), np.uint8), "shape (0, 4, 1)"),
        (np.zeros((2, 3, 4, 3), np.uint8), "shape (2, 3, 4, 3)"),
        (np.zeros((4, 4)), "an array of float64"),
        (Image.new("F", (4, 4)), "real numbers of 32 bits"),
        (Image.new("L", (0, 4)), "0 x 4 pixels"),
        (b"", "empty file"),
        (b"%PDF-1.7", "a PDF document"),
        ("/no/such/file.png", "no such file"),
        (Path("/dev/zero"), "not a regular file"),
    ],
)
def test_what_is_no_picture_is_told_at_every_door(source: object, words: str) -> None:
    with pytest.raises(UnreadableItem) as told:
        load_one(source, SPECS[0])  # type: ignore[arg-type]
    assert words in told.value.reason


def test_the_cap_holds_for_pictures_in_memory() -> None:
    with pytest.raises(UnreadableItem, match="2,000 x 1,000 pixels; expected at most 1 megapixels"):
        load_one(Image.new("1", (2000, 1000)), SPECS[0], max_megapixels=1)
