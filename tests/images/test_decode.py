"""The one decoder: what each kind of file becomes, and what every broken one is told."""

from __future__ import annotations

import io
import os
import socket
import struct
import subprocess
import sys
import threading
import tracemalloc
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from discern.core.errors import UnreadableItem
from discern.core.records import InputSpec
from discern.images import decode as decoding
from discern.images.decode import FORMATS, begins_like_picture, decode, from_image, probe, read_bytes
from discern.images.fit import fit_to

RNG = np.random.default_rng(0)
COLOUR = RNG.integers(0, 256, (24, 32, 3), dtype=np.uint8)
SMOOTH = np.add.outer(np.arange(48) * 4, np.arange(64)).astype(np.uint8)


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def reason(content: bytes, **options: float) -> str:
    with pytest.raises(UnreadableItem) as caught:
        decode(content, **options)
    return caught.value.reason


def png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_header(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", zlib.compress(b"\0" * 100))


@pytest.mark.parametrize("kind", FORMATS)
def test_path_and_bytes_give_the_same_pixels(kind: str, tmp_path: Path) -> None:
    content = encoded(Image.fromarray(COLOUR), kind)
    path = tmp_path / "a.bin"
    path.write_bytes(content)
    from_path, from_bytes = decode(path), decode(content)
    np.testing.assert_array_equal(from_path.pixels, from_bytes.pixels)
    assert from_path.pixels.shape == (24, 32, 3)
    assert from_path.pixels.dtype == np.uint8
    assert from_path.note == ""
    assert probe(path).shape == (24, 32, 3)
    assert begins_like_picture(path)
    if kind in ("PNG", "BMP", "TIFF"):  # the ones that lose nothing
        np.testing.assert_array_equal(from_path.pixels, COLOUR)


def test_grey_and_black_and_white_have_one_channel() -> None:
    np.testing.assert_array_equal(decode(encoded(Image.fromarray(SMOOTH))).pixels[:, :, 0], SMOOTH)
    two = Image.fromarray(SMOOTH).convert("1")
    np.testing.assert_array_equal(decode(encoded(two)).pixels[:, :, 0], np.asarray(two).astype(np.uint8) * 255)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_16_bits_keep_their_high_byte(kind: str) -> None:
    deep = RNG.integers(0, 65536, (5, 7), dtype=np.uint16)
    found = decode(encoded(Image.fromarray(deep), kind))
    np.testing.assert_array_equal(found.pixels[:, :, 0], deep >> 8)
    assert found.mode.startswith("I;16")


@pytest.mark.parametrize("mode", ["F", "I"])
def test_32_bit_values_are_refused(mode: str) -> None:
    assert "32 bits" in reason(encoded(Image.fromarray(SMOOTH).convert(mode), "TIFF"))


def test_transparency_is_laid_on_white() -> None:
    rgba = np.zeros((2, 2, 4), np.uint8)
    rgba[0, 0] = (200, 100, 50, 255)
    rgba[0, 1] = (200, 100, 50, 0)
    rgba[1, 0] = (0, 0, 0, 128)
    pixels = decode(encoded(Image.fromarray(rgba))).pixels
    assert pixels[0, 0].tolist() == [200, 100, 50]
    assert pixels[0, 1].tolist() == [255, 255, 255]
    assert pixels[1, 0].tolist() == [127, 127, 127]
    grey = Image.merge("LA", [Image.new("L", (2, 1), 40), Image.fromarray(np.array([[255, 0]], np.uint8))])
    assert decode(encoded(grey)).pixels.tolist() == [[[40], [255]]]


def test_palette_with_a_transparent_colour() -> None:
    palette = Image.new("P", (2, 1))
    palette.putpalette([10, 20, 30, 200, 0, 0])
    palette.putdata([0, 1])
    assert decode(encoded(palette)).pixels.tolist() == [[[10, 20, 30], [200, 0, 0]]]
    assert decode(encoded(palette, transparency=0)).pixels.tolist() == [[[255, 255, 255], [200, 0, 0]]]
    as_bytes = encoded(palette, transparency=bytes([255, 0]))
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        assert decode(as_bytes).pixels.tolist() == [[[10, 20, 30], [255, 255, 255]]]
    assert told == []


def test_cmyk_is_pillows_plain_conversion() -> None:
    cmyk = Image.fromarray(COLOUR).convert("CMYK")
    content = encoded(cmyk, "TIFF")
    np.testing.assert_array_equal(decode(content).pixels, np.asarray(cmyk.convert("RGB")))
    jpeg = decode(encoded(cmyk, "JPEG"))
    assert (jpeg.mode, jpeg.pixels.shape) == ("CMYK", (24, 32, 3))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP"])
def test_the_eight_orientations_are_one_picture(kind: str, tmp_path: Path) -> None:
    blocks = np.kron(RNG.integers(0, 2, (3, 4)) * 255, np.ones((16, 16))).astype(np.uint8)
    upright = Image.fromarray(blocks)
    stored = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    for orientation, turn in stored.items():
        exif = Image.Exif()
        exif[0x0112] = orientation
        picture = upright if turn is None else upright.transpose(turn)
        options = {"lossless": True} if kind == "WEBP" else {}
        path = tmp_path / "a"
        path.write_bytes(encoded(picture, kind, exif=exif, **options))
        found = decode(path).pixels
        assert found.shape[:2] == (48, 64), orientation
        assert np.abs(found[:, :, 0].astype(int) - blocks).max() <= 8, orientation
        assert probe(path).shape == found.shape


def test_damaged_exif_does_not_lose_the_picture() -> None:
    content = encoded(Image.fromarray(COLOUR), "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff nonsense")
    assert decode(content).pixels.shape == (24, 32, 3)


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "WEBP", "PNG"])
def test_of_many_frames_the_first_with_a_note(kind: str) -> None:
    frames = [Image.new("RGB", (9, 9), (shade, 0, 0)) for shade in (250, 20, 120)]
    options = {"lossless": True} if kind == "WEBP" else {}
    found = decode(encoded(frames[0], kind, save_all=True, append_images=frames[1:], **options))
    assert "first" in found.note
    assert abs(int(found.pixels[0, 0, 0]) - 250) <= 5


def test_5000_frames_are_not_read() -> None:
    frames = [Image.new("P", (8, 8), index % 200) for index in range(5000)]
    content = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert decode(content).pixels.shape == (8, 8, 3)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"])
def test_half_a_file_is_cut_off_not_half_a_picture(kind: str, tmp_path: Path) -> None:
    noisy = Image.fromarray(RNG.integers(0, 256, (90, 110, 3), dtype=np.uint8))
    content = encoded(noisy, kind)
    for share in (0.3, 0.6, 0.9):
        told = reason(content[: int(len(content) * share)])
        assert any(word in told for word in ("cut off", "damaged")), (share, told)


def test_a_truncated_picture_says_how_many_rows_it_should_have() -> None:
    content = encoded(Image.fromarray(RNG.integers(0, 256, (90, 110, 3), dtype=np.uint8)), "JPEG")
    assert reason(content[: len(content) // 2]) == "cut off: the file ends before all of its 90 rows"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty file"),
        (b"<!DOCTYPE html><html>not found</html>", "an HTML page"),
        (b"%PDF-1.7 ...", "a PDF document"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n", "PostScript"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (b"P6 2 2 255 123456789012", "not a picture in one of our formats"),
        (b"\xff\xd8\xff\xe0", "damaged or cut off"),
        (b"some words", "not a picture in one of our formats"),
    ],
)
def test_what_is_no_picture_is_named(content: bytes, words: str) -> None:
    assert words in reason(content)


def test_huge_headers_are_told_without_allocating(tmp_path: Path) -> None:
    real = tmp_path / "real.png"
    Image.new("1", (12_000, 12_000)).save(real)
    assert real.stat().st_size < 25_000
    claim = tmp_path / "claim.png"
    claim.write_bytes(png_header(60_000, 60_000))
    tracemalloc.start()
    for path, words in ((real, "12,000 x 12,000"), (claim, "megapixels")):
        for read in (decode, probe):
            with pytest.raises(UnreadableItem, match="expected at most 50 megapixels"):
                read(path)
        assert words in reason(path.read_bytes())
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def test_the_cap_is_an_option() -> None:
    content = encoded(Image.new("1", (2000, 1000)))
    assert "expected at most 1 megapixels" in reason(content, max_megapixels=1)
    assert decode(content, max_megapixels=2).pixels.shape == (1000, 2000, 1)


def test_too_little_memory_is_no_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    image = Image.new("L", (20, 10))
    content = encoded(image)

    def full(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("discern.images.decode._upright", full)
    for call in (lambda: decode(content), lambda: from_image(image)):
        with pytest.raises(MemoryError):
            call()


def test_pillows_own_warning_of_large_pictures_does_not_leak() -> None:
    content = png_header(10_000, 9_500)  # more than Pillow warns of
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        assert "cut off" in reason(content, max_megapixels=100)
    assert told == []


def test_a_file_larger_than_any_picture_under_the_cap_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "sparse.jpg"
    with path.open("wb") as file:
        file.truncate(2_000_000_000)
    with pytest.raises(UnreadableItem, match="2,000,000,000 bytes"):
        read_bytes(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are of Unix")
def test_pipes_sockets_and_devices_do_not_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe.jpg")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("sock.jpg")
    for path in (Path("pipe.jpg"), Path("sock.jpg"), Path("/dev/zero"), tmp_path):
        for read in (decode, probe):
            with pytest.raises(UnreadableItem):
                read(path)


def test_missing_and_forbidden_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnreadableItem, match="no such file"):
        decode(tmp_path / "a.png")
    with pytest.raises(UnreadableItem):
        decode(Path("nul\0byte"))

    def closed(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "a.png").write_bytes(png_header(1, 1))
    monkeypatch.setattr(os, "open", closed)
    with pytest.raises(UnreadableItem, match="no permission"):
        decode(tmp_path / "a.png")


def test_threads_give_the_same_pixels_and_leave_the_warning_filters_alone() -> None:
    contents = [encoded(Image.fromarray(np.roll(COLOUR, shift, 0)), "PNG") for shift in range(24)] * 5
    before = list(warnings.filters)
    with ThreadPoolExecutor(8) as pool:
        many = list(pool.map(decode, contents))
    for one, content in zip(many, contents, strict=True):
        np.testing.assert_array_equal(one.pixels, decode(content).pixels)
    assert warnings.filters == before
    assert threading.active_count() < 50


def test_pillows_log_does_not_leak() -> None:
    whole = encoded(Image.fromarray(COLOUR), "TIFF")
    samples = struct.pack("<HHIHH", 277, 3, 1, 3, 0)
    assert samples in whole
    code = (
        "import sys; from discern.images.decode import decode; from discern.core.errors import UnreadableItem\n"
        "try: decode(sys.stdin.buffer.read())\nexcept UnreadableItem as error: print(error)"
    )
    damaged = whole.replace(samples, struct.pack("<HHIHH", 277, 3, 1, 2048, 0))
    done = subprocess.run([sys.executable, "-c", code], input=damaged, capture_output=True, check=True)
    assert done.stdout and done.stderr == b""


def test_random_damage_ends_in_pixels_or_a_reason() -> None:
    rng = np.random.default_rng(1)
    for kind in FORMATS:
        whole = np.frombuffer(encoded(Image.fromarray(COLOUR), kind), np.uint8)
        for _ in range(60):
            damaged = whole.copy()
            damaged[rng.integers(0, len(damaged), 3)] = rng.integers(0, 256, 3)
            try:
                assert decode(damaged.tobytes()).pixels.ndim == 3
            except UnreadableItem as error:
                assert error.reason


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_large_jpeg_is_decoded_smaller_and_looks_the_same(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    smooth = Image.fromarray(RNG.integers(0, 256, (9, 12, 3), dtype=np.uint8)).resize(
        (960, 720), Image.Resampling.BICUBIC
    )
    content = encoded(smooth, "JPEG", exif=exif, quality=95)
    spec = InputSpec("pictures", (60, 40, 3), "uint8")
    whole, small = decode(content), decode(content, spec=spec)
    assert small.shape == whole.shape == whole.pixels.shape
    # a quarter or an eighth: at least twice 60 x 40, whichever way the picture lies
    scale = 4 if orientation < 5 else 8
    assert small.pixels.shape[:2] == (whole.shape[0] // scale, whole.shape[1] // scale)
    difference = np.abs(fit_to(whole.pixels, spec).astype(int) - fit_to(small.pixels, spec))
    assert difference.mean() < 1 and difference.max() <= 8
    for other in (
        InputSpec("pictures", (400, 400, 3), "uint8"),
        InputSpec("pictures", (60, 60, 3), "uint8", (0.9, 0, 0, 0)),
    ):
        assert decode(content, spec=other).pixels.shape == whole.shape
    kept = InputSpec("pictures", (400, 40, 3), "uint8", keep_aspect=True)
    assert decode(content, spec=kept).pixels.shape[0] < whole.shape[0]


def test_other_formats_are_never_decoded_smaller() -> None:
    large = Image.fromarray(RNG.integers(0, 256, (300, 400, 3), dtype=np.uint8))
    for kind in ("PNG", "BMP", "TIFF", "WEBP", "GIF"):
        assert decode(encoded(large, kind), spec=InputSpec("pictures", (8, 8, 3), "uint8")).pixels.shape == (
            300,
            400,
            3,
        )


def test_a_file_that_comes_in_parts_is_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As from some file systems of networks."""
    (tmp_path / "a.bin").write_bytes(bytes(range(256)) * 40)
    plain = os.read
    monkeypatch.setattr(decoding.os, "read", lambda handle, size: plain(handle, min(size, 1_000)))
    assert read_bytes(tmp_path / "a.bin") == bytes(range(256)) * 40
