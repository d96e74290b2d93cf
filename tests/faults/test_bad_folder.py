"""A folder as careless and hostile people leave it: 1,000 good pictures, 40 that are none, and traps beside them."""

from __future__ import annotations

import io
import json
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

SECONDS, MEGABYTES = 30, 700
CHILD = """
import json, pathlib, resource, sys, time
start = time.perf_counter()


def peak():
    # kB of this program alone: what getrusage says begins with the memory of the process that started it
    status = pathlib.Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM"))


from discern.data.read import read
from discern.audit import audit
data = read(sys.argv[1])
findings = audit(data)
print(json.dumps({
    "n": data.n, "classes": data.classes, "shape": data.values.shape, "notes": data.notes,
    "rejected": dict(data.rejected.iter_rows()), "skipped": dict(data.skipped.iter_rows()),
    "items": data.items["item"].to_list(), "codes": sorted({finding.code for finding in findings}),
    "seconds": time.perf_counter() - start,
    "megabytes": peak() / 1024,
}))
"""


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def png_claiming(width: int, height: int) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(100)))


def bad_pictures() -> dict[str, tuple[bytes, str]]:
    """Forty files that cannot be read as pictures, and words of the reason that each must get."""
    rng = np.random.default_rng(1)
    noise = Image.fromarray(rng.integers(0, 256, (240, 320, 3), dtype=np.uint8))
    jpeg, png, gif = encoded(noise, "JPEG"), encoded(noise, "PNG"), encoded(noise, "GIF")
    webp, bmp, tiff = encoded(noise, "WEBP"), encoded(noise, "BMP"), encoded(noise, "TIFF")
    large = encoded(Image.new("1", (12_000, 12_000)), "PNG")
    assert len(large) < 25_000
    real = encoded(Image.fromarray(rng.random((20, 20), dtype=np.float32)), "TIFF")
    bad = {
        "empty.jpg": (b"", "empty file"),
        "empty.png": (b"", "empty file"),
        "page.jpg": (b"<!DOCTYPE html><html>404</html>", "an HTML page"),
        "page.png": (b"\n\n  <html><body>", "an HTML page"),
        "drawing.jpg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG drawing"),
        "claim.png": (png_claiming(60_000, 60_000), "megapixels"),
        "claim2.png": (png_claiming(2**31 - 1, 2**31 - 1), ""),
        "nothing.png": (png_claiming(0, 5), ""),
        "large.png": (large, "12,000 x 12,000"),
        "script.jpg": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nquit\n", "PostScript"),
        "paper.jpg": (b"%PDF-1.7\n", "a PDF document"),
        "archive.jpg": (b"PK\x03\x04" + bytes(30), "a zip archive"),
        "packed.png": (b"\x1f\x8b" + bytes(30), "a gzip file"),
        "layers.jpg": (b"8BPS" + bytes(30), "Photoshop"),
        "pointer.jpg": (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS"),
        "phone.jpg": (b"\0\0\0\x18ftypheic" + bytes(30), "HEIC"),
        "phone.heic": (b"\0\0\0\x18ftypheic" + bytes(30), "HEIC"),
        "words.jpg": (b"not a picture at all", "not a picture"),
        "zeros.jpg": (bytes(5000), "not a picture"),
        "noise.png": (rng.bytes(5000), "not a picture"),
        "start.jpg": (b"\xff\xd8\xff\xe0", "header is damaged"),
        "start.png": (b"\x89PNG\r\n\x1a\n", "header is damaged"),
        "start.gif": (b"GIF89a", "header is damaged"),
        "real.tif": (real, "real numbers of 32 bits"),
        "raw.bmp": (bmp[:40], ""),
        "half.gif": (gif[: len(gif) // 2], "cut off"),
        "half.webp": (webp[: len(webp) // 2], ""),
        "half.bmp": (bmp[: len(bmp) // 2], "cut off"),
        "half.tif": (tiff[: len(tiff) // 2], ""),
    }
    for index, share in enumerate((0.2, 0.4, 0.5, 0.6, 0.8, 0.95)):
        bad[f"cut{index}.jpg"] = (jpeg[: int(len(jpeg) * share)], "cut off: the file ends before all of its 240 rows")
    for index, share in enumerate((0.2, 0.5, 0.7, 0.8, 0.9)):
        bad[f"cut{index}.png"] = (png[: int(len(png) * share)], "cut off: the file ends before all of its 240 rows")
    assert len(bad) == 40
    return bad


def good_pictures(folder: Path) -> None:
    """A thousand JPEGs of 480 x 640, no two alike; in two classes."""
    rng = np.random.default_rng(0)
    for index in range(1000):
        small = Image.fromarray(rng.integers(0, 256, (6, 8, 3), dtype=np.uint8))
        place = folder / ("cat", "dog")[index % 2] / f"{index:04d}.jpg"
        place.parent.mkdir(parents=True, exist_ok=True)
        small.resize((640, 480), Image.Resampling.NEAREST).save(place, quality=75)


@pytest.mark.skipif(sys.platform != "linux", reason="measured with the facts that Linux keeps of a process")
def test_a_thousand_good_and_forty_bad(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    good_pictures(folder)
    bad = bad_pictures()
    for index, (name, (content, _)) in enumerate(bad.items()):
        (folder / ("cat", "dog")[index % 2] / name).write_bytes(content)
    traps(folder)
    child = subprocess.run(
        [sys.executable, "-c", CHILD, str(folder)], capture_output=True, text=True, check=True, timeout=110
    )
    assert child.stderr == ""
    found = json.loads(child.stdout)
    odd_names = [b"line\nbreak.png", b'a,"b";c.png', b"<img src=x onerror=alert(1)>.png", b"-rf.png", b"\xff\xfe.png"]
    assert found["n"] == 1000 + 1 + len(odd_names) + 2  # the many frames, the odd names, one picture under two labels
    rejected = {name.split("/")[1]: reason for name, reason in found["rejected"].items()}
    assert set(rejected) == set(bad)
    for name, (_, words) in bad.items():
        assert words in rejected[name] and rejected[name], name
    for name in ("pipe.jpg", "loop.jpg", "out.jpg", "outside/"):
        assert f"cat/{name}" in found["skipped"] or f"cat/{name.rstrip('/')}" in found["skipped"], name
    for name in ("Thumbs.db", ".DS_Store", "notes.txt"):
        assert f"cat/{name}" in found["skipped"], name
    assert "cat/\\xff\\xfe.png" in found["items"] and "cat/line\nbreak.png" in found["items"]
    assert any("first one is used" in note for note in found["notes"])
    assert {"D101", "D202"} <= set(found["codes"])
    assert found["classes"] == ["cat", "dog"]
    assert found["seconds"] <= SECONDS and found["megabytes"] <= MEGABYTES, (found["seconds"], found["megabytes"])
    print(f"{found['seconds']:.1f} s, {found['megabytes']:.0f} MB")


def traps(folder: Path) -> None:
    """What is passed over, and good pictures whose names or contents are a nuisance."""
    cat, dog = folder / "cat", folder / "dog"
    rng = np.random.default_rng(2)
    os.mkfifo(cat / "pipe.jpg")
    (cat / "loop.jpg").symlink_to(cat / "loop.jpg")
    (cat / "out.jpg").symlink_to("/etc/passwd")
    (cat / "outside").symlink_to("/", target_is_directory=True)
    for name in ("Thumbs.db", ".DS_Store", "notes.txt"):
        (cat / name).write_bytes(b"\0stray")
    frames = [Image.fromarray(rng.integers(0, 256, (16, 16), dtype=np.uint8)) for _ in range(3)]
    many = encoded(frames[0], "GIF", save_all=True, append_images=[frames[1 + n % 2] for n in range(4999)])
    (dog / "film.gif").write_bytes(many)
    for name in (b"line\nbreak.png", b'a,"b";c.png', b"<img src=x onerror=alert(1)>.png", b"-rf.png", b"\xff\xfe.png"):
        content = encoded(Image.fromarray(rng.integers(0, 256, (16, 16, 3), dtype=np.uint8)), "PNG")
        Path(os.fsdecode(os.fsencode(cat) + b"/" + name)).write_bytes(content)
    twice = encoded(Image.fromarray(rng.integers(0, 256, (16, 16, 3), dtype=np.uint8)), "PNG")
    (cat / "same.png").write_bytes(twice)
    (dog / "same.png").write_bytes(twice)
