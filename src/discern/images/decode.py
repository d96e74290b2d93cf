"""The one decoder: training, prediction and every other door get the same pixels for the same file.

What becomes of a file:

    black and white, grey            1 channel
    grey of 16 bits                  1 channel, the high byte of each value
    colour, palette, CMYK, YCbCr     3 channels, red green blue; colour profiles are not applied
    colour of 16 bits                3 channels, the high byte of each value
    transparent (any of the above)   laid on white
    a note of how the camera stood   turned upright (EXIF orientation 1 to 8)
    several frames or pages          the first one, with a note
    32-bit integer or real values    refused: their range is not known

The formats are JPEG, PNG, BMP, GIF, TIFF and WEBP; nothing else of Pillow is reached. Sizes are taken from the header
and checked before any pixel is allocated. All functions may be called from many threads.
"""

from __future__ import annotations

import contextlib
import io
import logging
import os
import re
import threading
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, TiffImagePlugin, WebPImagePlugin

from ..core.errors import UnreadableItem
from ..core.files import open_regular, regular_file
from ..core.options import MAX_MEGAPIXELS
from ..core.records import InputSpec
from .fit import fit_image, least_size, pixels_of

FORMATS = ("JPEG", "PNG", "BMP", "GIF", "TIFF", "WEBP")

REDUCED = 2
"""A JPEG is decoded at no less than so many times the size that is asked for, so that resizing still has its say."""

BYTES_A_PIXEL = 8
"""The most that one pixel takes in a file that is not compressed: four values of 16 bits."""
HEADER_ROOM = 16_000_000
"""Bytes that metadata may take on top of the pixels."""

ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
GREY_MODES = ("1", "L", "LA", "La", "I;16", "I;16B", "I;16L", "I;16N")
WITH_ALPHA = ("LA", "La", "PA", "RGBA", "RGBa")

_KNOWN_STARTS = (
    (b"%PDF", "a PDF document"),
    (b"%!PS", "a PostScript file"),
    (b"\xc5\xd0\xd3\xc6", "a PostScript file"),
    (b"PK\x03\x04", "a zip archive"),
    (b"\x1f\x8b", "a gzip file"),
    (b"8BPS", "a Photoshop file"),
    (b"<svg", "an SVG drawing"),
    (b"<?xml", "an XML file"),
    (b"<!doctype html", "an HTML page"),
    (b"<html", "an HTML page"),
    (b"version https://git-lfs", "a pointer of Git LFS (the picture itself was not fetched)"),
)

Image.preinit()  # here once, so that threads never race for it; these two register when they are imported
_LATE_FORMATS = (TiffImagePlugin, WebPImagePlugin)
_STARTS = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"RIFF")


@dataclass(frozen=True)
class Decoded:
    """A picture as numbers."""

    pixels: NDArray[np.uint8]
    """`(H, W, C)`, C is 1 or 3, or the form that was asked for."""
    mode: str
    """Pillow's name for what the file holds, such as `L`, `RGB`, `CMYK`, `I;16`."""
    note: str
    """Something worth saying once, such as `several frames: the first one is used`, or empty."""
    shape: tuple[int, int, int]
    """Height, width and channels of the whole picture, however small it was decoded."""


@dataclass(frozen=True)
class Header:
    """What a picture says of itself before its pixels are read."""

    shape: tuple[int, int, int]
    """Height, width (as it will stand upright) and channels."""
    mode: str


def decode(source: Path | bytes, *, max_megapixels: float = MAX_MEGAPIXELS, spec: InputSpec | None = None) -> Decoded:
    """The pixels of a picture, from a file or from its bytes; both give the same numbers.

    With `spec`, a JPEG of at least four times its size is decoded at a half, a quarter or an eighth of its own size,
    which is much faster, and still at least twice what `spec` asks for. Raises UnreadableItem with a reason that can
    stand beside the item's name.
    """
    return _decode(source, max_megapixels, spec, pixels_of)


def picture_for(source: Path | bytes, spec: InputSpec, *, max_megapixels: float = MAX_MEGAPIXELS) -> Decoded:
    """A picture from a file, or from its bytes, with its pixels as a model takes them. Raises UnreadableItem."""
    return _decode(source, max_megapixels, spec, partial(fit_image, spec=spec))


def _decode(
    source: Path | bytes,
    max_megapixels: float,
    spec: InputSpec | None,
    finish: Callable[[Image.Image], NDArray[np.uint8]],
) -> Decoded:
    """`finish` gets the upright picture in mode L or RGB while it is still Pillow's: a copy to NumPy and back again
    costs as much as resizing."""
    content = source if isinstance(source, bytes) else read_bytes(source, max_megapixels=max_megapixels)
    with _open(io.BytesIO(content), max_megapixels) as image:
        mode, height = image.mode, image.height
        try:
            size = _upright_size(image)
            if spec is not None and image.format in ("JPEG", "MPO"):
                _reduce(image, size, spec)
            image.load()
            plain = _plain(_upright(image))
            pixels = finish(plain)
            note = "several frames or pages: the first one is used" if _several(image) else ""
        except (UnreadableItem, MemoryError):
            raise
        except Exception as error:  # a damaged file makes Pillow raise almost anything
            raise UnreadableItem(_why_not(error, height)) from error
    return Decoded(pixels, mode, note, (*size, 1 if plain.mode == "L" else 3))


def from_image(image: Image.Image, *, max_megapixels: float = MAX_MEGAPIXELS) -> Decoded | bytes:
    """A picture of Pillow's: the bytes of its file where it still holds one open, else its pixels.

    Raises UnreadableItem.
    """
    file = getattr(image, "fp", None)
    if image.format in (*FORMATS, "MPO") and file is not None and not getattr(file, "closed", True):
        place = file.tell()
        try:
            file.seek(0)
            return bytes(file.read())
        finally:
            file.seek(place)
    width, height = image.size
    if width * height > max_megapixels * 1e6:
        raise _too_large(f"{width:,} x {height:,} pixels", max_megapixels)
    if width < 1 or height < 1:
        raise UnreadableItem(f"a picture of {width} x {height} pixels")
    try:
        pixels = pixels_of(_plain(_upright(image)))
    except (UnreadableItem, MemoryError):
        raise
    except Exception as error:
        raise UnreadableItem(_why_not(error, height)) from error
    return Decoded(pixels, image.mode, "", (*pixels.shape[:2], pixels.shape[2]))


def probe(path: Path, *, max_megapixels: float = MAX_MEGAPIXELS) -> Header:
    """Size and channels from the header of a file, without reading its pixels.

    Raises UnreadableItem.
    """
    with regular_file(path) as file:
        if not os.fstat(file.fileno()).st_size:
            raise UnreadableItem("empty file (0 bytes)")
        with _open(file, max_megapixels) as image:
            height, width = _upright_size(image)
            mode = image.mode
    return Header((height, width, 1 if mode in GREY_MODES else 3), mode)


def read_bytes(path: Path, *, max_megapixels: float = MAX_MEGAPIXELS) -> bytes:
    """The bytes of a regular file that is no larger than a picture under the cap can be.

    A named pipe or a device is refused without waiting for it. Raises UnreadableItem.
    """
    handle, size = open_regular(path)
    try:
        if not size:
            raise UnreadableItem("empty file (0 bytes)")
        most = int(max_megapixels * 1e6 * BYTES_A_PIXEL) + HEADER_ROOM
        if size > most:
            raise UnreadableItem(f"{size:,} bytes; a picture of {max_megapixels:g} megapixels takes at most {most:,}")
        content = os.read(handle, size)  # a file object would cost as much as hashing a small picture
        while len(content) < size and (more := os.read(handle, size - len(content))):  # some file systems give parts
            content += more
        return content
    except OSError as error:
        raise UnreadableItem((error.strerror or str(error)).lower()) from error
    finally:
        os.close(handle)


def begins_like_picture(path: Path) -> bool:
    """Whether a file of unknown name begins as one of our formats does."""
    try:
        with regular_file(path) as file:
            return file.read(8).startswith(_STARTS)
    except UnreadableItem:
        return False


@contextlib.contextmanager
def _open(file: io.BytesIO | io.BufferedReader, max_megapixels: float) -> Iterator[Image.Image]:
    with quiet_pillow():
        start = file.read(256)
        file.seek(0)
        try:
            image = Image.open(file, formats=FORMATS)
        except Image.DecompressionBombError as error:
            pixels = re.search(r"\d+", str(error))
            raise _too_large(f"{int(pixels[0]) / 1e6:,.0f} megapixels" if pixels else "", max_megapixels) from error
        except MemoryError:
            raise
        except Exception as error:
            raise UnreadableItem(_what_it_is(start)) from error
        with image:
            width, height = image.size
            if width * height > max_megapixels * 1e6:
                raise _too_large(f"{width:,} x {height:,} pixels", max_megapixels)
            if width < 1 or height < 1:
                raise UnreadableItem(f"a picture of {width} x {height} pixels")
            yield image


def _too_large(found: str, max_megapixels: float) -> UnreadableItem:
    raised = "--max-megapixels of train, audit and predict raises the cap"
    return UnreadableItem(f"{found}; expected at most {max_megapixels:g} megapixels ({raised})")


def _what_it_is(start: bytes) -> str:
    if not start:
        return "empty file (0 bytes)"
    plain = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for signature, name in _KNOWN_STARTS:
        if start.startswith(signature) or plain.startswith(signature.lower()):
            return f"{name}, not a picture in one of our formats ({', '.join(FORMATS)})"
    if start[4:8] == b"ftyp":
        return "a HEIC, AVIF or video file; save it as JPEG or PNG"
    if start.startswith(_STARTS):
        return "begins like a picture, but its header is damaged or cut off"
    return f"not a picture in one of our formats ({', '.join(FORMATS)})"


def _why_not(error: Exception, height: int) -> str:
    text = str(error).lower()
    cut_off = ("truncated", "not enough", "decoder error -2", "eof")
    if isinstance(error, EOFError) or any(word in text for word in cut_off):
        return f"cut off: the file ends before all of its {height:,} rows"
    return f"damaged picture ({str(error)[:120] or type(error).__name__})"


def _upright_size(image: Image.Image) -> tuple[int, int]:
    """Height and width as the picture will stand upright, from its header."""
    width, height = image.size
    try:
        # TIFF gives its size upright already; the others as the pixels are stored
        turned = image.format != "TIFF" and image.getexif().get(ORIENTATION) in (5, 6, 7, 8)
    except Exception:  # damaged EXIF: the picture is taken as it is stored
        turned = False
    return (width, height) if turned else (height, width)


def _reduce(image: Image.Image, size: tuple[int, int], spec: InputSpec) -> None:
    """Have a JPEG decoded at a fraction of its size where that is enough for `spec`; `size` is as it stands upright."""
    high, wide = (REDUCED * side for side in least_size(*size, spec))
    stored = (wide, high) if size == (image.height, image.width) else (high, wide)
    image.draft(None, stored)  # None: colours stay what they are


def _upright(image: Image.Image) -> Image.Image:
    try:
        orientation = image.getexif().get(ORIENTATION, 1)
    except Exception:  # damaged EXIF: the picture is taken as it is stored
        return image
    turn = TURNS.get(orientation) if isinstance(orientation, int) else None
    return image if turn is None else image.transpose(turn)


def _several(image: Image.Image) -> bool:
    if image.format == "MPO":  # a JPEG followed by a preview or a depth map, not by a frame
        return False
    try:
        return bool(getattr(image, "is_animated", False))
    except Exception:  # what follows the first frame is damaged; the first frame is not
        return True


def _plain(image: Image.Image) -> Image.Image:
    """A picture of mode L or RGB from any mode that is let in."""
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.mode in ("I", "F"):
        kind = "real" if image.mode == "F" else "whole"
        raise UnreadableItem(f"pixels are {kind} numbers of 32 bits; expected 8 or 16 bits a value")
    mode = "L" if image.mode in GREY_MODES else "RGB"
    if image.mode in WITH_ALPHA or "transparency" in image.info:
        white = Image.fromarray(on_white(image))
        return white.getchannel(0) if mode == "L" else white
    return image if image.mode == mode else image.convert(mode)


def on_white(image: Image.Image) -> NDArray[np.uint8]:
    """A transparent picture laid on white, `(H, W, 3)`."""
    transparent = image.convert("RGBA")
    white = Image.new("RGBA", transparent.size, "white")
    return np.ascontiguousarray(Image.alpha_composite(white, transparent).convert("RGB"))


_quiet_lock = threading.Lock()
_quiet_depth = 0
_quiet_filters: warnings.catch_warnings | None = None
_quiet_log = logging.NullHandler()


@contextlib.contextmanager
def quiet_pillow() -> Iterator[None]:
    """Keep Pillow's warnings and log (sizes, damaged metadata) off the screen while any thread is decoding.

    Python keeps one list of warning filters for all threads: the first thread in changes it, the last one out puts it
    back (hold it around many pictures: each change costs). What Pillow would warn of is either refused here (sizes) or
    has no effect on the pixels (metadata).
    """
    global _quiet_depth, _quiet_filters
    with _quiet_lock:
        if _quiet_depth == 0:
            _quiet_filters = warnings.catch_warnings()
            _quiet_filters.__enter__()
            warnings.filterwarnings("ignore", module=r"PIL(\.|$)")
            logging.getLogger("PIL").addHandler(_quiet_log)  # else Python prints it where nobody set up logging
        _quiet_depth += 1
    try:
        yield
    finally:
        with _quiet_lock:
            _quiet_depth -= 1
            if _quiet_depth == 0 and _quiet_filters is not None:
                _quiet_filters.__exit__(None, None, None)
                _quiet_filters = None
                logging.getLogger("PIL").removeHandler(_quiet_log)
