"""Folders of pictures: layouts, names, strays, broken files, and the same answer whatever the order."""

from __future__ import annotations

import gc
import hashlib
import os
import random
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from discern.core import threads
from discern.core.errors import DataError, OptionError, TooManyBadItems
from discern.core.events import Event
from discern.core.records import InputSpec
from discern.data import scan as scan_module
from discern.data.read import read
from discern.images.decode import decode
from discern.images.fit import fit_to

RNG = np.random.default_rng(0)


def picture(path: Path, size: tuple[int, int] = (8, 8), mode: str = "L") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    shape = size if mode == "L" else (*size, 3)
    Image.fromarray(RNG.integers(0, 256, shape, dtype=np.uint8)).save(path, "PNG")
    return path


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Two classes of four pictures."""
    for label in ("cat", "dog"):
        for index in range(4):
            picture(tmp_path / "photos" / label / f"{index}.png")
    return tmp_path / "photos"


def reasons(frame: Any) -> dict[str, str]:
    return dict(frame.select("item", "reason").iter_rows())


def test_a_folder_a_class(photos: Path) -> None:
    data = read(photos)
    assert (data.name, data.kind, data.n, data.classes) == ("photos", "pictures", 8, ["cat", "dog"])
    assert data.items["item"].to_list() == [f"{label}/{index}.png" for label in ("cat", "dog") for index in range(4)]
    assert data.labels is not None and data.labels.tolist() == ["cat"] * 4 + ["dog"] * 4
    assert data.values.shape == (8, 8, 8, 1) and data.values.dtype == np.uint8
    assert (data.groups, "part" in data.items.columns, data.notes, data.empty_classes) == (None, False, (), ())
    assert (data.source.reader, data.source.path) == ("folder", str(photos))
    for path, values, sha256 in zip(data.paths, data.values, data.items["sha256"], strict=True):
        assert path is not None
        np.testing.assert_array_equal(values, decode(path).pixels)
        assert sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("name", ["validation", "valid", "val", "Val"])
def test_parts_above_the_classes(tmp_path: Path, name: str) -> None:
    for part in ("train", name, "test"):
        picture(tmp_path / part / "cat" / "1.png")
        picture(tmp_path / part / "dog" / "deep" / "down" / "2.png")
    picture(tmp_path / "new" / "3.png")
    data = read(tmp_path)
    parts = dict(data.items.select("item", "part").iter_rows())
    assert parts["train/cat/1.png"] == "train"
    assert parts[f"{name}/dog/deep/down/2.png"] == "validation"
    assert parts["test/cat/1.png"] == "test"
    assert data.n == 6 and data.classes == ["cat", "dog"]
    assert "beside train/" in reasons(data.skipped)["new/"]


def test_classes_may_be_called_test_and_val(tmp_path: Path) -> None:
    for label in ("test", "blood", "val"):
        picture(tmp_path / label / "1.png")
    data = read(tmp_path)
    assert data.classes == ["blood", "test", "val"] and "part" not in data.items.columns


def test_a_folder_without_classes_has_no_labels(tmp_path: Path) -> None:
    picture(tmp_path / "a.png")
    picture(tmp_path / "b.png")
    data = read(tmp_path)
    assert (data.labels, data.classes, data.n) == (None, [], 2)
    (tmp_path / "empty").mkdir()
    assert read(tmp_path).labels is None


def test_pictures_beside_class_folders_are_passed_over(photos: Path) -> None:
    picture(photos / "left.png")
    data = read(photos)
    assert data.n == 8
    assert "outside the class folders" in reasons(data.skipped)["left.png"]


def test_a_single_class_and_an_empty_one(tmp_path: Path) -> None:
    picture(tmp_path / "cat" / "1.png")
    (tmp_path / "dog").mkdir()
    (tmp_path / "ape").mkdir()
    (tmp_path / "ape" / "note.txt").write_text("none yet")
    data = read(tmp_path)
    assert (data.classes, data.empty_classes) == (["cat"], ("ape", "dog"))


def test_sizes_and_colours_are_brought_together(photos: Path) -> None:
    picture(photos / "cat" / "wide.png", (20, 90), "RGB")
    data = read(photos)
    assert data.values.shape == (9, 112, 112, 3)
    assert data.input.shape == (112, 112, 3)
    assert data.items["height"].to_list().count(20) == 1
    assert any("resized to 112 x 112" in text for text in data.notes)
    assert any("three equal channels" in text for text in data.notes)


def test_a_broken_picture_does_not_decide_the_size_of_the_others(photos: Path) -> None:
    broken = picture(photos / "cat" / "broken.png", (300, 300), "RGB")
    broken.write_bytes(broken.read_bytes()[:2000])
    data = read(photos)
    assert data.values.shape == (8, 8, 8, 1)
    assert reasons(data.rejected) == {"cat/broken.png": "cut off: the file ends before all of its 300 rows"}
    np.testing.assert_array_equal(data.values[0], decode(data.paths[0] or b"").pixels)


def test_broken_ones_are_set_aside_up_to_a_share(photos: Path) -> None:
    (photos / "cat" / "page.jpg").write_text("<html>")
    assert read(photos).rejected.height == 1
    (photos / "cat" / "none.jpg").touch()
    with pytest.raises(TooManyBadItems, match=r"2 of 10 items cannot be read, more than 5%.*empty file.*--max-bad"):
        read(photos)
    data = read(photos, max_bad=0.2)
    assert data.n == 8
    assert list(reasons(data.rejected)) == ["cat/none.jpg", "cat/page.jpg"]


def test_pictures_of_other_formats_count_as_unreadable(photos: Path) -> None:
    (photos / "cat" / "1.HEIC").write_bytes(b"\0\0\0\x18ftypheic")
    assert "HEIC pictures are not read" in reasons(read(photos).rejected)["cat/1.HEIC"]


def test_strays_are_passed_over_and_said(photos: Path) -> None:
    for name in ("Thumbs.db", ".DS_Store", "notes.txt", ".hidden.png", "table.csv", "plain"):
        (photos / "cat" / name).write_bytes(b"something")
    picture(photos / "cat" / "._1.png")
    picture(photos / ".git" / "x.png")
    picture(photos / "__MACOSX" / "x.png")
    picture(photos / "dog" / "nameless").rename(photos / "dog" / "without_ending")
    data = read(photos)
    assert data.n == 9 and "dog/without_ending" in data.items["item"].to_list()
    assert data.rejected.height == 0
    assert list(reasons(data.skipped)) == sorted(
        [".git/", "__MACOSX/"]
        + [
            f"cat/{name}"
            for name in ("Thumbs.db", ".DS_Store", "notes.txt", ".hidden.png", "table.csv", "plain", "._1.png")
        ],
        key=os.fsencode,
    )


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are of Unix")
def test_links_pipes_and_sockets_are_never_opened(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outside = picture(photos.parent / "elsewhere" / "o.png")
    cat = photos / "cat"
    os.mkfifo(cat / "pipe.png")
    (cat / "out.png").symlink_to(outside)
    (cat / "in.png").symlink_to(cat / "1.png")
    (cat / "loop").symlink_to(photos, target_is_directory=True)
    (cat / "self.png").symlink_to("self.png")
    (cat / "dangling.png").symlink_to("nowhere")
    (photos / "linked_class").symlink_to(outside.parent, target_is_directory=True)
    monkeypatch.chdir(cat)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("sock.png")
    data = read(photos)
    told = reasons(data.skipped)
    assert data.n == 8 and data.classes == ["cat", "dog"]
    assert told.pop("cat/pipe.png") == "a named pipe"
    assert told.pop("cat/sock.png") == "a socket"
    assert set(told) == {"linked_class"} | {
        f"cat/{name}" for name in ("out.png", "in.png", "loop", "self.png", "dangling.png")
    }
    assert set(told.values()) == {"a link (links are not followed)"}
    link = photos.parent / "way"
    link.symlink_to(photos)
    assert read(link).n == 8  # what the person names is followed


def test_names_of_any_bytes(photos: Path) -> None:
    strange = [
        "a\nb.png",
        "c,d.png",
        'e"f.png',
        "<img src=x onerror=alert(1)>.png",
        "=1+1.png",
        "ü.png",
        " .png",
        "\t.png",
    ]
    for name in strange:
        picture(photos / "cat" / name)
    raw = os.fsencode(photos / "dog") + b"/\xff\xfe.png"
    other = os.fsencode(photos / "dog") + b"/\\xff\\xfe.png"
    for path in (raw, other):
        picture(Path(os.fsdecode(path)))
    picture(Path(os.fsdecode(os.fsencode(photos) + b"/b\xe4r/1.png")))
    data = read(photos)
    items = data.items["item"].to_list()
    assert data.n == 8 + len(strange) + 3
    assert set(items) >= {f"cat/{name}" for name in strange}
    assert {r"dog/\xff\xfe.png", r"dog/\xff\xfe.png (2)", r"b\xe4r/1.png"} <= set(items)
    assert data.classes == [r"b\xe4r", "cat", "dog"]
    assert len(set(items)) == data.n
    assert "".join(items).encode()


def test_no_permission_is_told(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = {str(photos / "cat" / "1.png"), str(photos / "dog")}
    plain_open, plain_scan = os.open, os.scandir

    def closed_open(path: Any, *rest: Any, **more: Any) -> int:
        if str(path) in closed:
            raise PermissionError(13, "Permission denied")
        return plain_open(path, *rest, **more)

    def closed_scan(path: Any = ".") -> Any:
        if str(path) in closed:
            raise PermissionError(13, "Permission denied")
        return plain_scan(path)

    monkeypatch.setattr(os, "open", closed_open)
    monkeypatch.setattr(os, "scandir", closed_scan)
    told = reasons(read(photos, max_bad=0.5).rejected)
    assert told["cat/1.png"] == "no permission to read it"
    assert told["dog/"] == "a folder that cannot be opened (permission denied)"
    monkeypatch.setattr(os, "scandir", lambda path=".": closed_scan(photos / "dog"))
    with pytest.raises(DataError, match="permission denied"):
        read(photos)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is closed to the superuser")
def test_no_permission_for_real(photos: Path) -> None:
    (photos / "cat" / "1.png").chmod(0)
    assert reasons(read(photos).rejected) == {"cat/1.png": "no permission to read it"}


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("photo", "no such file or folder.*did you mean 'photos'"),
        ("photos/cat/0.png", "a picture; expected a folder"),
        ("photos/cat/0.png/x", "no such file or folder"),
        ("https://example.org/photos", "an address; expected a path on this machine"),
        ("s3://bucket/photos", "nothing is looked up"),
        ("sample:digit", "did you mean 'sample:digits'"),
        ("nul\0byte", "null"),
        ("bare", "an empty folder"),
        ("texts", r"no pictures; passed over: 2 x not a picture \(.md\)"),
        ("classes", "class folders without a single picture"),
        ("broken", r"no picture that can be read \('cat/1.jpg': empty file"),
    ],
)
def test_what_is_no_data_is_refused(photos: Path, monkeypatch: pytest.MonkeyPatch, source: str, words: str) -> None:
    monkeypatch.chdir(photos.parent)
    Path("bare").mkdir()
    Path("texts").mkdir()
    for name in ("1.md", "2.md"):
        Path("texts", name).write_text("x")
    Path("classes", "cat").mkdir(parents=True)
    Path("broken", "cat").mkdir(parents=True)
    Path("broken", "cat", "1.jpg").touch()
    with pytest.raises(DataError, match=words) as caught:
        read(source)
    assert "\n" not in str(caught.value)


def test_pipe_as_the_data(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DataError, match="a named pipe"):
        read(tmp_path / "pipe")


def test_options_are_checked_together_before_anything_is_read() -> None:
    with pytest.raises(OptionError) as caught:
        read("nowhere", ["a"], kind="picturs", max_bad=2, max_megapixels=float("nan"))  # type: ignore[arg-type]
    told = str(caught.value)
    assert len(caught.value.problems) == 4
    assert "--max-bad" in told and "--max-megapixels" in told and "did you mean 'pictures'" in told and "y goes" in told


def test_groups_by_name(photos: Path) -> None:
    by_name = read(photos, groups=lambda item: int(Path(item).stem) // 2)
    assert by_name.groups is not None and by_name.groups.tolist() == ["0", "0", "1", "1"] * 2
    assert len(np.unique(by_name.units)) == 2
    by_table = read(photos, groups=dict.fromkeys(by_name.items["item"], "x"))
    assert set(by_table.groups if by_table.groups is not None else ()) == {"x"}
    with pytest.raises(DataError, match=r"'dog/3\.png'"):
        read(photos, groups=dict.fromkeys(by_name.items["item"][:7], "x"))
    with pytest.raises(OptionError, match="mapping or a function"):
        read(photos, groups=["x"] * 8)


def test_the_form_that_a_model_takes(photos: Path) -> None:
    spec = InputSpec("pictures", (5, 6, 3), "uint8")
    data = read(photos, spec=spec)
    assert data.input == spec
    np.testing.assert_array_equal(data.values[0], fit_to(decode(photos / "cat" / "0.png").pixels, spec))
    with pytest.raises(DataError, match="a folder of pictures; expected 4 numbers an item, as the model takes"):
        read(photos, spec=InputSpec("table", (4,), "float32"))


def test_listing_order_and_threads_do_not_matter(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (photos / "cat" / "broken.jpg").write_text("<html>")
    (photos / "dog" / "notes.txt").write_text("x")
    first = read(photos)
    plain = os.scandir
    shuffle = random.Random(3)

    class Shuffled:
        def __init__(self, path: Any) -> None:
            with plain(path) as entries:
                self.entries = list(entries)
            shuffle.shuffle(self.entries)

        def __enter__(self) -> Iterator[os.DirEntry[str]]:
            return iter(self.entries)

        def __exit__(self, *_: object) -> None:
            return None

    monkeypatch.setattr(scan_module.os, "scandir", Shuffled)
    for count in (1, 7):
        monkeypatch.setattr(threads, "_budget", count)
        again = read(photos)
        assert again.items.equals(first.items)
        assert again.rejected.equals(first.rejected)
        assert again.skipped.equals(first.skipped)
        assert again.fingerprint == first.fingerprint
        np.testing.assert_array_equal(again.values, first.values)


def test_progress_is_told(photos: Path) -> None:
    events: list[Event] = []
    read(photos, on_event=events.append)
    done = [event.facts["done"] for event in events if event.facts.get("what") == "pictures read"]
    assert done[-1] == 8 and done == sorted(done)


def test_no_file_stays_open(photos: Path) -> None:
    folder = Path("/proc/self/fd")
    if not folder.is_dir():
        pytest.skip("open files are counted on Linux")
    gc.collect()
    before = len(list(folder.iterdir()))
    read(photos)
    assert len(list(folder.iterdir())) == before


def test_real_photographs_by_vehicle(real_data: Path) -> None:
    folder = real_data / "vehicles" / "photos"
    data = read(folder, groups=lambda item: item.split("_")[0])
    assert (data.n, data.labels, data.skipped.height) == (32, None, 1)
    assert len(np.unique(data.units)) == 2


def test_every_conversion_is_declared(tmp_path: Path) -> None:
    colour = Image.fromarray(RNG.integers(0, 256, (8, 8, 3), dtype=np.uint8))
    deep = Image.fromarray(RNG.integers(0, 65536, (8, 8), dtype=np.uint16))
    pictures = {
        "a.jpg": colour.convert("CMYK"), "b.png": deep, "c.png": colour.quantize(8), "d.png": colour.convert("RGBA"),
        "e.png": colour.convert("1"), "f.png": colour, "g.png": colour.convert("LA"),
    }  # fmt: skip
    for name, image in pictures.items():
        image.save(tmp_path / name)
    said = "\n".join(read(tmp_path).notes)
    for words in (
        "(CMYK) turned into red, green, blue: 1 picture", "the high byte is used: 1 picture",
        "palette turned into red, green, blue: 1 picture", "laid on white: 2 pictures",
        "black and white turned into grey: 1 picture",
    ):  # fmt: skip
        assert words in said
